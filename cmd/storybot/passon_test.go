package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

// announcements makes the channel on Discord one that other channels follow.
func (f *far) announcements() {
	f.discord.ChangeChannel(guildChannel, func(c *discordtest.Channel) { c.Type = discordtest.AnnouncementChannel })
}

// passed tells of the messages in the channel that hold a text whether they went on.
func (f *far) passed(text string) (out string) {
	for _, m := range f.discord.Messages(guildChannel) {
		if strings.Contains(m.Text, text) {
			out += fmt.Sprint(m.Published, " ")
		}
	}
	return out
}

// TestBreakingGoesOn has an announcement channel pass on what is breaking through the whole
// program: once, whatever is lost and whoever is killed; with its correction; ten times an
// hour, also across restarts, with no more refusals by Discord than requests a kill cut off.
func TestBreakingGoesOn(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && name != "SQLite" {
				t.Skip("takes a minute on each database: one is enough for a short run")
			}
			f := newFar(t, discordtest.WithLimits(discordtest.Limits{Publish: discordtest.DocumentedLimits().Publish}))
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.track(t)
			follow := map[string]string{"target": "flood", "publish": "yes"}
			if got := f.onDiscord(t, "subscribe", follow); !strings.Contains(got, "Only messages in an announcement channel can be passed on") {
				t.Errorf("in a text channel: %q", got)
			}
			if got := f.onSlack(t, "/subscribe", "flood publish:yes"); !strings.Contains(got, "Leave publish: out") {
				t.Errorf("on Slack: %q", got)
			}
			f.announcements()
			const words = "breaking updates passed on to the channels that follow this one"
			if got := f.onDiscord(t, "subscribe", follow); !strings.Contains(got, words) {
				t.Errorf("in an announcement channel: %q", got)
			}
			if got := f.onDiscord(t, "subscriptions", nil); !strings.Contains(got, words) {
				t.Errorf("/subscriptions: %q", got)
			}
			update := func(text, level string) {
				t.Helper()
				f.onDiscord(t, "update", map[string]string{"story": "flood", "text": text, "level": level})
			}
			reaches := func(text, want string) {
				t.Helper()
				if err := f.discord.Wait(f.ctx, func() bool { return f.passed(text) == want }); err != nil {
					t.Fatalf("%q: passed on %q, want %q: %v", text, f.passed(text), want, err)
				}
			}

			// The bot is killed while the message is on its way on, and Discord has done it.
			f.discord.FailNext(discordtest.Match{Op: discordtest.PublishMessage}, discordtest.HangAfterStore())
			update("The first dyke broke.", "breaking")
			reaches("The first dyke broke.", "true ")
			p.kill()
			p = f.connect(t, database)
			update("Boats are coming.", "normal")
			reaches("Boats are coming.", "false ")
			// It is killed while the message itself is on its way.
			f.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.HangAfterStore())
			update("The second dyke broke.", "breaking")
			if _, err := f.discord.WaitMessages(f.ctx, guildChannel, 4); err != nil {
				t.Fatal(err)
			}
			p.kill()
			p = f.connect(t, database)
			reaches("The second dyke broke.", "true ")

			// A correction is passed on like what it corrects, and one of what was not is not.
			correct := func(number, text string) {
				t.Helper()
				who := discordtest.Interaction{Channel: guildChannel}
				form, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "desk correct", Options: map[string]string{"story": "flood", "number": number}})
				if err != nil {
					t.Fatal(err)
				}
				preview, err := f.discord.Submit(f.ctx, form, map[string]string{"text": text}, who)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := f.discord.Press(f.ctx, preview.Message, "Post", who); err != nil {
					t.Fatal(err)
				}
			}
			correct("3", "The old dyke broke.")
			reaches("The old dyke broke.", "true true ")
			correct("2", "Ships are coming.")
			reaches("Ships are coming.", "false false ")

			whyNot := func(number, until string) (why string) {
				t.Helper()
				for deadline := time.Now().Add(patience / 2); !strings.Contains(why, until) && time.Now().Before(deadline); {
					why = f.onDiscord(t, "why", map[string]string{"story": "flood", "number": number})
				}
				return why
			}

			// Ten an hour, of which the first took two.
			for n := 5; n <= 12; n++ {
				text := fmt.Sprintf("Dyke %d broke.", n)
				update(text, "breaking")
				if n <= 10 {
					reaches(text, "true ")
				} else {
					reaches(text, "false ")
				}
				if n == 7 {
					whyNot("6", "· passed on") // it is written down by now
					p.kill()
					p = f.connect(t, database)
				}
			}
			if why := whyNot("11", "not passed on"); !strings.Contains(why, "was sent") || !strings.Contains(why, "not passed on to the channels that follow this one. This channel has had published all that Discord takes, ten messages an hour whoever publishes them; it takes the next one ") {
				t.Errorf("/why of what is beyond the budget: %q", why)
			}
			if why := f.onDiscord(t, "why", map[string]string{"story": "flood", "number": "3"}); !strings.Contains(why, "· passed on to the channels that follow this one") {
				t.Errorf("/why of what was passed on: %q", why)
			}
			// The request that was on its way in a kill is not known to whoever comes second.
			if got := f.discord.Stats(); got.RateLimited > 1 || got.ByOp[discordtest.PublishMessage] > 11 {
				t.Errorf("%d requests to publish, %d answers with 429", got.ByOp[discordtest.PublishMessage], got.RateLimited)
			}
			p.stop()
			for _, v := range f.discord.Violations() {
				t.Error(v)
			}
		})
	}
}
