package slack

import (
	"context"
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// names are what was told, as "place or person name".
func (p *placeLog) names() (names []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, told := range p.called {
		for _, n := range told.Places {
			names = append(names, n.Place.String()+" "+string(n.Form)+" "+n.Name+n.With)
		}
		for _, u := range told.People {
			names = append(names, u.Ref+" "+u.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestNamesAreTold(t *testing.T) {
	var direct string
	r := startRig(t, setup{
		before: func(s *slacktest.Server) {
			s.AddChannel("T1", "C2", slacktest.Private, true)
			s.AddChannel("T1", "C3", slacktest.Group, true)
			direct = s.Direct("T1", "U1")
			for channel, name := range map[string]string{"": "Newsroom", "C1": "partners", "C2": "secret"} {
				if err := s.Name(context.Background(), "T1", channel, name); err != nil {
					t.Error(err)
				}
			}
		},
		handle: func(ctx context.Context, c bot.Command) bot.Reply {
			if strings.Contains(told(c.Input), "posts") {
				_ = c.Asker.Posts(ctx)
				_ = c.Asker.Manages(ctx)
			}
			return bot.Reply{Message: bot.Plainly("x")}
		}})
	expect := func(what string, want ...string) {
		t.Helper()
		want = append(slices.Clone(want), "slack:T1/ workspace Newsroom")
		slices.Sort(want)
		if got := r.places.names(); !slices.Equal(got, want) {
			t.Errorf("%s: told\n%q, want\n%q", what, got, want)
		}
	}
	expect("at first")
	r.slash("C2", "U1", "/story", "x") // its name is not said with it
	r.slash("C3", "U1", "/story", "posts")
	expect("in a private channel and a group message", "slack:T1/U1 Ada Lovelace")
	r.slash("C1", "U1", "/story", "x")
	r.slash("C2", "U1", "/story", "posts")
	want := []string{"slack:T1/C1 channel partners", "slack:T1/C2 channel secret", "slack:T1/U1 Ada Lovelace"}
	expect("once the private channel was asked about", want...)
	r.slash(direct, "U1", "/story", "posts")
	want = append(want, "slack:T1/"+direct+" direct slack:T1/U1")
	expect("in a direct message", want...)
	for channel, name := range map[string]string{"C1": "partner-news", "C2": "secrets"} {
		if err := r.slack.Name(r.ctx(), "T1", channel, name); err != nil {
			t.Fatal(err)
		}
	}
	expect("after a rename", append(want, "slack:T1/C1 channel partner-news", "slack:T1/C2 channel secrets")...)
	if h := r.platform.Health(); h[0].Title != "Slack" || h[1].Title != "Slack (Newsroom)" {
		t.Errorf("connections are called %q and %q", h[0].Title, h[1].Title)
	}
}

// Without the scope to ask for names, a command's own is better than none.
func TestLoginNamesAreTheLastResort(t *testing.T) {
	r := startRig(t, setup{slack: []slacktest.Option{slacktest.WithoutScopes("users:read")}})
	r.slash("C1", "U1", "/story", "x")
	if got := r.places.names(); !slices.Contains(got, "slack:T1/U1 ada") {
		t.Errorf("told %q", got)
	}
}

func TestARenameThatCannotBeReadIsNone(t *testing.T) {
	r := startRig(t, setup{})
	before := r.places.names()
	for _, channel := range []any{nil, 7, "C1", map[string]any{"name": "x"}, map[string]any{"id": "C1"}} {
		if err := r.slack.Event(r.ctx(), "T1", map[string]any{"type": "channel_rename", "channel": channel}); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.places.names(); !slices.Equal(got, before) {
		t.Errorf("told %q", got)
	}
}

// A channel is an element of its own where Slack can show it, and a name
// everywhere else, the notification included.
func TestChannelsAreShownAsSlackDoes(t *testing.T) {
	for _, c := range []struct {
		platform, workspace, channel string
		shown                        bool
	}{
		{"slack", "T1", "C1", true}, {"slack", "T1", "G0A", true}, {"slack", "T1", "D1", false}, {"slack", "T1", "C1> <!here", false}, {"slack", "T1", "", false}, {"discord", "T1", "C1", false}, {"", "", "", false},
	} {
		span := bot.Span{Text: "#partners (Slack)", Place: stories.Destination{Platform: c.platform, Workspace: c.workspace, Channel: c.channel}}
		for _, block := range []bot.Block{bot.Para(span, bot.Text(" gets no updates")), {Kind: bot.Item, Spans: []bot.Span{span}}} {
			text, blocks := encodeMessage(&bot.Message{Blocks: []bot.Block{block}})
			if !strings.HasPrefix(text, "#partners (Slack)") {
				t.Errorf("%v: the notification is %q", c, text)
			}
			holds := strings.Contains(string(blocks), `"channel_id":"`+c.channel+`"`) && strings.Contains(string(blocks), `"type":"channel"`)
			if holds != c.shown || holds == strings.Contains(string(blocks), "#partners") {
				t.Errorf("%v: %s, an element of its own: want %v", c, blocks, c.shown)
			}
		}
	}
}
