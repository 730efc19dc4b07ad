package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"storybot/bot"
)

// far is a gateway that plays one scene per connection and records what it is
// sent. After the last scene it greets like Discord.
type far struct {
	t      *testing.T
	scenes []func(*line)
	budget string // session_start_limit, "" for none
	status int    // of GET /gateway/bot, 0 for 200
	ups    websocket.Upgrader

	mu     sync.Mutex
	opened int
	asked  int
	heard  []packet
	got    chan packet
	rest   http.Handler // everything but the gateway
	live   chan *line   // connections that greeted
}

type packet struct {
	Op int             `json:"op"`
	D  json.RawMessage `json:"d"`
}

// line is one connection of the far side.
type line struct {
	f    *far
	ws   *websocket.Conn
	host string
}

const (
	hello   = `{"op":10,"d":{"heartbeat_interval":200}}`
	ready   = `{"op":0,"s":1,"t":"READY","d":{"v":9,"session_id":"S","resume_gateway_url":%q,"user":{"id":"` + testBot + `"},"application":{"id":"` + testApp + `"},"guilds":[{"id":"` + testGuild + `","unavailable":true}],"new":[{"type":99}]}}`
	resumed = `{"op":0,"s":2,"t":"RESUMED","d":{}}`
)

func newFar(t *testing.T, scenes ...func(*line)) (*far, *Platform, *notes) {
	f := &far{t: t, scenes: scenes, got: make(chan packet, 1000), live: make(chan *line, 100)}
	p, n := platformAt(t, f)
	return f, p, n
}

func (f *far) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/ws"):
		if r.URL.Query().Get("v") != "9" || r.URL.Query().Get("encoding") != "json" {
			f.t.Errorf("gateway asked for with %s", r.URL.RawQuery)
		}
		f.serve(w, r)
	case strings.HasSuffix(r.URL.Path, "/gateway/bot"):
		f.mu.Lock()
		f.asked++
		f.mu.Unlock()
		if f.status != 0 {
			respond(w, f.status, `{"code":0,"message":"no"}`)
			return
		}
		limit := ""
		if f.budget != "" {
			limit = `,"session_start_limit":` + f.budget
		}
		respond(w, 200, fmt.Sprintf(`{"url":"ws://%s/ws","shards":1%s}`, r.Host, limit))
	case f.rest != nil:
		f.rest.ServeHTTP(w, r)
	default:
		respond(w, 200, `[]`)
	}
}

func (f *far) serve(w http.ResponseWriter, r *http.Request) {
	ws, err := f.ups.Upgrade(w, r, nil)
	if err != nil {
		f.t.Error(err)
		return
	}
	defer ws.Close()
	f.mu.Lock()
	n := f.opened
	f.opened++
	f.mu.Unlock()
	l := &line{f: f, ws: ws, host: r.Host}
	if n < len(f.scenes) {
		f.scenes[n](l)
		return
	}
	l.greet("ws://" + r.Host + "/ws/resumed")
	f.live <- l
	l.hear(true)
}

func (l *line) say(s string) { l.ws.WriteMessage(websocket.TextMessage, []byte(s)) }

func (l *line) close(code int) {
	l.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
}

// greet says HELLO, waits for the introduction and answers it.
func (l *line) greet(resume string) {
	l.say(hello)
	for {
		switch p, ok := l.next(); {
		case !ok:
			return
		case p.Op == opIdentify:
			l.say(fmt.Sprintf(ready, resume))
			return
		case p.Op == opResume:
			l.say(resumed)
			return
		}
	}
}

// next reads and records a packet.
func (l *line) next() (packet, bool) {
	var p packet
	if l.ws.ReadJSON(&p) != nil {
		return p, false
	}
	l.f.mu.Lock()
	l.f.heard = append(l.f.heard, p)
	l.f.mu.Unlock()
	l.f.got <- p
	return p, true
}

// hear reads until the connection ends, answering heartbeats if told to.
func (l *line) hear(ack bool) {
	for {
		p, ok := l.next()
		if !ok {
			return
		}
		if p.Op == opHeartbeat && ack {
			l.say(`{"op":11}`)
		}
	}
}

// start runs p until the test ends and returns a channel with Run's error.
func start(t *testing.T, p *Platform, h bot.Handler) (ended chan error, stop context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	ended = make(chan error, 1)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		ended <- p.Run(ctx, h)
	}()
	t.Cleanup(func() { cancel(); <-gone })
	return ended, cancel
}

func (f *far) awaitLive() *line {
	f.t.Helper()
	select {
	case l := <-f.live:
		return l
	case <-time.After(10 * time.Second):
		f.t.Fatal("the bot did not connect")
		return nil
	}
}

// ops are the packets heard but for heartbeats.
func (f *far) ops() (ops []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.heard {
		if p.Op != opHeartbeat {
			ops = append(ops, p.Op)
		}
	}
	return ops
}
