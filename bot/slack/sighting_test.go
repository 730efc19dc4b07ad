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
			names = append(names, n.Place.String()+" "+string(n.Form)+" "+strings.Join(strings.Fields(n.Name+n.With+" "+string(n.Access)), " "))
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
	want := []string{"slack:T1/C2 channel private", "slack:T1/U1 Ada Lovelace"}
	expect("in a private channel and a group message", want...)
	r.slash("C1", "U1", "/story", "x")
	r.slash("C2", "U1", "/story", "posts")
	want = append(want, "slack:T1/C1 channel partners", "slack:T1/C2 channel secret private")
	expect("once the private channel was asked about", want...)
	r.slash("C1", "U1", "/story", "posts")
	want = append(want, "slack:T1/C1 channel partners open")
	expect("once the public channel was asked about", want...)
	r.slash(direct, "U1", "/story", "posts")
	want = append(want, "slack:T1/"+direct+" direct slack:T1/U1")
	expect("in a direct message", want...)
	for channel, name := range map[string]string{"C1": "partner-news", "C2": "secrets"} {
		if err := r.slack.Name(r.ctx(), "T1", channel, name); err != nil {
			t.Fatal(err)
		}
	}
	expect("after a rename", append(want, "slack:T1/C1 channel partner-news", "slack:T1/C2 channel secrets private")...)
	if h := r.platform.Health(); h[0].Title != "Slack" || h[1].Title != "Slack (Newsroom)" {
		t.Errorf("connections are called %q and %q", h[0].Title, h[1].Title)
	}
}

// What Slack leaves out is no yes: a channel may be private.
func TestWhatSlackDoesNotSayOfAChannelIsPrivate(t *testing.T) {
	for _, c := range []struct {
		said string
		want stories.Access
	}{
		{`"is_private":false`, stories.OpenAccess},
		{`"is_private":false,"is_im":false,"is_mpim":false,"is_group":false`, stories.OpenAccess},
		{`"is_private":true`, stories.PrivateAccess},
		{`"is_private":null`, stories.PrivateAccess},
		{`"is_member":true`, stories.PrivateAccess},
		{`"is_private":false,"is_group":true`, stories.PrivateAccess},
		{`"is_private":false,"is_mpim":true`, stories.PrivateAccess},
		{`"is_private":false,"is_im":true`, stories.PrivateAccess},
	} {
		var info channelInfo
		if !decode([]byte(`{"ok":true,"channel":{"id":"C2","name":"secret",`+c.said+`}}`), &info) {
			t.Fatal(c.said)
		}
		if known, _ := info.read("C2"); known.access() != c.want {
			t.Errorf("%s: %q, want %q", c.said, known.access(), c.want)
		}
	}
}

// The element shows a private channel to those who may see it; the notification
// and what is no element have no name.
func TestAPrivateChannelsNameIsInNoText(t *testing.T) {
	const name = "layoffs"
	d := stories.Destination{Platform: "slack", Workspace: "T1", Channel: "C2"}
	for access, told := range map[stories.Access]bool{stories.OpenAccess: true, stories.PrivateAccess: false, stories.UnsaidAccess: false} {
		m := bot.Renderer(Refs())(stories.Content{
			Names:  stories.Names{d: {Place: d, Form: stories.ChannelForm, Name: name, Access: access}, d.In(): {Place: d.In(), Form: stories.WorkspaceForm, Name: "Newsroom"}},
			Notice: stories.Notice{Kind: stories.AlarmNotice, Body: stories.NoticeBody{Alarms: []stories.Alarm{{Kind: stories.AlarmBlocked, Lane: "slack:T1", Destination: d, Reason: "is archived"}}}},
		})
		text, blocks := encodeMessage(&m)
		if !strings.Contains(string(blocks), `"channel_id":"C2"`) {
			t.Errorf("%q: no element shows the channel: %s", access, blocks)
		}
		if strings.Contains(text, name) != told || strings.Contains(string(blocks), name) {
			t.Errorf("%q: the name is told: %s\n%s", access, text, blocks)
		}
		m = *bot.Near(&m, stories.Destination{Platform: "slack", Workspace: "T2", Channel: "C9"})
		if text, blocks = encodeMessage(&m); strings.Contains(text+string(blocks), name) != told {
			t.Errorf("%q, in another workspace: %s\n%s", access, text, blocks)
		}
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
