package slack

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"storybot/bot"
)

// connections is how many Socket Mode connections a process keeps: while one
// is replaced the other still listens. Slack allows an app ten
// (https://docs.slack.dev/apis/events-api/using-socket-mode), enough for five
// replicas.
const connections = 2

// sockets keeps the Socket Mode connections up.
type sockets struct {
	p      *Platform
	dialer *websocket.Dialer
	gate   gate

	mu         sync.Mutex
	live       int // connections up now
	ups        int // connections that came up, ever
	since      time.Time
	detail     string
	refusals   int // of the app token, in a row
	reconnects int
}

func newSockets(p *Platform, t *http.Transport) *sockets {
	return &sockets{p: p, since: time.Now(), detail: "not connected yet", dialer: &websocket.Dialer{
		Proxy:            t.Proxy,
		NetDialContext:   t.DialContext,
		HandshakeTimeout: callTimeout,
		// One frame for the largest answer: Slack does not put split ones together.
		WriteBufferSize: 32 << 10,
	}}
}

// run keeps the connections up until ctx ends, and hands over what arrives.
func (s *sockets) run(ctx context.Context, handle func(*conn, envelope)) {
	s.gate.least, s.gate.most = s.p.timing.retryLeast, s.p.timing.retryMost
	var slots sync.WaitGroup
	for i := range connections {
		slots.Go(func() {
			if i > 0 && !sleep(ctx, time.Duration(i)*s.p.timing.stagger) {
				return
			}
			s.keep(ctx, handle)
		})
	}
	slots.Wait()
}

// linger is how long a connection that Slack announced to end is still listened
// to. Slack ends it itself about ten seconds after a warning; what it sent
// until then would be lost with it.
const linger = 15 * time.Second

// keep holds one connection up. One that Slack announces to end is kept beside
// its successor until Slack ends it.
func (s *sockets) keep(ctx context.Context, handle func(*conn, envelope)) {
	var old *conn
	defer func() { old.close() }()
	for {
		often, ok := s.gate.wait(ctx)
		if !ok {
			return
		}
		if often > 0 {
			s.p.log.Warn("slack connections opened too often", "in_last_minute", often)
		}
		c, f := s.connect(ctx, handle)
		if f != nil {
			s.failed(ctx, f)
			continue
		}
		began := time.Now()
		s.up()
		why, announced := c.wait(ctx)
		s.down(why)
		if announced {
			old.close()
			old = c
			c.retire(linger)
		} else {
			c.close()
		}
		if ctx.Err() != nil {
			return
		}
		s.ended(why, c.useful.Load() || time.Since(began) >= s.p.timing.healthy)
	}
}

// opened is the answer of apps.connections.open. Its address holds a ticket
// and is a secret.
type opened struct {
	status
	URL string `json:"url"`
}

// connect opens one connection and waits for Slack's first word on it.
func (s *sockets) connect(ctx context.Context, handle func(*conn, envelope)) (*conn, *failure) {
	var o opened
	if _, f := s.p.api.call(ctx, post("apps.connections.open", s.p.appToken, url.Values{}), &o); f != nil {
		return nil, f
	}
	if err := s.p.api.trusts(o.URL); err != nil {
		return nil, &failure{method: "apps.connections.open", reach: answered, err: err}
	}
	dialing, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	ws, resp, err := s.dialer.DialContext(dialing, o.URL, nil)
	if err != nil {
		f := &failure{method: "websocket", err: plain(err)}
		if resp != nil {
			f.status, f.err = resp.StatusCode, nil
		}
		return nil, f
	}
	c := newConn(ws, s.p.timing, handle)
	if err := c.greeted(ctx, s.p.timing.hello); err != nil {
		c.close()
		return nil, &failure{method: "websocket", err: err}
	}
	return c, nil
}

// trusts says why the address of a connection is not dialled, or nil when it is.
func (a *api) trusts(address string) error {
	if why := bot.Distrust(a.base, address, slackDomain); why != "" {
		return fmt.Errorf("the address Slack answered with is not used, because it %s; look at SLACK_API_URL and at what stands between Storybot and Slack", why)
	}
	return nil
}

// slackDomain is where Slack's own connections lead, below it or to itself.
// https://docs.slack.dev/apis/events-api/using-socket-mode
const slackDomain = "slack.com"

// failed notes an opening that failed.
func (s *sockets) failed(ctx context.Context, f *failure) {
	if ctx.Err() != nil {
		return
	}
	if reason := refusedAppToken(f); reason != "" {
		s.turnedDown(reason, f)
		return
	}
	pause := s.gate.bad(f.retryAfter)
	s.say(fmt.Sprintf("no connection: %v; tried again in %v", f, round(pause)))
	s.p.log.Warn("slack connection failed", "err", f, "next_try", pause)
}

// turnedDown notes that the app token was refused, says so once, and leaves
// Slack alone for a time that grows.
func (s *sockets) turnedDown(reason string, f *failure) {
	s.mu.Lock()
	pause := min(s.p.timing.refusedLeast<<min(s.refusals, 10), s.p.timing.refusedMost)
	s.refusals++
	first := s.refusals == 1
	s.detail = reason + " " + takenAgain
	s.mu.Unlock()
	s.gate.bad(pause)
	if first {
		s.p.log.Error("slack app token refused", "code", f.code, "cure", reason)
	}
	s.p.started.appRefused(&bot.Refused{Cure: reason, Err: f})
}

// ended notes how a connection that was up came to its end.
func (s *sockets) ended(why string, useful bool) {
	if useful {
		s.gate.good()
		s.p.log.Info("slack connection ended", "why", why)
		return
	}
	pause := s.gate.bad(0)
	s.say(fmt.Sprintf("Slack ends connections at once (%s); the next is opened in %v", explain(why), round(pause)))
	s.p.log.Warn("slack connection ended at once", "why", why, "next_try", pause)
}

// explain adds what to do about a reason Slack gives.
func explain(why string) string {
	switch why {
	case "link_disabled":
		return "link_disabled: switch Socket Mode on in the app's settings"
	case "too_many_websockets":
		return "too_many_websockets: an app may have ten, stop other processes that use this app token"
	}
	return why
}

// takenAgain follows a cure where somebody reads how a connection is: the cure
// alone is also the last word of a program that ends.
const takenAgain = "Should Slack take this one again, Storybot goes on by itself."

// refusedAppToken says what is wrong with the app token, "" when the failure
// is about something else.
// https://docs.slack.dev/reference/methods/apps.connections.open
func refusedAppToken(f *failure) string {
	if f.method != "apps.connections.open" || f.status >= 500 {
		return ""
	}
	reason := refusedToken(f.code)
	switch f.code {
	case "missing_scope", "no_permission":
		reason = "lacks the scope connections:write"
	case "not_allowed_token_type":
		reason = "is a token of another kind: app tokens begin with xapp-"
	}
	if reason == "" {
		return ""
	}
	return fmt.Sprintf("Slack refuses the app token: it %s (%s). Put a valid one into SLACK_APP_TOKEN (Basic Information, App-Level Tokens, scope connections:write) and restart.", reason, f.code)
}

func (s *sockets) up() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live++; s.live == 1 {
		s.since = time.Now()
	}
	if s.ups++; s.ups > connections {
		s.reconnects++
	}
	s.detail, s.refusals = "", 0
	s.p.started.connected()
	s.p.log.Info("slack connected", "connections", s.live)
}

func (s *sockets) down(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live--; s.live == 0 {
		s.since = time.Now()
	}
	s.detail = "a connection ended: " + explain(why)
}

func (s *sockets) say(detail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.detail = detail
}

// health describes the connections together: one of them is enough.
func (s *sockets) health() bot.Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bot.Health{ID: "slack socket", Connection: "slack socket", Title: Refs().Title, Up: s.live > 0, Since: s.since, Detail: s.detail, Reconnects: s.reconnects}
}

func round(d time.Duration) time.Duration {
	return max(d.Round(time.Second), time.Second)
}
