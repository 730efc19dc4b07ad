package slack

import (
	"encoding/json"
	"strings"
	"testing"

	"storybot/bot"
)

// Whatever stands in a payload, reading it does not panic, and what comes out
// is a command that says where it was given and by whom.
func FuzzPayloads(f *testing.F) {
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1"})
	if err != nil {
		f.Fatal(err)
	}
	p.known(f.Context(), p.workspaces.all[0], identity{TeamID: "T1", UserID: "UBOT"}, map[string][]string{"X-Oauth-Scopes": {"commands"}}, own)
	for kind, payload := range []string{
		`{"command":"/story","text":"<@U1|x> &lt;","team_id":"T1","user_id":"U1","channel_id":"C1","trigger_id":"1.2"}`,
		`{"type":"block_actions","user":{"id":"U1"},"team":{"id":"T1"},"channel":null,"response_url":"x","actions":[{"action_id":"a#1","selected_option":{"value":"v"}}]}`,
		`{"team_id":"T1","event":{"type":"app_mention","text":"<@UBOT>  \n story\nx","user":"U1","channel":{"id":"C1"},"ts":"1.2"}}`,
		`{"event":{"type":"message","channel_type":"im","channel":"D1","user":"U1"}}`,
		`{"type":"view_submission","user":{"id":"U1","team_id":"T1"},"view":{"id":"V1","callback_id":"f","state":{"values":{"a":{"b":{"type":"plain_text_input","value":"x"}},"c":{"d":{"selected_users":["U1"]},"e":7}}}}}`,
		`{"type":"message_action","callback_id":"open","user":{"id":"U1"},"trigger_id":"1","message":{"text":"","blocks":[{"type":"rich_text","elements":[{"elements":[{"type":"user","user_id":"U1"}]}]}]}}`,
		`{"type":"shortcut","callback_id":"new","user":{"id":"U1","team_id":"T1"},"trigger_id":"1"}`,
	} {
		f.Add(uint8(kind%3), payload)
		f.Add(uint8(1), payload)
	}
	f.Fuzz(func(t *testing.T, kind uint8, payload string) {
		e := envelope{ID: "e", Payload: json.RawMessage(payload)}
		var a *ask
		switch kind % 3 {
		case 0:
			a = p.intake.ear.slash(e)
		case 1:
			a = p.intake.ear.interactive(e)
		case 2:
			a = p.intake.event(acked(), e)
		}
		if a == nil {
			return
		}
		c := a.command
		c.Input = a.input(t.Context())
		if own := strings.HasSuffix(c.User.Ref, "/UBOT"); c.Input == nil && !(own && kind%3 == 2) {
			t.Errorf("%s\nbecame no input", payload)
		}
		if !strings.HasPrefix(c.Key, "slack:") || c.Where.Platform != platformName || !strings.HasPrefix(c.User.Ref, "slack:") || c.User.Name == "" {
			t.Errorf("%s\nbecame %+v", payload, c)
		}
	})
}

// acked is the acknowledgement of an envelope that has had it.
func acked() *ack {
	a := new(ack)
	a.done.Store(true)
	return a
}

func TestMentionWithLineBreaks(t *testing.T) {
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1"})
	if err != nil {
		t.Fatal(err)
	}
	p.known(t.Context(), p.workspaces.all[0], identity{TeamID: "T1", UserID: "UBOT"}, map[string][]string{"X-Oauth-Scopes": {"commands"}}, own)
	a := p.intake.event(acked(), envelope{ID: "e", Payload: json.RawMessage(
		`{"team_id":"T1","event_id":"Ev1","event":{"type":"app_mention","text":"hey <@UBOT> /Update\nsony-hack one\ntwo","user":"U1","channel":"C1","ts":"1.2"}}`)})
	if a == nil || a.command.Key != "slack:C1/1.2" {
		t.Fatalf("%+v", a)
	}
	if in := a.input(t.Context()).(bot.Typed); in.Name != "update" || in.Text != "sony-hack one\ntwo" {
		t.Errorf("%+v", in)
	}
}

// Deeds are told apart without a trigger_id, and with one that is always the
// same; one that is delivered again is the same deed.
func TestKeysTellDeedsApart(t *testing.T) {
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1"})
	if err != nil {
		t.Fatal(err)
	}
	slash := func(envelopeID, payload string) string {
		return p.intake.ear.slash(envelope{ID: envelopeID, Payload: json.RawMessage(payload)}).command.Key
	}
	press := func(envelopeID, payload string) string {
		return p.intake.ear.interactive(envelope{ID: envelopeID, Payload: json.RawMessage(payload)}).command.Key
	}
	keys := map[string]string{}
	for what, key := range map[string]string{
		"a command":         slash("e1", `{"command":"/story","text":"a","user_id":"U1","channel_id":"C1","trigger_id":"1","response_url":"r1"}`),
		"another text":      slash("e2", `{"command":"/story","text":"b","user_id":"U1","channel_id":"C1","trigger_id":"1","response_url":"r1"}`),
		"another command":   slash("e2", `{"command":"/why","text":"a","user_id":"U1","channel_id":"C1","trigger_id":"1","response_url":"r1"}`),
		"another channel":   slash("e2", `{"command":"/story","text":"a","user_id":"U1","channel_id":"C2","trigger_id":"1","response_url":"r1"}`),
		"another person":    slash("e2", `{"command":"/story","text":"a","user_id":"U2","channel_id":"C1","trigger_id":"1","response_url":"r1"}`),
		"the same, later":   slash("e2", `{"command":"/story","text":"a","user_id":"U1","channel_id":"C1","trigger_id":"1","response_url":"r2"}`),
		"another trigger":   slash("e2", `{"command":"/story","text":"a","user_id":"U1","channel_id":"C1","trigger_id":"2","response_url":"r1"}`),
		"no trigger":        slash("e3", `{"command":"/story","text":"a","user_id":"U1","channel_id":"C1"}`),
		"no trigger, later": slash("e4", `{"command":"/story","text":"a","user_id":"U1","channel_id":"C1"}`),
		"a button":          press("e5", `{"user":{"id":"U1"},"trigger_id":"1","response_url":"r","actions":[{"action_id":"a","value":"1","action_ts":"5.1"}]}`),
		"another button":    press("e6", `{"user":{"id":"U1"},"trigger_id":"1","response_url":"r","actions":[{"action_id":"a","value":"2","action_ts":"5.1"}]}`),
		"the button, later": press("e7", `{"user":{"id":"U1"},"trigger_id":"1","response_url":"r","actions":[{"action_id":"a","value":"1","action_ts":5.2}]}`),
	} {
		if before, used := keys[key]; used {
			t.Errorf("%s has the key of %s: %s", what, before, key)
		}
		keys[key] = what
	}
	const again = `{"command":"/story","text":"a","user_id":"U1","channel_id":"C1","trigger_id":"1","response_url":"r1"}`
	if a, b := slash("e1", again), slash("e9", again); a != b || strings.Contains(a, "r1") {
		t.Errorf("delivered again: %s and %s", a, b)
	}
}
