package slack

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// form lets a person open a form that this test wrote, since the program has
// none yet.
func (r *rig) form() *slacktest.View {
	r.t.Helper()
	const blocks = `[{"type":"input","block_id":"text","label":{"type":"plain_text","text":"Text"},"element":{"type":"plain_text_input","action_id":"a","initial_value":"old"}},` +
		`{"type":"input","block_id":"who","optional":true,"label":{"type":"plain_text","text":"Who"},"element":{"type":"users_select","action_id":"u"}}]`
	// A global shortcut's answer is a view; the form takes its place.
	a := must[*slacktest.Answer](r.t)(r.slack.GlobalShortcut(r.ctx(), "T1", "new", "U1"))
	v := `{"type":"modal","callback_id":"update","title":{"type":"plain_text","text":"Update"},"submit":{"type":"plain_text","text":"Post"},"blocks":` + blocks + `}`
	f := r.platform.api
	if _, failed := f.call(r.ctx(), post("views.update", r.platform.workspaces.all[0].token, map[string][]string{"view_id": {a.View.ID}, "view": {v}}), new(status)); failed != nil {
		r.t.Fatal(failed)
	}
	next := must[*slacktest.Answer](r.t)(a.Next(r.ctx()))
	return next.View
}

func TestSubmittedViewShowsItsAnswer(t *testing.T) {
	var got bot.Command
	r := startRig(t, setup{handle: func(_ context.Context, c bot.Command) bot.Reply {
		got = c
		m := bot.Plainly("Not now: " + told(c.Input))
		m.Buttons = []bot.Button{{Label: "Timeline", Action: "timeline", Arg: "7"}}
		return bot.Reply{Failed: true, Message: m}
	}})
	v := r.form()
	a := must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), v, map[string]string{"Text": "Tom & :wave: <x>", "Who": "U1"}))
	if want := `Not now: form update map["text":"Tom & 👋 <x>" "who":"@Ada Lovelace"]`; a.Via != "view" || a.View.ID != v.ID || !strings.Contains(a.View.Visible(), want) {
		t.Errorf("answer %+v, want %s", a, want)
	}
	in := got.Input.(bot.Submission)
	if who, ok := bot.Mentioned(in.Values["who"], in.Mentions); !ok || who.Ref != "slack:T1/U1" {
		t.Errorf("form %+v", in)
	}
	if got.Where != destination("T1", "") || got.User.Ref != "slack:T1/U1" {
		t.Errorf("command %+v", got)
	}
	// What is in the view can be pressed, and shows its answer there.
	b := must[*slacktest.Answer](t)(r.slack.PressView(r.ctx(), a.View, "Timeline"))
	if b.Via != "view" || b.View.ID != v.ID || !strings.Contains(b.View.Visible(), "||timeline|7") {
		t.Errorf("answer %+v", b)
	}
}

// A view that takes long is kept open, and so is a shortcut's.
func TestSlowViews(t *testing.T) {
	release := make(chan struct{}, 10)
	r := startRig(t, setup{timing: func(g *timing) { g.ackWait = 40 * time.Millisecond }, handle: func(_ context.Context, c bot.Command) bot.Reply {
		<-release
		return bot.Reply{Message: bot.Plainly("late: " + told(c.Input))}
	}})
	late := func(a *slacktest.Answer, want string) {
		t.Helper()
		if a.Via != "view" || !strings.Contains(a.View.Visible(), "One moment") {
			t.Fatalf("first %+v", a)
		}
		release <- struct{}{}
		b := must[*slacktest.Answer](t)(a.Next(r.ctx()))
		if b.Via != "view" || b.View.ID != a.View.ID || !strings.Contains(b.View.Visible(), want) {
			t.Errorf("then %+v, want %q", b, want)
		}
	}
	a := must[*slacktest.Answer](t)(r.slack.GlobalShortcut(r.ctx(), "T1", "new", "U1"))
	late(a, "late: menu new")
	release <- struct{}{} // for the form's own shortcut
	v := r.form()
	a = must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), v, map[string]string{"Text": "x"}))
	late(a, "late: form update")
}

// An answer too large for an acknowledgement is shown all the same.
func TestLargeAnswerInAView(t *testing.T) {
	r := startRig(t, setup{handle: func(_ context.Context, c bot.Command) bot.Reply {
		if _, ok := c.Input.(bot.Submission); ok {
			return bot.Reply{Message: bot.Plainly(strings.Repeat("ü\n", 5500))}
		}
		return bot.Reply{Message: bot.Plainly("small")}
	}})
	a := must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), r.form(), map[string]string{"Text": "x"}))
	if !strings.Contains(a.View.Visible(), "One moment") {
		t.Errorf("first %q", a.View.Visible())
	}
	if a = must[*slacktest.Answer](t)(a.Next(r.ctx())); !strings.Contains(a.View.Visible(), "ü\nü") {
		t.Errorf("then %.100q", a.View.Visible())
	}
}

func TestShortcuts(t *testing.T) {
	r := startRig(t, setup{before: func(s *slacktest.Server) {
		s.AddUser("T1", slacktest.User{ID: "U2", Name: "mia", RealName: "Mia Wallace"})
		s.AddChannel("T1", "G1", slacktest.Private, true)
	}})
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	a := must[*slacktest.Answer](t)(r.slack.GlobalShortcut(r.ctx(), "T1", "open", "U1"))
	if a.Via != "view" || !strings.Contains(a.View.Visible(), "menu open") {
		t.Errorf("answer %+v", a)
	}
	for channel, link := range map[string]string{"C1": "https://", "G1": ""} {
		m := r.slack.Say("T1", channel, "U2", "Tom & @ada saw #c-c1 and #c-g1 :wave:")
		a := must[*slacktest.Answer](t)(r.slack.Shortcut(r.ctx(), m, "open", "U1"))
		want := `menu open: "Tom & @ada saw #c-c1 and #private-channel 👋" by Mia Wallace at "` + link
		if a.Via != "response_url" || a.To != "U1" || !strings.HasPrefix(a.Visible(), want) || link == "" && !strings.HasSuffix(a.Visible(), `at ""`) {
			t.Errorf("answer %q, want %q", a.Visible(), want)
		}
	}
	// What cannot be checked counts as private.
	r.platform.directory.rooms.drop(roomKey("T1", "C1"))
	r.slack.Fail(slacktest.Match{Method: "conversations.info"}, -1, slacktest.Error500Before)
	m := r.slack.Say("T1", "C1", "U2", "in #c-c1")
	if a := must[*slacktest.Answer](t)(r.slack.Shortcut(r.ctx(), m, "open", "U1")); a.Visible() != `menu open: "in #private-channel" by Mia Wallace at ""` {
		t.Errorf("answer %q", a.Visible())
	}
}

// Every kind of field gives its value.
func TestFields(t *testing.T) {
	const state = `{"state":{"values":{
		"a":{"x":{"type":"plain_text_input","value":"A & B :wave: <!here>"}},
		"b":{"x":{"type":"static_select","selected_option":{"value":"breaking"}}},
		"c":{"x":{"type":"multi_static_select","selected_options":[{"value":"p"},{"value":"q"}]}},
		"d":{"x":{"type":"radio_buttons","selected_option":{"value":"r"}}},
		"e":{"x":{"type":"checkboxes","selected_options":[{"value":"one"},{"value":"two"}]}},
		"f":{"x":{"type":"datepicker","selected_date":"2014-12-20"}},
		"g":{"x":{"type":"timepicker","selected_time":"15:04"}},
		"h":{"x":{"type":"datetimepicker","selected_date_time":1419087845}},
		"i":{"x":{"type":"users_select","selected_user":"U1"}},
		"j":{"x":{"type":"multi_users_select","selected_users":["U1","U2"]}},
		"k":{"x":{"type":"conversations_select","selected_conversation":"C1"}},
		"l":{"x":{"type":"multi_channels_select","selected_channels":["C1","C9"]}},
		"m":{"x":{"type":"number_input","value":"12"}},
		"n":{"x":{"type":"url_text_input","value":"https://example.org/:wave:"}},
		"o":{"x":{"type":"rich_text_input","rich_text_value":{"type":"rich_text","elements":[
			{"type":"rich_text_section","elements":[{"type":"text","text":"Hi & "},{"type":"user","user_id":"U1"},{"type":"text","text":" "},{"type":"emoji","name":"wave","unicode":"1f44b-1f3fc"},
				{"type":"link","url":"https://example.org/a","text":"paper"},{"type":"broadcast","range":"here"},{"type":"channel","channel_id":"C1"},{"type":"emoji","name":"our_logo"}]},
			{"type":"rich_text_list","style":"ordered","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"two"}]}]}]}}},
		"p":{"x":{"type":"static_select","selected_option":null}},
		"q":{"x":{"type":"plain_text_input","value":null}},
		"r":{"one":{"type":"plain_text_input","value":"1"},"two":{"type":"plain_text_input","value":"2"}},
		"s":{"x":7},"t":{"x":{"type":"of next year","value":{"a":1}}},"u":{"x":{"type":"users_select","selected_user":"<!here>"}}
	}}}`
	var v view
	if !decode(json.RawMessage(state), &v) {
		t.Fatal("cannot be read")
	}
	r := newReader(t)
	got := map[string]string{}
	for name, value := range v.fields(r) {
		got[name] = bot.Unfold(value, r.mentions.List())
	}
	want := map[string]string{
		"a": "A & B 👋 <!here>", "b": "breaking", "c": "p,q", "d": "r", "e": "one,two", "f": "2014-12-20", "g": "15:04", "h": "2014-12-20T15:04:05Z",
		"i": "@ada", "j": "@ada,@Mia Wallace", "k": "#general", "l": "#general,#private-channel", "m": "12", "n": "https://example.org/:wave:",
		"o":     "Hi & @ada 👋🏼paper (https://example.org/a)@here#general:our_logo:\n1. one\n2. two",
		"r.one": "1", "r.two": "2", "u": "@someone", "p": "", "q": "", "t": "",
	}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s is %q, want %q", name, got[name], want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("fields %q", got)
	}
}

// envelopes are given to a platform without a connection's acks being looked at.
func TestPresses(t *testing.T) {
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1"})
	if err != nil {
		t.Fatal(err)
	}
	read := func(payload string) (bot.Input, error) {
		a := p.intake.ear.interactive(envelope{ID: "e", Payload: json.RawMessage(payload)})
		if a == nil {
			return nil, errors.New("ignored")
		}
		return a.input(t.Context()), nil
	}
	press := func(actions string) string {
		return `{"type":"block_actions","user":{"id":"U1"},"team":{"id":"T1"},"channel":{"id":"C1"},"trigger_id":"1","response_url":"r","actions":[` + actions + `]}`
	}
	for payload, want := range map[string]bot.Input{
		press(`{"type":"button","action_id":"open#0","value":"7"}`):                                       bot.Press{Action: "open", Arg: "7"},
		press(`{"type":"static_select","action_id":"open#3","selected_option":{"value":"8"}}`):            bot.Press{Action: "open", Arg: "8"},
		press(`{"type":"overflow","action_id":"stop#1","selected_option":{"value":"9"}}`):                 bot.Press{Action: "stop", Arg: "9"},
		press(`{"type":"radio_buttons","action_id":"pause#1","selected_option":{"value":"9"}}`):           bot.Press{Action: "pause", Arg: "9"},
		press(`{"type":"multi_static_select","action_id":"resume#1","selected_options":[{"value":"1"}]}`): bot.Press{Action: "resume", Arg: "1"},
		press(`{"type":"button","action_id":"page","value":"0.a%20b"},{"action_id":"stop#1"}`):            bot.Press{Action: "page", Arg: "0.a%20b"},
		press(`{"type":"button","action_id":"Not ours!","value":"x"}`):                                    bot.Press{Action: "", Arg: "x"},
		press(`{"type":"button","action_id":"","value":7}`):                                               bot.Press{Action: "", Arg: "7"},
		press(`{"action_id":{"a":1},"selected_option":[]}`):                                               bot.Press{},
		press(`{"type":"button","action_id":"=#2","url":"https://example.org/"}`):                         nil,
		press(`{"type":"button","action_id":"open#2","url":"https://example.org/"}`):                      nil,
		press(``): nil,
		`{"type":"shortcut","callback_id":"stop","user":{"id":"U1","team_id":"T1"},"trigger_id":"1","actions":[]}`: bot.Menu{Name: "stop"},
		`{"type":"view_closed","user":{"id":"U1"},"view":{"id":"V1"}}`:                                             nil,
		`{"type":"block_suggestion","user":{"id":"U1"},"action_id":"open","value":"x"}`:                            nil,
		`{"type":"dialog_submission","callback_id":"stop","user":{"id":"U1"},"response_url":"r"}`:                  nil,
		`{"type":"view_submission","user":{"id":"U1"}}`:                                                            nil,
		`{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"open#1"}]}`:                           nil,
	} {
		got, _ := read(payload)
		if got != want {
			t.Errorf("%s\nreads %#v, want %#v", payload, got, want)
		}
	}
}

// Every action there is survives what is pressed under its name.
func TestEveryActionComesBack(t *testing.T) {
	for _, spec := range bot.Actions() {
		if got := actionOf(string(spec.Action) + actionMark + "24"); got != string(spec.Action) {
			t.Errorf("%s comes back as %q", spec.Action, got)
		}
		if string(spec.Action) == linkAction {
			t.Errorf("%s is the mark of a link", spec.Action)
		}
	}
}
