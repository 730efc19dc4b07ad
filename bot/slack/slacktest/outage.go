package slacktest

import "time"

// Socket says how new connections of Socket Mode behave. The zero value is a
// healthy one.
type Socket struct {
	NoHello    bool          // nothing is said at the beginning
	Pings      time.Duration // between pings; 0 for 5 s, negative for none
	Refuse     int           // the status that the WebSocket handshake gets, 0 for none
	Disconnect string        // the reason of a disconnect message right after the hello
	Drop       bool          // the connection ends after the hello, without a disconnect
}

// SetSocket says how connections that are opened from now on behave.
func (s *Server) SetSocket(b Socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets.behave = b
}

// Disconnect sends a disconnect message with a reason (warning,
// refresh_requested, link_disabled or too_many_websockets) to every open
// connection and ends them after grace. Slack gives about ten seconds after a
// warning, and next to none after the others.
func (s *Server) Disconnect(reason string, grace time.Duration) {
	s.mu.Lock()
	open := s.sockets.all()
	s.mu.Unlock()
	for _, c := range open {
		s.disconnect(c, reason, grace)
	}
}

func (s *Server) disconnect(c *socket, reason string, grace time.Duration) {
	_ = c.send(reply{"type": "disconnect", "reason": reason, "debug_info": reply{"host": "applink-fake"}})
	s.work.Go(func() {
		select {
		case <-time.After(grace):
		case <-c.gone:
		case <-s.done:
		}
		c.drop()
	})
}

// Drop ends every open connection without a word.
func (s *Server) Drop() {
	s.mu.Lock()
	open := s.sockets.all()
	s.mu.Unlock()
	for _, c := range open {
		c.drop()
	}
}

// Freeze makes every open connection silent without ending it, as a network
// does that loses everything: no pings, no envelopes, and acks are not read.
// Envelopes go on being given to it.
func (s *Server) Freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets.open {
		c.frozen = true
	}
}

// LoseAcks makes the next n acks get lost on their way.
func (s *Server) LoseAcks(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets.lose += n
}

// Copies makes every envelope from now on go to all open connections, as happens
// when one of them is being replaced. The first ack counts, whatever it says.
func (s *Server) Copies(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets.copies = on
}
