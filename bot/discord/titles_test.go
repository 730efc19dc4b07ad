package discord

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
	"storybot/bot/platformtest"
	"storybot/stories"
)

// called edits the first message of a post of a story whose headline is name.
func (r *rig) called(t *testing.T, p *Platform, name, made string) bot.Verdict {
	t.Helper()
	m := stateMessage(stories.Developing)
	m.Thread = name
	o := on(post(m, "edit"), stories.OpEdit, made)
	o.Delivery.Destination.Channel = testForum
	return p.Do(t.Context(), o)
}

// TestAPostIsCalledByTheHeadline: a post is called what its story's headline is, whatever
// process edits it and in a forum without tags too; where that is so nothing is asked.
func TestAPostIsCalledByTheHeadline(t *testing.T) {
	for name, tags := range map[string][]discordtest.Tag{"without tags": nil, "with tags": {{ID: "71", Name: "developing"}}} {
		r := forumRig(t, tags...)
		made := r.opened(t).MessageID
		other := r.again(t, nil)
		for _, step := range []struct {
			p       *Platform
			name    string
			renamed int
			asked   bool
		}{{r.p, "The dam", 0, false}, {r.p, "The dam broke", 1, false}, {r.p, "The dam broke", 0, false}, {other, "The dam broke", 0, true}, {other, "The dam holds", 1, false}} {
			before, asked := r.srv.Stats().ByOp[discordtest.ChangeThread], r.srv.Stats().ByOp[discordtest.GetChannel]
			if v := r.called(t, step.p, step.name, made); v.Outcome != bot.Delivered || v.MessageID != made {
				t.Fatalf("%s, %s: %+v", name, step.name, v)
			}
			if got := r.srv.Channel(threadOf(made)).Name; got != step.name {
				t.Errorf("%s: the post is called %q, want %q", name, got, step.name)
			}
			if n := r.srv.Stats().ByOp[discordtest.ChangeThread] - before; n != step.renamed {
				t.Errorf("%s, %s: renamed %d times, want %d", name, step.name, n, step.renamed)
			}
			if n := r.srv.Stats().ByOp[discordtest.GetChannel] - asked; tags == nil && step.p == r.p && n > 1 || tags == nil && step.asked && n == 0 {
				t.Errorf("%s, %s: Discord was asked %d times", name, step.name, n)
			}
		}
	}
}

// TestATitleWaitsForRoom: a post takes two names in ten minutes. A third is not asked for by
// the process that gave the two, and Discord refuses it to another; the edits hold up nothing,
// and the next one after that gives the post the newest.
func TestATitleWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far := platformtest.NewMemNet()
		r := &rig{far: far, n: newNotes(), log: newUpLog(), started: make(chan error, 10_000)}
		r.srv = discordtest.Start(t, discordtest.WithListener(far), discordtest.WithLimits(discordtest.DocumentedLimits()))
		r.srv.AddChannel(testGuild, testForum)
		r.srv.ChangeChannel(testForum, func(c *discordtest.Channel) { c.Type = discordtest.ForumChannel })
		r.p = r.again(t, nil)
		made := r.opened(t).MessageID
		calls := func(p *Platform, name string, want bot.Outcome) bot.Verdict {
			t.Helper()
			v := r.called(t, p, name, made)
			if v.Outcome != want {
				t.Fatalf("%s: %+v", name, v)
			}
			return v
		}
		calls(r.p, "One", bot.Delivered)
		time.Sleep(time.Minute)
		calls(r.p, "Two", bot.Delivered)
		v := calls(r.p, "Three", bot.Delivered)
		if v.RetryAfter != 0 || v.Limited != bot.ScopeNone || v.Invalid || r.srv.Stats().RateLimited != 0 {
			t.Errorf("%+v, %d times too often", v, r.srv.Stats().RateLimited)
		}
		if v = calls(r.again(t, nil), "Four", bot.Delivered); v.RetryAfter != 0 || v.Limited != bot.ScopeNone || r.srv.Stats().RateLimited != 1 {
			t.Errorf("another process: %+v, %d times too often", v, r.srv.Stats().RateLimited)
		}
		if got := r.srv.Channel(threadOf(made)).Name; got != "Two" {
			t.Errorf("meanwhile the post is called %q", got)
		}
		time.Sleep(renamesPer)
		calls(r.p, "Five", bot.Delivered)
		if got := r.srv.Channel(threadOf(made)).Name; got != "Five" {
			t.Errorf("in the end the post is called %q", got)
		}
	})
}

// TestATitleThatCannotBeSetCostsNoEdit: a fault has the edit made again, a refusal leaves
// the title.
func TestATitleThatCannotBeSetCostsNoEdit(t *testing.T) {
	r := forumRig(t)
	made := r.opened(t).MessageID
	r.srv.FailNext(discordtest.Match{Op: discordtest.ChangeThread}, discordtest.StatusBeforeStore(http.StatusBadGateway))
	if v := r.called(t, r.p, "The dam broke", made); v.Outcome != bot.Transient || v.Reason == "" {
		t.Fatalf("%+v", v)
	}
	if v := r.called(t, r.p, "The dam broke", made); v.Outcome != bot.Delivered || r.srv.Channel(threadOf(made)).Name != "The dam broke" {
		t.Fatalf("%+v", v)
	}
	r.srv.ChangeChannel(threadOf(made), func(c *discordtest.Channel) { c.Permissions &^= discordtest.SendMessagesInThread })
	if v := r.called(t, r.again(t, nil), "The dam holds", made); v.Outcome != bot.Delivered {
		t.Fatalf("%+v", v)
	}
}
