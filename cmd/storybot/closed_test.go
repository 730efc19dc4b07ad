package main

import (
	"slices"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// says asks a command until the answer holds all of some words: what was posted is written
// down a moment later.
func (f *far) says(t *testing.T, ask func() string, words ...string) {
	t.Helper()
	var got string
	for range 100 {
		got = ask()
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(got, w) }) {
			return
		}
	}
	t.Errorf("answered with %q, without %q", got, words)
}

// A story's thread that was locked is told of, to the desk and by /desk status, over a kill
// of the bot too and until it is open again; /why says where each update stands.
func TestALockedThreadIsSeenUntilItIsOpened(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.onDiscord(t, "desk track", map[string]string{"headline": "The earth shakes", "slug": "quake"})
			f.onDiscord(t, "subscribe", map[string]string{"target": "all", "mode": "thread"})
			update := func(text, level string) {
				t.Helper()
				f.onDiscord(t, "update", map[string]string{"story": "quake", "level": level, "text": text})
			}
			shown := func(channel string, n int) []discordtest.Message {
				t.Helper()
				found, err := f.discord.WaitMessages(f.ctx, channel, n)
				if err != nil {
					t.Fatal(err)
				}
				return found
			}
			update("One.", "normal")
			threads, err := f.discord.WaitThreads(f.ctx, guildChannel, 1)
			if err != nil {
				t.Fatal(err)
			}
			thread := threads[0].ID
			shown(thread, 1)
			update("Two.", "breaking")
			shown(thread, 2)
			shown(guildChannel, 3)
			why := func(number string) func() string {
				return func() string {
					return f.onDiscord(t, "why", map[string]string{"story": "quake", "number": number})
				}
			}
			status := func() string { return f.onDiscord(t, "desk status", nil) }
			open := func() string {
				if strings.Contains(status(), "takes no messages") {
					return "closed"
				}
				return "open"
			}
			lock := func(is bool) {
				f.discord.ChangeChannel(thread, func(c *discordtest.Channel) { c.Archived, c.Locked = is, is })
			}
			f.says(t, why("2"), "Update 2 was sent, in the story's thread and in the channel.")
			f.says(t, open, "open")
			lock(true)
			update("Three.", "normal")
			shown(guildChannel, 4)
			f.says(t, why("3"), "Update 3 was sent, in the channel.", "the story's thread took no messages")
			p.kill()
			p = f.connect(t, database)
			f.says(t, status, "A story's thread takes no messages.", "the thread of quake", "unlock the thread")
			lock(false)
			update("Four.", "normal")
			shown(thread, 3)
			f.says(t, open, "open")
			p.stop()
		})
	}
}

// Where Slack lets no card be edited the story's card is posted anew once; then its updates
// come as messages, and the channel reads why.
func TestWhereCardsCannotBeEditedUpdatesAreMessages(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.onDiscord(t, "desk track", map[string]string{"headline": "The earth shakes", "slug": "quake"})
			f.onSlack(t, "/subscribe", "quake mode:card")
			shown := func(n int) string {
				t.Helper()
				found, err := f.slack.WaitMessages(f.ctx, team, teamChannel, n)
				if err != nil {
					t.Fatal(err)
				}
				return found[n-1].Visible()
			}
			update := func(text string) {
				t.Helper()
				f.onDiscord(t, "update", map[string]string{"story": "quake", "text": text})
			}
			shown(1)
			f.slack.Fail(slacktest.Match{Method: "chat.update"}, -1, slacktest.APIError("edit_window_closed"))
			update("One.")
			if got := shown(2); !strings.Contains(got, "One.") {
				t.Errorf("the new card says %q", got)
			}
			f.says(t, func() string { return f.onSlack(t, "/why", "quake 1") }, "Update 1 ") // it is written down
			p.kill()
			p = f.connect(t, database)
			update("Two.")
			// What the new card shows may be said once more: an edit of it that was owed as it was
			// made can be refused as well, and takes what it was for to the channel.
			said := func(all []slacktest.Message) (texts []string) {
				for _, m := range all[min(2, len(all)):] {
					if text := m.Visible(); !strings.HasPrefix(text, "One.") {
						texts = append(texts, text)
					}
				}
				return texts
			}
			expect := func(n int, want string) {
				t.Helper()
				all, err := f.slack.WaitUntil(f.ctx, team, teamChannel, want, func(all []slacktest.Message) bool { return len(said(all)) >= n })
				if got := said(all); err != nil || len(got) != n || !strings.Contains(got[n-1], want) {
					t.Fatalf("the channel reads %q, want %q at last: %v", got, want, err)
				}
			}
			expect(2, "Two.")
			if got := said(f.slack.Messages(team, teamChannel))[0]; !strings.Contains(got, "The card of quake cannot be edited here any more") {
				t.Errorf("the channel reads %q", got)
			}
			update("Three.")
			expect(3, "Three.")
			if got := f.onSlack(t, "/subscriptions", ""); strings.Contains(got, "live card") {
				t.Errorf("/subscriptions: %q", got)
			}
			f.says(t, func() string { return f.onSlack(t, "/why", "quake 2") }, "Update 2 was sent")
			p.stop()
		})
	}
}
