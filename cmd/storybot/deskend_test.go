package main

import (
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

const (
	halfWay  = "Delivered 1 of 2"
	allOfTwo = "Delivered to both channels."
)

// TestAnEndThatCannotBeEditedInIsPosted has an update go half way, so that both
// desks show that, and then takes the message from Discord's desk and closes
// Slack's to edits: the end is a new message in both, once, whenever the program
// is killed.
func TestAnEndThatCannotBeEditedInIsPosted(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		for when, end := range map[string]func(n *endedDesk){
			"not killed":                             (*endedDesk).goOn,
			"killed before the end":                  (*endedDesk).killBefore,
			"killed before the new message":          (*endedDesk).killBetween,
			"killed with the new message on its way": (*endedDesk).killOnTheWay,
		} {
			t.Run(name+"/"+when, func(t *testing.T) {
				if testing.Short() && when != "not killed" {
					t.Skip("the next program waits for the lease of the one before")
				}
				t.Parallel()
				n := &endedDesk{newsDesk: newNewsDesk(t), t: t, database: "DATABASE_URL=" + url(t)}
				n.p = n.connect(t, n.database)
				n.name(t)
				n.heal = n.hold(guildChannel)
				n.update(t, "The dykes break.")
				n.waitDiscord(t, halfWay)
				n.waitSlack(t, halfWay)
				n.discord.DeleteMessage(deskChannel, n.discord.Messages(deskChannel)[0].ID)
				n.slack.SetEditWindow(team, time.Nanosecond)
				end(n)
				n.waitDiscord(t, allOfTwo)
				n.waitSlack(t, allOfTwo)

				// A second message of the first end would stand before the next one's.
				if !n.risen {
					n.update(t, "The water rises.")
				}
				const first, second = "update 1, normal: " + allOfTwo, "update 2, normal: " + allOfTwo
				n.waitDiscord(t, second)
				n.waitSlack(t, second)
				n.p.stop()
				left, right := n.shown()
				n.once(t, first)
				n.once(t, second)
				if len(left) != 2 || !strings.Contains(plain(left[0]), first) {
					t.Errorf("Discord's desk shows %q", left)
				}
				// A push that takes long is told half way there, and its end apart.
				if len(right) < 3 || !strings.Contains(right[0], halfWay) || !strings.Contains(plain(right[1]), first) {
					t.Errorf("Slack's desk, which is closed to edits, shows %q", right)
				}
			})
		}
	}
}

// plain is a text in one line and without the marks of bold.
func plain(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "*", "")), " ")
}

// endedDesk is a desk of whose push's end is to be told.
type endedDesk struct {
	*newsDesk
	t        *testing.T
	database string
	p        *process
	heal     func() // lets the push end
	risen    bool   // the second update is published
}

// hold has a channel on Discord take no message until heal is called. It meets few
// limits: the next program waits a part of the backoff for them all.
func (n *newsDesk) hold(channel string) (heal func()) {
	return n.discord.Fail(discordtest.Match{Op: discordtest.CreateMessage, Channel: channel}, discordtest.RateLimited("user", 3*time.Second))
}

func (n *endedDesk) goOn() { n.heal() }

func (n *endedDesk) again() {
	n.p.kill()
	n.p = n.connect(n.t, n.database)
}

func (n *endedDesk) killBefore() {
	n.again()
	n.heal()
}

// killBetween kills when both edits were refused and each desk's new message met a
// limit. The followers' next messages show that this is written down: a kill
// before that would have the message looked for until it surely cannot arrive.
func (n *endedDesk) killBetween() {
	const long = 20 * time.Second // and not so long that it outlives the program
	healDesk := n.discord.Fail(discordtest.Match{Op: discordtest.CreateMessage, Channel: deskChannel}, discordtest.RateLimited("user", long))
	n.slack.Fail(slacktest.Match{Method: "chat.postMessage", Channel: deskOnSlack}, -1, slacktest.RateLimited(int(long.Seconds())))
	n.heal()
	n.p.waitLog(`destination=discord:\S+/` + deskChannel + ` .*outcome=transient`)
	n.p.waitLog(`destination=slack:\S+/` + deskOnSlack + ` .*outcome=transient`)
	n.update(n.t, "The water rises.")
	n.risen = true
	if _, err := n.discord.WaitMessages(n.ctx, guildChannel, 3); err != nil { // the card and both updates
		n.t.Fatal(err)
	}
	n.p.kill()
	healDesk()
	n.slack.Heal()
	n.p = n.connect(n.t, n.database)
}

// killOnTheWay kills when both new messages are there and no answer has told so.
func (n *endedDesk) killOnTheWay() {
	n.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage, Channel: deskChannel}, discordtest.HangAfterStore())
	n.slack.Fail(slacktest.Match{Method: "chat.postMessage", Channel: deskOnSlack}, 1, slacktest.HangsAfterStore)
	n.heal()
	n.waitDiscord(n.t, allOfTwo)
	n.waitSlack(n.t, allOfTwo)
	n.again()
}
