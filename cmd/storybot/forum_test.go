package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

const testForum = "155101607195836440"

// withForum adds a forum with a tag for either state, and has it follow a target.
func (f *far) withForum(t *testing.T, options map[string]string) {
	t.Helper()
	f.discord.AddChannel(guild, testForum)
	f.discord.ChangeChannel(testForum, func(c *discordtest.Channel) {
		c.Type, c.Name = discordtest.ForumChannel, "stories"
		c.Tags = []discordtest.Tag{{ID: "71", Name: "developing"}, {ID: "72", Name: "closed"}}
	})
	options["channel"] = testForum
	a, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "subscribe", Options: options,
		Permissions: discordtest.DefaultPermissions, Picked: discordtest.DefaultPermissions | manageChannels})
	if err != nil || !strings.Contains(a.Message.Text, "now follows") {
		t.Fatalf("%+v, %v", a, err)
	}
}

// TestKillBeforeTheForumPost kills the bot as soon as an update is answered, with the post
// of its story in a forum not begun, on its way or made with the answer lost: in the end
// the forum has one post for each story, tagged by its state, and each update in it once,
// breaking ones too.
func TestKillBeforeTheForumPost(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
			defer cancel()
			f.ctx = ctx
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.withForum(t, map[string]string{"target": "all"})
			if _, err := f.discord.WaitThreads(f.ctx, testForum, 1); err != nil {
				t.Fatal(err)
			}
			rounds := 3
			for n := range rounds {
				slug := fmt.Sprint("flood-", n)
				f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises, " + slug, "slug": slug})
				if n == 1 { // made, and nobody is told
					f.discord.FailNext(discordtest.Match{Op: discordtest.CreateForumPost}, discordtest.ResetAfterStore())
				}
				f.onDiscord(t, "update", map[string]string{"story": slug, "text": fmt.Sprintf("The dykes of flood-%d are closed.", n)})
				p.kill()
				p = f.connect(t, database)
			}
			for n := range rounds {
				f.onDiscord(t, "update", map[string]string{"story": fmt.Sprint("flood-", n), "level": "breaking", "text": fmt.Sprintf("The dykes of flood-%d broke.", n)})
			}
			posts, err := f.discord.WaitThreads(f.ctx, testForum, 1+rounds)
			if err != nil || len(posts) != 1+rounds {
				t.Fatalf("the forum has %d posts, %v", len(posts), err)
			}
			for _, c := range posts[1:] {
				said, err := f.discord.WaitMessages(f.ctx, c.ID, 3)
				if err != nil || len(said) != 3 || !strings.Contains(said[1].Text, "are closed") || !strings.Contains(said[2].Text, "broke") {
					t.Errorf("the post %q shows %+v, %v", c.Name, said, err)
				}
				if !strings.HasPrefix(c.Name, "Rhine rises, flood-") || fmt.Sprint(c.Applied) != "[71]" {
					t.Errorf("the post is called %q and has the tags %v", c.Name, c.Applied)
				}
			}
			f.onDiscord(t, "desk close", map[string]string{"story": "flood-0"})
			if err := f.discord.WaitRequests(f.ctx, discordtest.ChangeThread, 1); err != nil {
				t.Fatal(err)
			}
			p.stop()
			for i, c := range posts {
				want := []string{"[]", "[72]", "[71]", "[71]"}[i]
				if got := fmt.Sprint(f.discord.Channel(c.ID).Applied); got != want {
					t.Errorf("the post %q has the tags %s in the end, want %s", c.Name, got, want)
				}
			}
			if found, _ := f.discord.WaitThreads(f.ctx, testForum, 1); len(found) != 1+rounds {
				t.Errorf("the forum has %d posts in the end", len(found))
			}
		})
	}
}
