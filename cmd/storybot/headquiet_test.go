package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestAHeadWaitsForQuietHours publishes in quiet hours what is not breaking, in a story of
// which nothing is there: no head or card is posted, also by a program that was killed and
// started anew. Then the hours are taken away, and the program is killed again, with the
// answer about the head lost. In the end each channel has one head, and the update once.
func TestAHeadWaitsForQuietHours(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute) // what was on its way is settled after each kill
			defer cancel()
			f.ctx = ctx
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			now := time.Now().UTC()
			quiet := now.Add(-3*time.Hour).Format("15:04") + "-" + now.Add(3*time.Hour).Format("15:04")
			f.onDiscord(t, "subscribe", map[string]string{"target": "all", "mode": "thread", "quiet": quiet, "tz": "UTC"})
			f.onSlack(t, "/subscribe", "all mode:card quiet:"+quiet+" tz:UTC")
			f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises", "slug": "flood"})
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The dykes are closed."})
			p.kill()
			p = f.connect(t, database)
			if got := f.onDiscord(t, "why", map[string]string{"story": "flood", "number": "1"}); !strings.Contains(got, "waits until") || !strings.Contains(got, "quiet hours") {
				t.Errorf("/why says %s", got)
			}
			if got := f.onSlack(t, "/why", "flood 1"); !strings.Contains(got, "waits until") || !strings.Contains(got, "quiet hours") {
				t.Errorf("/why says %s", got)
			}
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The dykes hold.", "level": "minor"})
			f.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage, Channel: guildChannel}, discordtest.ResetAfterStore())
			f.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, 1, slacktest.ResetAfterStore)
			if d, s := f.discord.Messages(guildChannel), f.slack.Messages(team, teamChannel); len(d) != 1 || len(s) != 1 {
				t.Errorf("in quiet hours Discord shows %d messages, Slack %d", len(d), len(s))
			}
			f.onDiscord(t, "subscribe", map[string]string{"target": "all", "quiet": "off"})
			f.onSlack(t, "/subscribe", "all quiet:off")
			p.kill()
			p = f.connect(t, database)
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The water falls."})
			n := &newsDesk{f}
			n.wait(t, func() bool {
				card := f.slack.Messages(team, teamChannel)
				return len(card) > 1 && strings.Contains(card[1].Visible(), "The water falls.")
			})
			heads, err := f.discord.WaitMessages(f.ctx, guildChannel, 2)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.discord.WaitMessages(f.ctx, heads[1].ID, 3); err != nil {
				t.Fatal(err)
			}
			p.stop()
			if heads = f.discord.Messages(guildChannel); len(heads) != 2 {
				t.Errorf("Discord's channel shows %d messages", len(heads))
			}
			if replies := f.discord.Messages(heads[1].ID); len(replies) != 3 || !strings.Contains(replies[0].Text, "are closed") || !strings.Contains(replies[1].Text, "hold") || !strings.Contains(replies[2].Text, "falls") {
				t.Errorf("the thread shows %+v", replies)
			}
			card := f.slack.Messages(team, teamChannel)
			if len(card) != 2 || !strings.Contains(card[1].Visible(), "The dykes are closed.") {
				t.Errorf("Slack's channel shows %d messages, the card %s", len(card), card[1].Visible())
			}
		})
	}
}
