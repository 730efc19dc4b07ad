package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Message is something said in a channel.
type Message struct {
	Team, Channel string
	TS            string // unique and increasing
	ThreadTS      string // of the thread it is in, or ""
	Broadcast     bool   // a reply that is shown in the channel too
	User          string // who said it; the bot's user id for the bot
	Bot           bool
	To            string // the only one who sees it; "" for all
	Text          string
	Blocks        json.RawMessage // as the bot sent them, or nil
	Metadata      json.RawMessage // {"event_type": …, "event_payload": …}, or nil
	Via           string          // "chat.postMessage", "chat.postEphemeral", "ack", "response_url", "person"
	Unfurls       bool            // unfurl_links or unfurl_media was not switched off
	Edits         []Edit          // what it said before, oldest first
	At            time.Time       // when it was stored, by this machine's clock
	Files         []string        // the names of files that were sent with it
	Pings         []string        // whom it pinged when the bot posted it: see pinged
}

// Edit is an earlier wording of a message.
type Edit struct {
	Text   string
	Blocks json.RawMessage
	At     time.Time // when it was replaced
}

// Payload returns a value of the metadata's event_payload, "" if there is none.
func (m Message) Payload(key string) string {
	var meta struct {
		Payload map[string]any `json:"event_payload"`
	}
	if json.Unmarshal(m.Metadata, &meta) != nil || meta.Payload[key] == nil {
		return ""
	}
	return fmt.Sprint(meta.Payload[key])
}

// Visible is what a person reads: the texts of the blocks line by line, or the
// text when there are no blocks. Markup is left in it, and a channel is <#ID>.
func (m Message) Visible() string {
	var blocks []any
	if json.Unmarshal(m.Blocks, &blocks) != nil || len(blocks) == 0 {
		return m.Text
	}
	var lines []string
	walk(blocks, func(o map[string]any) bool {
		if t, ok := o["text"].(string); ok {
			lines = append(lines, t)
		}
		if id, ok := o["channel_id"].(string); ok {
			lines = append(lines, "<#"+id+">")
		}
		return true
	})
	return strings.Join(lines, "\n")
}

// Button is a button of a message.
type Button struct {
	Label, ActionID, Value, URL, Style string
}

// Buttons lists the buttons of a message in order.
func (m Message) Buttons() []Button {
	var blocks []any
	_ = json.Unmarshal(m.Blocks, &blocks)
	var list []Button
	walk(blocks, func(o map[string]any) bool {
		if o["type"] != "button" {
			return true
		}
		str := func(key string) string { v, _ := o[key].(string); return v }
		list = append(list, Button{label(o), str("action_id"), str("value"), str("url"), str("style")})
		return false
	})
	return list
}

// walk visits every object below v, parents first, lists in order and fields by
// the order people see them in: a text before what stands beside it. visit says
// whether to go on below the object.
func walk(v any, visit func(map[string]any) bool) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			walk(e, visit)
		}
	case map[string]any:
		if !visit(v) {
			return
		}
		for _, key := range []string{"title", "label", "text", "fields", "elements", "rows", "accessory", "element", "hint"} {
			walk(v[key], visit)
		}
	}
}

// label is what stands on an element: its text, or its placeholder.
func label(o map[string]any) string {
	for _, key := range []string{"text", "placeholder"} {
		if t, ok := o[key].(map[string]any); ok {
			s, _ := t["text"].(string)
			return s
		}
	}
	return ""
}

// message is a Message as it is kept.
type message struct {
	Message
	ch      *channel
	content *content  // of Blocks, with the ids Slack gives to blocks
	pressed *exchange // the last deed on a button of it
}

// nextTS makes a timestamp. The caller holds mu.
func (s *Server) nextTS() string {
	s.lastTS = max(s.now().UnixMicro(), s.lastTS+1)
	return fmt.Sprintf("%d.%06d", s.lastTS/1e6, s.lastTS%1e6)
}

// store puts a message into its channel, or before its only reader. The caller
// holds mu.
func (s *Server) store(ws *workspace, ch *channel, m *message) {
	m.Team, m.Channel, m.ch, m.At = ws.team, ch.id, ch, time.Now()
	m.TS = s.nextTS()
	if m.Bot {
		m.Pings = ws.pinged(m.Text, m.content)
	}
	if m.To != "" {
		ws.ephemeral = append(ws.ephemeral, m)
	} else {
		ch.messages = append(ch.messages, m)
		s.posts++
		s.postsWait.wake()
	}
	ch.wait.wake()
}

// find returns the message of a timestamp, or nil. The caller holds mu.
func (ch *channel) find(ts string) *message {
	i, ok := slices.BinarySearchFunc(ch.messages, ts, func(m *message, ts string) int { return strings.Compare(m.TS, ts) })
	if !ok {
		return nil
	}
	return ch.messages[i]
}

// remove takes a message out of its channel. The caller holds mu.
func (ch *channel) remove(m *message) {
	ch.messages = slices.DeleteFunc(ch.messages, func(o *message) bool { return o == m })
	ch.wait.wake()
}

// DeleteMessage takes a message away, as somebody in the workspace does who may.
func (s *Server) DeleteMessage(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channel(m.Team, m.Channel)
	if found := ch.find(m.TS); found != nil {
		ch.remove(found)
	}
}

// edit replaces what a message says. The caller holds mu.
func (m *message) edit(text string, c *content) {
	m.Edits = append(slices.Clip(m.Edits), Edit{m.Text, m.Blocks, time.Now()})
	m.Text, m.content, m.Blocks = text, c, c.sent()
	m.ch.wait.wake()
}

// Messages returns what can be read in a channel, the people's messages
// included, oldest first.
func (s *Server) Messages(team, channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return public(s.channel(team, channel).messages)
}

func public(list []*message) []Message {
	out := make([]Message, len(list))
	for i, m := range list {
		out[i] = m.Message
	}
	return out
}

// Ephemerals returns what only one person could see in a channel, oldest first.
func (s *Server) Ephemerals(team, channel, user string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.workspace(team).ephemeral {
		if m.Channel == channel && m.To == user {
			out = append(out, m.Message)
		}
	}
	return out
}

// WaitMessages waits until a channel has at least n messages and returns them.
func (s *Server) WaitMessages(ctx context.Context, team, channel string, n int) ([]Message, error) {
	what := fmt.Sprintf("%d messages in %s", n, channel)
	return s.WaitUntil(ctx, team, channel, what, func(list []Message) bool { return len(list) >= n })
}

// WaitUntil waits until the messages of a channel are as ok wants them; what
// names that in the error when ctx ends first. ok is called after each change
// in the channel and must not call the Server.
func (s *Server) WaitUntil(ctx context.Context, team, channel, what string, ok func([]Message) bool) ([]Message, error) {
	s.mu.Lock()
	ch := s.channel(team, channel)
	s.mu.Unlock()
	var list []Message
	err := s.await(ctx, &ch.wait, what, func() bool {
		list = public(ch.messages)
		return ok(list)
	})
	return list, err
}

// Posts says how many messages have been stored in all channels together.
func (s *Server) Posts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.posts
}

// WaitPosts waits until n messages have been stored in all channels together.
func (s *Server) WaitPosts(ctx context.Context, n int) error {
	return s.await(ctx, &s.postsWait, fmt.Sprintf("%d messages", n), func() bool { return s.posts >= n })
}
