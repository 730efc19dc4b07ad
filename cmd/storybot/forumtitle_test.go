package main

import (
	"testing"

	"storybot/bot/discord/discordtest"
)

// TestAForumPostFollowsTheHeadline gives a story other headlines, with the answer to the
// post's new title lost and the bot killed as soon as the last is answered: in the end the
// story's one post is called what its headline is.
func TestAForumPostFollowsTheHeadline(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.withForum(t, map[string]string{"target": "all"})
			if _, err := f.discord.WaitThreads(f.ctx, testForum, 1); err != nil {
				t.Fatal(err)
			}
			f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises", "slug": "flood"})
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The dykes are closed."})
			posts, err := f.discord.WaitThreads(f.ctx, testForum, 2)
			if err != nil {
				t.Fatal(err)
			}
			called := func(want string) {
				t.Helper()
				if err := f.discord.Wait(f.ctx, func() bool { return f.discord.Channel(posts[1].ID).Name == want }); err != nil {
					t.Fatalf("the post is called %q, want %q: %v", f.discord.Channel(posts[1].ID).Name, want, err)
				}
			}
			called("Rhine rises")
			f.discord.FailNext(discordtest.Match{Op: discordtest.ChangeThread}, discordtest.ResetAfterStore())
			f.edit(t, "flood", "Rhine rises fast")
			called("Rhine rises fast")
			f.edit(t, "flood", "Rhine breaks its dykes")
			p.kill()
			p = f.connect(t, database)
			called("Rhine breaks its dykes")
			p.stop()
			if found, err := f.discord.WaitThreads(f.ctx, testForum, 2); err != nil || len(found) != 2 {
				t.Errorf("the forum has %d posts in the end, %v", len(found), err)
			}
		})
	}
}
