package main

import (
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// What a message in a story's thread has buttons for is about the channel above: Stop here
// ends what comes there, its answer's Follow again takes it up, over a kill of the bot, and
// the list that is asked for in the thread tests and ends it, on Discord and on Slack.
func TestButtonsInAThreadAreAboutItsChannel(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.onDiscord(t, "desk track", map[string]string{"headline": "The earth shakes", "slug": "quake"})
			f.onDiscord(t, "subscribe", map[string]string{"target": "quake", "mode": "thread"})
			f.onSlack(t, "/subscribe", "quake mode:thread")
			var thread string
			opened := 0
			// both publishes an update and returns it where it stands in either thread.
			both := func(text string) (left discordtest.Message, right slacktest.Message) {
				t.Helper()
				f.onDiscord(t, "update", map[string]string{"story": "quake", "text": text})
				opened++ // each subscription begins with a card and its thread
				threads, err := f.discord.WaitThreads(f.ctx, guildChannel, opened)
				if err != nil {
					t.Fatal(err)
				}
				thread = threads[len(threads)-1].ID
				if err := f.discord.Wait(f.ctx, func() bool {
					for _, m := range f.discord.Messages(thread) {
						if strings.Contains(m.Text, text) {
							left = m
						}
					}
					return left.ID != ""
				}); err != nil {
					t.Fatalf("%q on Discord: %v", text, err)
				}
				if _, err := f.slack.WaitUntil(f.ctx, team, teamChannel, text, func(all []slacktest.Message) bool {
					for _, m := range all {
						if m.ThreadTS != "" && m.ThreadTS != m.TS && strings.Contains(m.Visible(), text) {
							right = m
						}
					}
					return right.TS != ""
				}); err != nil {
					t.Fatalf("%q on Slack: %v", text, err)
				}
				return left, right
			}
			manager := discordtest.DefaultPermissions | manageChannels
			onDiscord := func(m discordtest.Message, label, want string) *discordtest.Answer {
				t.Helper()
				a, err := f.discord.Press(f.ctx, m, label, discordtest.Interaction{Channel: thread, Permissions: manager})
				if err != nil || !strings.Contains(a.Message.Text, want) {
					t.Fatalf("%s on Discord: %v, %+v", label, err, a)
				}
				return a
			}
			onSlack := func(m slacktest.Message, label, want string) *slacktest.Answer {
				t.Helper()
				a, err := f.slack.Press(f.ctx, m, label, reader)
				if err != nil || !strings.Contains(a.Visible(), want) {
					t.Fatalf("%s on Slack: %v, %+v", label, err, a)
				}
				return a
			}
			left, right := both("One.")
			stopped, ended := onDiscord(left, "Stop here", "no longer come to"), onSlack(right, "Stop here", "no longer come to")
			f.onDiscord(t, "update", map[string]string{"story": "quake", "text": "Nobody reads this here."})
			p.kill()
			p = f.connect(t, database)
			onDiscord(stopped.Message, "Follow again", "follows quake")
			onSlack(ended.Message, "Follow again", "follows quake")
			both("Two.")
			listed := f.inPost(t, thread, "subscriptions", map[string]string{"target": "quake"})
			tested := onDiscord(listed.Message, "Test", "")
			if _, err := f.discord.WaitAnswer(f.ctx, tested.ID, func(a *discordtest.Answer) bool { return strings.Contains(a.Message.Text, "Test passed") }); err != nil {
				t.Error(err)
			}
			onDiscord(listed.Message, "Stop here", "no longer follows quake")
			p.stop()
			for _, m := range f.discord.Messages(thread) {
				if strings.Contains(m.Text, "Nobody reads") {
					t.Errorf("the thread shows %q", m.Text)
				}
			}
		})
	}
}
