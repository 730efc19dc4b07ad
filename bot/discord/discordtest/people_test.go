package discordtest

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// asking runs ask while the bot answers it, and returns both ends.
func asking(t *testing.T, ask func() (*Answer, error), answer func()) (*Answer, error) {
	t.Helper()
	type result struct {
		a   *Answer
		err error
	}
	done := make(chan result, 1)
	go func() {
		a, err := ask()
		done <- result{a, err}
	}()
	answer()
	select {
	case r := <-done:
		return r.a, r.err
	case <-testContext(t).Done():
		t.Fatal("no answer came")
		return nil, nil
	}
}

// chatting returns a server with commands and a bot that is connected to it.
func chatting(t *testing.T) (*Server, *testBot) {
	t.Helper()
	s := started(t)
	if r := register(t, s, storyCommands); r.status != 200 {
		t.Fatalf("register: %+v", r)
	}
	return s, connected(t, s)
}

func story(slug string) Interaction {
	return Interaction{Channel: testChannel, Name: "story", Options: map[string]string{"slug": slug}}
}

const stopRow = `"components":[{"type":1,"components":[{"type":2,"style":2,"label":"Stop","custom_id":"stop:1"},{"type":2,"style":5,"label":"Page","url":"https://x.example"}]}]`

func TestCommandAndAnswer(t *testing.T) {
	s, b := chatting(t)
	var in interactionEvent
	a, err := asking(t, func() (*Answer, error) { return s.Command(testContext(t), story("sony-hack")) }, func() {
		var r response
		in, r = b.answer(`{"type":4,"data":{"embeds":[{"title":"Sony hack"}],` + stopRow + `,"flags":64,` + quiet + `}}`)
		if r.status != 204 {
			t.Errorf("callback: %+v", r)
		}
	})
	if err != nil || a.Type != 4 || !a.Ephemeral || a.Deferred || a.Message.Text != "Sony hack" || a.Latency <= 0 {
		t.Errorf("answer %+v, %v", a, err)
	}
	if in.Type != 2 || !contains(in.Data, `"options":[{"name":"slug","type":3,"value":"sony-hack"}]`) {
		t.Errorf("the event: %s", in.Data)
	}
	if len(s.Messages(testChannel)) != 0 {
		t.Error("a private answer is in the channel")
	}
	if r := b.callback(in, `{"type":5}`); r.status != 400 || r.field("code") != "40060" {
		t.Errorf("second callback: %+v", r)
	}
	if n := s.Answer(a.ID).Repeats; n != 1 {
		t.Errorf("%d repeats", n)
	}
	if all := s.Latencies(); len(all) != 1 || all[0] != a.Latency {
		t.Errorf("latencies %v", all)
	}
}

func TestEventShape(t *testing.T) {
	s, b := chatting(t)
	asking(t, func() (*Answer, error) {
		return s.Command(testContext(t), Interaction{Channel: testChannel, Name: "desk track", User: "4242", UserName: "nelly",
			Permissions: ManageChannels, Options: map[string]string{"headline": "Sony"},
			Change: func(m map[string]any) { m["locale"] = "de" }})
	}, func() {
		p := b.event("INTERACTION_CREATE")
		for _, want := range []string{`"permissions":"16"`, `"id":"4242"`, `"username":"nelly"`, `"app_permissions":"`, `"context":0`, `"guild_id":"` + testGuild,
			`"locale":"de"`, `"options":[{"name":"track","options":[{"name":"headline","type":3,"value":"Sony"}],"type":1}]`} {
			if !contains(p.D, want) {
				t.Errorf("%s lacks %s", p.D, want)
			}
		}
		var in interactionEvent
		decodeInto(p.D, &in)
		b.callback(in, `{"type":5}`)
		call(t, s, "PATCH", "/webhooks/"+ApplicationID+"/"+in.Token+"/messages/@original", `{"content":"done",`+quiet+`}`)
	})
	dm := s.AddDM("4242")
	asking(t, func() (*Answer, error) {
		i := story("x")
		i.Channel, i.User = dm, "4242"
		return s.Command(testContext(t), i)
	}, func() {
		p := b.event("INTERACTION_CREATE")
		if !contains(p.D, `"context":1`) || contains(p.D, `"member"`) || !contains(p.D, `"user":{`) {
			t.Errorf("in a DM: %s", p.D)
		}
		var in interactionEvent
		decodeInto(p.D, &in)
		b.callback(in, `{"type":4,"data":{"content":"x",`+quiet+`}}`)
	})
}

func TestDeferral(t *testing.T) {
	s, b := chatting(t)
	var original string
	a, err := asking(t, func() (*Answer, error) { return s.Command(testContext(t), story("x")) }, func() {
		in, r := b.answer(`{"type":5,"data":{"flags":64}}`)
		original = "/webhooks/" + ApplicationID + "/" + in.Token + "/messages/@original"
		if r.status != 204 {
			t.Errorf("deferral: %+v", r)
		}
		if r := call(t, s, "GET", original, ""); r.status != 404 {
			t.Errorf("there is no message yet: %+v", r)
		}
		if r := call(t, s, "PATCH", original, `{"content":"filled",`+quiet+`}`); r.status != 200 {
			t.Errorf("fill: %+v", r)
		}
	})
	if err != nil || !a.Deferred || !a.Ephemeral || a.Message.Content != "filled" {
		t.Errorf("answer %+v, %v", a, err)
	}
	call(t, s, "PATCH", original, `{"content":"50 %",`+quiet+`}`)
	live, err := s.WaitAnswer(testContext(t), a.ID, func(a *Answer) bool { return a.Message.Edits == 1 })
	if err != nil || live.Message.Content != "50 %" {
		t.Errorf("live: %+v, %v", live, err)
	}
	more := strings.TrimSuffix(original, "/messages/@original")
	if r := call(t, s, "POST", more, `{"content":"more","flags":64,`+quiet+`}`); r.status != 200 || len(s.Answer(a.ID).Followups) != 1 {
		t.Errorf("followup: %+v", r)
	}
	s.Advance(16 * time.Minute)
	if r := call(t, s, "PATCH", original, `{"content":"late",`+quiet+`}`); r.status != 401 || r.field("code") != "50027" {
		t.Errorf("after 15 minutes: %+v", r)
	}
}

func TestLateCallback(t *testing.T) {
	s, b := chatting(t)
	id, err := s.Start(story("x"))
	if err != nil {
		t.Fatal(err)
	}
	s.Advance(4 * time.Second)
	if _, r := b.answer(`{"type":5}`); r.status != 404 || r.field("code") != "10062" {
		t.Errorf("late: %+v", r)
	}
	if a := s.Answer(id); a.Type != 0 {
		t.Errorf("answer: %+v", a)
	}
}

func TestNoAnswer(t *testing.T) {
	s, _ := chatting(t)
	if _, err := s.Command(testContext(t), story("x")); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("got %v", err)
	}
}

func TestCommandsThatCannotBeTyped(t *testing.T) {
	s, _ := chatting(t)
	for name, i := range map[string]Interaction{
		"not registered":           {Name: "stories"},
		"required option what":     {Name: "subscribe"},
		"none of the choices":      {Name: "subscribe", Options: map[string]string{"what": "all", "level": "loud"}},
		`no option "x"`:            {Name: "story", Options: map[string]string{"x": "y"}},
		"a subcommand is missing":  {Name: "desk"},
		`no subcommand "start"`:    {Name: "desk start"},
		"too few or too many":      {Name: "desk track", Options: map[string]string{"headline": strings.Repeat("x", 101)}},
		"not offered here":         {Name: "subscribe", Channel: s.AddDM("7"), Options: map[string]string{"what": "all"}},
		"no command \"\" or no ch": {},
	} {
		if i.Channel == "" {
			i.Channel = testChannel
		}
		if _, err := s.Command(testContext(t), i); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%+v: %v, want %q", i, err, name)
		}
	}
}

func TestAutocomplete(t *testing.T) {
	s, b := chatting(t)
	var choices []Choice
	asking(t, func() (*Answer, error) {
		var err error
		choices, err = s.Autocomplete(testContext(t), story("so"), "slug")
		return nil, err
	}, func() {
		in, _ := b.answer(`{"type":8,"data":{"choices":[{"name":"Sony hack","value":"sony-hack"}]}}`)
		if in.Type != 4 || !contains(in.Data, `"focused":true`) {
			t.Errorf("event: %s", in.Data)
		}
	})
	if len(choices) != 1 || choices[0].Value != "sony-hack" {
		t.Errorf("choices: %+v", choices)
	}
	if _, err := s.Autocomplete(testContext(t), Interaction{Channel: testChannel, Name: "subscribe", Options: map[string]string{"level": "b"}}, "level"); err == nil {
		t.Error("an option without autocomplete completes")
	}
}

func TestPressUpdatesTheMessage(t *testing.T) {
	s, b := chatting(t)
	id := call(t, s, "POST", posts, `{"content":"push",`+stopRow+`,`+quiet+`}`).field("id")
	m, _ := s.Message(testChannel, id)
	a, err := asking(t, func() (*Answer, error) { return s.Press(testContext(t), m, "Stop", Interaction{}) }, func() {
		in, _ := b.answer(`{"type":7,"data":{"content":"stopped","components":[],` + quiet + `}}`)
		if in.Type != 3 || !contains(in.Data, `"custom_id":"stop:1"`) {
			t.Errorf("event: %s", in.Data)
		}
	})
	if err != nil || a.Message.ID != id || a.Message.Content != "stopped" || len(a.Message.Buttons) != 0 {
		t.Errorf("answer: %+v, %v", a, err)
	}
	for _, b := range []string{"Page", "Stop", "Nothing"} {
		now, _ := s.Message(testChannel, id)
		if _, err := s.Press(testContext(t), now, b, Interaction{}); err == nil {
			t.Errorf("button %q was pressed", b)
		}
	}
}

func TestPressOnAPrivateAnswer(t *testing.T) {
	s, b := chatting(t)
	first, err := asking(t, func() (*Answer, error) { return s.Command(testContext(t), story("x")) }, func() {
		b.answer(`{"type":4,"data":{"content":"x",` + stopRow + `,"flags":64,` + quiet + `}}`)
	})
	if err != nil {
		t.Fatal(err)
	}
	a, err := asking(t, func() (*Answer, error) { return s.Press(testContext(t), first.Message, "stop:1", Interaction{}) }, func() {
		b.answer(`{"type":4,"data":{"content":"public",` + quiet + `}}`)
	})
	if err != nil || a.Ephemeral || len(s.Messages(testChannel)) != 1 {
		t.Errorf("answer: %+v, %v", a, err)
	}
}
