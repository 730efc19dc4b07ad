package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

// inPost types a command in a post of a forum.
func (f *far) inPost(t *testing.T, post, name string, options map[string]string) *discordtest.Answer {
	t.Helper()
	a, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: post, Name: name, Options: options, Permissions: discordtest.DefaultPermissions | manageChannels})
	if err != nil {
		t.Fatalf("/%s in a post: %v", name, err)
	}
	return a
}

// TestAForumThatRequiresTags: what is said in such a forum beside the news neither blocks it
// nor opens posts of its own, and what it follows is listed, tested, asked about and ended
// from its posts, also after a restart.
func TestAForumThatRequiresTags(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	f.ctx = ctx
	database := "DATABASE_URL=sqlite:" + t.TempDir() + "/news.db"
	p := f.connect(t, database)
	for _, slug := range []string{"quake", "fire"} {
		f.onDiscord(t, "desk track", map[string]string{"headline": "The " + slug, "slug": slug, "topics": "nature"})
	}
	f.withForum(t, map[string]string{"target": "quake"}) // whose first post is developing
	f.discord.ChangeChannel(testForum, func(c *discordtest.Channel) { c.TagRequired = true })
	subscribe := func(target string) {
		t.Helper()
		a, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "subscribe", Options: map[string]string{"target": target, "channel": testForum},
			Permissions: discordtest.DefaultPermissions, Picked: discordtest.DefaultPermissions | manageChannels})
		if err != nil || !strings.Contains(a.Message.Text, "now follows") {
			t.Fatalf("%+v, %v", a, err)
		}
	}
	subscribe("topic:nature")
	posts, err := f.discord.WaitThreads(f.ctx, testForum, 2)
	if err != nil {
		t.Fatal(err)
	}
	if posts[1].Name != "The topic nature" || strings.Join(posts[1].Applied, " ") != "71" {
		t.Errorf("the post of the topic is called %q and has the tags %v", posts[1].Name, posts[1].Applied)
	}
	f.onDiscord(t, "update", map[string]string{"story": "fire", "text": "Fire one."})
	if posts, err = f.discord.WaitThreads(f.ctx, testForum, 3); err != nil {
		t.Fatal(err)
	}
	quake, fire := posts[0].ID, posts[2].ID
	said := func(post string, n int, want string) {
		t.Helper()
		err := f.discord.Wait(f.ctx, func() bool { return len(f.discord.Messages(post)) >= n })
		shown := f.discord.Messages(post)
		if err != nil || len(shown) != n || !strings.Contains(shown[n-1].Text, want) {
			t.Fatalf("the post shows %+v, %v; want %q", shown, err, want)
		}
	}
	said(fire, 2, "Fire one.")
	says := func(a *discordtest.Answer, want string) {
		t.Helper()
		if !strings.Contains(a.Message.Text, want) {
			t.Errorf("%q, want %q", a.Message.Text, want)
		}
	}
	says(f.inPost(t, fire, "subscribe", map[string]string{"target": "fire"}), "come here twice")
	says(f.inPost(t, fire, "why", map[string]string{"story": "fire"}), "What brings the story here now: topic:nature")
	says(f.inPost(t, fire, "catchup", nil), "Fire one.")
	p.kill()
	p = f.connect(t, database)
	listed := f.inPost(t, quake, "subscriptions", map[string]string{"target": "quake"})
	says(listed, "follows `quake`")
	tested, err := f.discord.Press(f.ctx, listed.Message, "Test", discordtest.Interaction{Channel: quake, Permissions: discordtest.DefaultPermissions | manageChannels})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.discord.WaitAnswer(f.ctx, tested.ID, func(a *discordtest.Answer) bool { return strings.Contains(a.Message.Text, "Test passed") }); err != nil {
		t.Error(err)
	}
	if first := f.discord.Messages(quake); len(first) != 1 {
		t.Errorf("a test left %+v", first)
	}
	pressed, err := f.discord.Press(f.ctx, f.discord.Messages(quake)[0], "Stop here", discordtest.Interaction{Channel: quake, Permissions: discordtest.DefaultPermissions | manageChannels})
	if err != nil {
		t.Fatal(err)
	}
	says(pressed, "no longer come to this channel")
	said(quake, 2, "stopped quake here")
	f.onDiscord(t, "update", map[string]string{"story": "fire", "text": "Fire two.", "level": "breaking"})
	said(fire, 3, "Fire two.")
	says(f.inPost(t, fire, "unsubscribe", map[string]string{"target": "topic:nature"}), "no longer follows")
	f.onDiscord(t, "update", map[string]string{"story": "fire", "text": "Fire three.", "level": "breaking"})
	p.stop()
	said(fire, 3, "Fire two.")
	if found, _ := f.discord.WaitThreads(f.ctx, testForum, 1); len(found) != 3 {
		t.Errorf("the forum has %d posts in the end", len(found))
	}
}
