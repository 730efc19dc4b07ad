package slacktest

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// slash runs a command in the background.
func slash(t *testing.T, s *Server, text string) <-chan outcome {
	out := make(chan outcome, 1)
	go func() {
		a, err := s.Slash(ctx(t), Slash{Team: "T1", Channel: "C1", User: "U1", Command: "/story", Text: text})
		out <- outcome{a, err}
	}()
	return out
}

type outcome struct {
	*Answer
	err error
}

func TestSlashAnsweredInTheAck(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	got := slash(t, s, "sony-hack")
	e := sc.next()
	if e["type"] != "slash_commands" || e["accepts_response_payload"] != true {
		t.Errorf("envelope %v", e)
	}
	for name, want := range map[string]string{"command": "/story", "text": "sony-hack", "team_id": "T1", "channel_id": "C1", "user_id": "U1", "user_name": "ada", "api_app_id": s.AppID} {
		if got := field(e, "payload", name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	sc.ack(e, map[string]any{"text": "Here it is."})
	a := <-got
	if a.err != nil || a.Via != "ack" || a.Text != "Here it is." || a.To != "U1" || a.Latency <= 0 {
		t.Errorf("answer %+v, %v", a.Answer, a.err)
	}
	if len(s.Messages("T1", "C1")) != 0 {
		t.Error("the answer is public")
	}
}

func TestSlashAnsweredAtTheResponseURL(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	got := slash(t, s, "sony-hack")
	e := sc.next()
	sc.ack(e, nil)
	address := field(e, "payload", "response_url")
	if status, body := c.respond(address, `{"text":"one"}`); status != 200 || body != "ok" {
		t.Fatalf("status %d, %s", status, body)
	}
	a := <-got
	if a.err != nil || a.Via != "response_url" || a.Text != "one" || a.Replaces {
		t.Fatalf("answer %+v, %v", a.Answer, a.err)
	}
	c.respond(address, `{"text":"two","replace_original":true}`)
	b, err := a.Next(ctx(t))
	if err != nil || b.Replaces || b.Text != "two" {
		t.Errorf("second answer %+v, %v", b, err)
	}
	if list := s.Ephemerals("T1", "C1", "U1"); len(list) != 2 || list[0].Text != "one" || list[1].Text != "two" {
		t.Errorf("the person sees %+v", list)
	}
	takeViolation(t, s, "replace_original beside a pressed button")
	c.respond(address, `{"text":"three","response_type":"in_channel"}`)
	if list := s.Messages("T1", "C1"); len(list) != 1 || list[0].Text != "three" {
		t.Errorf("the channel sees %+v", list)
	}
	for range 2 {
		c.respond(address, `{"text":"more"}`)
	}
	if status, body := c.respond(address, `{"text":"six"}`); status != 404 || !strings.Contains(body, "used_url") {
		t.Errorf("sixth use: %d %s", status, body)
	}
	takeViolation(t, s, "used more than 5 times")
}

func TestResponseURLExpires(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	got := slash(t, s, "x")
	e := sc.next()
	sc.ack(e, map[string]any{"text": "wait"})
	<-got
	s.SetSkew(31 * time.Minute)
	if status, body := c.respond(field(e, "payload", "response_url"), `{"text":"late"}`); status != 404 || !strings.Contains(body, "expired_url") {
		t.Errorf("%d %s", status, body)
	}
	takeViolation(t, s, "used after 30m")
	if status, _ := c.respond(s.base+"/response/none", `{"text":"x"}`); status != 404 {
		t.Errorf("unknown address: %d", status)
	}
	takeViolation(t, s, "no such address")
}

func TestResponsesThatSlackRefuses(t *testing.T) {
	for _, tc := range []struct{ body, want string }{
		{`{"text":""}`, "no_text"},
		{`{"text":"x","colour":"red"}`, "unknown argument colour"},
		{`{"text":"x","response_type":"secret"}`, "response_type"},
		{`{"blocks":[{"type":"marquee"}]}`, "invalid_blocks"},
		{`text=x`, "not a JSON object"},
	} {
		s, c := start(t)
		sc := c.connect()
		slash(t, s, "x")
		e := sc.next()
		sc.ack(e, nil)
		if status, body := c.respond(field(e, "payload", "response_url"), tc.body); status != 400 {
			t.Errorf("%s: %d %s", tc.body, status, body)
		}
		takeViolation(t, s, tc.want)
	}
}

func TestAckMistakes(t *testing.T) {
	s, c := start(t, WithAckWithin(50*time.Millisecond), WithRetryDelays())
	sc := c.connect()
	unknown := map[string]any{"envelope_id": "nobody"}

	got := slash(t, s, "x")
	e := sc.next()
	sc.ack(unknown, nil)
	sc.ack(e, map[string]any{"text": "once"})
	<-got
	sc.ack(e, nil)
	got = slash(t, s, "x")
	sc.ack(sc.next(), map[string]any{"text": strings.Repeat("x", 21<<10)})
	if a := <-got; !errors.Is(a.err, ErrNotAcknowledged) {
		t.Errorf("too long a response: %v", a.err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Event(ctx(t), "T1", map[string]any{"type": "channel_archive", "channel": "C1"}) }()
	sc.ack(sc.next(), map[string]any{"text": "to an event"})
	if err := <-done; err != nil {
		t.Error(err)
	}
	takeViolation(t, s, "unknown envelope", "acknowledged twice", "Slack drops more", "accepts none")
}

func TestWhatPeopleSeeWithoutTheApp(t *testing.T) {
	s, c := start(t, WithAckWithin(20*time.Millisecond))
	if a := <-slash(t, s, "x"); !errors.Is(a.err, ErrNotConnected) {
		t.Errorf("without a connection: %v", a.err)
	}
	sc := c.connect()
	got := slash(t, s, "x")
	e := sc.next()
	if a := <-got; !errors.Is(a.err, ErrNotAcknowledged) {
		t.Errorf("without an ack: %v", a.err)
	}
	sc.ack(e, map[string]any{"text": "late"})
	got = slash(t, s, "y")
	sc.ack(sc.next(), map[string]any{"text": "in time"})
	if a := <-got; a.err != nil || a.Text != "in time" {
		t.Errorf("then: %+v", a)
	}
	if list := s.Ephemerals("T1", "C1", "U1"); len(list) != 1 {
		t.Errorf("a late ack was shown: %+v", list)
	}
}

func TestEventsAreRedelivered(t *testing.T) {
	s, c := start(t, WithAckWithin(30*time.Millisecond), WithRetryDelays(0, 0, 0))
	one, two := c.connect(), c.connect()
	done := make(chan error, 1)
	go func() { done <- s.Event(ctx(t), "T1", map[string]any{"type": "app_uninstalled"}) }()
	var ids, envelopes, from []string
	for attempt := range 4 {
		var e map[string]any
		select {
		case e = <-one.in:
			from = append(from, "one")
		case e = <-two.in:
			from = append(from, "two")
		case <-time.After(5 * time.Second):
			t.Fatalf("no attempt %d", attempt)
		}
		ids, envelopes = append(ids, field(e, "payload", "event_id")), append(envelopes, field(e, "envelope_id"))
		if got := e["retry_attempt"]; got != float64(attempt) {
			t.Errorf("attempt %d is called %v", attempt, got)
		}
		if want := map[bool]string{true: "timeout"}[attempt > 0]; field(e, "retry_reason") != want {
			t.Errorf("attempt %d for the reason %q", attempt, field(e, "retry_reason"))
		}
		if attempt > 0 && (from[attempt] == from[attempt-1] || ids[attempt] != ids[0] || envelopes[attempt] == envelopes[attempt-1]) {
			t.Errorf("attempts over %v, events %v, envelopes %v", from, ids, envelopes)
		}
	}
	if err := <-done; !errors.Is(err, ErrNotAcknowledged) {
		t.Errorf("in the end: %v", err)
	}
}

func TestLostAckLeadsToRedelivery(t *testing.T) {
	s, c := start(t, WithAckWithin(30*time.Millisecond), WithRetryDelays(0))
	sc := c.connect()
	s.LoseAcks(1)
	done := make(chan error, 1)
	go func() { done <- s.Event(ctx(t), "T1", map[string]any{"type": "app_uninstalled"}) }()
	sc.ack(sc.next(), nil)
	again := sc.next()
	if again["retry_attempt"] != 1.0 {
		t.Errorf("got %v", again)
	}
	sc.ack(again, nil)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestEachEventGoesToOneConnection(t *testing.T) {
	s, c := start(t)
	one, two := c.connect(), c.connect()
	counts := map[*socketClient]int{}
	for range 40 {
		got := slash(t, s, "x")
		var e map[string]any
		var from *socketClient
		select {
		case e = <-one.in:
			from = one
		case e = <-two.in:
			from = two
		}
		counts[from]++
		from.ack(e, map[string]any{"text": "x"})
		if a := <-got; a.err != nil {
			t.Fatal(a.err)
		}
	}
	if counts[one] == 0 || counts[two] == 0 || counts[one]+counts[two] != 40 {
		t.Errorf("counts %v", counts)
	}
}

func TestTicketIsForOneConnection(t *testing.T) {
	s, c := start(t)
	r := c.must("apps.connections.open")
	ws, _, err := websocket.DefaultDialer.Dial(r.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	if _, resp, err := websocket.DefaultDialer.Dial(r.URL, nil); err == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("second use: %v", err)
	}
	takeViolation(t, s, "has been used")
	r = c.must("apps.connections.open")
	ws, _, err = websocket.DefaultDialer.Dial(r.URL+"&debug_reconnects=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	takeViolation(t, s, "debug_reconnects")
}

// must calls a method with the app's token.
func (c *client) must(method string) result {
	c.t.Helper()
	r, err := c.do("POST", method, formType, c.server.AppToken, "")
	if err != nil || !r.OK {
		c.t.Fatalf("%s: %v %s", method, err, r.body)
	}
	return r
}
