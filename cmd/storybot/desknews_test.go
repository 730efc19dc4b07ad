package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories/storetest/pgtest"
)

// The desk's channels in these tests, beside the one on each platform that
// follows the story.
const (
	deskChannel = "155101607195836417"
	deskOnSlack = "C0DESK"
)

// newsDesk is a Discord and a Slack with a follower and a desk each.
type newsDesk struct{ *far }

func newNewsDesk(t *testing.T) *newsDesk {
	t.Helper()
	n := &newsDesk{newFar(t)}
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	t.Cleanup(cancel)
	n.ctx = ctx
	n.discord.AddChannel(guild, deskChannel)
	n.slack.AddChannel(team, deskOnSlack, slacktest.Public, true)
	n.env[len(n.env)-1] += ",slack:" + team + "/" + reader
	return n
}

// name makes both desk channels the desk, and has both others follow a story.
func (n *newsDesk) name(t *testing.T) {
	t.Helper()
	n.track(t)
	if _, err := n.discord.Command(n.ctx, discordtest.Interaction{Channel: deskChannel, Name: "desk here"}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.slack.Slash(n.ctx, slacktest.Slash{Team: team, Channel: deskOnSlack, User: reader, Command: "/desk", Text: "here"}); err != nil {
		t.Fatal(err)
	}
}

func (n *newsDesk) update(t *testing.T, text string) {
	t.Helper()
	n.onDiscord(t, "update", map[string]string{"story": "flood", "text": text})
}

// shown are the messages of both desks.
func (n *newsDesk) shown() (onDiscord, onSlack []string) {
	return n.onDiscordsDesk(), n.onSlacksDesk()
}

func (n *newsDesk) onDiscordsDesk() (shown []string) {
	for _, m := range n.discord.Messages(deskChannel) {
		shown = append(shown, m.Text)
	}
	return shown
}

func (n *newsDesk) onSlacksDesk() (shown []string) {
	for _, m := range n.slack.Messages(team, deskOnSlack) {
		shown = append(shown, m.Visible())
	}
	return shown
}

// count is how many of some messages hold a text, without the marks of bold.
func count(messages []string, text string) (n int) {
	for _, m := range messages {
		if strings.Contains(plain(m), text) {
			n++
		}
	}
	return n
}

// waitDiscord waits until Discord's desk shows a text.
func (n *newsDesk) waitDiscord(t *testing.T, text string) {
	t.Helper()
	if err := n.discord.Wait(n.ctx, func() bool { return count(n.onDiscordsDesk(), text) > 0 }); err != nil {
		t.Fatalf("Discord's desk does not show %q but %q: %v", text, n.onDiscordsDesk(), err)
	}
}

// waitSlack waits until Slack's desk shows a text.
func (n *newsDesk) waitSlack(t *testing.T, text string) {
	t.Helper()
	holds := func(m slacktest.Message) bool { return strings.Contains(plain(m.Visible()), text) }
	if _, err := n.slack.WaitUntil(n.ctx, team, deskOnSlack, text, func(list []slacktest.Message) bool { return slices.ContainsFunc(list, holds) }); err != nil {
		t.Fatal(err)
	}
}

// once fails unless each desk shows a text once.
func (n *newsDesk) once(t *testing.T, text string) {
	t.Helper()
	left, right := n.shown()
	if a, b := count(left, text), count(right, text); a != 1 || b != 1 {
		t.Errorf("%q is %d times on Discord's desk and %d times on Slack's:\n%q\n%q", text, a, b, left, right)
	}
}

const (
	isBlocked = "gets no updates for now: it"
	oneOfTwo  = "Delivered 1 of 2, 1 blocked."
)

// TestNoAlarmIsLost ends the program right after something that the desk is to
// be told, by a kill and by a clean stop. The next start tells it, once.
func TestNoAlarmIsLost(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		for how, end := range map[string]func(*process){"killed": (*process).kill, "stopped": (*process).stop} {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				n := newNewsDesk(t)
				database := "DATABASE_URL=" + url(t)
				p := n.connect(t, database)
				n.name(t)
				n.discord.Fail(discordtest.Match{Op: discordtest.CreateMessage, Channel: guildChannel}, discordtest.MissingAccess())
				n.update(t, "The dykes break.")
				p.waitLog(`delivery alarm.*destination_blocked`)
				end(p)
				if left, right := n.shown(); count(left, isBlocked)+count(right, isBlocked) != 0 {
					t.Fatalf("the desk was told before the end:\n%q\n%q", left, right)
				}
				p = n.connect(t, database)
				n.waitDiscord(t, isBlocked)
				n.waitSlack(t, isBlocked)
				n.waitDiscord(t, oneOfTwo)
				n.waitSlack(t, oneOfTwo)
				n.once(t, isBlocked)
				n.once(t, oneOfTwo)
				p.stop()
			})
		}
	}
}

// TestReplicasTellTheDeskOnce runs two processes on one database: whichever works
// a lane, each thing is told once.
func TestReplicasTellTheDeskOnce(t *testing.T) {
	t.Parallel()
	n := newNewsDesk(t)
	database := "DATABASE_URL=" + pgtest.URL(t)
	first := n.connect(t, database)
	second := startProcess(t, t.TempDir(), append(n.env, database))
	second.waitLog("another process holds the lease")
	n.name(t)
	n.discord.Fail(discordtest.Match{Op: discordtest.CreateMessage, Channel: guildChannel}, discordtest.MissingAccess())
	for i := range 3 {
		n.update(t, fmt.Sprint("The dykes break. ", i))
	}
	n.waitDiscord(t, isBlocked)
	n.waitSlack(t, isBlocked)
	for _, label := range []string{"update 1, normal", "update 2, normal", "update 3, normal"} {
		n.waitDiscord(t, label)
		n.waitSlack(t, label)
		n.once(t, label)
	}
	n.once(t, isBlocked)
	second.stop()
	first.stop()
	n.once(t, isBlocked)
}

// TestADeskInAStoppedLaneIsToldLater has Slack refuse the token: Discord's desk is
// told at once, Slack's when the lane works again.
func TestADeskInAStoppedLaneIsToldLater(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a lane to be tried again, which takes half a minute")
	}
	t.Parallel()
	n := newNewsDesk(t)
	p := n.connect(t)
	n.name(t)
	n.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, -1, slacktest.APIError("account_inactive"))
	n.update(t, "The dykes break.")
	n.waitDiscord(t, "Nothing is sent through Slack")
	if _, right := n.shown(); len(right) != 0 {
		t.Errorf("Slack's desk shows %q", right)
	}
	if got := n.discord.Messages(guildChannel); len(got) != 2 {
		t.Errorf("%d messages where the other lane posts a card and the update", len(got))
	}
	n.slack.Heal()
	n.waitSlack(t, "Nothing is sent through Slack")
	n.waitSlack(t, "sends again")
	n.waitDiscord(t, "sends again")
	n.waitDiscord(t, "Delivered to both channels.")
	n.once(t, "Nothing is sent through Slack")
	p.stop()
}

// TestALimitOnTheDesksEditsHoldsUpNothing has Discord limit edits in the desk's
// channel during a push, which is over before the limit is.
func TestALimitOnTheDesksEditsHoldsUpNothing(t *testing.T) {
	t.Parallel()
	f := newDeskFar(t, 300)
	p := f.start(t)
	f.follow(t)
	edits := discordtest.Match{Op: discordtest.EditMessage, Channel: guildChannel}
	const limit = 25 * time.Second // of 300 posts at 50 a second, the push takes 6
	f.discord.FailNext(edits, discordtest.RateLimited("user", limit))
	began := time.Now()
	f.onDiscord(t, "update", map[string]string{"story": "flood", "level": "breaking", "text": "The dykes break."})
	if err := f.discord.WaitPosts(f.ctx, 300+301); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	f.waitEnd(t)
	if took > limit {
		t.Errorf("the push took %v", took)
	}
	met := 0 // a busy machine may meet the lane's own limit beside it
	for line := range strings.Lines(p.log()) {
		if strings.Contains(line, "code=http_429") && strings.Contains(line, "/"+guildChannel) {
			met++
		}
	}
	if met != 1 {
		t.Errorf("the desk's edits met the limit %d times", met)
	}
	p.stop()
}
