package discordtest

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Opcodes of the gateway.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// Codes the gateway closes with.
const (
	closeUnknownOp      = 4001
	closeDecode         = 4002
	closeNotIdentified  = 4003
	closeBadToken       = 4004
	closeAlready        = 4005
	closeInvalidSeq     = 4007
	closeTooFast        = 4008
	closeTimedOut       = 4009
	closeInvalidShard   = 4010
	closeNotAllowed     = 4014
	intentGuilds        = 1 << 0
	privilegedIntents   = 1<<1 | 1<<8 | 1<<15
	maxPacket           = 4096 // bytes a client may send at once
	maxPacketsPerMinute = 120
)

// defaultHeartbeat is the interval Discord asks for.
const defaultHeartbeat = 41250 * time.Millisecond

// GatewayStats counts what happened on the gateway.
type GatewayStats struct {
	Connects   int
	Identifies int
	Sessions   int // begun with READY
	Resumes    int // asked for
	Resumed    int // granted
	Heartbeats int
	// Closes are the close codes the bot sent, 1006 when it just went away.
	Closes []int
}

// StartLimit is the session_start_limit of GET /gateway/bot.
type StartLimit struct {
	Total, Remaining int
	ResetAfter       time.Duration
	MaxConcurrency   int
}

type gateway struct {
	heartbeat time.Duration
	limit     StartLimit
	shards    int
	stats     GatewayStats
	conns     []*conn
	sessions  []*session
	script    []GatewayFault // of the next connections
}

func newGateway() gateway {
	return gateway{
		heartbeat: defaultHeartbeat,
		shards:    1,
		limit:     StartLimit{Total: 1000, Remaining: 1000, MaxConcurrency: 1},
	}
}

// WithHeartbeat sets the heartbeat interval of new connections.
func WithHeartbeat(d time.Duration) Option { return func(s *Server) { s.gateway.heartbeat = d } }

// WithShards sets the number of shards that GET /gateway/bot recommends.
func WithShards(n int) Option { return func(s *Server) { s.gateway.shards = n } }

// SetStartLimit sets what is left of the day's IDENTIFYs.
func (s *Server) SetStartLimit(l StartLimit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.limit = l
}

// GatewayStats returns the counts so far.
func (s *Server) GatewayStats() GatewayStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.gateway.stats
	c.Closes = append([]int(nil), c.Closes...)
	return c
}

func (s *Server) gatewayURL() string {
	return "ws" + strings.TrimPrefix(s.http.URL, "http") + "/gateway"
}

func (s *Server) gatewayBot() any {
	l := s.gateway.limit
	return map[string]any{
		"url": s.gatewayURL(), "shards": s.gateway.shards,
		"session_start_limit": map[string]any{
			"total": l.Total, "remaining": l.Remaining,
			"reset_after": l.ResetAfter.Milliseconds(), "max_concurrency": l.MaxConcurrency,
		},
	}
}

// packet is what travels on the gateway.
type packet struct {
	Op int             `json:"op"`
	D  json.RawMessage `json:"d"`
	S  *int64          `json:"s,omitempty"`
	T  string          `json:"t,omitempty"`
}

// serveGateway upgrades a request and serves the connection.
func (s *Server) serveGateway(w http.ResponseWriter, hr *http.Request) {
	s.mu.Lock()
	s.gateway.stats.Connects++
	var f GatewayFault
	if len(s.gateway.script) > 0 {
		f, s.gateway.script = s.gateway.script[0], s.gateway.script[1:]
	}
	q := hr.URL.Query()
	if v := q.Get("v"); v != "9" && v != "10" {
		s.violate("", "gateway", "the version is %q, not 9 or 10", v)
	}
	if q.Get("encoding") != "json" {
		s.violate("", "gateway", "the encoding is %q, not json", q.Get("encoding"))
	}
	if q.Has("compress") {
		s.violate("", "gateway", "this fake has no transport compression")
	}
	s.mu.Unlock()
	if f.refuse != 0 {
		s.write(w, hr, proxyError(f.refuse), nil)
		return
	}
	if f.hangUp {
		abort(w)
		return
	}
	ws, err := s.upgrader.Upgrade(w, hr, nil)
	if err != nil {
		return // the upgrader has answered
	}
	s.runConn(&conn{ws: ws, fault: f, kick: make(chan struct{}, 1), gone: make(chan struct{})})
}
