package slacktest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// The rules of Socket Mode
// (https://docs.slack.dev/apis/events-api/using-socket-mode).
const (
	maxSockets   = 10
	maxAck       = 20 << 10 // bytes of a response
	ticketLives  = 30 * time.Second
	defaultPings = 5 * time.Second
)

// sockets are the connections. Its fields are guarded by mu.
type sockets struct {
	behave  Socket
	tickets map[string]time.Time
	open    []*socket
	opens   []time.Time
	pending map[string]*pending
	lose    int
	copies  bool
	wait    waiters
}

func newSockets() sockets {
	return sockets{tickets: map[string]time.Time{}, pending: map[string]*pending{}}
}

func (s *sockets) all() []*socket { return append([]*socket(nil), s.open...) }

// socket is one connection.
type socket struct {
	ws   *websocket.Conn
	gone chan struct{}

	write  sync.Mutex
	frozen bool // guarded by the server's mu: nothing is read or written
}

// Opens are the times at which apps.connections.open was answered with an
// address.
func (s *Server) Opens() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Time(nil), s.sockets.opens...)
}

// MostOpens is how many of these fell into the busiest span of some length.
func (s *Server) MostOpens(span time.Duration) int {
	opens, most, from := s.Opens(), 0, 0
	for i, at := range opens {
		for at.Sub(opens[from]) >= span {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// Connections says how many connections of Socket Mode are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets.open)
}

// WaitConnections waits until exactly n connections are open.
func (s *Server) WaitConnections(ctx context.Context, n int) error {
	return s.await(ctx, &s.sockets.wait, fmt.Sprintf("%d connections", n), func() bool { return len(s.sockets.open) == n })
}

// WaitConnected waits until at least one connection is open.
func (s *Server) WaitConnected(ctx context.Context) error {
	return s.await(ctx, &s.sockets.wait, "a connection", func() bool { return len(s.sockets.open) > 0 })
}

// WaitOpens waits until apps.connections.open has been answered n times.
func (s *Server) WaitOpens(ctx context.Context, n int) error {
	return s.await(ctx, &s.sockets.wait, fmt.Sprintf("%d opens", n), func() bool { return len(s.sockets.opens) >= n })
}

// openConnection is apps.connections.open.
func (c *call) openConnection() (any, error) {
	ticket := fmt.Sprintf("%016x", c.random.Uint64())
	c.sockets.tickets[ticket] = time.Now()
	c.sockets.opens = append(c.sockets.opens, time.Now())
	c.sockets.wait.wake()
	return reply{"url": "ws" + strings.TrimPrefix(c.base, "http") + "/link/?ticket=" + ticket + "&app_id=" + c.AppID}, nil
}

// admitSocket judges a handshake. It returns the status of a refusal, or 0.
func (s *Server) admitSocket(r *http.Request) (b Socket, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	query := r.URL.Query()
	ticket := query.Get("ticket")
	given, known := s.sockets.tickets[ticket]
	delete(s.sockets.tickets, ticket)
	b = s.sockets.behave
	switch {
	case !known:
		s.violate("socket", "the ticket of the address is unknown or has been used")
		return b, http.StatusForbidden
	case time.Since(given) > ticketLives:
		return b, http.StatusForbidden
	case query.Has("debug_reconnects"):
		s.violate("socket", "debug_reconnects makes Slack end the connection every six minutes")
	}
	return b, b.Refuse
}

// serveSocket is one connection from its handshake to its end.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	behave, status := s.admitSocket(r)
	if status != 0 {
		http.Error(w, http.StatusText(status), status)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // clients name Slack's own
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // the answer is written
	}
	c := &socket{ws: ws, gone: make(chan struct{})}
	ws.SetPingHandler(func(data string) error { s.control(c, websocket.PongMessage, data); return nil })
	s.work.Go(func() { s.ping(c, behave.Pings) })
	s.mu.Lock()
	open := len(s.sockets.open)
	s.mu.Unlock()
	defer func() {
		close(c.gone)
		c.drop()
		s.forget(c)
	}()
	if !behave.NoHello {
		_ = c.send(reply{
			"type": "hello", "num_connections": open + 1, "connection_info": reply{"app_id": s.AppID},
			"debug_info": reply{"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060},
		})
	}
	switch {
	case open >= maxSockets:
		s.disconnect(c, "too_many_websockets", 0)
	case behave.Disconnect != "":
		s.disconnect(c, behave.Disconnect, 0)
	case behave.Drop:
		return
	case !behave.NoHello:
		s.admitted(c)
	}
	s.read(c)
}

// admitted makes a connection one that envelopes are given to.
func (s *Server) admitted(c *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets.open = append(s.sockets.open, c)
	s.sockets.wait.wake()
}

func (s *Server) forget(c *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, o := range s.sockets.open {
		if o == c {
			s.sockets.open = append(s.sockets.open[:i], s.sockets.open[i+1:]...)
			break
		}
	}
	s.sockets.wait.wake()
}

// ping sends pings until the connection or the server ends, and ends the
// connection with the server.
func (s *Server) ping(c *socket, every time.Duration) {
	var tick <-chan time.Time
	if every >= 0 {
		t := time.NewTicker(cmp.Or(every, defaultPings))
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-c.gone:
			return
		case <-s.done:
			c.drop()
			return
		case <-tick:
			s.control(c, websocket.PingMessage, "Ping from applink-fake")
		}
	}
}

// control sends a ping or pong, unless the connection is frozen.
func (s *Server) control(c *socket, kind int, data string) {
	s.mu.Lock()
	frozen := c.frozen
	s.mu.Unlock()
	if !frozen {
		_ = c.ws.WriteControl(kind, []byte(data), time.Now().Add(time.Second)) // the reader notices errors
	}
}

// read takes acks until the connection ends.
func (s *Server) read(c *socket) {
	for {
		_, b, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		s.takeAck(c, b, time.Now())
	}
}

// send writes a message. Errors end the connection, which its reader notices.
func (c *socket) send(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.write.Lock()
	defer c.write.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(time.Second))
	return c.ws.WriteMessage(websocket.TextMessage, b)
}

// drop ends the connection.
func (c *socket) drop() { _ = c.ws.Close() }
