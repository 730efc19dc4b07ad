package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// What a person is told when the app does not play along.
var (
	// ErrNotConnected: the app had no connection open ("dispatch_failed").
	ErrNotConnected = errors.New("slacktest: dispatch_failed: the app has no connection open")
	// ErrNotAcknowledged: the app did not acknowledge in time
	// ("operation_timeout").
	ErrNotAcknowledged = errors.New("slacktest: operation_timeout: the app did not acknowledge in time")
)

// envelope is what is sent over a connection.
type envelope struct {
	kind    string // "slash_commands", "interactive", "events_api"
	payload reply
	accepts bool // a response in the ack
	attempt int  // of an event: 0 for the first
	reason  string
	// acked is called with mu held when the ack comes in time.
	acked func(response json.RawMessage, at time.Time)
}

// pending is an envelope that has been sent.
type pending struct {
	envelope
	socket *socket
	done   chan struct{} // closed by the ack
	over   bool          // too late
	acks   []*socket
}

// send gives an envelope to one connection and waits for its ack. began is
// called just before it leaves, with mu held. Connections in avoid are not used if others are
// open; the one used is returned.
func (s *Server) send(ctx context.Context, e envelope, avoid *socket, began func()) (*socket, error) {
	s.mu.Lock()
	c := s.pick(avoid)
	if c == nil {
		s.mu.Unlock()
		return nil, ErrNotConnected
	}
	var others []*socket
	if s.sockets.copies {
		others = slices.DeleteFunc(s.sockets.all(), func(o *socket) bool { return o == c || o.frozen })
	}
	id := fmt.Sprintf("%08x-%04x-4000-8000-%012x", s.random.Uint32(), s.random.Uint32()&0xffff, s.random.Uint64()&0xffffffffffff)
	p := &pending{envelope: e, socket: c, done: make(chan struct{})}
	s.sockets.pending[id] = p
	frozen := c.frozen
	if began != nil {
		began()
	}
	s.mu.Unlock()
	message := reply{"envelope_id": id, "type": e.kind, "payload": e.payload, "accepts_response_payload": e.accepts}
	if e.kind == "events_api" {
		message["retry_attempt"], message["retry_reason"] = e.attempt, e.reason
	}
	if !frozen {
		if err := c.send(message); err != nil {
			c.drop()
		}
	}
	for _, o := range others {
		if err := o.send(message); err != nil {
			o.drop()
		}
	}
	return c, s.awaitAck(ctx, p)
}

// pick chooses one of the open connections at random. The caller holds mu.
func (s *Server) pick(avoid *socket) *socket {
	open := slices.DeleteFunc(s.sockets.all(), func(c *socket) bool { return c == avoid })
	if len(open) == 0 {
		open = s.sockets.all()
	}
	if len(open) == 0 {
		return nil
	}
	return open[s.random.IntN(len(open))]
}

func (s *Server) awaitAck(ctx context.Context, p *pending) error {
	late := time.NewTimer(s.settings.ackWithin)
	defer late.Stop()
	var err error
	select {
	case <-p.done:
		return nil
	case <-late.C:
		err = ErrNotAcknowledged
	case <-ctx.Done():
		err = fmt.Errorf("waiting for an ack: %w", ctx.Err())
	case <-s.done:
		err = http.ErrServerClosed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.over = true
	return err
}

// takeAck reads what the app says on a connection: {"envelope_id": …,
// "payload": …} and nothing else.
func (s *Server) takeAck(c *socket, b []byte, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.frozen {
		return
	}
	if s.sockets.lose > 0 {
		s.sockets.lose--
		return
	}
	var ack map[string]json.RawMessage
	if err := json.Unmarshal(b, &ack); err != nil {
		s.violate("socket", "not a JSON object: %v", err)
		return
	}
	var id string
	_ = json.Unmarshal(ack["envelope_id"], &id)
	for _, name := range slices.Sorted(maps.Keys(ack)) {
		if name != "envelope_id" && name != "payload" {
			s.violate("socket", "unknown field %s in an ack", name)
		}
	}
	p := s.sockets.pending[id]
	switch {
	case p == nil:
		s.violate("socket", "ack of an unknown envelope %q", id)
	case slices.Contains(p.acks, c):
		s.violate("socket", "envelope of type %s is acknowledged twice", p.kind)
	case len(ack["payload"]) > maxAck:
		s.violate("socket", "a response of %d bytes: Slack drops more than %d", len(ack["payload"]), maxAck)
	default:
		p.acks = append(p.acks, c)
		s.acknowledge(p, ack["payload"], at)
	}
}

// acknowledge ends the wait for an ack. The caller holds mu.
func (s *Server) acknowledge(p *pending, response json.RawMessage, at time.Time) {
	if p.over {
		return // the person has been told, or the event is on its way again
	}
	p.over = true
	defer close(p.done)
	if empty(response) {
		response = nil
	}
	if response != nil && !p.accepts {
		s.violate("socket", "a response to an envelope of type %s that accepts none", p.kind)
		response = nil
	}
	if p.acked != nil {
		p.acked(response, at)
	}
}

func empty(response json.RawMessage) bool {
	switch string(response) {
	case "", "null", "{}", `""`:
		return true
	}
	return false
}

// deliver sends an event until it is acknowledged, as often as Slack does, on
// another connection each time.
func (s *Server) deliver(ctx context.Context, e envelope, began func()) error {
	err := ErrNotConnected
	var last *socket
	for attempt, delay := range append([]time.Duration{0}, s.settings.retryDelays...) {
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return fmt.Errorf("waiting to send an event again: %w (last: %w)", ctx.Err(), err)
		case <-s.done:
			return http.ErrServerClosed
		}
		if e.attempt = attempt; attempt > 0 {
			e.reason = "timeout"
		}
		var c *socket
		if c, err = s.send(ctx, e, last, began); err == nil {
			return nil
		}
		if c != nil {
			last = c
		}
		began = nil
	}
	return err
}

// Event sends an event of a workspace, such as {"type": "channel_archive",
// "channel": "C1"}, and waits until the app has acknowledged it. It is for what
// a person has no verb here for.
func (s *Server) Event(ctx context.Context, team string, event map[string]any) error {
	s.mu.Lock()
	payload := s.eventPayload(s.workspace(team), event)
	s.mu.Unlock()
	return s.deliver(ctx, envelope{kind: "events_api", payload: payload}, nil)
}

// eventPayload wraps an event
// (https://docs.slack.dev/apis/events-api#events-JSON). The caller holds mu.
func (s *Server) eventPayload(ws *workspace, event map[string]any) reply {
	if event["event_ts"] == nil {
		event["event_ts"] = s.nextTS()
	}
	return reply{
		"token": "fake-verification-token", "team_id": ws.team, "context_team_id": ws.team, "context_enterprise_id": nil,
		"api_app_id": s.AppID, "event": event, "type": "event_callback", "event_id": s.id("Ev"), "event_time": s.now().Unix(),
		"authorizations": []reply{{
			"enterprise_id": nil, "team_id": ws.team, "user_id": ws.botUser, "is_bot": true, "is_enterprise_install": false,
		}},
		"is_ext_shared_channel": false, "event_context": "4-fake",
	}
}
