package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// pushed is the number of channels on Discord in the test below: at 50 a second
// long enough for the desk to see it, with a kill in between.
const pushed = 1000

// TestTheDeskSeesThePush pushes an update under the documented limits. Both
// desks see it in one message, which is edited in place, and which the next
// process brings to its end after a kill.
func TestTheDeskSeesThePush(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			f := newDeskFar(t, pushed)
			f.env = append(f.env, "DATABASE_URL="+url(t))
			p := f.start(t)
			f.follow(t)
			f.onDiscord(t, "update", map[string]string{"story": "flood", "level": "breaking", "text": "The dykes break."})

			// The first wording, then one that was edited in.
			f.waitDesks(t, 0)
			f.waitDesks(t, 1)
			p.kill()
			onDiscord, onSlack := f.onDesks()
			if got := onDiscord[0].Text; !strings.Contains(got, " of 1,000") {
				t.Errorf("killed after the push, at %q", got)
			}
			p = f.start(t)
			f.waitDesks(t, len(onDiscord[0].Earlier)+1)
			f.waitEnd(t)
			p.stop()

			left, right := f.onDesks()
			if len(left) != 1 || left[0].ID != onDiscord[0].ID {
				t.Errorf("Discord's desk shows %d messages", len(left))
			}
			if len(right) != 1 || right[0].TS != onSlack[0].TS {
				t.Errorf("Slack's desk shows %d messages", len(right))
			}
			t.Logf("Discord: %q\nbefore: %q", left[0].Text, left[0].Earlier)
			t.Logf("Slack: %q after %d edits", right[0].Visible(), len(right[0].Edits))
			if got := f.discord.Stats(); got.Posts != 2*pushed+1 { // each channel also shows its card
				t.Errorf("Discord had %d posts, want %d", got.Posts, 2*pushed+1)
			} else {
				t.Logf("Discord answered 429 to %d of %d requests", got.RateLimited, got.Requests)
			}
			// At most one in five seconds, and one for the end.
			if n := len(left[0].Earlier); n > pushed/50/5+4 {
				t.Errorf("Discord's message was edited %d times", n)
			}
			if n := len(right[0].Edits); n > pushed/50/5+4 {
				t.Errorf("Slack's message was edited %d times", n)
			}
			for i, edit := range right[0].Edits[1:] {
				if since := edit.At.Sub(right[0].Edits[i].At); since < time.Second {
					t.Errorf("Slack's message was edited twice within %v", since)
				}
			}
		})
	}
}

// deskFar is a Discord and a Slack under limits, each with a desk.
type deskFar struct {
	*far
	channels []string
}

func newDeskFar(t *testing.T, channels int) *deskFar {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*patience)
	t.Cleanup(cancel)
	f := &deskFar{far: &far{ctx: ctx, discord: discordtest.Start(t, discordtest.WithLimits(discordtest.DocumentedLimits())),
		slack: slacktest.Start(t, slacktest.WithLimits(slacktest.SlackLimits()))}}
	f.discord.AddChannel(guild, guildChannel)
	for _, channel := range f.discord.AddChannels(channels) {
		f.channels = append(f.channels, channel.ID)
	}
	token := f.slack.AddWorkspace(team)
	f.slack.AddChannel(team, teamChannel, slacktest.Public, true)
	f.env = []string{
		"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + f.discord.URL(),
		"SLACK_BOT_TOKEN=" + token, "SLACK_APP_TOKEN=" + f.slack.AppToken, "SLACK_API_URL=" + f.slack.URL(),
		"STORYBOT_ADMINS=discord:" + discordtest.DefaultUser + ",slack:" + team + "/" + reader,
	}
	return f
}

func (f *deskFar) start(t *testing.T) *process {
	t.Helper()
	p := startProcess(t, t.TempDir(), f.env)
	f.waitConnected(t)
	return p
}

// restart kills the program and starts it anew.
func (f *deskFar) restart(t *testing.T, p *process) *process {
	t.Helper()
	p.kill()
	if err := f.discord.WaitDisconnected(f.ctx); err != nil {
		t.Fatal(err)
	}
	return f.start(t)
}

// follow starts a story, names both desks and has every channel on Discord
// follow the story.
func (f *deskFar) follow(t *testing.T) {
	t.Helper()
	f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises above nine metres", "slug": "flood"})
	f.onDiscord(t, "desk here", nil)
	f.onSlack(t, "/desk", "here")
	for _, channel := range f.channels {
		answer, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: channel, Name: "subscribe", Options: map[string]string{"target": "flood"},
			Permissions: discordtest.DefaultPermissions | manageChannels})
		if err != nil || !strings.Contains(answer.Message.Text, "flood") {
			t.Fatalf("/subscribe in %s: %v %+v", channel, err, answer)
		}
	}
	if err := f.discord.WaitPosts(f.ctx, len(f.channels)); err != nil { // each shows its card
		t.Fatal(err)
	}
}

// onDesks are the messages in both desks' channels.
func (f *deskFar) onDesks() ([]discordtest.Message, []slacktest.Message) {
	return f.discord.Messages(guildChannel), f.slack.Messages(team, teamChannel)
}

const deskPrefix = "flood, update 1, breaking: "

// waitDesks waits until both desks show the update's progress, edited so often.
func (f *deskFar) waitDesks(t *testing.T, edits int) {
	t.Helper()
	onDiscord, err := f.discord.WaitMessages(f.ctx, guildChannel, 1)
	if err == nil {
		_, err = f.discord.WaitEdits(f.ctx, guildChannel, onDiscord[0].ID, edits)
	}
	if err != nil {
		t.Fatalf("%d edits on Discord's desk: %v", edits, err)
	}
	if _, err := f.slack.WaitUntil(f.ctx, team, teamChannel, "edits on Slack's desk", func(list []slacktest.Message) bool {
		return len(list) > 0 && len(list[0].Edits) >= edits
	}); err != nil {
		t.Fatal(err)
	}
	shown, _ := f.onDesks()
	if got := shown[0].Text; !strings.Contains(strings.ReplaceAll(got, "*", ""), deskPrefix) || !strings.Contains(got, "Delivered ") {
		t.Errorf("Discord's desk shows %q", got)
	}
}

// waitEnd waits until both desks show that all is delivered.
func (f *deskFar) waitEnd(t *testing.T) {
	t.Helper()
	end := fmt.Sprintf("Delivered to all %s channels.", bot.Count(len(f.channels)))
	if err := f.discord.Wait(f.ctx, func() bool {
		shown, _ := f.onDesks()
		return len(shown) > 0 && strings.Contains(shown[0].Text, end)
	}); err != nil {
		shown, _ := f.onDesks()
		t.Fatalf("Discord's desk shows %q: %v", shown[0].Text, err)
	}
	if _, err := f.slack.WaitUntil(f.ctx, team, teamChannel, end, func(list []slacktest.Message) bool { return strings.Contains(list[0].Visible(), end) }); err != nil {
		t.Fatal(err)
	}
}
