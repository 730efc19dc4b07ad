// Package slacktest is a fake of Slack for tests: the Web API, Socket Mode and
// the people in the channels, in one server on a port of its own. It speaks the
// real protocols, so that the real program can be pointed at it with
// SLACK_API_URL, and it is strict: a request that Slack's description forbids
// is answered as Slack would, remembered as a Violation, and fails the test
// when it ends.
//
// A test starts a Server, tells the bot its URL and tokens, lets people do
// things and looks at what they get to see:
//
//	s := slacktest.Start(t)
//	token := s.AddWorkspace("T1") // SLACK_BOT_TOKEN; s.AppToken, s.URL() for the others
//	s.AddChannel("T1", "C1", slacktest.Public, true)
//	… start the bot …
//	err := s.WaitConnections(ctx, 2)
//	a, err := s.Slash(ctx, slacktest.Slash{Team: "T1", Channel: "C1", User: "U1", Command: "/story", Text: "sony-hack"})
//	a, err = s.Press(ctx, a.Message, "Timeline", "U1")
//
// The tour: options.go says how a Server can differ, world.go has the
// workspaces, channels and people, message.go what was said, people.go and
// views.go what people do (Slash, Press, Mention, Shortcut, Submit) and
// answer.go what they get to see for it. Behind them api.go takes requests
// through arguments.go and description.go (is it allowed?), limits.go (is it too
// fast?) and fault.go (does it go wrong?) to the methods in chat.go,
// conversations.go, users.go and views.go; content.go and blocks.go judge what
// a message says. socket.go keeps the connections of Socket Mode, envelope.go
// what travels over them, outage.go how they fail. webapi.json is an extract of Slack's own description,
// its licence lies beside it.
package slacktest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Server is one Slack, with one app (the bot) in any number of workspaces. All
// its methods may be called from many goroutines.
type Server struct {
	// AppToken is the app-level token (xapp-…) that opens Socket Mode.
	AppToken string
	// AppID is the app's id.
	AppID string

	settings settings
	base     string // http://127.0.0.1:port
	http     *http.Server
	work     sync.WaitGroup
	done     chan struct{}
	skew     atomic.Int64 // nanoseconds

	content contentCache

	mu         sync.Mutex // guards what follows
	random     *rand.Rand
	workspaces map[string]*workspace // by team
	tokens     map[string]*workspace
	lastTS     int64 // microseconds
	serial     int   // of ids
	posts      int
	postsWait  waiters
	exchanges  exchanges
	limiter    limiter
	plan       faultPlan
	calls      map[string]int
	limited    map[string]int // answers with a rate limit, by method
	violations []Violation
	sockets    sockets
}

// Start starts a Slack that ends with the test. The test fails if requests broke
// Slack's rules that it has not looked at with TakeViolations.
func Start(t testing.TB, options ...Option) *Server {
	t.Helper()
	set := settings{
		ackWithin:   3 * time.Second,
		retryDelays: []time.Duration{0, time.Minute, 5 * time.Minute},
		without:     map[string]bool{},
	}
	for _, o := range options {
		o(&set)
	}
	l := set.listener
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatalf("slacktest: %v", err)
		}
	}
	s := &Server{
		AppToken:   "xapp-1-A0STORYBOT-1-00000000000000000000000000000000",
		AppID:      "A0STORYBOT",
		settings:   set,
		base:       "http://" + l.Addr().String(),
		done:       make(chan struct{}),
		random:     rand.New(rand.NewPCG(set.seed, 0x51ac)),
		workspaces: map[string]*workspace{},
		tokens:     map[string]*workspace{},
		exchanges:  newExchanges(),
		limiter:    newLimiter(set.limits, set.distributed),
		plan:       newFaultPlan(set.seed, set.chances),
		calls:      map[string]int{},
		limited:    map[string]int{},
		sockets:    newSockets(),
	}
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: time.Minute}
	s.work.Go(func() { _ = s.http.Serve(l) })
	t.Cleanup(func() {
		s.close()
		for _, v := range s.TakeViolations() {
			t.Errorf("slacktest: %v", v)
		}
	})
	return s
}

// URL is the address of the Web API, for SLACK_API_URL. It ends in "/api/".
func (s *Server) URL() string { return s.base + "/api/" }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", s.serveAPI)
	mux.HandleFunc("/link/", s.serveSocket)
	mux.HandleFunc("/response/", s.serveResponseURL)
	mux.HandleFunc("/portal", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><body>Please sign in.</body></html>")
	})
	// A handler outlives its connection when it hijacks it, so that the HTTP
	// server's own waiting does not suffice.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.enter() {
			defer s.work.Done()
			mux.ServeHTTP(w, r)
		}
	})
}

// enter counts a handler, unless the server has ended.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.done:
		return false
	default:
		s.work.Add(1)
		return true
	}
}

// close ends every connection and waits for what the server has started.
func (s *Server) close() {
	s.mu.Lock()
	close(s.done)
	s.mu.Unlock()
	_ = s.http.Close()
	s.work.Wait()
}

// SetSkew makes the server's clock differ from this machine's: timestamps of
// messages, the Date of answers and the age of trigger ids and response URLs
// follow it. It can only be set back as far as no message is younger.
func (s *Server) SetSkew(d time.Duration) { s.skew.Store(int64(d)) }

func (s *Server) now() time.Time { return time.Now().Add(time.Duration(s.skew.Load())) }

// Calls says how many requests for a method of the Web API have come, whatever
// became of them.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Limited says how many requests were answered with a rate limit: those for these
// methods, or all when none is named.
func (s *Server) Limited(methods ...string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for method, limited := range s.limited {
		if len(methods) == 0 || slices.Contains(methods, method) {
			n += limited
		}
	}
	return n
}

// id makes a new id of the kind that prefix says. The caller holds mu.
func (s *Server) id(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s0%07d", prefix, s.serial)
}

// Violation is a request that broke a rule of Slack.
type Violation struct {
	Method string // "chat.postMessage", "socket", "response_url"
	Detail string
}

// String describes the violation.
func (v Violation) String() string { return v.Method + ": " + v.Detail }

// TakeViolations returns the rules broken so far and forgets them, so that they
// do not fail the test.
func (s *Server) TakeViolations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.violations
	s.violations = nil
	return v
}

// maxViolations is how many violations are kept: more say nothing new.
const maxViolations = 100

// violate remembers a broken rule. The caller holds mu.
func (s *Server) violate(method, format string, args ...any) {
	if len(s.violations) < maxViolations {
		detail := fmt.Sprintf(format, args...)
		for token := range s.tokens {
			detail = strings.ReplaceAll(detail, token, "xoxb-…")
		}
		s.violations = append(s.violations, Violation{method, strings.ReplaceAll(detail, s.AppToken, "xapp-…")})
	}
}

// waiters are goroutines that wait for something that mu guards to become true.
type waiters []*waiter

type waiter struct {
	met  func() bool
	done chan struct{}
}

// wake lets those go whose condition is met. The caller holds mu.
func (ws *waiters) wake() {
	if len(*ws) == 0 {
		return
	}
	kept := (*ws)[:0]
	for _, w := range *ws {
		if w.met() {
			close(w.done)
		} else {
			kept = append(kept, w)
		}
	}
	clear((*ws)[len(kept):])
	*ws = kept
}

// await waits until met, which is called with mu held, is true. what describes
// it in the error that tells that ctx or the server ended first.
func (s *Server) await(ctx context.Context, ws *waiters, what string, met func() bool) error {
	s.mu.Lock()
	if met() {
		s.mu.Unlock()
		return nil
	}
	w := &waiter{met, make(chan struct{})}
	*ws = append(*ws, w)
	s.mu.Unlock()
	var err error
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-s.done:
		err = http.ErrServerClosed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range *ws {
		if (*ws)[i] == w {
			*ws = append((*ws)[:i], (*ws)[i+1:]...)
			break
		}
	}
	return fmt.Errorf("waiting for %s: %w", what, err)
}
