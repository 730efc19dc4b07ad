package discordtest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
)

func TestForm(t *testing.T) {
	s, b := chatting(t)
	form, err := asking(t, func() (*Answer, error) { return s.Command(testContext(t), story("x")) }, func() {
		_, r := b.answer(`{"type":9,"data":{"title":"Update","custom_id":"form:1","components":[
			{"type":18,"label":"Text","component":{"type":4,"custom_id":"text","style":2}}]}}`)
		if r.status != 204 {
			t.Errorf("form: %+v", r)
		}
	})
	if err != nil || form.Type != 9 {
		t.Fatalf("%+v, %v", form, err)
	}
	a, err := asking(t, func() (*Answer, error) {
		return s.Submit(testContext(t), form, map[string]string{"text": "news"}, Interaction{Channel: testChannel})
	}, func() {
		in, _ := b.answer(`{"type":4,"data":{"content":"thanks",` + quiet + `}}`)
		if in.Type != 5 || !contains(in.Data, `"value":"news"`) || !contains(in.Data, `"custom_id":"form:1"`) {
			t.Errorf("event: %s", in.Data)
		}
	})
	if err != nil || a.Message.Content != "thanks" {
		t.Errorf("answer: %+v, %v", a, err)
	}
	if _, err := s.Submit(testContext(t), form, map[string]string{"other": "x"}, Interaction{Channel: testChannel}); err == nil {
		t.Error("an input that the form lacks was filled")
	}
}

func TestMenusOfAForm(t *testing.T) {
	data, err := formData([]byte(`{"custom_id":"f","components":[
		{"type":18,"label":"Who","component":{"type":5,"custom_id":"who"}},
		{"type":18,"label":"Level","component":{"type":3,"custom_id":"level"}}]}`), map[string]string{"who": "4242 4343", "level": "breaking"})
	if err != nil {
		t.Fatal(err)
	}
	got := string(encode(data))
	for _, want := range []string{`{"component":{"custom_id":"who","type":5,"values":["4242","4343"]},"id":1,"type":18}`, `"values":["breaking"]`, `"resolved":{"users":{"4242":{`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestMessageMenu(t *testing.T) {
	s, b := chatting(t)
	id := s.Say(testChannel, "4242", "seen in the street")
	_, err := asking(t, func() (*Answer, error) {
		return s.UseOnMessage(testContext(t), testChannel, id, Interaction{Name: "Add to story"})
	}, func() {
		in, _ := b.answer(`{"type":4,"data":{"content":"x",` + quiet + `}}`)
		if !contains(in.Data, "seen in the street") || !contains(in.Data, `"target_id":"`+id) {
			t.Errorf("event: %s", in.Data)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestReplay(t *testing.T) {
	s, b := chatting(t)
	var in interactionEvent
	a, _ := asking(t, func() (*Answer, error) { return s.Command(testContext(t), story("x")) }, func() {
		in, _ = b.answer(`{"type":4,"data":{"content":"x",` + quiet + `}}`)
	})
	s.Replay(a)
	var again interactionEvent
	decodeInto(b.event("INTERACTION_CREATE").D, &again)
	if again.ID != in.ID || again.Token != in.Token {
		t.Errorf("replayed %+v, was %+v", again, in)
	}
}

func TestRefusesBadCallbacks(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"no allowed_mentions":   {`{"type":4,"data":{"content":"x"}}`, "data.allowed_mentions: missing"},
		"deferral with text":    {`{"type":5,"data":{"content":"x"}}`, "nothing but flags"},
		"deferral with V2":      {`{"type":5,"data":{"flags":32768}}`, "EPHEMERAL only"},
		"update of nothing":     {`{"type":6}`, "no message to update"},
		"choices for a command": {`{"type":8,"data":{"choices":[]}}`, "choices answer autocomplete"},
		"unknown type":          {`{"type":77}`, "type"},
		"no data":               {`{"type":4}`, "data"},
		"long form title":       {`{"type":9,"data":{"title":"` + strings.Repeat("x", 46) + `","custom_id":"a","components":[{"type":18,"label":"l","component":{"type":4,"custom_id":"t","style":1}}]}}`, "title"},
		"form in rows":          {`{"type":9,"data":{"title":"x","custom_id":"a","components":[{"type":1,"components":[{"type":4,"custom_id":"t","label":"l","style":1}]}]}}`, "type"},
		"form of six":           {`{"type":9,"data":{"title":"x","custom_id":"a","components":[` + strings.Repeat(`{"type":18,"label":"l","component":{"type":4,"custom_id":"t","style":1}},`, 5) + `{"type":18,"label":"l","component":{"type":4,"custom_id":"t","style":1}}]}}`, "components"},
		"overfull form input":   {`{"type":9,"data":{"title":"x","custom_id":"a","components":[{"type":18,"label":"l","component":{"type":4,"custom_id":"t","style":1,"max_length":2,"value":"xxx"}}]}}`, "value"},
		"lines in a short one":  {`{"type":9,"data":{"title":"x","custom_id":"a","components":[{"type":18,"label":"l","component":{"type":4,"custom_id":"t","style":1,"value":"a\nb"}}]}}`, "value"},
		"two picked already":    {`{"type":9,"data":{"title":"x","custom_id":"a","components":[{"type":18,"label":"l","component":{"type":3,"custom_id":"t","options":[{"label":"a","value":"a","default":true},{"label":"b","value":"b","default":true}]}}]}}`, "options"},
		"long label in a form":  {`{"type":9,"data":{"title":"x","custom_id":"a","components":[{"type":18,"label":"` + strings.Repeat("x", 46) + `","component":{"type":4,"custom_id":"t","style":1}}]}}`, "label"},
	} {
		t.Run(name, func(t *testing.T) {
			s, b := chatting(t)
			s.ExpectViolation(tc.want)
			id, err := s.Start(story("x"))
			if err != nil {
				t.Fatal(err)
			}
			if _, r := b.answer(tc.body); r.status != 400 || r.field("code") != "50035" {
				t.Errorf("answer: %+v", r)
			}
			if s.Answer(id).Type != 0 {
				t.Error("the callback counts")
			}
		})
	}
}

func TestRefusesTooManyChoices(t *testing.T) {
	s, b := chatting(t)
	s.ExpectViolation("data.choices")
	ctx, cancel := context.WithCancel(testContext(t))
	var typing sync.WaitGroup
	typing.Go(func() {
		if _, err := s.Autocomplete(ctx, story("so"), "slug"); !errors.Is(err, context.Canceled) {
			t.Errorf("autocomplete: %v", err)
		}
	})
	defer typing.Wait()
	defer cancel()
	one := `{"name":"a","value":"b"}`
	if _, r := b.answer(`{"type":8,"data":{"choices":[` + strings.Repeat(one+",", 25) + one + `]}}`); r.status != 400 {
		t.Errorf("26 choices: %+v", r)
	}
}
