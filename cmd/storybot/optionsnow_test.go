package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestADigestComesWhenItsQuietHoursAreTakenAway has two stories be collected in one channel,
// one of them over quiet hours too. Once the other's digest has come the hours are taken
// away: what waited comes at once, and not with the next day's.
func TestADigestComesWhenItsQuietHoursAreTakenAway(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program anew")
	}
	t.Parallel()
	program := buildWithClock(t)
	d := &daysDesk{newsDesk: newNewsDesk(t), t: t, program: program, clock: filepath.Join(t.TempDir(), "clock")}
	d.env = append(d.env, "CLOCK_FILE="+d.clock, "DATABASE_URL="+databases["SQLite"](t))
	d.start("2030-03-05 02:34:00")
	d.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises above nine metres", "slug": "flood"})
	d.onDiscord(t, "desk track", map[string]string{"headline": "A fire in town", "slug": "fire"})
	d.both(0, "subscribe", map[string]string{"target": "flood", "digest": "daily@09:00", "quiet": "22:00-10:00", "tz": "UTC"})
	d.both(0, "subscribe", map[string]string{"target": "fire", "digest": "daily@09:00", "tz": "UTC"})
	d.tells("The dykes are closed.")
	d.onDiscord(t, "update", map[string]string{"story": "fire", "text": "It is under control."})
	d.at("2030-03-05 09:34:00")
	d.come("the other's, at its hour", 0, 1, "It is under control.")
	d.waits(0, 1, "2030-03-05 10:00:00")
	d.p.kill()
	d.start("2030-03-05 09:35:00")
	d.both(0, "subscribe", map[string]string{"target": "flood", "quiet": "off"})
	d.come("without quiet hours", 0, 2, "The dykes are closed.")
	d.p.stop()
}

// TestWhatWasHeldGoesInTheModeThatHolds holds an update back while it waits for a story's
// thread, and releases it once the channel has one live card of the story: it stands there,
// and the thread stays as it was.
func TestWhatWasHeldGoesInTheModeThatHolds(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute) // what was on its way is settled after a kill
			defer cancel()
			f.ctx = ctx
			n := &newsDesk{f}
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises", "slug": "flood"})
			f.onDiscord(t, "subscribe", map[string]string{"target": "flood", "mode": "thread"})
			f.onSlack(t, "/subscribe", "flood mode:thread")
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The dykes are closed."})
			head, err := f.discord.WaitMessages(f.ctx, guildChannel, 1)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.discord.WaitMessages(f.ctx, head[0].ID, 1); err != nil {
				t.Fatal(err)
			}
			if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 2); err != nil {
				t.Fatal(err)
			}
			now := time.Now().UTC()
			quiet := now.Add(-3*time.Hour).Format("15:04") + "-" + now.Add(3*time.Hour).Format("15:04")
			f.onDiscord(t, "subscribe", map[string]string{"target": "flood", "quiet": quiet, "tz": "UTC"})
			f.onSlack(t, "/subscribe", "flood quiet:"+quiet+" tz:UTC")
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The water falls."})
			f.confirms(t, "desk hold", "flood", 2, "Put it on hold")
			f.onDiscord(t, "subscribe", map[string]string{"target": "flood", "mode": "card", "quiet": "off"})
			f.onSlack(t, "/subscribe", "flood mode:card quiet:off")
			p.kill()
			p = f.connect(t, database)
			f.confirms(t, "desk release", "flood", 2, "Release it")
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The road is open."})
			n.wait(t, func() bool {
				d, s := f.discord.Messages(guildChannel)[0].Text, f.slack.Messages(team, teamChannel)[0].Visible()
				for _, text := range []string{"The water falls.", "The road is open."} {
					if !strings.Contains(d, text) || !strings.Contains(s, text) {
						return false
					}
				}
				return true
			})
			p.stop()
			if d, s := f.discord.Messages(guildChannel), f.slack.Messages(team, teamChannel); len(d) != 1 || len(f.discord.Messages(d[0].ID)) != 1 || len(s) != 2 {
				t.Errorf("Discord shows %d messages, %d in the thread, Slack %d", len(d), len(f.discord.Messages(d[0].ID)), len(s))
			}
		})
	}
}
