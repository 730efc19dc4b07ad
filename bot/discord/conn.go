package discord

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Opcodes of the gateway
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-opcodes).
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

const (
	// closeResumable ends a connection without ending its session: every code
	// but 1000 and 1001 does
	// (https://discord.com/developers/docs/events/gateway#initiating-a-disconnect).
	closeResumable = 4000
	writeTime      = 10 * time.Second
	// brokeOff is what people read of a connection without a proper end.
	brokeOff = "The connection to Discord's gateway broke off"
	// maxPacket bounds one packet; a large server's GUILD_CREATE has megabytes.
	maxPacket = 64 << 20
)

// event is a packet of the gateway, decoded no further than this: what is
// inside may be of kinds unknown yet.
type event = discordgo.Event

// conn is one websocket connection, from dialling to its end.
type conn struct {
	g        *gateway
	ws       *websocket.Conn
	address  string    // that was dialled
	resuming bool      // RESUME was sent
	up       time.Time // when READY or RESUMED came
	early    []event   // came in a new session before its READY
	write    sync.Mutex
	seq      atomic.Int64
	acked    atomic.Bool
	tasks    sync.WaitGroup
	ended    chan struct{} // closed when run returns
	dead     atomic.Bool   // no answer to a heartbeat
}

// leave ends the connection from our side.
func (c *conn) leave(code int) {
	c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	c.ws.Close()
}

func (c *conn) close() { c.leave(closeResumable) }

// run greets, identifies or resumes, and reads until the connection ends. It
// keeps g.session up to date.
func (c *conn) run(ctx context.Context) error {
	defer c.tasks.Wait()
	defer close(c.ended)
	c.tasks.Go(func() {
		select {
		case <-ctx.Done():
			c.leave(websocket.CloseNormalClosure)
		case <-c.ended:
		}
	})
	interval, err := c.hello()
	if err != nil {
		return err
	}
	if err := c.introduce(ctx); err != nil {
		return err
	}
	c.acked.Store(true)
	c.tasks.Go(func() { c.heartbeat(interval) })
	deadline := time.Now().Add(c.g.p.timing.ready)
	for {
		e, err := c.read(deadline)
		if err == nil {
			err = c.take(e)
		}
		switch {
		case !c.up.IsZero():
			// Every heartbeat is answered, so something comes in every interval.
			deadline = time.Now().Add(interval * 3 / 2)
		case c.resuming && e.Operation == opDispatch:
			// What was missed is sent again before RESUMED, however much it is.
			deadline = time.Now().Add(c.g.p.timing.ready)
		}
		if err != nil && c.dead.Load() {
			return errors.New("no heartbeat is answered any more")
		}
		if err != nil {
			return err
		}
	}
}

// hello waits for the first packet, which has to be a HELLO. A heartbeat's
// answer before it means nothing.
func (c *conn) hello() (interval time.Duration, err error) {
	deadline := time.Now().Add(c.g.p.timing.hello)
	for {
		e, err := c.read(deadline)
		if err != nil {
			return 0, &setback{"Discord's gateway did not greet the bot", err}
		}
		switch e.Operation {
		case opAck:
		case opHello:
			var d struct {
				Interval number `json:"heartbeat_interval"` // milliseconds
			}
			if err := decode(e.RawData, &d); err == nil {
				interval = duration(float64(d.Interval) / 1000)
			}
			if interval <= 0 || interval > time.Hour {
				return 0, errors.New("a HELLO without a heartbeat interval came")
			}
			return interval, nil
		default:
			if err := c.take(e); err != nil {
				return 0, err
			}
		}
	}
}

// introduce resumes the session, or begins a new one.
func (c *conn) introduce(ctx context.Context) error {
	g := c.g
	if g.session.id != "" {
		c.resuming = true
		return c.send(opResume, map[string]any{"token": g.p.rest.token, "session_id": g.session.id, "seq": g.session.seq})
	}
	if err := g.countIdentify(ctx); err != nil {
		return err
	}
	c.seq.Store(0)
	return c.send(opIdentify, map[string]any{
		"token":      g.p.rest.token,
		"intents":    discordgo.IntentsGuilds,
		"properties": map[string]string{"os": runtime.GOOS, "browser": "storybot", "device": "storybot"},
	})
}

// read returns the next packet, whole before deadline.
func (c *conn) read(deadline time.Time) (event, error) {
	if err := c.ws.SetReadDeadline(deadline); err != nil {
		return event{}, &setback{brokeOff, err}
	}
	_, data, err := c.ws.ReadMessage()
	if timeout, is := errors.AsType[net.Error](err); is && timeout.Timeout() {
		return event{}, &setback{"Discord's gateway fell silent", err}
	}
	if err != nil {
		return event{}, &setback{brokeOff, err}
	}
	var e event
	if err := decode(data, &e); err != nil {
		return event{}, &setback{"Discord's gateway sent a packet that cannot be read", err}
	}
	return e, nil
}

// take acts on a packet.
func (c *conn) take(e event) error {
	switch e.Operation {
	case opDispatch:
		if e.Sequence > c.seq.Load() {
			c.seq.Store(e.Sequence)
			c.g.session.seq = e.Sequence
		}
		if c.isEarly(e) {
			c.early = append(c.early, e)
			return nil
		}
		c.started(e)
		c.g.dispatch(e)
		if e.Type == "READY" || e.Type == "RESUMED" { // or they came before RESUME was sent
			for _, e := range c.early {
				c.g.dispatch(e)
			}
			c.early = nil
		}
	case opHeartbeat:
		return c.beat()
	case opAck:
		c.acked.Store(true)
	case opReconnect:
		return errReconnect
	case opInvalid:
		if string(e.RawData) != "true" {
			c.g.session = session{}
		}
		return errInvalid
	}
	return nil
}

// isEarly says that e tells of a server and overtook the READY of its session: what that
// lists was so before, and a server that the bot just joined may not be in it. It is
// acted on behind the READY. An interaction is answered at once: it has three seconds.
func (c *conn) isEarly(e event) bool {
	return c.up.IsZero() && !c.resuming && e.Type != "READY" && e.Type != "RESUMED" && e.Type != "INTERACTION_CREATE" && len(c.early) < maxNews
}

// started notes the session a READY begins, and that the connection is up.
func (c *conn) started(e event) {
	switch e.Type {
	case "READY":
		var d struct {
			ID      string `json:"session_id"`
			Address string `json:"resume_gateway_url"`
		}
		if err := decode(e.RawData, &d); err != nil {
			d.ID = "" // cannot be resumed
		}
		c.g.session.id, c.g.session.address = d.ID, c.g.resumeAt(cmp.Or(d.Address, c.address))
	case "RESUMED":
	default:
		return
	}
	c.up = time.Now()
	c.g.connected(e)
}

// heartbeat beats until run returns. A beat that is not answered within half an
// interval ends the connection: then 1.5 intervals at most have passed since
// Discord fell silent.
func (c *conn) heartbeat(interval time.Duration) {
	timer := time.NewTimer(rand.N(interval))
	defer timer.Stop()
	for waiting := false; ; waiting = !waiting {
		select {
		case <-c.ended:
			return
		case <-timer.C:
		}
		if waiting && !c.acked.Load() {
			c.dead.Store(true)
			c.leave(closeResumable)
			return
		}
		if !waiting {
			c.acked.Store(false)
			if c.beat() != nil {
				c.leave(closeResumable)
				return
			}
		}
		timer.Reset(interval / 2)
	}
}

// beat sends the number of the last event.
func (c *conn) beat() error {
	if seq := c.seq.Load(); seq > 0 {
		return c.send(opHeartbeat, seq)
	}
	return c.send(opHeartbeat, nil)
}

func (c *conn) send(op int, d any) error {
	c.write.Lock()
	defer c.write.Unlock()
	err := c.ws.SetWriteDeadline(time.Now().Add(writeTime))
	if err == nil {
		err = c.ws.WriteJSON(map[string]any{"op": op, "d": d})
	}
	if err != nil {
		return &setback{brokeOff, err}
	}
	return nil
}
