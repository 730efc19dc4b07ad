package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// A channel's home is its host's workspace where there is a token of it, else the first by
// id; a channel that is not shared is its workspace's own.
func TestHomeOfASharedChannel(t *testing.T) {
	for _, test := range []struct {
		team, host string
		teams      []string
		served     []string
		home       string
		sharers    int
	}{
		{"T2", "T1", []string{"T1", "T2"}, []string{"T1", "T2"}, "T1", 2},
		{"T2", "T9", []string{"T9", "T2", "T1"}, []string{"T1", "T2"}, "T1", 2},
		{"T2", "T2", []string{"T1", "T2"}, []string{"T1", "T2"}, "T2", 2},
		{"T2", "T9", []string{"T9", "T2"}, []string{"T1", "T2"}, "T2", 1},
		{"T2", "", nil, []string{"T1", "T2"}, "T2", 1},
		{"T1", "E5", []string{"E5", "T1", "T3", "T3"}, []string{"T1", "T2", "T3"}, "T1", 2},
	} {
		h := houseOf(test.team, room{host: test.host, teams: test.teams}, func(team string) bool { return slices.Contains(test.served, team) })
		if h.home != test.home || len(h.teams) != test.sharers {
			t.Errorf("of %+v the home is %q of %v", test, h.home, h.teams)
		}
	}
}

// sharing is a rig of two workspaces that share C1, a channel of T1's.
func sharing(t *testing.T, s setup, kind slacktest.Kind, hosted bool) *rig {
	t.Helper()
	before, config := s.before, s.config
	s.before = func(f *slacktest.Server) {
		f.AddWorkspace("T2")
		f.AddChannel("T1", "CSHARED", kind, hosted)
		if err := f.Share(context.Background(), "T1", "CSHARED", "T2", true); err != nil {
			t.Fatal(err)
		}
		f.AddUser("T2", slacktest.User{ID: "U2", Name: "ben", RealName: "Ben"})
		f.AddUser("T1", slacktest.User{ID: "U2", Name: "ben", RealName: "Ben", Home: "T2", Stranger: true})
		if before != nil {
			before(f)
		}
	}
	s.config = func(c *Config) {
		c.BotTokens = append(c.BotTokens, "xoxb-T2-fake-0123456789")
		if config != nil {
			config(c)
		}
	}
	r := startRig(t, s)
	for _, team := range []string{"T1", "T2"} {
		if _, ok, _ := r.platform.workspaces.await(r.ctx(), team, r.platform.timing.learn); !ok {
			t.Fatal(team, "is not known")
		}
	}
	return r
}

// seen is a command as the handler has it, in a line.
func seen(c bot.Command) string {
	return fmt.Sprintf("%s by %s in lane %s", c.Where, c.User.Ref, c.Lane)
}

// Whatever workspace a command comes from, it is about the channel's home, which has what
// any of them followed there; the person stays who they are, and is answered where they
// asked.
func TestACommandInASharedChannelIsAboutItsHome(t *testing.T) {
	r := sharing(t, setup{handle: func(_ context.Context, c bot.Command) bot.Reply { return bot.Reply{Message: bot.Plainly(seen(c))} }}, slacktest.Public, true)
	say := func(team, user string) string {
		t.Helper()
		a, err := r.slack.Slash(r.ctx(), slacktest.Slash{Team: team, Channel: "CSHARED", User: user, Command: "/subscriptions"})
		if err != nil {
			t.Fatal(err)
		}
		return a.Visible()
	}
	if got := say("T2", "U2"); got != "slack:T1/CSHARED by slack:T2/U2 in lane slack:T1" {
		t.Error(got)
	}
	if told := <-r.places.told; told != "moved slack:T2/CSHARED slack:T1/CSHARED" {
		t.Error(told)
	}
	if got := say("T1", "U1"); got != "slack:T1/CSHARED by slack:T1/U1 in lane slack:T1" {
		t.Error(got)
	}
	a, err := r.slack.Mention(r.ctx(), slacktest.Mention{Team: "T2", Channel: "CSHARED", User: "U2", Text: "subscriptions"})
	if err != nil || a.Visible() != "slack:T1/CSHARED by slack:T2/U2 in lane slack:T1" || a.Message.User != r.slack.BotUser("T2") {
		t.Errorf("%v, %+v", err, a)
	}
	if n := r.slack.Calls("conversations.info"); n != 2 {
		t.Errorf("Slack was asked %d times who shares the channel", n)
	}
	if len(r.places.told) > 0 {
		t.Error("told again:", <-r.places.told)
	}
}

// Somebody of a workspace that shares the channel manages it as at home, also by a button
// of a message that the other workspace's bot posted; people of other companies do not.
func TestMembersOfEveryWorkspaceManageASharedChannel(t *testing.T) {
	r := sharing(t, setup{
		before: func(f *slacktest.Server) {
			f.AddUser("T1", slacktest.User{ID: "U9", Name: "eve", RealName: "Eve", Home: "T9", Stranger: true})
			f.AddUser("T2", slacktest.User{ID: "U3", Name: "gus", RealName: "Gus", Guest: true})
			f.AddUser("T1", slacktest.User{ID: "U3", Name: "gus", RealName: "Gus", Home: "T2", Stranger: true})
		},
		handle: func(ctx context.Context, c bot.Command) bot.Reply {
			if _, ok := c.Input.(bot.Typed); ok {
				m := bot.Plainly("Now")
				m.Buttons = []bot.Button{{Label: "Stop here", Action: bot.ActionStop, Arg: "1"}}
				return bot.Reply{Message: m, Public: true}
			}
			err := c.Asker.Manages(ctx)
			if err == nil {
				err = c.Asker.Posts(ctx)
			}
			return bot.Reply{Message: bot.Plainly(fmt.Sprint(seen(c), ": ", err))}
		}}, slacktest.Public, true)
	a, err := r.slack.Mention(r.ctx(), slacktest.Mention{Team: "T1", Channel: "CSHARED", User: "U1", Text: "story x"})
	if err != nil {
		t.Fatal(err)
	}
	for user, want := range map[string]string{
		"U1": "slack:T1/CSHARED by slack:T1/U1 in lane slack:T1: <nil>",
		"U2": "slack:T1/CSHARED by slack:T2/U2 in lane slack:T1: <nil>",
		"U3": "slack:T1/CSHARED by slack:T2/U3 in lane slack:T1: " + forGuests,
		"U9": "slack:T1/CSHARED by slack:T1/U9 in lane slack:T1: " + forForeign,
	} {
		pressed, err := r.slack.Press(r.ctx(), a.Message, "Stop here", user)
		if err != nil {
			t.Fatal(err)
		}
		if got := pressed.Visible(); got != want {
			t.Errorf("%s: %q, want %q", user, got, want)
		}
	}
}

// What the home's bot cannot do is said with the name of that workspace, and its groups are
// for its own people.
func TestASharedChannelsHomeIsNamedWhereItFails(t *testing.T) {
	r := sharing(t, setup{
		before: func(f *slacktest.Server) {
			if err := f.Name(context.Background(), "T1", "", "Harbour News"); err != nil {
				t.Fatal(err)
			}
		},
		handle: func(ctx context.Context, c bot.Command) bot.Reply {
			_, pings := c.Asker.Pings(ctx, bot.Mention{Name: "@here"})
			return bot.Reply{Message: bot.Plainly(fmt.Sprint(c.Asker.Posts(ctx), "\n", pings))}
		}}, slacktest.Private, false)
	a, err := r.slack.Slash(r.ctx(), slacktest.Slash{Team: "T2", Channel: "CSHARED", User: "U2", Command: "/subscribe"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"by Storybot in the workspace “Harbour News”, whose bot is not in this channel", "which pings that workspace's groups alone"} {
		if !strings.Contains(a.Visible(), want) {
			t.Errorf("%q is not in %q", want, a.Visible())
		}
	}
}

// A copy is edited, and taken away, as who posted it, whatever workspace the channel is
// served by since; Slack refuses everybody else.
func TestACopyIsEditedByWhoPostedIt(t *testing.T) {
	r := sharing(t, setup{}, slacktest.Public, true)
	delivery := stories.Delivery{ID: 1, Key: "k1", Destination: destination("T2", "CSHARED"), Op: stories.OpPost}
	m := bot.Plainly("First")
	v := r.platform.Do(r.ctx(), bot.Operation{Delivery: delivery, Message: &m})
	if v.Outcome != bot.Delivered {
		t.Fatal(v)
	}
	after := bot.Plainly("Second")
	edit := delivery
	edit.Op, edit.Destination = stories.OpEdit, destination("T1", "CSHARED")
	for range 2 {
		if v := r.platform.Do(r.ctx(), bot.Operation{Delivery: edit, Message: &after, Target: v.MessageID}); v.Outcome != bot.Delivered {
			t.Fatal(v)
		}
	}
	if n := r.slack.Calls("chat.update"); n != 3 {
		t.Errorf("%d requests for two edits: who posted it is not remembered", n)
	}
	if got := r.slack.Messages("T1", "CSHARED"); len(got) != 1 || got[0].Visible() != "Second" {
		t.Errorf("%+v", got)
	}
	edit.Op = stories.OpDelete
	if v := r.platform.Do(r.ctx(), bot.Operation{Delivery: edit, Target: v.MessageID}); v.Outcome != bot.Delivered || len(r.slack.Messages("T1", "CSHARED")) > 0 {
		t.Error(v)
	}
	theirs := r.slack.Say("T2", "CSHARED", "U2", "mine")
	edit.Op = stories.OpEdit
	if v := r.platform.Do(r.ctx(), bot.Operation{Delivery: edit, Message: &after, Target: theirs.TS}); v.Outcome != bot.MessageGone {
		t.Error("somebody else's:", v)
	}
}

// When a workspace leaves, what the channel follows stays with its home; when that leaves
// and has the channel no more, it goes to who stays, and where it keeps a copy it stays
// with it.
func TestWhoKeepsWhatWhenAChannelIsUnshared(t *testing.T) {
	for _, test := range []struct {
		left string
		kept bool
		told []string
	}{
		{"T2", false, []string{"moved slack:T2/CSHARED slack:T1/CSHARED"}}, // again, which changes nothing
		{"T2", true, nil},
		{"T1", false, []string{"moved slack:T1/CSHARED slack:T2/CSHARED"}},
		{"T1", true, nil},
	} {
		t.Run(fmt.Sprint(test.left, test.kept), func(t *testing.T) {
			r := sharing(t, setup{}, slacktest.Public, true)
			if _, err := r.slack.Slash(r.ctx(), slacktest.Slash{Team: "T2", Channel: "CSHARED", User: "U2", Command: "/story"}); err != nil {
				t.Fatal(err)
			}
			if told := <-r.places.told; told != "moved slack:T2/CSHARED slack:T1/CSHARED" {
				t.Fatal(told)
			}
			if err := r.slack.Unshare(r.ctx(), "CSHARED", test.left, test.kept); err != nil {
				t.Fatal(err)
			}
			for _, want := range test.told {
				if told := <-r.places.told; told != want {
					t.Errorf("%s, want %s", told, want)
				}
			}
			if len(r.places.told) > 0 {
				t.Error(<-r.places.told)
			}
		})
	}
}

// A channel that comes to be shared goes on at its home at once.
func TestAChannelThatComesToBeSharedGoesOnAtItsHome(t *testing.T) {
	r := sharing(t, setup{before: func(f *slacktest.Server) { f.AddChannel("T2", "CNEW", slacktest.Public, true) }}, slacktest.Public, true)
	if err := r.slack.Share(r.ctx(), "T2", "CNEW", "T1", true); err != nil {
		t.Fatal(err)
	}
	if told := <-r.places.told; told != "moved slack:T1/CNEW slack:T2/CNEW" {
		t.Error(told)
	}
}
