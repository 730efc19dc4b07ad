package discordtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// event is a dispatched packet as it is kept for a RESUME.
type event struct {
	seq         int64
	data        []byte
	interaction *interaction
}

// session outlives its connections.
type session struct {
	id     string
	shard  [2]int
	seq    int64
	events []*event
	conn   *conn // nil while disconnected
}

// keptEvents is how many events a RESUME can catch up.
const keptEvents = 1 << 14

func (e *session) after(seq int64) *event {
	if len(e.events) == 0 {
		return nil
	}
	i := seq - e.events[0].seq + 1
	if i < 0 || i >= int64(len(e.events)) {
		return nil
	}
	return e.events[i]
}

// add appends an event to what the session is owed. Events that were written
// are kept up to keptEvents.
func (e *session) add(name string, d []byte, in *interaction) {
	e.seq++
	data := fmt.Appendf(nil, `{"op":0,"t":%q,"s":%d,"d":%s}`, name, e.seq, d)
	if len(e.events) >= 2*keptEvents {
		e.events = append([]*event(nil), e.events[keptEvents:]...)
	}
	e.events = append(e.events, &event{e.seq, data, in})
	if e.conn != nil {
		e.conn.wake()
	}
}

// dispatch sends an event to all sessions that get the events of a guild; DMs
// ("") go to the first shard. s.mu is held.
func (s *Server) dispatch(name, guild string, d any, in *interaction) {
	if len(s.gateway.sessions) == 0 {
		return
	}
	data := encode(d)
	for _, e := range s.gateway.sessions {
		if e.gets(guild) {
			e.add(name, data, in)
		}
	}
	s.notify()
}

// gets says whether events of a guild go to the session's shard.
// https://docs.discord.com/developers/events/gateway#sharding
func (e *session) gets(guild string) bool {
	if e.shard[1] <= 1 {
		return true
	}
	return int((parseID(guild)>>22)%uint64(e.shard[1])) == e.shard[0]
}

// Dispatch sends any event to every session: what nobody knows yet, or what is
// malformed.
func (s *Server) Dispatch(name string, d any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data := encode(d)
	for _, e := range s.gateway.sessions {
		e.add(name, data, nil)
	}
}

func (s *Server) endSession(e *session) {
	for i, o := range s.gateway.sessions {
		if o == e {
			s.gateway.sessions = append(s.gateway.sessions[:i:i], s.gateway.sessions[i+1:]...)
			return
		}
	}
}

// readLoop handles what the bot sends and returns the code it closed with.
func (s *Server) readLoop(c *conn) int {
	var recent []time.Time
	for {
		s.mu.Lock()
		if c.closing == 0 {
			c.ws.SetReadDeadline(time.Now().Add(2 * s.gateway.heartbeat))
		}
		s.mu.Unlock()
		_, raw, err := c.ws.ReadMessage()
		if err != nil {
			return s.readError(c, err)
		}
		now := time.Now()
		for recent = append(recent, now); now.Sub(recent[0]) > time.Minute; {
			recent = recent[1:]
		}
		s.mu.Lock()
		if len(recent) > maxPacketsPerMinute {
			s.violate("", "gateway", "more than %d packets within a minute", maxPacketsPerMinute)
			c.closeWith(closeTooFast)
		}
		if c.closing == 0 && !c.deaf {
			s.receive(c, raw)
		}
		s.notify()
		s.mu.Unlock()
	}
}

func (s *Server) readError(c *conn, err error) int {
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return closed.Code
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() && !c.silent && c.closing == 0 {
		s.violate("", "gateway", "no heartbeat within two intervals")
		text := websocket.FormatCloseMessage(closeTimedOut, "Session timed out.")
		c.ws.WriteControl(websocket.CloseMessage, text, time.Now().Add(time.Second))
	}
	return websocket.CloseAbnormalClosure
}

// receive handles one packet of the bot. s.mu is held.
func (s *Server) receive(c *conn, raw []byte) {
	var p packet
	if len(raw) > maxPacket || json.Unmarshal(raw, &p) != nil {
		s.violate("", "gateway", "a packet of %d bytes that cannot be read", len(raw))
		c.closeWith(closeDecode)
		return
	}
	switch p.Op {
	case opHeartbeat:
		s.heartbeat(c, p.D)
	case opIdentify, opResume:
		if c.session != nil {
			s.violate("", "gateway", "identified twice on one connection")
			c.closeWith(closeAlready)
			return
		}
		if p.Op == opIdentify {
			s.identify(c, p.D)
		} else {
			s.resume(c, p.D)
		}
	case opPresence:
		if c.session == nil {
			c.closeWith(closeNotIdentified)
		}
	default:
		s.violate("", "gateway", "opcode %d", p.Op)
		c.closeWith(closeUnknownOp)
	}
}

func (s *Server) heartbeat(c *conn, d json.RawMessage) {
	s.gateway.stats.Heartbeats++
	var seq int64
	if err := json.Unmarshal(d, &seq); err != nil {
		s.violate("", "HEARTBEAT", "the sequence number %s is no number", d)
	} else if c.session != nil && seq > c.session.seq {
		s.violate("", "HEARTBEAT", "the sequence number %d was never sent", seq)
	}
	if !c.fault.noAcks {
		c.send(opHeartbeatAck, nil)
	}
}
