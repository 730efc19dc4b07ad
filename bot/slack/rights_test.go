package slack

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

func TestRights(t *testing.T) {
	var last atomic.Value
	r := startRig(t, setup{
		handle: func(_ context.Context, c bot.Command) bot.Reply {
			last.Store(c)
			return bot.Reply{Message: bot.Plainly("ok")}
		},
		before: func(s *slacktest.Server) {
			s.AddUser("T1", slacktest.User{ID: "UG", Name: "guest", RealName: "Gus", Guest: true})
			s.AddChannel("T1", "C2", slacktest.Public, false)
			s.AddChannel("T1", "G1", slacktest.Private, true)
			s.AddChannel("T1", "G2", slacktest.Private, false)
		}})
	ask := func(channel, user string) bot.Command {
		r.slash(channel, user, "/subscribe", "sony-hack")
		return last.Load().(bot.Command)
	}
	if c := ask("C1", "U1"); !c.Manages || c.Lacks != nil || c.User.Name != "Ada Lovelace" {
		t.Errorf("a member in a channel with the bot: %+v", c)
	}
	if c := ask("C1", "UG"); c.Manages || !strings.Contains(c.ManageCure, "full member") {
		t.Errorf("a guest: %+v", c)
	}
	if c := ask("C2", "U1"); !c.Manages || c.Lacks != nil {
		t.Errorf("a public channel without the bot: %+v", c)
	}
	if c := ask("G1", "U1"); c.Lacks != nil {
		t.Errorf("a private channel with the bot: %+v", c)
	}
	if c := ask("G2", "U1"); len(c.Lacks) != 1 || !strings.Contains(c.LacksCure, "/invite @storybot") {
		t.Errorf("a private channel without the bot: %+v", c)
	}
	member := true
	r.slack.SetChannel("T1", "G2", slacktest.ChangeChannel{Member: &member})
	if c := ask("G2", "U1"); c.Lacks != nil {
		t.Errorf("after the invitation: %+v", c)
	}
	calls := r.slack.Calls("users.info") + r.slack.Calls("conversations.info")
	ask("C1", "U1")
	r.slash("C1", "U2", "/story", "sony-hack")
	if again := r.slack.Calls("users.info") + r.slack.Calls("conversations.info"); again != calls {
		t.Errorf("%d look-ups for what is known or not needed", again-calls)
	}
}

// Without the scopes, or without an answer in time, nobody is turned away.
func TestRightsThatAreNotKnown(t *testing.T) {
	for name, s := range map[string]setup{
		"no scopes": {slack: []slacktest.Option{slacktest.WithoutScopes("users:read", "channels:read", "groups:read")}},
		"no answer": {before: func(s *slacktest.Server) {
			s.Fail(slacktest.Match{Method: "users.info"}, -1, slacktest.Hangs)
			s.Fail(slacktest.Match{Method: "conversations.info"}, -1, slacktest.Hangs)
		}, timing: func(g *timing) { g.lookUp = 20 * time.Millisecond }},
	} {
		t.Run(name, func(t *testing.T) {
			var last atomic.Value
			s.handle = func(_ context.Context, c bot.Command) bot.Reply {
				last.Store(c)
				return bot.Reply{Message: bot.Plainly("ok")}
			}
			r := startRig(t, s)
			r.slash("C1", "U1", "/subscribe", "all")
			if c := last.Load().(bot.Command); !c.Manages || c.Lacks != nil || c.User.Name != "ada" {
				t.Errorf("%+v", c)
			}
		})
	}
}

// The direct message with the bot can be subscribed, one between people cannot.
func TestRightsInDirectMessages(t *testing.T) {
	var last atomic.Value
	r := startRig(t, setup{handle: func(_ context.Context, c bot.Command) bot.Reply {
		last.Store(c)
		return bot.Reply{Message: bot.Plainly("ok")}
	}, before: func(s *slacktest.Server) { s.AddChannel("T1", "D9", slacktest.DM, false) }})
	r.slash("D9", "U1", "/subscribe", "all")
	if c := last.Load().(bot.Command); len(c.Lacks) != 1 || !strings.Contains(c.LacksCure, "direct message with Storybot") {
		t.Errorf("%+v", c)
	}
}

func TestLifecycleEvents(t *testing.T) {
	r := startRig(t, setup{})
	tell := func(event map[string]any) {
		if err := r.slack.Event(r.ctx(), "T1", event); err != nil {
			t.Fatal(err)
		}
	}
	next := func(want string) {
		t.Helper()
		select {
		case got := <-r.places.told:
			if !strings.HasPrefix(got, want) {
				t.Errorf("told %q, want %q", got, want)
			}
		case <-r.ctx().Done():
			t.Fatalf("nothing was told, want %q", want)
		}
	}
	tell(map[string]any{"type": "channel_deleted", "channel": "C1"})
	next("ended slack:T1/C1 ")
	tell(map[string]any{"type": "group_deleted", "channel": "G1"})
	next("ended slack:T1/G1 ")
	tell(map[string]any{"type": "channel_unarchive", "channel": "C2", "user": "U1"})
	next("healed slack:T1/C2")
	tell(map[string]any{"type": "member_joined_channel", "channel": "C3", "user": r.slack.BotUser("T1")})
	next("healed slack:T1/C3")
	for _, quiet := range []map[string]any{
		{"type": "channel_archive", "channel": "C1"}, {"type": "group_left", "channel": "G1"}, {"type": "channel_left", "channel": "C1"},
		{"type": "member_left_channel", "channel": "C1", "user": r.slack.BotUser("T1")}, {"type": "member_joined_channel", "channel": "C1", "user": "U1"},
		{"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C9"}, {"type": "channel_deleted"}, {"type": "of_next_year", "channel": map[string]any{"id": "C1"}},
	} {
		tell(quiet)
	}
	r.halt()
	if len(r.places.told) != 0 {
		t.Errorf("told %q", <-r.places.told)
	}
}
