package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

// confirms asks on Discord for something to be done to an update, and presses the button
// under the question.
func (f *far) confirms(t *testing.T, command, slug string, number int, label string) {
	t.Helper()
	i := discordtest.Interaction{Channel: guildChannel, Name: command, Options: map[string]string{"story": slug, "number": strconv.Itoa(number)}}
	asked, err := f.discord.Command(f.ctx, i)
	if err != nil {
		t.Fatal(err)
	}
	if done, err := f.discord.Press(f.ctx, asked.Message, label, discordtest.Interaction{Channel: guildChannel}); err != nil {
		t.Fatalf("%q answered with %+v, %v", asked.Message.Text, done, err)
	}
}

// TestAHeadShowsWhatWasReleased holds an update back while it waits for quiet hours to end
// and the story's head was not edited for it, takes the hours away and releases it, between
// kills: it comes in the thread, and the head shows it.
func TestAHeadShowsWhatWasReleased(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute) // what was on its way is settled after each kill
			defer cancel()
			f.ctx = ctx
			n := &newsDesk{f}
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises", "slug": "flood"})
			f.onDiscord(t, "subscribe", map[string]string{"target": "flood", "mode": "thread"})
			f.onSlack(t, "/subscribe", "flood mode:thread")
			heads := func() (onDiscord, onSlack string) {
				if m := f.discord.Messages(guildChannel); len(m) > 0 {
					onDiscord = m[0].Text
				}
				if m := f.slack.Messages(team, teamChannel); len(m) > 0 {
					onSlack = m[0].Visible()
				}
				return onDiscord, onSlack
			}
			both := func(text string) func() bool {
				return func() bool {
					d, s := heads()
					return strings.Contains(d, text) && strings.Contains(s, text)
				}
			}
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The dykes are closed."})
			n.wait(t, both("The dykes are closed."))
			now := time.Now().UTC()
			quiet := now.Add(-3*time.Hour).Format("15:04") + "-" + now.Add(3*time.Hour).Format("15:04")
			f.onDiscord(t, "subscribe", map[string]string{"target": "flood", "quiet": quiet, "tz": "UTC"})
			f.onSlack(t, "/subscribe", "flood quiet:"+quiet+" tz:UTC")
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The dykes hold."})
			n.wait(t, both("The dykes hold."))
			// A head is edited every few seconds at most: mostly it was not for what is held at once.
			number, falls := 2, ""
			for unshown := false; !unshown && number < 9; {
				number++
				falls = fmt.Sprintf("The water falls by %d metres.", number)
				f.onDiscord(t, "update", map[string]string{"story": "flood", "text": falls})
				f.confirms(t, "desk hold", "flood", number, "Put it on hold")
				n.wait(t, both(fmt.Sprint(number, " updates")))
				d, s := heads()
				unshown = !strings.Contains(d, falls) && !strings.Contains(s, falls)
			}
			p.kill()
			p = f.connect(t, database)
			f.onDiscord(t, "subscribe", map[string]string{"target": "flood", "quiet": "off"})
			f.onSlack(t, "/subscribe", "flood quiet:off")
			thread := f.discord.Messages(guildChannel)[0].ID
			if _, err := f.discord.WaitMessages(f.ctx, thread, 2); err != nil {
				t.Fatal(err)
			}
			if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 3); err != nil {
				t.Fatal(err)
			}
			f.confirms(t, "desk release", "flood", number, "Release it")
			p.kill()
			p = f.connect(t, database)
			n.wait(t, both(falls))
			if _, err := f.discord.WaitMessages(f.ctx, thread, 3); err != nil {
				t.Fatal(err)
			}
			if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 4); err != nil {
				t.Fatal(err)
			}
			p.stop()
			if replies := f.discord.Messages(thread); len(replies) != 3 || !strings.Contains(replies[2].Text, falls) {
				t.Errorf("Discord's thread shows %d messages, the last %s", len(replies), replies[len(replies)-1].Text)
			}
			if all := f.slack.Messages(team, teamChannel); len(all) != 4 || !strings.Contains(all[3].Visible(), falls) || all[3].ThreadTS == "" {
				t.Errorf("Slack's channel shows %d messages, the last %s", len(all), all[len(all)-1].Visible())
			}
		})
	}
}
