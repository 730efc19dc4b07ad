package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// crowd is a Discord and a Slack with two workspaces, where many channels
// follow the same stories.
type crowd struct {
	*far
	giveUp   func(error) // ends all waiting, for this reason
	database string      // the setting
	channels []string
	places   []place
	// published are the updates whose author was told that they are out, as
	// they are shown: "flood-1".
	published []string
	// cards are the messages of what was followed, which came before all else.
	cards int
}

// place is a channel on Slack.
type place struct{ team, channel string }

// crowdStories are what a crowd follows.
var crowdStories = []string{"flood", "strike"}

// newCrowd makes a crowd of n channels on each platform. All of its waiting
// ends after patience.
func newCrowd(t *testing.T, n int, patience time.Duration, database string, onSlack ...slacktest.Option) *crowd {
	t.Helper()
	return newCrowdOn(t, discordtest.Start(t, discordtest.WithLimits(discordtest.DocumentedLimits())), n, patience, database, onSlack...)
}

// newCrowdOn is newCrowd on a Discord of the test's own.
func newCrowdOn(t *testing.T, discord *discordtest.Server, n int, patience time.Duration, database string, onSlack ...slacktest.Option) *crowd {
	t.Helper()
	timed, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	ctx, giveUp := context.WithCancelCause(timed)
	c := &crowd{giveUp: giveUp, far: &far{ctx: ctx,
		discord: discord, slack: slacktest.Start(t, onSlack...)}, database: "DATABASE_URL=" + database}
	c.discord.AddChannel(guild, guildChannel) // where the desk sits
	for _, channel := range c.discord.AddChannels(n) {
		c.channels = append(c.channels, channel.ID)
	}
	var tokens []string
	for _, team := range []string{team, "T0WEST"} {
		tokens = append(tokens, c.slack.AddWorkspace(team))
		for i := range n / 2 {
			channel := fmt.Sprintf("C%s%03d", team[1:], i)
			c.slack.AddChannel(team, channel, slacktest.Public, i%2 == 0)
			c.places = append(c.places, place{team, channel})
		}
	}
	c.env = []string{
		"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + c.discord.URL(),
		"SLACK_BOT_TOKEN=" + strings.Join(tokens, ","), "SLACK_APP_TOKEN=" + c.slack.AppToken, "SLACK_API_URL=" + c.slack.URL(),
		"STORYBOT_ADMINS=discord:" + discordtest.DefaultUser, c.database,
	}
	return c
}

// start starts one more process of the bot.
func (c *crowd) start(t *testing.T) *process {
	t.Helper()
	return startProcess(t, t.TempDir(), c.env)
}

// gather starts the stories and has every channel follow them.
func (c *crowd) gather(t *testing.T) {
	t.Helper()
	c.waitConnected(t)
	for _, story := range crowdStories {
		c.ask(t, guildChannel, "desk track", map[string]string{"headline": "All about the " + story, "slug": story})
		for _, channel := range c.channels {
			c.ask(t, channel, "subscribe", map[string]string{"target": story})
		}
		for _, p := range c.places {
			answer, err := c.slack.Slash(c.ctx, slacktest.Slash{Team: p.team, Channel: p.channel, User: reader, Command: "/subscribe", Text: story})
			if err != nil || !strings.Contains(answer.Visible(), story) {
				t.Fatalf("/subscribe %s in %v: %v %+v", story, p, err, answer)
			}
		}
	}
	cards := len(crowdStories) * (len(c.channels) + len(c.places))
	c.waitPosts(t, cards-1)
	c.waitSettled(t) // a card is of the story as it is when it is sent
	c.cards = cards
}

func (c *crowd) ask(t *testing.T, channel, name string, options map[string]string) {
	t.Helper()
	text, err := c.insist(channel, name, options)
	if err != nil {
		t.Fatalf("/%s %v: %v", name, options, err)
	}
	if !strings.Contains(text, options["target"]+options["slug"]) {
		t.Fatalf("/%s %v: %q", name, options, text)
	}
}

// insist types a command on Discord until it is answered. Before it is typed
// anew the gateway tells the bot of the old one again, as after a resume: what
// it did must not be done twice.
func (c *crowd) insist(channel, name string, options map[string]string) (string, error) {
	for {
		id, err := c.discord.Start(discordtest.Interaction{Channel: channel, Name: name, Options: options,
			Permissions: discordtest.DefaultPermissions | manageChannels})
		if err != nil {
			return "", err
		}
		for range 2 {
			trying, cancel := context.WithTimeout(c.ctx, 5*time.Second)
			answer, err := c.discord.Await(trying, id)
			cancel()
			if err == nil {
				return answer.Message.Text, nil
			}
			if c.ctx.Err() != nil {
				return "", err
			}
			if err := c.discord.WaitConnected(c.ctx, 1); err != nil {
				return "", err
			}
			c.discord.Replay(&discordtest.Answer{ID: id})
		}
	}
}

// recorded are the answers that say that an update is out: that it is now, or
// when it is typed again that it was.
var recorded = regexp.MustCompile(`^Published update \d|^Update \d+ of .* says exactly the same`)

// report publishes the next update. Every story gets each third one of a level.
func (c *crowd) report() error {
	n := len(c.published)
	story := crowdStories[n%len(crowdStories)]
	label := fmt.Sprintf("%s-%d", story, 1+n/len(crowdStories))
	level := []string{"normal", "minor", "breaking"}[n/len(crowdStories)%3]
	answer, err := c.insist(guildChannel, "update", map[string]string{"story": story, "level": level, "text": "Report " + label + " from the scene."})
	if err != nil {
		return fmt.Errorf("publish %s: %w", label, err)
	}
	if !recorded.MatchString(answer) {
		return fmt.Errorf("publish %s: %q", label, answer)
	}
	c.published = append(c.published, label)
	return nil
}

// posts is how many messages are shown after the cards.
func (c *crowd) posts() int { return c.discord.Stats().Posts + c.slack.Posts() - c.cards }

// waitPosts waits until more than n messages are shown.
func (c *crowd) waitPosts(t *testing.T, n int) {
	t.Helper()
	if err := c.discord.Wait(c.ctx, func() bool { return c.posts() > n }); err != nil {
		t.Fatalf("waiting for a message after %d: %v", n, errors.Join(err, context.Cause(c.ctx)))
	}
}

// waitSettled waits until nothing is unsent any more, and fails the test for
// what did not end as sent.
func (c *crowd) waitSettled(t *testing.T) {
	t.Helper()
	c.waitEnded(t)
	if wrong := c.deliveries(t, "failed,unknown,held,skipped"); wrong != "" {
		t.Errorf("not sent:\n%s", wrong)
	}
}

// waitEnded waits until nothing is unsent any more, however it ended.
func (c *crowd) waitEnded(t *testing.T) {
	t.Helper()
	again := time.NewTicker(500 * time.Millisecond)
	defer again.Stop()
	for {
		left := c.deliveries(t, "pending,sending")
		if left == "" {
			break
		}
		select {
		case <-again.C:
		case <-c.ctx.Done():
			t.Fatalf("still unsent:\n%s", left)
		}
	}
}

// deliveries is what the program lists in some states, "" for none.
func (c *crowd) deliveries(t *testing.T, states string) string {
	t.Helper()
	list := exec.CommandContext(c.ctx, binary, "deliveries", "--state", states)
	list.Env = []string{c.database}
	out, err := list.CombinedOutput()
	if err != nil {
		t.Fatalf("storybot deliveries: %v\n%s", err, out)
	}
	if strings.HasPrefix(string(out), "No deliveries") {
		return ""
	}
	return string(out)
}

var reported = regexp.MustCompile(`Report ([a-z]+-\d+) from the scene`)

// check compares what every channel shows with what was published: each update
// once, those of a story in order.
func (c *crowd) check(t *testing.T) {
	t.Helper()
	wrong := 0
	compare := func(where, shown string) {
		var got []string
		for _, match := range reported.FindAllStringSubmatch(shown, -1) {
			got = append(got, match[1])
		}
		for _, story := range crowdStories {
			got, want := ofStory(story, got), ofStory(story, c.published)
			if got != want {
				if wrong++; wrong <= 5 {
					t.Errorf("%s shows %s\nwant %s", where, got, want)
				}
			}
		}
	}
	for _, channel := range c.channels {
		var shown strings.Builder
		for _, m := range c.discord.Messages(channel) {
			shown.WriteString(m.Text + "\n")
		}
		compare("Discord's "+channel, shown.String())
	}
	for _, p := range c.places {
		var shown strings.Builder
		for _, m := range c.slack.Messages(p.team, p.channel) {
			shown.WriteString(m.Visible() + "\n")
		}
		compare(fmt.Sprintf("Slack's %v", p), shown.String())
	}
	if wrong > 5 {
		t.Errorf("and %d more", wrong-5)
	}
}

// ofStory is what is of a story, as text.
func ofStory(story string, labels []string) string {
	var of []string
	for _, label := range labels {
		if strings.HasPrefix(label, story+"-") {
			of = append(of, label)
		}
	}
	return strings.Join(of, " ")
}
