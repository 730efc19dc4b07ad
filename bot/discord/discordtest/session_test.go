package discordtest

import (
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// TestResume: what happened during the gap is sent again, in order.
func TestResume(t *testing.T) {
	s := started(t)
	b := connected(t, s)
	id := s.sessionID()
	b.event("GUILD_CREATE")
	s.DropConnections()
	if code := b.closeCode(); code != websocket.CloseAbnormalClosure {
		t.Errorf("dropped: %d", code)
	}
	s.SetPermissions(testChannel, ViewChannel)
	b, _ = dial(t, s)
	b.send(opResume, map[string]any{"token": Token, "session_id": id, "seq": 2})
	if p := b.next(); p.T != "CHANNEL_UPDATE" || *p.S != 3 {
		t.Errorf("missed event: %+v", p)
	}
	if p := b.next(); p.T != "RESUMED" {
		t.Errorf("then: %+v", p)
	}
	if st := s.GatewayStats(); st.Resumed != 1 || st.Identifies != 1 {
		t.Errorf("stats: %+v", st)
	}
}

func TestResumeRefused(t *testing.T) {
	s := started(t)
	s.ExpectViolation("the sequence number 99 was never sent")
	b := connected(t, s)
	id := s.sessionID()
	s.DropConnections()
	b.closeCode()
	b, _ = dial(t, s)
	b.send(opResume, map[string]any{"token": Token, "session_id": id, "seq": 99})
	if code := b.closeCode(); code != closeInvalidSeq {
		t.Errorf("sequence from the future: %d", code)
	}
	for _, end := range []func(){
		s.ForgetSessions,
		func() { s.CloseConnections(closeTimedOut) },
		func() { s.SendOp(opInvalidSession, false) },
	} {
		connected(t, s)
		id := s.sessionID()
		end()
		b, _ := dial(t, s)
		b.send(opResume, map[string]any{"token": Token, "session_id": id, "seq": 1})
		if p := b.next(); p.Op != opInvalidSession || string(p.D) != "false" {
			t.Errorf("resume of an ended session: %+v", p)
		}
	}
}

// TestCleanCloseEndsTheSession: 1000 and 1001 give the session up.
func TestCleanCloseEndsTheSession(t *testing.T) {
	s := started(t)
	b := connected(t, s)
	text := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if err := b.ws.WriteControl(websocket.CloseMessage, text, time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	b.closeCode()
	if err := s.Wait(testContext(t), func() bool { return len(s.GatewayStats().Closes) == 1 }); err != nil {
		t.Fatal(err)
	}
	if id := s.sessionID(); id != "" {
		t.Errorf("session %s goes on", id)
	}
}

func (s *Server) sessionID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.gateway.sessions); n > 0 {
		return s.gateway.sessions[n-1].id
	}
	return ""
}

// TestOldSessionsAreForgotten: a bot that is killed over and over leaves no
// heap of sessions.
func TestOldSessionsAreForgotten(t *testing.T) {
	s := started(t)
	for i := range 2 * keptSessions {
		b := connected(t, s)
		s.DropConnections()
		b.closeCode()
		if err := s.Wait(testContext(t), func() bool { return len(s.GatewayStats().Closes) == i+1 }); err != nil {
			t.Fatal(err)
		}
	}
	if n := locked(s, func() int { return len(s.gateway.sessions) }); n > keptSessions+1 {
		t.Errorf("%d sessions are kept", n)
	}
}
