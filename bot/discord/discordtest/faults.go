package discordtest

import (
	"bytes"
	"hash/fnv"
	"net/http"
	"slices"
	"time"
)

// Fault is what goes wrong with one request. What stands before the store
// leaves no trace; all else happens to an answer after the request was carried
// out.
type Fault struct {
	name   string
	before bool
	reply  reply // of a fault before the store
	status int   // that the client sees, when not the answer's own
	delay  time.Duration
	hang   bool
	reset  bool
	cut    int
	change func(reply) reply
}

const (
	cutHeaders = 1
	cutBody    = 2
)

// String returns the fault's name.
func (f Fault) String() string { return f.name }

// silent says that the client gets no status.
func (f *Fault) silent() bool { return f.hang || f.reset || f.cut == cutHeaders }

func (f *Fault) distort(r reply) reply {
	if f.change != nil {
		return f.change(r)
	}
	return r
}

// ResetBeforeStore resets the connection once the request is read.
func ResetBeforeStore() Fault { return Fault{name: "reset before store", before: true, reset: true} }

// ResetAfterStore carries the request out and resets the connection.
func ResetAfterStore() Fault { return Fault{name: "reset after store", reset: true} }

// StatusBeforeStore answers with a status and a page, as a proxy does.
func StatusBeforeStore(status int) Fault {
	return Fault{name: "status before store", before: true, status: status, reply: proxyError(status)}
}

// StatusAfterStore carries the request out and answers like StatusBeforeStore.
func StatusAfterStore(status int) Fault {
	return Fault{name: "status after store", status: status, change: func(reply) reply { return proxyError(status) }}
}

func proxyError(status int) reply {
	return reply{status: status, html: true, body: []byte("<html><head><title>" + http.StatusText(status) + "</title></head></html>")}
}

// Hang never answers and does nothing.
func Hang() Fault { return Fault{name: "hang", before: true, hang: true} }

// HangAfterStore carries the request out and never answers.
func HangAfterStore() Fault { return Fault{name: "hang after store", hang: true} }

// Slow carries the request out and answers after d.
func Slow(d time.Duration) Fault { return Fault{name: "slow", delay: d} }

// CutBody carries the request out and ends in the middle of the answer.
func CutBody() Fault { return Fault{name: "cut body", cut: cutBody} }

// CutHeaders carries the request out and ends within the headers.
func CutHeaders() Fault { return Fault{name: "cut headers", cut: cutHeaders} }

// EmptyJSON carries the request out and answers 200 with {}.
func EmptyJSON() Fault {
	return Fault{name: "empty JSON", status: 200, change: func(reply) reply { return reply{status: 200, body: []byte("{}")} }}
}

// NoContent carries the request out and answers 204.
func NoContent() Fault {
	return Fault{name: "no content", status: 204, change: func(reply) reply { return reply{status: 204} }}
}

// UnknownComponent carries the request out; the message in the answer holds a
// component of a type that nobody knows yet.
func UnknownComponent() Fault {
	return Fault{name: "unknown component", change: func(r reply) reply {
		alien := []byte(`"components":[{"type":99,"id":99}`)
		if bytes.Contains(r.body, []byte(`"components":[]`)) {
			r.body = bytes.Replace(r.body, []byte(`"components":[`), alien, 1)
		} else {
			r.body = bytes.Replace(r.body, []byte(`"components":[`), append(alien, ','), 1)
		}
		return r
	}}
}

// BadLimitHeaders carries the request out; the X-RateLimit headers of the answer
// hold no numbers.
func BadLimitHeaders() Fault {
	return Fault{name: "bad limit headers", change: func(r reply) reply {
		r.bucket = nil
		r.header = map[string]string{"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": "some", "X-RateLimit-Reset-After": "soon"}
		return r
	}}
}

// APIError answers with an error of Discord's own, such as 403 with code 50001.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes
func APIError(status, code int, message string) Fault {
	return Fault{name: message, before: true, status: status, reply: apiError(status, code, message)}
}

// Unauthorized answers 401.
func Unauthorized() Fault { return APIError(http.StatusUnauthorized, 0, "401: Unauthorized") }

// MissingAccess answers 403 with code 50001.
func MissingAccess() Fault { return APIError(http.StatusForbidden, 50001, "Missing Access") }

// RateLimited answers 429 with scope "user", "shared" or "global", in the
// documented shapes.
func RateLimited(scope string, wait time.Duration) Fault {
	rep := limited(scope, wait)
	if scope == "global" {
		rep = globalLimit(wait)
	}
	return Fault{name: "429 " + scope, before: true, status: rep.status, reply: rep}
}

// RateLimitedWith answers 429 with a wait in the body, another in the header
// ("" for none), and an error code, such as 20028 whose body may say 1163 s
// while the header says 1.
func RateLimitedWith(code int, inBody float64, inHeader string) Fault {
	rep := ok(map[string]any{"message": "You are being rate limited.", "retry_after": inBody, "global": false, "code": code})
	rep.status = http.StatusTooManyRequests
	rep.header = map[string]string{"X-RateLimit-Scope": "user"}
	if inHeader != "" {
		rep.header["Retry-After"] = inHeader
	}
	return Fault{name: "429 with code", before: true, status: rep.status, reply: rep}
}

// CloudflareBan answers 429 with Cloudflare's page.
func CloudflareBan() Fault {
	return Fault{name: "cloudflare ban", before: true, status: http.StatusTooManyRequests, reply: cloudflareBan()}
}

// Match says which requests a fault meets; empty fields match all.
type Match struct {
	Op      Op
	Channel string
}

func (m Match) matches(r *request) bool {
	return (m.Op == "" || m.Op == r.op) && (m.Channel == "" || m.Channel == r.id("channel_id"))
}

// Faults are probabilities, 0 to 1, of faults of messages posted and edited. The
// same seed gives the same faults to the same requests, whatever their order.
type Faults struct {
	Seed              uint64
	ResetAfterStore   float64
	Status502After    float64
	Status500Before   float64
	ResetBeforeStore  float64
	HangAfterStore    float64
	CutBody           float64
	EmptyJSON         float64
	RateLimitedShared float64 // for one second
}

type faultBook struct {
	random Faults
	tries  map[uint64]uint64 // requests alike so far
	rules  []*faultRule
	// pictures are the addresses that are refused.
	pictures map[string]bool
}

type faultRule struct {
	match  Match
	faults []Fault
	always bool
}

// SetFaults makes messages fail at random from now on.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.random, s.faults.tries = f, map[uint64]uint64{}
}

// FailNext makes the next requests that match meet these faults, one each, in
// order.
func (s *Server) FailNext(m Match, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.rules = append(s.faults.rules, &faultRule{match: m, faults: faults})
}

// Fail makes every request that matches meet a fault until heal is called.
func (s *Server) Fail(m Match, f Fault) (heal func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rule := &faultRule{match: m, faults: []Fault{f}, always: true}
	s.faults.rules = append(s.faults.rules, rule)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults.rules = slices.DeleteFunc(s.faults.rules, func(r *faultRule) bool { return r == rule })
	}
}

// pick returns the fault of a request, nil for none. What was scripted last for
// one request comes before what is lasting or left to chance.
func (b *faultBook) pick(r *request) *Fault {
	for _, always := range []bool{false, true} {
		for i, rule := range b.rules {
			if rule.always != always || !rule.match.matches(r) {
				continue
			}
			f := rule.faults[0]
			if !always {
				if rule.faults = rule.faults[1:]; len(rule.faults) == 0 {
					b.rules = slices.Delete(b.rules, i, i+1)
				}
			}
			return &f
		}
	}
	return b.chance(r)
}

// changes says that an operation posts a message or changes one.
func (o Op) changes() bool {
	switch o {
	case CreateMessage, EditMessage, DeleteMessage, PublishMessage, CreateThread, CreateForumPost:
		return true
	}
	return false
}

func (b *faultBook) chance(r *request) *Fault {
	if b.tries == nil || !r.op.changes() {
		return nil
	}
	h := fnv.New64a()
	h.Write([]byte(r.path + r.id("channel_id") + r.id("message_id") + r.nonce))
	about := h.Sum64()
	b.tries[about]++
	x := seeded(b.random.Seed, about+b.tries[about]).Float64()
	f := b.random
	for _, c := range []struct {
		p float64
		f Fault
	}{
		{f.ResetAfterStore, ResetAfterStore()},
		{f.Status502After, StatusAfterStore(http.StatusBadGateway)},
		{f.Status500Before, StatusBeforeStore(http.StatusInternalServerError)},
		{f.ResetBeforeStore, ResetBeforeStore()},
		{f.HangAfterStore, HangAfterStore()},
		{f.CutBody, CutBody()},
		{f.EmptyJSON, EmptyJSON()},
		{f.RateLimitedShared, RateLimited("shared", time.Second)},
	} {
		if x < c.p {
			return &c.f
		}
		x -= c.p
	}
	return nil
}
