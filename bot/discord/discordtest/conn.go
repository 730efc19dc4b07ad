package discordtest

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// conn is one websocket. Its writer is the goroutine that run starts; all fields
// but ws are guarded by the server's mutex.
type conn struct {
	ws       *websocket.Conn
	fault    GatewayFault
	session  *session // nil before IDENTIFY or RESUME
	control  [][]byte // packets without a sequence number, to be written first
	written  int64    // the sequence number written last
	silent   bool     // nothing is written any more
	deaf     bool     // nothing that is read counts
	compress bool
	closing  int // the code to close with, once all is written
	kick     chan struct{}
	gone     chan struct{}
}

// runConn serves one connection until it ends.
func (s *Server) runConn(c *conn) {
	s.mu.Lock()
	select {
	case <-s.done:
		s.mu.Unlock()
		c.ws.Close()
		return
	default:
	}
	s.gateway.conns = append(s.gateway.conns, c)
	s.running.Add(2)
	s.hello(c)
	s.mu.Unlock()
	go func() {
		defer s.running.Done()
		s.writeLoop(c)
	}()
	defer s.running.Done()
	code := s.readLoop(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(c, code)
	close(c.gone)
	c.ws.Close()
	s.notify()
}

// forget takes a connection out. A session ends when the bot closes it with 1000
// or 1001, and can be resumed otherwise.
// https://docs.discord.com/developers/events/gateway#initiating-a-disconnect
func (s *Server) forget(c *conn, code int) {
	s.gateway.stats.Closes = append(s.gateway.stats.Closes, code)
	for i, o := range s.gateway.conns {
		if o == c {
			s.gateway.conns = append(s.gateway.conns[:i:i], s.gateway.conns[i+1:]...)
			break
		}
	}
	if c.session != nil && c.session.conn == c && !c.deaf {
		c.session.conn = nil
		if code == websocket.CloseNormalClosure || code == websocket.CloseGoingAway {
			s.endSession(c.session)
		}
	}
}

func (s *Server) hello(c *conn) {
	switch {
	case c.fault.noHello:
		c.silent = true
	case c.fault.first != nil:
		c.send(c.fault.first.Op, c.fault.first.D)
	default:
		c.send(opHello, encode(map[string]any{"heartbeat_interval": s.gateway.heartbeat.Milliseconds(), "_trace": []string{"discordtest"}}))
	}
}

// send queues a packet without a sequence number.
func (c *conn) send(op int, d json.RawMessage) {
	if len(d) == 0 {
		d = json.RawMessage("null")
	}
	c.control = append(c.control, encode(map[string]any{"op": op, "d": d, "s": nil, "t": nil}))
	c.wake()
}

func (c *conn) wake() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}

// closeWith closes the connection once all that is queued has been written.
func (c *conn) closeWith(code int) {
	c.closing = code
	c.wake()
}

// abort resets the TCP connection.
func (c *conn) abort() { reset(c.ws.NetConn()) }

const (
	// writeTimeout bounds how long a bot may stop reading.
	writeTimeout = 10 * time.Second
	// closeTimeout bounds how long the bot's own close is waited for.
	closeTimeout = time.Second
)

// writeLoop writes what is queued until the connection ends.
func (s *Server) writeLoop(c *conn) {
	for {
		select {
		case <-c.kick:
		case <-c.gone:
			return
		}
		for {
			out, closing := s.next(c)
			if out == nil {
				if closing != 0 {
					text := websocket.FormatCloseMessage(closing, "")
					c.ws.WriteControl(websocket.CloseMessage, text, time.Now().Add(writeTimeout))
					c.ws.NetConn().SetReadDeadline(time.Now().Add(closeTimeout))
					return
				}
				break
			}
			if err := c.put(out); err != nil {
				c.ws.Close()
				break
			}
			s.mu.Lock()
			if out.seq > 0 {
				c.written = out.seq
			}
			s.notify()
			s.mu.Unlock()
		}
	}
}

// next returns the packet to be written next, nil when there is none.
func (s *Server) next(c *conn) (*event, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.silent {
		return nil, 0
	}
	if len(c.control) > 0 {
		e := &event{data: c.control[0]}
		c.control = c.control[1:]
		return e, 0
	}
	if c.session != nil {
		if e := c.session.after(c.written); e != nil {
			if e.interaction != nil && e.interaction.sent.IsZero() {
				e.interaction.sent = time.Now()
			}
			return e, 0
		}
	}
	return nil, c.closing
}

func (c *conn) put(e *event) error {
	c.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
	if !c.compress {
		return c.ws.WriteMessage(websocket.TextMessage, e.data)
	}
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(e.data); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	return c.ws.WriteMessage(websocket.BinaryMessage, b.Bytes())
}
