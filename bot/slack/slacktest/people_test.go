package slacktest

import (
	"slices"
	"strings"
	"testing"
)

func TestCommandTextIsEscaped(t *testing.T) {
	for _, tc := range []struct {
		options     []Option
		typed, want string
	}{
		{nil, "a < b & c > d", "a &lt; b &amp; c &gt; d"},
		{nil, "<!channel> hi", "&lt;!channel&gt; hi"},
		{nil, "add @ada in #c-c1", "add <@U1|ada> in <#C1|c-c1>"},
		{nil, "mail a@example.com or @nobody", "mail a@example.com or @nobody"},
		{[]Option{WithRawCommands()}, "add @ada & co", "add @ada &amp; co"},
		{nil, strings.Repeat("x", 100<<10), strings.Repeat("x", 100<<10)},
	} {
		s, c := start(t, tc.options...)
		sc := c.connect()
		got := slash(t, s, tc.typed)
		e := sc.next()
		sc.ack(e, map[string]any{"text": "x"})
		<-got
		if text := field(e, "payload", "text"); text != tc.want {
			t.Errorf("%.40q arrives as %.60q, want %.60q", tc.typed, text, tc.want)
		}
	}
}

// in runs a deed in the background.
func in(deed func() (*Answer, error)) <-chan outcome {
	out := make(chan outcome, 1)
	go func() {
		a, err := deed()
		out <- outcome{a, err}
	}()
	return out
}

const menu = `[{"type":"actions","block_id":"b","elements":[` +
	`{"type":"button","text":{"type":"plain_text","text":"Timeline"},"action_id":"timeline","value":"sony"},` +
	`{"type":"button","text":{"type":"plain_text","text":"Open"},"action_id":"open","url":"https://example.com"},` +
	`{"type":"overflow","action_id":"more","options":[{"text":{"type":"plain_text","text":"Pause"},"value":"p"}]}]}]`

func TestPress(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	c.mustPost("C1", "story", "blocks", menu)
	m := s.Messages("T1", "C1")[0]

	got := in(func() (*Answer, error) { return s.Press(ctx(t), m, "Timeline", "U1") })
	e := sc.next()
	for path, want := range map[string]string{"type": "block_actions", "trigger_id": field(e, "payload", "trigger_id")} {
		if field(e, "payload", path) != want || want == "" {
			t.Errorf("%s is %q", path, field(e, "payload", path))
		}
	}
	action := []any{"payload", "actions", 0}
	for name, want := range map[string]string{"action_id": "timeline", "block_id": "b", "value": "sony", "type": "button"} {
		if got := field(e, append(slices.Clone(action), name)...); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if field(e, "payload", "container", "message_ts") != m.TS || field(e, "payload", "message", "text") != "story" || field(e, "payload", "user", "id") != "U1" {
		t.Errorf("payload %v", e["payload"])
	}
	sc.ack(e, nil)
	c.respond(field(e, "payload", "response_url"), `{"text":"2014 …","response_type":"ephemeral","replace_original":false}`)
	a := <-got
	if a.err != nil || a.Text != "2014 …" || a.To != "U1" {
		t.Errorf("answer %+v, %v", a.Answer, a.err)
	}

	got = in(func() (*Answer, error) { return s.Press(ctx(t), m, "Open", "U1") })
	sc.ack(sc.next(), nil)
	if a := <-got; a.err != nil || a.Via != "url" || a.Text != "https://example.com" {
		t.Errorf("answer %+v, %v", a.Answer, a.err)
	}

	got = in(func() (*Answer, error) { return s.Press(ctx(t), m, "Pause", "U1") })
	e = sc.next()
	if v := field(e, "payload", "actions", 0, "selected_option", "value"); v != "p" {
		t.Errorf("picked %q", v)
	}
	sc.ack(e, nil)
	c.call("chat.update", "channel", "C1", "ts", m.TS, "text", "paused")
	if a := <-got; a.err != nil || a.Via != "chat.update" || a.Text != "paused" {
		t.Errorf("answer %+v, %v", a.Answer, a.err)
	}
	if _, err := s.Press(ctx(t), m, "Timeline", "U1"); err == nil {
		t.Error("pressed a button that the update took away")
	}
}

func TestPressOnAnEphemeralMessage(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	got := slash(t, s, "x")
	sc.ack(sc.next(), map[string]any{"text": "story", "blocks": []any{map[string]any{"type": "actions", "elements": []any{
		map[string]any{"type": "button", "text": map[string]any{"type": "plain_text", "text": "Stop"}, "action_id": "stop"}}}}})
	a := <-got
	got = in(func() (*Answer, error) { return s.Press(ctx(t), a.Message, "Stop", "U1") })
	e := sc.next()
	if field(e, "payload", "message") != "" || field(e, "payload", "container", "is_ephemeral") != "true" {
		t.Errorf("payload %v", e["payload"])
	}
	if field(e, "payload", "actions", 0, "block_id") == "" {
		t.Error("no block_id")
	}
	sc.ack(e, nil)
	c.respond(field(e, "payload", "response_url"), `{"text":"stopped","replace_original":true}`)
	if b := <-got; b.err != nil || !b.Replaces || b.TS != a.TS {
		t.Errorf("answer %+v, %v", b.Answer, b.err)
	}
	c.respond(field(e, "payload", "response_url"), `{"delete_original":true}`)
	if list := s.Ephemerals("T1", "C1", "U1"); len(list) != 0 {
		t.Errorf("still there: %+v", list)
	}
}

func TestMention(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	thread := s.Say("T1", "C1", "U1", "what about Sony?").TS
	got := in(func() (*Answer, error) {
		return s.Mention(ctx(t), Mention{Team: "T1", Channel: "C1", User: "U1", ThreadTS: thread, Text: "story sony-hack"})
	})
	e := sc.next()
	if e["type"] != "events_api" || field(e, "payload", "event", "type") != "app_mention" || field(e, "payload", "event", "thread_ts") != thread {
		t.Errorf("envelope %v", e)
	}
	if text := field(e, "payload", "event", "text"); text != "<@"+s.BotUser("T1")+"> story sony-hack" {
		t.Errorf("text %q", text)
	}
	if field(e, "payload", "event_id") == "" || field(e, "payload", "authorizations", 0, "team_id") != "T1" {
		t.Errorf("payload %v", e["payload"])
	}
	sc.ack(e, nil)
	c.mustPost("C1", "here", "thread_ts", thread)
	a := <-got
	if a.err != nil || a.Text != "here" || a.ThreadTS != thread {
		t.Errorf("answer %+v, %v", a.Answer, a.err)
	}

	replayed := make(chan error, 1)
	go func() { replayed <- s.Replay(ctx(t), a.Answer) }()
	again := sc.next()
	if field(again, "payload", "event_id") != field(e, "payload", "event_id") || again["retry_attempt"] != 1.0 || again["envelope_id"] == e["envelope_id"] {
		t.Errorf("replay %v", again)
	}
	sc.ack(again, nil)
	if err := <-replayed; err != nil {
		t.Error(err)
	}
	if n := len(a.All()); n != 1 {
		t.Errorf("%d answers", n)
	}
	s.AddChannel("T1", "C2", Public, false)
	if _, err := s.Mention(ctx(t), Mention{Team: "T1", Channel: "C2", User: "U1", Text: "x"}); err == nil {
		t.Error("the bot hears a channel it is not in")
	}
}

func TestShortcut(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	m := s.Say("T1", "C1", "U1", "smoke over the harbour")
	got := in(func() (*Answer, error) { return s.Shortcut(ctx(t), m, "add_to_story", "U2") })
	e := sc.next()
	if field(e, "payload", "type") != "message_action" || field(e, "payload", "callback_id") != "add_to_story" ||
		field(e, "payload", "message", "text") != "smoke over the harbour" || field(e, "payload", "user", "id") != "U2" {
		t.Errorf("payload %v", e["payload"])
	}
	sc.ack(e, nil)
	c.call("views.open", "trigger_id", field(e, "payload", "trigger_id"), "view", form)
	if a := <-got; a.err != nil || a.Via != "view" {
		t.Errorf("answer %+v, %v", a.Answer, a.err)
	}
	if r := c.call("chat.getPermalink", "channel", "C1", "message_ts", m.TS); !strings.Contains(r.body, "/archives/C1/p") {
		t.Errorf("permalink: %s", r.body)
	}
}
