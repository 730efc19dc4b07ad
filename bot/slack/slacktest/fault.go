package slacktest

import (
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Fault is a way in which a request goes wrong. The variables below are the
// usual ones; others can be put together.
type Fault struct {
	// Stored says that the request takes effect nonetheless: a post is there
	// for all to see, though the answer does not say so.
	Stored bool
	// Late makes it take effect only after so long, whatever the client has
	// been told by then: a request that was still on its way.
	Late time.Duration
	// Wait is how long the answer is held back.
	Wait time.Duration

	// One of these is what the client gets; with none of them it is the right
	// answer.
	Reset  bool   // the connection is reset
	Hang   bool   // nothing, until the client gives up
	Cut    bool   // the first half of the right answer; implies Stored
	Error  string // ok:false with this word
	Status int    // this status with Body

	Body       string // of Status; "" for a page of HTML
	RetryAfter string // a header beside Status
}

// The usual faults.
var (
	ResetBefore        = Fault{Reset: true}
	ResetAfterStore    = Fault{Reset: true, Stored: true}
	Error500Before     = Fault{Status: 500}
	Error502AfterStore = Fault{Status: 502, Stored: true}
	Unavailable        = Fault{Status: 503}
	Hangs              = Fault{Hang: true}
	HangsAfterStore    = Fault{Hang: true, Stored: true}
	CutBody            = Fault{Cut: true, Stored: true}
	EmptyObject        = Fault{Status: 200, Body: `{}`, Stored: true}
	NotOK              = Fault{Status: 200, Body: `{"ok":false}`}
	InternalAfterStore = Fault{Error: "internal_error", Stored: true}
	FatalAfterStore    = Fault{Error: "fatal_error", Stored: true}
	HTML200            = Fault{Status: 200}
	Redirect           = Fault{Status: 302}
	NoRetryAfter       = Fault{Status: 429, Body: `{"ok":false,"error":"ratelimited"}`}
)

// APIError is the answer ok:false with a word of Slack's.
func APIError(word string) Fault { return Fault{Error: word} }

// RateLimited is status 429 with a Retry-After of so many seconds.
func RateLimited(seconds int) Fault {
	return Fault{Status: 429, Body: `{"ok":false,"error":"ratelimited"}`, RetryAfter: strconv.Itoa(seconds)}
}

// Slow is the right answer, held back for some time. The request takes effect
// at once.
func Slow(d time.Duration) Fault { return Fault{Wait: d, Stored: true} }

// Match chooses requests. Empty fields match all.
type Match struct {
	Method        string // "chat.postMessage"; "response_url" for answers there
	Team, Channel string
}

func (m Match) matches(c *call) bool {
	return (m.Method == "" || m.Method == c.name) && (m.Channel == "" || m.Channel == c.args["channel"]) &&
		(m.Team == "" || c.team != nil && m.Team == c.team.team)
}

// Chance is a fault that befalls matching requests with a probability.
type Chance struct {
	Match Match
	Fault Fault
	P     float64 // 0 to 1
}

// faultPlan decides which requests go wrong. Its methods are called with mu
// held.
type faultPlan struct {
	random  *rand.Rand
	chances []Chance
	script  []*scripted
	happen  map[Fault]int
	// pictures are the addresses that cannot be loaded.
	pictures map[string]bool
}

type scripted struct {
	match Match
	fault Fault
	left  int // negative for ever
}

func newFaultPlan(seed uint64, chances []Chance) faultPlan {
	return faultPlan{random: rand.New(rand.NewPCG(seed, 0xfa017)), chances: chances, happen: map[Fault]int{}}
}

// next returns the fault that befalls a request, if one does: the script's
// before chance's.
func (p *faultPlan) next(c *call) (Fault, bool) {
	f, ok := p.choose(c)
	if ok {
		p.happen[f]++
	}
	return f, ok
}

func (p *faultPlan) choose(c *call) (Fault, bool) {
	for _, s := range p.script {
		if s.left != 0 && s.match.matches(c) {
			s.left--
			return s.fault, true
		}
	}
	if len(p.chances) == 0 {
		return Fault{}, false
	}
	x := p.random.Float64()
	for _, ch := range p.chances {
		if !ch.Match.matches(c) {
			continue
		}
		if x < ch.P {
			return ch.Fault, true
		}
		x -= ch.P
	}
	return Fault{}, false
}

// Fail makes the next n matching requests go wrong, or all when n is negative.
// Earlier calls come first.
func (s *Server) Fail(m Match, n int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plan.script = append(s.plan.script, &scripted{m, f, n})
}

// Heal forgets what Fail and WithFaults have ordered.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plan.script, s.plan.chances = nil, nil
}

// Faults says how often each fault has befallen a request.
func (s *Server) Faults() map[Fault]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := make(map[Fault]int, len(s.plan.happen))
	for f, n := range s.plan.happen {
		counts[f] = n
	}
	return counts
}

// goWrong answers a request as a fault says; run executes it.
func (s *Server) goWrong(w http.ResponseWriter, r *http.Request, f Fault, run func() response) {
	var right response
	executed := f.Late == 0 && (f.Stored || f.Cut)
	if executed {
		right = run()
	}
	if f.Late > 0 {
		s.work.Go(func() {
			select {
			case <-time.After(f.Late):
				run()
			case <-s.done:
			}
		})
	}
	if f.Wait > 0 && !s.pause(r, f.Wait) {
		return
	}
	switch {
	case f.Reset:
		reset(w)
	case f.Hang:
		s.pause(r, time.Hour)
		reset(w)
	case f.Cut:
		w.Header().Set("Content-Length", strconv.Itoa(len(right.body)))
		_, _ = w.Write(right.body[:len(right.body)/2]) // the server closes what is not complete
	case f.Error != "":
		s.answer(nil, refuse(f.Error)).write(w)
	case f.Status != 0:
		f.write(w)
	default:
		if !executed {
			right = run()
		}
		right.write(w)
	}
}

func (f Fault) write(w http.ResponseWriter) {
	body := f.Body
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if body == "" {
		w.Header().Set("Content-Type", "text/html")
		body = "<html><body>Something went wrong.</body></html>"
	}
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	if f.Status == http.StatusFound {
		w.Header().Set("Location", "/portal")
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(body)) // a client that went away is its own affair
}

// pause waits, and says whether client and server are still there.
func (s *Server) pause(r *http.Request, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-r.Context().Done():
	case <-s.done:
	}
	return false
}

// reset ends the connection so that the client sees a reset, not an end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // already gone
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
