package slacktest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

const form = `{"type":"modal","callback_id":"update","private_metadata":"sony","title":{"type":"plain_text","text":"Update"},"submit":{"type":"plain_text","text":"Post"},"blocks":[` +
	`{"type":"input","block_id":"text","label":{"type":"plain_text","text":"Text"},"element":{"type":"plain_text_input","action_id":"a","multiline":true,"initial_value":"old"}},` +
	`{"type":"input","block_id":"level","label":{"type":"plain_text","text":"Level"},"optional":true,"element":{"type":"static_select","action_id":"l","options":[{"text":{"type":"plain_text","text":"Breaking"},"value":"breaking"}]}},` +
	`{"type":"input","block_id":"story","label":{"type":"plain_text","text":"Story"},"optional":true,"element":{"type":"external_select","action_id":"s"}}]}`

func TestModal(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	got := slash(t, s, "")
	e := sc.next()
	sc.ack(e, nil)
	trigger := field(e, "payload", "trigger_id")
	if r := c.call("views.open", "trigger_id", trigger, "view", form); !r.OK {
		t.Fatalf("views.open: %s", r.body)
	}
	if r := c.call("views.open", "trigger_id", trigger, "view", form); r.Error != "exchanged_trigger_id" {
		t.Errorf("views.open twice: %s", r.body)
	}
	a := <-got
	if a.err != nil || a.Via != "view" || a.View.Title != "Update" || a.View.CallbackID != "update" || a.View.PrivateMetadata != "sony" {
		t.Fatalf("answer %+v, %v", a.Answer, a.err)
	}

	labels := make(chan []string, 1)
	go func() {
		l, err := s.Suggest(ctx(t), a.View, "s", "so")
		if err != nil {
			t.Error(err)
		}
		labels <- l
	}()
	e = sc.next()
	if field(e, "payload", "type") != "block_suggestion" || field(e, "payload", "value") != "so" || field(e, "payload", "block_id") != "story" {
		t.Errorf("suggestion %v", e["payload"])
	}
	sc.ack(e, map[string]any{"options": []any{map[string]any{"text": map[string]any{"type": "plain_text", "text": "Sony hack"}, "value": "sony"}}})
	if l := <-labels; !slices.Equal(l, []string{"Sony hack"}) {
		t.Errorf("suggestions %q", l)
	}

	for values, want := range map[string]string{"Nothing": "has no input", "Text": "must be filled in"} {
		if _, err := s.Submit(ctx(t), a.View, map[string]string{values: ""}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("submitting %q: %v", values, err)
		}
	}
	submit := func() <-chan outcome {
		return in(func() (*Answer, error) {
			return s.Submit(ctx(t), a.View, map[string]string{"Text": "new", "level": "Breaking"})
		})
	}
	got = submit()
	e = sc.next()
	if field(e, "payload", "type") != "view_submission" || e["accepts_response_payload"] != true ||
		field(e, "payload", "view", "private_metadata") != "sony" ||
		field(e, "payload", "view", "state", "values", "text", "a", "value") != "new" ||
		field(e, "payload", "view", "state", "values", "level", "l", "selected_option", "value") != "breaking" {
		t.Errorf("submission %v", e["payload"])
	}
	sc.ack(e, map[string]any{"response_action": "errors", "errors": map[string]any{"text": "too short"}})
	if a := <-got; a.err != nil || a.Via != "errors" || a.Errors["text"] != "too short" {
		t.Errorf("answer %+v, %v", a.Answer, a.err)
	}
	got = submit()
	sc.ack(sc.next(), nil)
	closed := <-got
	if closed.err != nil || closed.Via != "closed" {
		t.Errorf("answer %+v, %v", closed.Answer, closed.err)
	}
	c.call("chat.postEphemeral", "channel", "C1", "user", "U1", "text", "posted")
	if a, err := closed.Next(ctx(t)); err != nil || a.Text != "posted" || a.Via != "chat.postEphemeral" {
		t.Errorf("then %+v, %v", a, err)
	}
	got = submit()
	sc.ack(sc.next(), map[string]any{"response_action": "errors", "errors": map[string]any{"nobody": "x"}})
	<-got
	takeViolation(t, s, "no input of the view")
}

func TestViewsFollowEachOther(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	got := slash(t, s, "")
	e := sc.next()
	sc.ack(e, nil)
	c.call("views.open", "trigger_id", field(e, "payload", "trigger_id"), "view", form)
	first := <-got
	renamed := strings.Replace(form, `"text":"Update"`, `"text":"Changed"`, 1)
	update := func(id, hash string) string {
		return c.call("views.update", "view_id", id, "hash", hash, "view", renamed).Error
	}
	if err := update("V9", ""); err != "not_found" {
		t.Errorf("unknown view: %q", err)
	}
	if err := update(first.View.ID, "1.1"); err != "hash_conflict" {
		t.Errorf("old hash: %q", err)
	}
	if err := update(first.View.ID, first.View.Hash); err != "" {
		t.Errorf("update: %q", err)
	}
	second, err := first.Next(ctx(t))
	if err != nil || second.View.Title != "Changed" || second.View.ID != first.View.ID || !second.Replaces {
		t.Fatalf("answer %+v, %v", second, err)
	}
	for _, action := range []string{"push", "update", "clear", "shrug"} {
		done := in(func() (*Answer, error) { return s.Submit(ctx(t), second.View, map[string]string{"Story": "sony"}) })
		response := map[string]any{"response_action": action}
		if action == "push" || action == "update" {
			response["view"] = json.RawMessage(form)
		}
		e := sc.next()
		if v := field(e, "payload", "view", "state", "values", "story", "s", "selected_option", "value"); v != "sony" {
			t.Errorf("the person picked %q", v)
		}
		sc.ack(e, response)
		if action == "shrug" {
			break // nobody knows what to show
		}
		want := map[string]string{"push": "view", "update": "view", "clear": "closed"}[action]
		if a := <-done; a.err != nil || a.Via != want || a.Replaces != (action == "update") {
			t.Errorf("%s: %+v, %v", action, a.Answer, a.err)
		}
	}
	// The connection is read in order: after the next answer the last ack is in.
	got = slash(t, s, "")
	sc.ack(sc.next(), map[string]any{"text": "x"})
	<-got
	takeViolation(t, s, "response_action")
}

func TestViewsThatSlackRefuses(t *testing.T) {
	plain := func(s string) string { return `{"type":"plain_text","text":"` + s + `"}` }
	divider := `[{"type":"divider"}]`
	for _, tc := range []struct{ view, want string }{
		{`{"type":"modal","title":` + plain(strings.Repeat("x", 25)) + `,"blocks":` + divider + `}`, "less than 25"},
		{`{"type":"modal","blocks":` + divider + `}`, "missing required field: title"},
		{`{"type":"modal","title":` + plain("x") + `,"blocks":[{"type":"input","label":` + plain("l") + `,"element":{"type":"plain_text_input"}}]}`, "missing required field: submit"},
		{`{"type":"modal","title":` + plain("x") + `,"private_metadata":"` + strings.Repeat("x", 3001) + `","blocks":` + divider + `}`, "less than 3001"},
		{`{"type":"popup","title":` + plain("x") + `,"blocks":` + divider + `}`, "must be one of modal"},
		{`not json`, "not a JSON object"},
	} {
		s, c := start(t)
		sc := c.connect()
		slash(t, s, "")
		e := sc.next()
		sc.ack(e, nil)
		if r := c.call("views.open", "trigger_id", field(e, "payload", "trigger_id"), "view", tc.view); r.Error != "invalid_arguments" {
			t.Errorf("%.60s: %s", tc.view, r.body)
		}
		takeViolation(t, s, tc.want)
	}
}

func TestTriggerExpires(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	slash(t, s, "")
	e := sc.next()
	sc.ack(e, nil)
	s.SetSkew(4 * time.Second)
	if r := c.call("views.open", "trigger_id", field(e, "payload", "trigger_id"), "view", form); r.Error != "expired_trigger_id" {
		t.Errorf("got %s", r.body)
	}
}
