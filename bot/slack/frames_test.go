package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"storybot/bot"
)

// raw is a far side of a connection that says whatever a test wants.
type raw struct {
	ws *websocket.Conn
	c  *conn
	in chan envelope
}

func startRaw(t *testing.T, g timing) *raw {
	t.Helper()
	r := &raw{in: make(chan envelope, 100)}
	up := make(chan *websocket.Conn, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		ws, err := (&websocket.Upgrader{}).Upgrade(w, q, nil)
		if err == nil {
			up <- ws
		}
	}))
	t.Cleanup(s.Close)
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.ws = <-up
	r.c = newConn(ws, g, func(_ *conn, e envelope) { r.in <- e })
	t.Cleanup(func() { r.c.close(); r.ws.Close() })
	return r
}

func (r *raw) say(t *testing.T, frame string) {
	t.Helper()
	if err := r.ws.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		t.Fatal(err)
	}
}

// Nothing that arrives ends a connection or is passed over without an ack.
func TestOddFrames(t *testing.T) {
	r := startRaw(t, quick)
	for _, frame := range []string{
		`not json`, `[]`, `""`, `{}`, `{"type":7}`, `{"type":"hello"}`, `{"envelope_id":"e1","type":"of next year","payload":[1]}`,
		`{"envelope_id":"e2","type":"events_api","retry_attempt":"3","payload":{}}`,
	} {
		r.say(t, frame)
	}
	for _, id := range []string{"e1", "e2"} {
		if e := <-r.in; e.ID != id {
			t.Errorf("got envelope %+v, want %s", e, id)
		}
	}
	if err := r.c.ack("e1"); err != nil {
		t.Fatal(err)
	}
	_, b, err := r.ws.ReadMessage()
	if err != nil || string(b) != `{"envelope_id":"e1"}` {
		t.Errorf("ack %s, %v", b, err)
	}
}

// Every envelope is acknowledged, whatever is in it, and no handler is called
// for what is no command.
func TestOddEnvelopesAreAcknowledged(t *testing.T) {
	r := startRaw(t, quick)
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1", APIURL: "http://127.0.0.1:1/"})
	if err != nil {
		t.Fatal(err)
	}
	p.timing = quick
	h := handlerFunc(func(context.Context, bot.Command) bot.Reply { t.Error("a handler was called"); return bot.Reply{} })
	for i, e := range []string{
		`{"type":"of next year","payload":{}}`, `{"type":"slash_commands"}`, `{"type":"slash_commands","payload":"x"}`,
		`{"type":"slash_commands","accepts_response_payload":true,"payload":{"command":5,"user_id":{}}}`,
		`{"type":"interactive","payload":null}`, `{"type":"interactive","payload":{"type":"view_closed","user":{"id":"U1"}}}`,
		`{"type":"interactive","payload":{"type":"block_actions","user":{"id":"U1"},"team":null,"actions":[]}}`,
		`{"type":"events_api","payload":{"event":7}}`, `{"type":"events_api","payload":{"event":{"type":"of next year","channel":{"id":5},"user":[]}}}`,
	} {
		var env envelope
		_ = json.Unmarshal([]byte(e), &env)
		env.ID = string(rune('a' + i))
		p.intake.dispatch(t.Context(), t.Context(), h, r.c, env)
		_, b, err := r.ws.ReadMessage()
		if want := `{"envelope_id":"` + env.ID + `"}`; err != nil || string(b) != want {
			t.Errorf("%s: ack %s, %v", e, b, err)
		}
	}
	p.intake.begun.Wait()
}

// A far side that is gone without a word is noticed; one that never pings but
// answers pings is not taken for gone.
func TestSilence(t *testing.T) {
	r := startRaw(t, quick)
	select {
	case <-r.c.ended: // nobody reads on the far side, so nothing is answered
	case <-time.After(10 * time.Second):
		t.Fatal("a dead connection was not noticed")
	}
	if why, _ := r.c.wait(t.Context()); why != "no word from Slack" {
		t.Errorf("reason %q", why)
	}
	alive := startRaw(t, quick)
	go func() {
		for {
			if _, _, err := alive.ws.ReadMessage(); err != nil {
				return
			}
		}
	}()
	select {
	case <-alive.c.ended:
		t.Errorf("a quiet connection was given up: %v", alive.c.reason.Load())
	case <-time.After(3 * quick.silence):
	}
}

// Slack's own API, the one of its government cloud and a proxy lead to their own
// connections, and to nobody else's.
func TestWhichConnectionsAreTrusted(t *testing.T) {
	for _, c := range []struct {
		base, address string
		trusted       bool
	}{
		{officialAPI, "wss://wss-primary.slack.com/link/?ticket=x", true},
		{officialAPI, "wss://wss-primary.slack-gov.com/link/?ticket=x", false},
		{"https://slack-gov.com/api/", "wss://wss-primary.slack-gov.com/link/?ticket=x", true},
		{"https://slack-gov.com/api/", "ws://wss-primary.slack-gov.com/link/?ticket=x", false},
		{"https://slack-gov.com/api/", "wss://wss-primary.not-slack-gov.com/link/?ticket=x", false},
		{"https://proxy.example/slack/api/", "wss://wss-primary.slack.com/link/?ticket=x", true},
	} {
		if err := (&api{base: c.base}).trusts(c.address); (err == nil) != c.trusted {
			t.Errorf("%s under %s: %v", c.address, c.base, err)
		}
	}
}
