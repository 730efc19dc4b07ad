package main

import (
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
)

// A thread that nobody wrote in for days is archived by Discord: the next update opens it
// again, over a kill of the bot too, and so does a withdrawal of what it shows; the channel
// above gets none of it. One that somebody archived and locked stays as it is, and what is
// for it goes to the channel.
func TestAnArchivedThreadIsOpenedAgain(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.onDiscord(t, "desk track", map[string]string{"headline": "The earth shakes", "slug": "quake"})
			f.onDiscord(t, "subscribe", map[string]string{"target": "all", "mode": "thread"})
			update := func(text string) {
				t.Helper()
				f.onDiscord(t, "update", map[string]string{"story": "quake", "text": text})
			}
			update("One.")
			threads, err := f.discord.WaitThreads(f.ctx, guildChannel, 1)
			if err != nil {
				t.Fatal(err)
			}
			thread := threads[0].ID
			shows := func(n int, text string) {
				t.Helper()
				found, err := f.discord.WaitMessages(f.ctx, thread, n)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(found[n-1].Text, text) {
					t.Errorf("the thread ends with %q, want %q", found[n-1].Text, text)
				}
			}
			archive := func(locked bool) {
				f.discord.ChangeChannel(thread, func(c *discordtest.Channel) { c.Archived, c.Locked = true, locked })
			}
			opened := func(after string) {
				t.Helper()
				if c := f.discord.Channel(thread); c.Archived || c.Locked {
					t.Errorf("after %s the thread is archived %t, locked %t", after, c.Archived, c.Locked)
				}
				if above := f.discord.Messages(guildChannel); len(above) != 2 {
					t.Errorf("after %s the channel shows %d messages", after, len(above))
				}
			}
			shows(1, "One.")

			archive(false)
			update("Two.")
			shows(2, "Two.")
			opened("an update")

			archive(false)
			p.kill()
			p = f.connect(t, database)
			update("Three.")
			shows(3, "Three.")
			opened("a kill and an update")

			archive(false)
			f.withdraw(t, "quake", "Nothing shook.")
			shows(4, "WITHDRAWN")
			if err := f.discord.Wait(f.ctx, func() bool { return strings.Contains(f.discord.Messages(thread)[0].Text, "Nothing shook.") }); err != nil {
				t.Errorf("the copy is not edited: %v", err)
			}
			opened("a withdrawal")

			archive(true)
			update("Four.")
			if above, err := f.discord.WaitMessages(f.ctx, guildChannel, 3); err != nil || !strings.Contains(above[2].Text, "Four.") {
				t.Errorf("the channel shows %+v, %v", above, err)
			}
			if c := f.discord.Channel(thread); !c.Archived || !c.Locked || len(f.discord.Messages(thread)) != 4 {
				t.Errorf("the locked thread: %+v with %d messages", c, len(f.discord.Messages(thread)))
			}
			f.says(t, func() string { return f.onDiscord(t, "desk status", nil) }, "A story's thread takes no messages.", "the thread of quake", "unlock the thread")
			p.stop()
		})
	}
}
