package slacktest

import (
	"errors"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestElevenConnections(t *testing.T) {
	s, c := start(t)
	for range 10 {
		c.connect()
	}
	sc := c.dial()
	if hello := sc.next(); hello["num_connections"] != 11.0 {
		t.Errorf("got %v", hello)
	}
	if m := sc.next(); m["type"] != "disconnect" || m["reason"] != "too_many_websockets" {
		t.Errorf("got %v", m)
	}
	if m := sc.next(); m != nil {
		t.Errorf("still open: %v", m)
	}
	if s.Connections() != 10 || len(s.Opens()) != 11 || s.MostOpens(time.Minute) != 11 || s.MostOpens(time.Nanosecond) != 1 {
		t.Errorf("%d connections, %d opens", s.Connections(), len(s.Opens()))
	}
}

func TestSocketsThatMisbehave(t *testing.T) {
	t.Run("disconnect", func(t *testing.T) {
		s, c := start(t)
		sc := c.connect()
		s.Disconnect("warning", 0)
		if m := sc.next(); m["type"] != "disconnect" || m["reason"] != "warning" {
			t.Errorf("got %v", m)
		}
		if m := sc.next(); m != nil {
			t.Errorf("still open: %v", m)
		}
	})
	t.Run("disconnect in a loop", func(t *testing.T) {
		s, c := start(t)
		s.SetSocket(Socket{Disconnect: "link_disabled"})
		for range 3 {
			sc := c.dial()
			if hello, m := sc.next(), sc.next(); hello["type"] != "hello" || m["reason"] != "link_disabled" || sc.next() != nil {
				t.Errorf("got %v, %v", hello, m)
			}
		}
	})
	t.Run("drop", func(t *testing.T) {
		s, c := start(t)
		sc := c.connect()
		s.Drop()
		if m := sc.next(); m != nil {
			t.Errorf("still open: %v", m)
		}
		if err := s.WaitConnections(ctx(t), 0); err != nil {
			t.Error(err)
		}
	})
	t.Run("drop at once", func(t *testing.T) {
		s, c := start(t)
		s.SetSocket(Socket{Drop: true})
		sc := c.dial()
		if hello, end := sc.next(), sc.next(); hello["type"] != "hello" || end != nil {
			t.Errorf("got %v, %v", hello, end)
		}
	})
	t.Run("no hello", func(t *testing.T) {
		s, c := start(t)
		s.SetSocket(Socket{NoHello: true, Pings: time.Millisecond})
		pinged := make(chan struct{}, 1000)
		r := c.must("apps.connections.open")
		ws, _, err := websocket.DefaultDialer.Dial(r.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		ws.SetPingHandler(func(string) error { pinged <- struct{}{}; return nil })
		messages := make(chan string, 1)
		go func() {
			_, b, err := ws.ReadMessage()
			if err == nil {
				messages <- string(b)
			}
			close(messages)
		}()
		for range 3 {
			<-pinged
		}
		ws.Close()
		if m := <-messages; m != "" {
			t.Errorf("got %q", m)
		}
	})
	t.Run("refused", func(t *testing.T) {
		s, c := start(t)
		s.SetSocket(Socket{Refuse: 503})
		r := c.must("apps.connections.open")
		if _, resp, err := websocket.DefaultDialer.Dial(r.URL, nil); err == nil || resp.StatusCode != 503 {
			t.Errorf("got %v", err)
		}
	})
	t.Run("frozen", func(t *testing.T) {
		s, c := start(t, WithAckWithin(20*time.Millisecond), WithRetryDelays())
		sc := c.connect()
		s.Freeze()
		if a := <-slash(t, s, "x"); !errors.Is(a.err, ErrNotAcknowledged) {
			t.Errorf("got %v", a.err)
		}
		select {
		case m := <-sc.in:
			t.Errorf("got %v", m)
		default:
		}
	})
	t.Run("open refused", func(t *testing.T) {
		s, c := start(t)
		open := Match{Method: "apps.connections.open"}
		s.Fail(open, 1, APIError("invalid_auth"))
		s.Fail(open, 1, RateLimited(7))
		s.Fail(open, 1, Fault{Status: 404})
		try := func() result {
			r, err := c.do("POST", "apps.connections.open", formType, s.AppToken, "")
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := try(); r.Error != "invalid_auth" {
			t.Errorf("first %s", r.body)
		}
		if r := try(); r.status != 429 || r.header.Get("Retry-After") != "7" {
			t.Errorf("second %d %s", r.status, r.body)
		}
		if r := try(); r.status != 404 {
			t.Errorf("third %d", r.status)
		}
		if r := try(); !r.OK || len(s.Opens()) != 1 || s.Calls("apps.connections.open") != 4 {
			t.Errorf("fourth %s, %d opens", r.body, len(s.Opens()))
		}
	})
}
