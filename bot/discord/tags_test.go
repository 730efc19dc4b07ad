package discord

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
	"storybot/stories"
)

const testForum = "155101607195836418"

// forumRig is a Discord with a forum that has tags, one a state's and one of people's.
func forumRig(t *testing.T, tags ...discordtest.Tag) *rig {
	t.Helper()
	r := newRig(t, nil)
	r.srv.AddChannel(testGuild, testForum)
	r.srv.ChangeChannel(testForum, func(c *discordtest.Channel) { c.Type, c.Tags = discordtest.ForumChannel, tags })
	return r
}

// opened opens a post.
func (r *rig) opened(t *testing.T) bot.Verdict {
	t.Helper()
	o := on(post(stateMessage(stories.Developing), "post"), stories.OpForum, "")
	o.Delivery.Destination.Channel = testForum
	v := r.p.Do(t.Context(), o)
	if v.Outcome != bot.Delivered {
		t.Fatalf("%+v", v)
	}
	return v
}

// edits edits the first message of a post.
func (r *rig) edits(t *testing.T, p *Platform, state stories.State, made string) bot.Verdict {
	t.Helper()
	o := on(post(stateMessage(state), "edit"), stories.OpEdit, made)
	o.Delivery.Destination.Channel = testForum
	return p.Do(t.Context(), o)
}

func stateMessage(state stories.State) *bot.Message {
	return &bot.Message{Title: "The dam", Thread: "The dam", Tags: []string{string(state)}, Blocks: []bot.Block{bot.Para(bot.Text(string(state)))}}
}

// tagsAt are the tags of a post.
func (r *rig) tagsAt(made string) string {
	return fmt.Sprint(r.srv.Channel(threadOf(made)).Applied)
}

// TestAPostIsTaggedByState: a post has the tag of its story's state, for as long as the
// forum has one, beside what people gave it, whatever process edits it.
func TestAPostIsTaggedByState(t *testing.T) {
	r := forumRig(t, discordtest.Tag{ID: "71", Name: "Developing"}, discordtest.Tag{ID: "72", Name: "closed"}, discordtest.Tag{ID: "73", Name: "weather"})
	made := r.opened(t).MessageID
	if got := r.tagsAt(made); got != "[71]" {
		t.Fatal(got)
	}
	r.srv.ChangeChannel(threadOf(made), func(c *discordtest.Channel) { c.Applied = append(c.Applied, "73") })
	other := r.again(t, nil)
	for _, step := range []struct {
		p     *Platform
		state stories.State
		want  string
	}{{r.p, stories.Developing, "[71 73]"}, {r.p, stories.Closed, "[73 72]"}, {other, stories.Closed, "[73 72]"}, {other, stories.Developing, "[73 71]"}} {
		if v := r.edits(t, step.p, step.state, made); v.Outcome != bot.Delivered || v.MessageID != made {
			t.Fatalf("%+v", v)
		}
		if got := r.tagsAt(made); got != step.want {
			t.Errorf("%s: tags %s, want %s", step.state, got, step.want)
		}
	}
	if n := r.srv.Stats().ByOp[discordtest.ChangeThread]; n != 2 {
		t.Errorf("tags were set %d times, want 2", n)
	}
}

// TestATagThatCannotBeSetCostsNoEdit: a fault has the edit made again, a refusal leaves the
// tags, and a forum without tags is left alone.
func TestATagThatCannotBeSetCostsNoEdit(t *testing.T) {
	r := forumRig(t, discordtest.Tag{ID: "72", Name: "closed"})
	made := r.opened(t).MessageID
	r.srv.FailNext(discordtest.Match{Op: discordtest.ChangeThread}, discordtest.StatusBeforeStore(http.StatusBadGateway))
	if v := r.edits(t, r.p, stories.Closed, made); v.Outcome != bot.Transient || v.Reason == "" {
		t.Fatalf("%+v", v)
	}
	if v := r.edits(t, r.p, stories.Closed, made); v.Outcome != bot.Delivered || r.tagsAt(made) != "[72]" {
		t.Fatalf("%+v %s", v, r.tagsAt(made))
	}
	r.srv.ChangeChannel(threadOf(made), func(c *discordtest.Channel) {
		c.Applied, c.Permissions = nil, c.Permissions&^discordtest.SendMessagesInThread
	})
	if v := r.edits(t, r.again(t, nil), stories.Closed, made); v.Outcome != bot.Delivered {
		t.Fatalf("%+v", v)
	}
	bare := forumRig(t)
	if made = bare.opened(t).MessageID; bare.edits(t, bare.p, stories.Closed, made).Outcome != bot.Delivered || bare.srv.Stats().ByOp[discordtest.ChangeThread] != 0 {
		t.Error("a forum without tags is asked to set some")
	}
	if !slices.Equal(bot.StateTags(), []string{"developing", "closed"}) {
		t.Error(bot.StateTags())
	}
}
