package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// ackWrite bounds the writing of one acknowledgement.
const ackWrite = 2 * time.Second

// conn is one Socket Mode connection.
type conn struct {
	ws      *websocket.Conn
	timing  timing
	handle  func(*conn, envelope)
	writing sync.Mutex

	alive   chan struct{} // closed by Slack's first word
	leaving chan struct{} // closed when Slack announces the end
	ended   chan struct{} // closed when nothing can be read any more
	reason  atomic.Value  // string: why, as Slack or the network said
	useful  atomic.Bool   // it carried an envelope
	open    atomic.Int64  // how many the app has, as Slack greeted it; 0 where it did not say
	tasks   sync.WaitGroup
	limit   *time.Timer // of a retired connection
}

// newConn starts reading ws. The caller closes the connection.
func newConn(ws *websocket.Conn, t timing, handle func(*conn, envelope)) *conn {
	c := &conn{ws: ws, timing: t, handle: handle,
		alive: make(chan struct{}), leaving: make(chan struct{}), ended: make(chan struct{})}
	c.reason.Store("")
	ws.SetReadLimit(maxEnvelope)
	// A ping of ours is answered by every websocket, so silence means that
	// nobody is there, whether Slack sends pings of its own or not.
	c.extend()
	ws.SetPongHandler(func(string) error { c.extend(); return nil })
	ws.SetPingHandler(func(data string) error {
		c.extend()
		err := ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(ackWrite))
		if errors.Is(err, websocket.ErrCloseSent) {
			return nil
		}
		return err
	})
	c.tasks.Go(c.read)
	c.tasks.Go(c.ping)
	return c
}

func (c *conn) extend() { _ = c.ws.SetReadDeadline(time.Now().Add(c.timing.silence)) }

// read takes what arrives until the connection ends. A frame that is no JSON
// is passed over.
func (c *conn) read() {
	defer close(c.ended)
	first, last := sync.OnceFunc(func() { close(c.alive) }), sync.OnceFunc(func() { close(c.leaving) })
	for {
		_, frame, err := c.ws.ReadMessage()
		if err != nil {
			c.reason.CompareAndSwap("", closeReason(err))
			return
		}
		c.extend()
		var e envelope
		if err := json.Unmarshal(frame, &e); err != nil && e.ID == "" {
			continue
		}
		switch {
		case e.Type == "hello":
			var g greeting
			if json.Unmarshal(frame, &g) == nil {
				c.open.Store(int64(g.Open))
			}
			first()
		case e.Type == "disconnect":
			c.reason.CompareAndSwap("", word(e.Reason))
			first()
			last()
		case e.ID != "":
			first()
			c.useful.Store(true)
			c.handle(c, e)
		}
	}
}

// closeReason says in a few words how a connection was lost.
func closeReason(err error) string {
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		return fmt.Sprintf("closed with code %d", closed.Code)
	}
	if timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok && timeout.Timeout() {
		return "no word from Slack"
	}
	return "connection lost"
}

// ping asks the far side for a sign of life until the connection ends.
func (c *conn) ping() {
	t := time.NewTicker(c.timing.ping)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			// A failure shows in read.
			_ = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(ackWrite))
		case <-c.ended:
			return
		}
	}
}

// greeted waits for Slack's first word.
func (c *conn) greeted(ctx context.Context, limit time.Duration) error {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-c.alive:
		return nil
	case <-c.ended:
		return fmt.Errorf("ended before the first word: %v", c.reason.Load())
	case <-t.C:
		return fmt.Errorf("no word from Slack within %v", limit)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait returns when the connection ends, why, and whether Slack announced it
// and the connection may still carry something.
func (c *conn) wait(ctx context.Context) (why string, announced bool) {
	select {
	case <-c.leaving:
		announced = true
	case <-c.ended:
	case <-ctx.Done():
	}
	return c.reason.Load().(string), announced
}

// over says that nothing can be read any more, so that nothing arrives either.
func (c *conn) over() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

// close ends the connection and waits for its readers. Nothing happens to nil.
func (c *conn) close() {
	if c == nil {
		return
	}
	if c.limit != nil {
		c.limit.Stop()
	}
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(100*time.Millisecond))
	_ = c.ws.Close()
	c.tasks.Wait()
}

// retire lets the connection go on for a while, at most. It is closed all the
// same when it has ended.
func (c *conn) retire(after time.Duration) {
	c.limit = time.AfterFunc(after, func() { _ = c.ws.Close() })
}

// acknowledgement is what Slack waits for after each envelope.
type acknowledgement struct {
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// encodeAck returns an acknowledgement with an answer in it, or false when
// Slack would not take it.
func encodeAck(id string, payload json.RawMessage) ([]byte, bool) {
	b, err := json.Marshal(acknowledgement{id, payload})
	return b, err == nil && len(b) <= maxAck
}

// ack acknowledges an envelope.
func (c *conn) ack(id string) error {
	b, _ := encodeAck(id, nil)
	return c.write(b)
}

// write sends one frame within a bounded time. After a failure the connection
// is of no use and is closed, so that its reader ends.
func (c *conn) write(frame []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(ackWrite))
	if err := c.ws.WriteMessage(websocket.TextMessage, frame); err != nil {
		_ = c.ws.Close()
		return fmt.Errorf("slack acknowledgement not written: %w", err)
	}
	return nil
}
