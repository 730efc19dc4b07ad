package slack

import (
	"context"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// A reader's zone is that of their profile, asked once while it is believed; of whom Slack
// says none that is known, nothing is guessed, and a failure costs no answer.
func TestZones(t *testing.T) {
	told := make(chan *time.Location, 1)
	run := func(t *testing.T, s setup) (*rig, func(user string) string) {
		s.handle = func(ctx context.Context, c bot.Command) bot.Reply {
			zoned, ok := c.Asker.(bot.Zoned)
			if !ok {
				t.Error("the asker knows no zone")
			}
			told <- zoned.Zone(ctx)
			return bot.Reply{Message: bot.Plainly("ok")}
		}
		s.before = func(far *slacktest.Server) {
			for id, zone := range map[string]string{"UB": "Europe/Berlin", "UN": "", "UX": "Mars/Olympus_Mons", "UL": "Local", "UP": "../../etc/passwd"} {
				far.AddUser("T1", slacktest.User{ID: id, Name: "x", TZ: zone})
			}
		}
		r := startRig(t, s)
		eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Detail != "asking Slack which workspace the token is for" })
		return r, func(user string) string {
			t.Helper()
			r.slash("C1", user, "/story", "sony-hack")
			if zone := <-told; zone != nil {
				return zone.String()
			}
			return ""
		}
	}
	t.Run("said", func(t *testing.T) {
		r, zone := run(t, setup{})
		for range 2 {
			for user, want := range map[string]string{"UB": "Europe/Berlin", "UN": "", "UX": "", "UL": "", "UP": ""} {
				if got := zone(user); got != want {
					t.Errorf("the zone of %s is %q, want %q", user, got, want)
				}
			}
		}
		if n := r.slack.Calls("users.info"); n != 5 {
			t.Errorf("%d look-ups for five people", n)
		}
		// They have moved, which is seen once what was said is believed no more.
		r.slack.AddUser("T1", slacktest.User{ID: "UB", Name: "x", TZ: "Asia/Tokyo"})
		if got := zone("UB"); got != "Europe/Berlin" {
			t.Errorf("asked again at once: %q", got)
		}
		r.platform.directory.people.drop(userRef("T1", "UB"))
		if got := zone("UB"); got != "Asia/Tokyo" {
			t.Errorf("after a move: %q", got)
		}
	})
	t.Run("without the scope", func(t *testing.T) {
		_, zone := run(t, setup{slack: []slacktest.Option{slacktest.WithoutScopes("users:read")}})
		if got := zone("UB"); got != "" {
			t.Errorf("a zone nobody told: %q", got)
		}
	})
	for name, fault := range map[string]slacktest.Fault{"unavailable": slacktest.Unavailable, "silent": slacktest.Hangs, "limited": slacktest.RateLimited(30), "nonsense": slacktest.HTML200} {
		t.Run(name, func(t *testing.T) {
			r, zone := run(t, setup{timing: func(g *timing) { g.lookUp = 300 * time.Millisecond }})
			r.slack.Fail(slacktest.Match{Method: "users.info"}, -1, fault)
			if got := zone("UB"); got != "" {
				t.Errorf("a zone nobody told: %q", got)
			}
			r.slack.Heal()
			if got := zone("UB"); got != "Europe/Berlin" {
				t.Errorf("once Slack answers: %q", got)
			}
		})
	}
}
