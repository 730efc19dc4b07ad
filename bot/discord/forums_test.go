package discord

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
	"storybot/stories"
)

// posts opens a post that is about some words.
func (r *rig) posts(t *testing.T, key string, words ...string) bot.Verdict {
	t.Helper()
	m := *stateMessage(stories.Developing)
	m.Tags = words
	o := on(post(&m, key), stories.OpForum, "")
	o.Delivery.Destination.Channel = testForum
	return r.p.Do(t.Context(), o)
}

// TestAPostInAForumThatRequiresTags: whatever is posted there has a tag, as long as the
// forum has one that fits or says nothing.
func TestAPostInAForumThatRequiresTags(t *testing.T) {
	developing, closed, weather := discordtest.Tag{ID: "71", Name: "Developing"}, discordtest.Tag{ID: "72", Name: "closed"}, discordtest.Tag{ID: "73", Name: "weather"}
	for _, c := range []struct {
		tags  []discordtest.Tag
		words []string
		want  string
	}{
		{[]discordtest.Tag{developing, closed, weather}, []string{"closed"}, "[72]"},
		{[]discordtest.Tag{developing, closed, weather}, nil, "[73]"},
		{[]discordtest.Tag{closed, developing}, nil, "[71]"},
		{[]discordtest.Tag{weather}, []string{"developing"}, "[73]"},
		{[]discordtest.Tag{closed}, []string{"developing"}, "[72]"},
	} {
		r := forumRig(t, c.tags...)
		r.srv.ChangeChannel(testForum, func(c *discordtest.Channel) { c.TagRequired = true })
		v := r.posts(t, "post", c.words...)
		if v.Outcome != bot.Delivered {
			t.Errorf("%v of %v: %+v", c.words, c.tags, v)
			continue
		}
		if got := r.tagsAt(v.MessageID); got != c.want {
			t.Errorf("%v of %v: tags %s, want %s", c.words, c.tags, got, c.want)
		}
	}
	r := forumRig(t)
	r.srv.ChangeChannel(testForum, func(c *discordtest.Channel) { c.TagRequired = true })
	if v := r.posts(t, "post"); v.Outcome != bot.Blocked || v.Code != "40067" {
		t.Errorf("a forum that requires tags and has none: %+v", v)
	}
}

// TestAForumsTagsChange: what was known of a forum is forgotten once a post is refused for
// it, and after minutes.
func TestAForumsTagsChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := forumRig(t, discordtest.Tag{ID: "71", Name: "developing"})
		if v := r.posts(t, "first"); v.Outcome != bot.Delivered {
			t.Fatalf("%+v", v)
		}
		r.srv.ChangeChannel(testForum, func(c *discordtest.Channel) { c.TagRequired = true })
		if v := r.posts(t, "second"); v.Outcome != bot.Transient || v.Reason == "" {
			t.Errorf("the forum requires tags now: %+v", v)
		}
		if v := r.posts(t, "second"); v.Outcome != bot.Delivered || r.tagsAt(v.MessageID) != "[71]" {
			t.Errorf("at the second attempt: %+v", v)
		}
		r.srv.ChangeChannel(testForum, func(c *discordtest.Channel) { c.Tags[0].ID = "75" })
		if v := r.posts(t, "third", "developing"); v.Outcome != bot.Transient {
			t.Errorf("the tag is another one now: %+v", v)
		}
		if v := r.posts(t, "third", "developing"); v.Outcome != bot.Delivered || r.tagsAt(v.MessageID) != "[75]" {
			t.Errorf("at the second attempt: %+v", v)
		}
		time.Sleep(forumKept)
		r.srv.ChangeChannel(testForum, func(c *discordtest.Channel) { c.Tags = append(c.Tags, discordtest.Tag{ID: "76", Name: "Closed"}) })
		if v := r.posts(t, "fourth", "closed"); v.Outcome != bot.Delivered || r.tagsAt(v.MessageID) != "[76]" {
			t.Errorf("after a while: %+v", v)
		}
		// What another process made is retagged in as many requests as are counted for it,
		// and the invalid ones among them too.
		made := r.posts(t, "fifth", "developing").MessageID
		for _, step := range []struct {
			what  string
			p     *Platform
			state stories.State
			want  int
		}{
			{"the same state", r.p, stories.Developing, 1},
			{"a known forum", r.p, stories.Closed, 3},
			{"after a restart", r.again(t, nil), stories.Developing, 4},
			{"after a restart, the same state", r.again(t, nil), stories.Developing, 3},
		} {
			before := r.srv.Stats().Requests
			v := r.edits(t, step.p, step.state, made)
			if n := r.srv.Stats().Requests - before; v.Outcome != bot.Delivered || n != step.want || max(1, v.Requests) != n {
				t.Errorf("%s: %d requests, want %d: %+v", step.what, n, step.want, v)
			}
		}
		r.srv.ChangeChannel(threadOf(made), func(c *discordtest.Channel) { c.Permissions &^= discordtest.SendMessagesInThread })
		p := r.again(t, nil)
		for n, want := range []string{"4 true", "1 false"} {
			if v := r.edits(t, p, stories.Closed, made); v.Outcome != bot.Delivered || fmt.Sprint(max(1, v.Requests), " ", v.Invalid) != want {
				t.Errorf("refused, attempt %d: %+v, want %s", n, v, want)
			}
		}
	})
}
