package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"storybot/bot"
)

// TestTheGatewayComesBack plays each fault once or twice; after it the bot has
// to be connected again, by the introduction expected.
func TestTheGatewayComesBack(t *testing.T) {
	greeted := func(then func(*line)) func(*line) {
		return func(l *line) {
			l.greet("ws://" + l.host + "/ws/resumed")
			then(l)
		}
	}
	unresumed := func(code int) func(*line) {
		return func(l *line) { l.say(hello); l.next(); l.close(code) }
	}
	silent := func(l *line) { l.say(hello); l.hear(true) }
	for name, c := range map[string]struct {
		scenes []func(*line)
		ops    []int
	}{
		"no HELLO":                 {[]func(*line){func(l *line) { l.hear(true) }}, []int{2}},
		"only 11 first":            {[]func(*line){func(l *line) { l.say(`{"op":11}`); l.hear(true) }}, []int{2}},
		"11, then HELLO":           {[]func(*line){func(l *line) { l.say(`{"op":11}`); greeted(func(l *line) { l.say(`{"op":7}`); l.hear(true) })(l) }}, []int{2, 6}},
		"7 first":                  {[]func(*line){func(l *line) { l.say(`{"op":7}`); l.hear(true) }}, []int{2}},
		"9 first":                  {[]func(*line){func(l *line) { l.say(`{"op":9,"d":false}`); l.hear(true) }}, []int{2}},
		"HELLO, then silence":      {[]func(*line){func(l *line) { l.say(hello); l.hear(true) }}, []int{2, 2}},
		"HELLO without interval":   {[]func(*line){func(l *line) { l.say(`{"op":10,"d":{}}`); l.hear(true) }}, []int{2}},
		"op 7":                     {[]func(*line){greeted(func(l *line) { l.say(`{"op":7}`); l.hear(true) })}, []int{2, 6}},
		"op 9 resumable":           {[]func(*line){greeted(func(l *line) { l.say(`{"op":9,"d":true}`); l.hear(true) })}, []int{2, 6}},
		"op 9 final":               {[]func(*line){greeted(func(l *line) { l.say(`{"op":9,"d":false}`); l.hear(true) })}, []int{2, 2}},
		"resume refused":           {[]func(*line){greeted(func(l *line) { l.say(`{"op":7}`); l.hear(true) }), func(l *line) { l.say(hello); l.next(); l.say(`{"op":9,"d":false}`); l.hear(true) }}, []int{2, 6, 2}},
		"resume closed once":       {[]func(*line){greeted(func(l *line) { l.close(4000) }), unresumed(1000)}, []int{2, 6, 6}},
		"resume closed twice":      {[]func(*line){greeted(func(l *line) { l.close(4000) }), unresumed(1000), unresumed(1001)}, []int{2, 6, 6, 2}},
		"resume unanswered twice":  {[]func(*line){greeted(func(l *line) { l.close(4000) }), silent, silent}, []int{2, 6, 6, 2}},
		"no RESUMED now and then":  {[]func(*line){greeted(func(l *line) { l.close(4000) }), unresumed(1001), greeted(func(l *line) { l.close(4000) }), unresumed(1001)}, []int{2, 6, 6, 6, 6}},
		"closed 4006":              {[]func(*line){greeted(func(l *line) { l.close(4006) })}, []int{2, 2}},
		"HELLO with a fraction":    {[]func(*line){func(l *line) { l.say(`{"op":10,"d":{"heartbeat_interval":200.5}}`); l.next(); l.close(4009) }}, []int{2, 2}},
		"no answer to heartbeats":  {[]func(*line){greeted(func(l *line) { l.hear(false) })}, []int{2, 6}},
		"closed 4000":              {[]func(*line){greeted(func(l *line) { l.close(4000) })}, []int{2, 6}},
		"closed 4007":              {[]func(*line){greeted(func(l *line) { l.close(4007) })}, []int{2, 2}},
		"closed 4009":              {[]func(*line){greeted(func(l *line) { l.close(4009) })}, []int{2, 2}},
		"closed 1001":              {[]func(*line){greeted(func(l *line) { l.close(1001) })}, []int{2, 6}},
		"broken off":               {[]func(*line){greeted(func(l *line) { l.ws.NetConn().Close() })}, []int{2, 6}},
		"no JSON":                  {[]func(*line){greeted(func(l *line) { l.say("{"); l.hear(true) })}, []int{2, 6}},
		"bytes that are no packet": {[]func(*line){greeted(func(l *line) { l.ws.WriteMessage(websocket.BinaryMessage, []byte{0x78, 0x9c, 1}); l.hear(true) })}, []int{2, 6}},
		"READY without session": {[]func(*line){func(l *line) {
			l.say(hello)
			l.next()
			l.say(`{"op":0,"s":1,"t":"READY","d":{}}`)
			l.say(`{"op":7}`)
			l.hear(true)
		}}, []int{2, 2}},
		"fragments, slowly": {[]func(*line){func(l *line) { l.ws.NetConn().Write([]byte{0x81, 0x7e, 0x00}); l.hear(true) }}, []int{2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, p, _ := newFar(t, c.scenes...)
			start(t, p, handler{})
			f.awaitLive()
			if got := fmt.Sprint(f.ops()); got != fmt.Sprint(c.ops) {
				t.Errorf("the bot sent %v, want %v", got, c.ops)
			}
		})
	}
}

func TestHealthTellsOfTheGateway(t *testing.T) {
	down := make(chan struct{})
	f, p, _ := newFar(t, func(l *line) {
		l.greet("ws://" + l.host + "/ws")
		<-down
		l.close(4000)
	})
	if h := p.Health()[0]; h.Up || h.Connection != "discord gateway" || h.Detail == "" {
		t.Errorf("%+v", h)
	}
	ended, stop := start(t, p, handler{})
	close(down)
	f.awaitLive()
	for !p.Health()[0].Up {
		<-f.got
	}
	if h := p.Health()[0]; h.Reconnects != 1 {
		t.Errorf("%+v", h)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if h := p.Health()[0]; h.Up || h.Detail != "Stopped." {
		t.Errorf("%+v", h)
	}
}

func TestIdentifiesAreCountedAndKeptBack(t *testing.T) {
	f, p, n := newFar(t)
	start(t, p, handler{})
	f.awaitLive()
	var kept identifies
	if json.Unmarshal([]byte(n.kept[identifyKey]), &kept); kept.Count != 1 {
		t.Errorf("%+v", kept)
	}

	t.Run("by Discord", func(t *testing.T) {
		f, p, _ := newFar(t)
		f.budget = `{"total":1000,"remaining":0,"reset_after":3600000,"max_concurrency":1}`
		_, err := (&gateway{p: p}).admission(t.Context())
		var w *waitError
		if !errors.As(err, &w) || w.after != time.Hour {
			t.Errorf("%v", err)
		}
	})
	t.Run("by Discord, with fractions", func(t *testing.T) {
		f, p, _ := newFar(t)
		f.budget = `{"remaining":0.0,"reset_after":3600000.5}`
		_, err := (&gateway{p: p}).admission(t.Context())
		var w *waitError
		if !errors.As(err, &w) || w.after.Round(time.Minute) != time.Hour {
			t.Errorf("%v", err)
		}
	})
	t.Run("by nobody", func(t *testing.T) {
		for _, budget := range []string{`{}`, `null`, `{"remaining":null}`, `7`, `{"remaining":5.0,"reset_after":1.5}`} {
			f, p, _ := newFar(t)
			f.budget = budget
			if address, err := (&gateway{p: p}).admission(t.Context()); err != nil || address == "" {
				t.Errorf("%s: %q %v", budget, address, err)
			}
		}
	})
	t.Run("by ourselves", func(t *testing.T) {
		_, p, n := newFar(t)
		n.kept[identifyKey] = fmt.Sprintf(`{"since":%d,"count":950}`, time.Now().Add(-time.Hour).Unix())
		_, err := (&gateway{p: p}).admission(t.Context())
		var w *waitError
		if !errors.As(err, &w) || w.after < 22*time.Hour || w.after > 23*time.Hour {
			t.Errorf("%v", err)
		}
	})
	t.Run("a day later", func(t *testing.T) {
		_, p, n := newFar(t)
		n.kept[identifyKey] = fmt.Sprintf(`{"since":%d,"count":5000}`, time.Now().Add(-25*time.Hour).Unix())
		if _, err := (&gateway{p: p}).admission(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestTheGatewayIsAskedForAgainAfterAFault(t *testing.T) {
	for _, status := range []int{500, 429, 403} {
		f, p, _ := newFar(t)
		f.status = status
		g := &gateway{p: p}
		_, err := g.admission(t.Context())
		var refused *bot.Refused
		if err == nil || errors.As(err, &refused) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestTheGatewaysAddressAloneIsEnough(t *testing.T) {
	for _, status := range []int{404, 405, 501} {
		p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/v9/gateway" {
				respond(w, status, `{"code":0,"message":"no"}`)
				return
			}
			respond(w, 200, `{"url":"ws://there/ws"}`)
		}))
		if address, err := (&gateway{p: p}).admission(t.Context()); err != nil || address != "ws://there/ws" {
			t.Errorf("%d: %q %v", status, address, err)
		}
	}
}
