package discordtest

import "encoding/json"

// GatewayFault is what goes wrong with one connection to the gateway.
type GatewayFault struct {
	refuse    int // status instead of the upgrade
	hangUp    bool
	noHello   bool
	first     *packet
	mute      bool
	noAcks    bool
	noSession bool
	closeWith int
	invalid   *bool
}

// RefuseUpgrade answers the upgrade with a status.
func RefuseUpgrade(status int) GatewayFault { return GatewayFault{refuse: status} }

// HangUp resets the connection before the upgrade.
func HangUp() GatewayFault { return GatewayFault{hangUp: true} }

// NoHello says nothing at all after the upgrade.
func NoHello() GatewayFault { return GatewayFault{noHello: true} }

// FirstPacket sends another packet where HELLO belongs; d may be nil.
func FirstPacket(op int, d any) GatewayFault {
	return GatewayFault{first: &packet{Op: op, D: encode(d)}}
}

// Mute says HELLO and then nothing: no READY, no ACK.
func Mute() GatewayFault { return GatewayFault{mute: true, noAcks: true} }

// NoAcks never acknowledges a heartbeat.
func NoAcks() GatewayFault { return GatewayFault{noAcks: true} }

// NoSession sends a READY without a session id.
func NoSession() GatewayFault { return GatewayFault{noSession: true} }

// CloseOnIdentify closes with a code when the bot identifies or resumes.
func CloseOnIdentify(code int) GatewayFault { return GatewayFault{closeWith: code} }

// InvalidSession answers IDENTIFY and RESUME with op 9.
func InvalidSession(resumable bool) GatewayFault { return GatewayFault{invalid: &resumable} }

// NextConnections makes the next connections meet these faults, one each; the
// zero GatewayFault is a connection without any.
func (s *Server) NextConnections(faults ...GatewayFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.script = append(s.gateway.script, faults...)
}

// DropConnections resets all connections; sessions can be resumed.
func (s *Server) DropConnections() {
	s.eachConn(func(c *conn) { c.abort() })
}

// CloseConnections closes all connections with a code. Sessions cannot be
// resumed after 4004, 4007, 4009 to 4014.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func (s *Server) CloseConnections(code int) {
	s.eachConn(func(c *conn) {
		if c.session != nil && (code == closeBadToken || code == closeInvalidSeq || code >= closeTimedOut) {
			s.endSession(c.session)
		}
		c.closeWith(code)
	})
}

// SendOp sends a packet on all connections: 7 for "reconnect", 9 with true or
// false for "invalid session". d may be nil.
func (s *Server) SendOp(op int, d any) {
	s.eachConn(func(c *conn) {
		if op == opInvalidSession && d != true && c.session != nil {
			s.endSession(c.session)
		}
		c.send(op, json.RawMessage(encode(d)))
	})
}

// Silence stops writing on all connections, which stay open: half-open TCP, or a
// gateway that hangs.
func (s *Server) Silence() {
	s.eachConn(func(c *conn) { c.silent = true })
}

// HalfOpen makes all connections half-open: nothing is written, and whatever the
// bot sends, its own close included, is lost on the way.
func (s *Server) HalfOpen() {
	s.eachConn(func(c *conn) { c.silent, c.deaf = true, true })
}

// StopAcks acknowledges no heartbeat on all connections any more; events still
// come.
func (s *Server) StopAcks() {
	s.eachConn(func(c *conn) { c.fault.noAcks = true })
}

// ForgetSessions makes every RESUME fail.
func (s *Server) ForgetSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.sessions = nil
}

func (s *Server) eachConn(do func(*conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range append([]*conn(nil), s.gateway.conns...) {
		do(c)
	}
}

// ForgetFaults takes back the faults of connections still to come.
func (s *Server) ForgetFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.script = nil
}
