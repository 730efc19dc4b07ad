package discordtest

import (
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Who the bot is.
const (
	Token         = "discordtest.bot.token"
	ApplicationID = "198622483471925248"
	BotUserID     = "198622483471925248"
)

// Server is a fake Discord. Its methods may be called from many goroutines.
type Server struct {
	http     *httptest.Server
	api      *api
	upgrader websocket.Upgrader
	done     chan struct{} // closed when the server stops
	running  sync.WaitGroup

	mu         sync.Mutex
	skew       time.Duration // how far Advance moved the clock
	date       time.Duration // how far the Date of answers is ahead
	lastID     uint64
	token      string // what Authorization must hold; "" after RevokeToken
	violations []Violation
	expected   []string
	stats      Stats
	world      world
	shapes     map[uint64]*body // bodies that were found right, by hash
	validated  int
	people     people
	gateway    gateway
	limiter    limiter
	faults     faultBook
	waiters    []*waiter
}

// Option changes what Start starts.
type Option func(*Server)

// Start starts a fake Discord that stops with the test. The test fails when a
// request broke a rule that ExpectViolation did not announce.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	a, err := loadAPI()
	if err != nil {
		t.Fatalf("discordtest: %v", err)
	}
	s := &Server{
		api:    a,
		done:   make(chan struct{}),
		token:  Token,
		shapes: map[uint64]*body{},
		world:  newWorld(),
		people: newPeople(),
	}
	s.gateway = newGateway()
	s.http = httptest.NewUnstartedServer(s)
	for _, o := range opts {
		o(s)
	}
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0) // resets are on purpose
	s.http.Start()
	t.Cleanup(func() {
		s.stop()
		for _, w := range verdict(s.violations, s.expected) {
			t.Error(w)
		}
	})
	return s
}

func (s *Server) stop() {
	s.mu.Lock()
	close(s.done)
	for _, c := range s.gateway.conns {
		c.abort()
	}
	for _, w := range s.waiters {
		close(w.ready)
	}
	s.waiters = nil
	s.mu.Unlock()
	s.http.CloseClientConnections()
	s.http.Close()
	s.running.Wait()
}

// WithListener makes the server listen on l instead of a port of 127.0.0.1: for a
// network in memory, on which time can be made to stand still.
func WithListener(l net.Listener) Option {
	return func(s *Server) {
		s.http.Listener.Close()
		s.http.Listener = l
	}
}

// URL returns the base of the API before its version, as DISCORD_API_URL wants
// it: "http://127.0.0.1:PORT/api".
func (s *Server) URL() string { return s.http.URL + "/api" }

// RevokeToken makes every request with the bot's token fail with 401 and the
// gateway close with 4004.
func (s *Server) RevokeToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = ""
}

// AcceptToken makes the server take token from now on, after RevokeToken too.
func (s *Server) AcceptToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
}

// Advance moves Discord's clock: windows pass, interactions expire, message ids
// are dated later.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skew += d
}

// now is Discord's clock. s.mu is held.
func (s *Server) now() time.Time { return time.Now().Add(s.skew) }

// Stats counts what arrived.
type Stats struct {
	Requests    int // that were answered or met a fault
	Posts       int // messages stored by CreateMessage
	Edits       int // of channel messages
	Duplicates  int // posts answered with an earlier message of the same nonce
	RateLimited int // answers with 429
	Invalid     int // answers with 401, 403 or 429 that is not shared
	Faults      int // that were injected
	ByOp        map[Op]int
}

// Stats returns the counts so far.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.stats
	c.ByOp = make(map[Op]int, len(s.stats.ByOp))
	for k, v := range s.stats.ByOp {
		c.ByOp[k] = v
	}
	return c
}

// snowflakeEpoch is when Discord's ids begin, in Unix milliseconds.
// https://docs.discord.com/developers/reference#snowflakes
const snowflakeEpoch = 1420070400000

// newID returns an id for now that is greater than all before it. s.mu is held.
func (s *Server) newID() uint64 {
	id := uint64(s.now().UnixMilli()-snowflakeEpoch) << 22
	s.lastID = max(s.lastID+1, id)
	return s.lastID
}

// IDTime returns when an id was made.
func IDTime(id string) time.Time {
	return time.UnixMilli(int64(parseID(id)>>22) + snowflakeEpoch)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	if strings.HasPrefix(hr.URL.Path, "/gateway") {
		s.serveGateway(w, hr)
		return
	}
	r, refusal := s.read(hr)
	if refusal != nil {
		s.write(w, hr, *refusal, nil)
		return
	}
	rep, fault := s.answer(r)
	s.write(w, hr, rep, fault)
}

// answer decides what a request gets: the ban, the rate limits and the faults
// come before what it asks for.
func (s *Server) answer(r *request) (reply, *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Requests++
	if s.stats.ByOp == nil {
		s.stats.ByOp = map[Op]int{}
	}
	s.stats.ByOp[r.op]++
	rep, fault := s.decide(r)
	s.count(rep, fault)
	s.notify()
	return rep, fault
}

func (s *Server) decide(r *request) (reply, *Fault) {
	for _, p := range r.problems {
		s.violate(r.op, r.path, "%s", p)
	}
	if s.limiter.banned(s.now()) {
		return cloudflareBan(), nil
	}
	if r.needsBot && (s.token == "" || r.auth != s.token) {
		return apiError(http.StatusUnauthorized, 0, "401: Unauthorized"), nil
	}
	if limited, hit := s.limiter.admit(r, s.now()); hit {
		return limited, nil
	}
	fault := s.faults.pick(r)
	if fault != nil {
		s.stats.Faults++
		if fault.before {
			return fault.reply, fault
		}
	}
	if len(r.problems) > 0 {
		return invalidForm(r.problems), fault
	}
	if problems := s.refusesPicture(r); problems != nil {
		return invalidForm(problems), fault
	}
	rep := s.handle(r)
	rep.bucket = s.limiter.state(r, s.now())
	return rep, fault
}

// count keeps the statistics that a ban depends on. s.mu is held.
func (s *Server) count(rep reply, fault *Fault) {
	if fault != nil && fault.silent() {
		return
	}
	status := rep.status
	if fault != nil && fault.status != 0 {
		status = fault.status
	}
	if status == http.StatusTooManyRequests {
		s.stats.RateLimited++
	}
	if (status == 401 || status == 403 || status == 429) && !rep.shared {
		s.stats.Invalid++
		s.limiter.invalid(s.now())
	}
}

// seeded returns a random source that depends on nothing but its arguments, so
// that a run can be repeated whatever the order in which requests arrive.
func seeded(seed, about uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, about)) }
