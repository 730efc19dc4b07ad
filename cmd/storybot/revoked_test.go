package main

import (
	"strings"
	"testing"

	"storybot/bot/slack/slacktest"
)

// TestAPushOutlivesARefusedToken has Slack refuse the bot's token, or move its workspace,
// in the middle of a push: Discord gets all, what Slack is owed waits, and each channel
// gets it once as soon as Slack takes it, over a kill of the bot too.
func TestAPushOutlivesARefusedToken(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		for word, told := range map[string]string{"token_revoked": "puts the new token into", "team_added_to_org": ""} {
			t.Run(name+"/"+word, func(t *testing.T) {
				t.Parallel()
				if testing.Short() && name != "SQLite" {
					t.Skip("a refused token is tried again after a minute: one database is enough for a short run")
				}
				const channels = 12
				f := newFar(t)
				database := "DATABASE_URL=" + url(t)
				p := f.connect(t, database)
				f.track(t)
				ids := f.slack.AddChannels(team, channels)
				for i, id := range ids {
					if _, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: id, User: reader, Command: "/subscribe", Text: "flood"}); err != nil {
						t.Fatal(err)
					}
					if err := f.slack.WaitPosts(f.ctx, i+2); err != nil { // its card
						t.Fatal(err)
					}
				}
				f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The river rises."})
				if err := f.slack.WaitPosts(f.ctx, channels+1+3); err != nil {
					t.Fatal(err)
				}
				f.slack.Refuse(team, word)
				if _, err := f.discord.WaitMessages(f.ctx, guildChannel, 2); err != nil {
					t.Fatal(err)
				}
				f.says(t, func() string { return f.onDiscord(t, "desk status", nil) }, "wait", told)
				if n := f.slack.Posts(); n > 2*(channels+1)-1 {
					t.Fatalf("all %d messages were sent before Slack refused them", n)
				}
				p.kill()
				f.slack.Refuse(team, "")
				p = f.connect(t, database)
				for _, id := range append(ids, teamChannel) {
					list, err := f.slack.WaitUntil(f.ctx, team, id, "the update", func(list []slacktest.Message) bool { return showing(list, "The river rises.") > 0 })
					if err != nil || showing(list, "The river rises.") != 1 {
						t.Errorf("%s: %v, %d times", id, err, showing(list, "The river rises."))
					}
				}
				f.says(t, func() string { return f.onSlack(t, "/why", "flood 1") }, "Update 1 was sent")
				if n := f.slack.Posts(); n != 2*(channels+1) {
					t.Errorf("%d messages for %d", n, 2*(channels+1))
				}
				if status := f.onDiscord(t, "desk status", nil); strings.Contains(status, "refuses") {
					t.Error(status)
				}
				p.stop()
			})
		}
	}
}
