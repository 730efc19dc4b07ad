package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

// TestADigestIsPostedOnceThroughKills kills the program as soon as a digest is owed, with
// its message not begun, on its way, or stored with its answer lost: each channel shows it once.
func TestADigestIsPostedOnceThroughKills(t *testing.T) {
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
			f.track(t)
			for n, text := range []string{"The dykes hold.", "The dykes leak.", "The dykes break."} {
				f.onDiscord(t, "subscribe", map[string]string{"target": "flood", "digest": "weekdays@09:00"})
				f.onSlack(t, "/subscribe", "flood digest:weekdays@09:00")
				f.onDiscord(t, "update", map[string]string{"story": "flood", "text": text})
				if n == 1 { // stored, and nobody is told
					f.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.ResetAfterStore())
				}
				f.onDiscord(t, "subscribe", map[string]string{"target": "flood", "digest": "off"})
				f.onSlack(t, "/subscribe", "flood digest:off")
				p.kill()
				p = f.connect(t, database)
				if _, err := f.discord.WaitMessages(f.ctx, guildChannel, n+2); err != nil {
					t.Fatal(err)
				}
				if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, n+2); err != nil {
					t.Fatal(err)
				}
			}
			p.stop()
			var onDiscord, onSlack []string
			for _, m := range f.discord.Messages(guildChannel) {
				onDiscord = append(onDiscord, plain(m.Text))
			}
			for _, m := range f.slack.Messages(team, teamChannel) {
				onSlack = append(onSlack, plain(m.Visible()))
			}
			for where, shown := range map[string][]string{"Discord": onDiscord, "Slack": onSlack} {
				for _, text := range []string{"The dykes hold.", "The dykes leak.", "The dykes break."} {
					if n := count(shown, text); n != 1 {
						t.Errorf("%s shows %q %d times: %s", where, text, n, strings.Join(shown, "\n---\n"))
					}
				}
				if n := count(shown, "Digest of 1 update in 1 story"); n != 3 {
					t.Errorf("%s shows %d digests", where, n)
				}
			}
		})
	}
}
