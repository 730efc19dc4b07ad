package slacktest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Slash is a slash command as a person types it.
type Slash struct {
	Team, Channel, User string
	Command             string // "/story"
	Text                string // as typed; the server escapes it as Slack does
}

// Slash types a command and waits for the first thing the person sees.
func (s *Server) Slash(ctx context.Context, c Slash) (*Answer, error) {
	s.mu.Lock()
	ws, ch := s.workspace(c.Team), s.channel(c.Team, c.Channel)
	u := ws.user(c.User)
	e := s.begin(ws, ch, c.User)
	payload := reply{
		"token": "fake-verification-token", "team_id": ws.team, "team_domain": ws.domain, "channel_id": ch.id, "channel_name": ch.told(),
		"user_id": u.ID, "user_name": u.Name, "command": c.Command, "text": s.escape(ws, c.Text), "api_app_id": s.AppID,
		"is_enterprise_install": "false", "response_url": e.responseURL(), "trigger_id": e.trigger,
	}
	s.mu.Unlock()
	return s.ask(ctx, e, envelope{kind: "slash_commands", payload: payload, accepts: true, acked: func(response json.RawMessage, at time.Time) {
		if response == nil {
			return
		}
		if err := s.respond(e, "ack", readAck(response), at); err != nil {
			s.violate("ack", "%s", explain(err))
		}
	}})
}

var nameInText = regexp.MustCompile(`[@#][A-Za-z0-9._-]+`)

// escape is what Slack makes of a text that a person types: &, < and > are
// escaped, and names of people and channels become ids unless the app asked for
// raw commands. The caller holds mu.
func (s *Server) escape(ws *workspace, text string) string {
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	if s.settings.raw {
		return text
	}
	return nameInText.ReplaceAllStringFunc(text, func(name string) string {
		for _, u := range ws.users {
			if name == "@"+u.Name {
				return "<@" + u.ID + "|" + u.Name + ">"
			}
		}
		for _, g := range ws.groups {
			if name == "@"+g.Handle {
				return "<!subteam^" + g.ID + "|@" + g.Handle + ">"
			}
		}
		if name == "@here" || name == "@channel" || name == "@everyone" {
			return "<!" + name[1:] + ">"
		}
		for _, ch := range ws.channels {
			if ch.kind != DM && name == "#"+ch.name() {
				return "<#" + ch.id + "|" + ch.name() + ">"
			}
		}
		return name
	})
}

// ask sends what a person does and waits for the first answer.
func (s *Server) ask(ctx context.Context, e *exchange, env envelope) (*Answer, error) {
	if err := s.tell(ctx, e, env); err != nil {
		return nil, err
	}
	return s.awaitAnswer(ctx, e, 0)
}

// tell sends what a person does and waits for the ack.
func (s *Server) tell(ctx context.Context, e *exchange, env envelope) error {
	_, err := s.send(ctx, env, nil, func() { e.sent, e.began = env, time.Now() })
	return err
}

// Replay sends what led to an answer once more, as Slack does when it has not
// understood an ack, and waits for the ack. Answers to it follow with a.Next.
func (s *Server) Replay(ctx context.Context, a *Answer) error {
	env := a.exchange.sent
	if env.kind == "events_api" {
		env.attempt, env.reason = 1, "timeout"
	}
	_, err := s.send(ctx, env, nil, nil)
	return err
}

// Mention is a message that addresses the bot.
type Mention struct {
	Team, Channel, User string
	ThreadTS            string // of the thread it is said in, or ""
	Text                string // what follows "@Storybot "
}

// Mention says something to the bot and waits for its first message there. The
// bot hears it only in channels it is in.
func (s *Server) Mention(ctx context.Context, m Mention) (*Answer, error) {
	s.mu.Lock()
	ws, ch := s.workspace(m.Team), s.channel(m.Team, m.Channel)
	if !ch.joined(ws) || !ws.scopes["app_mentions:read"] {
		s.mu.Unlock()
		return nil, fmt.Errorf("slacktest: the bot does not hear mentions in %s", m.Channel)
	}
	said := s.say(ws, ch, m.User, "<@"+ws.botUser+"> "+s.escape(ws, m.Text), m.ThreadTS)
	e := s.begin(ws, ch, m.User)
	ch.heard = e
	event := map[string]any{
		"type": "app_mention", "user": m.User, "ts": said.TS, "client_msg_id": s.id("msg"), "text": said.Text, "team": ws.team,
		"channel": ch.id, "event_ts": said.TS,
	}
	if m.ThreadTS != "" {
		event["thread_ts"] = m.ThreadTS
	}
	env := envelope{kind: "events_api", payload: s.eventPayload(ws, event)}
	s.mu.Unlock()
	if err := s.deliver(ctx, env, func() { e.sent, e.began = env, time.Now() }); err != nil {
		return nil, err
	}
	return s.awaitAnswer(ctx, e, 0)
}

// Say lets a person say something that is not for the bot.
func (s *Server) Say(team, channel, user, text string) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.workspace(team)
	return s.say(ws, s.channel(team, channel), user, s.escape(ws, text), "").Message
}

// SayWith is Say with files.
func (s *Server) SayWith(team, channel, user, text string, files ...string) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.workspace(team)
	m := s.say(ws, s.channel(team, channel), user, s.escape(ws, text), "")
	m.Files = files
	return m.Message
}

func (s *Server) say(ws *workspace, ch *channel, user, text, thread string) *message {
	ws.user(user)
	m := &message{Message: Message{User: user, Text: text, ThreadTS: thread, Via: "person"}}
	s.store(ws, ch, m)
	return m
}

// Press presses the button with a label, or picks the option with that label
// from a menu, of a message that the person can see, and waits for the first
// answer. Of a button with a URL the answer is that URL, as soon as the app has
// acknowledged it.
func (s *Server) Press(ctx context.Context, m Message, name, user string) (*Answer, error) {
	return s.press(ctx, m, name, user, func(map[string]any) {})
}

// ErrNoButton is that a message has no button of a name, or no longer.
var ErrNoButton = errors.New("no such button")

func (s *Server) press(ctx context.Context, m Message, name, user string, forge func(action map[string]any)) (*Answer, error) {
	s.mu.Lock()
	ws, ch := s.workspace(m.Team), s.channel(m.Team, m.Channel)
	at := ch.find(m.TS)
	if m.To != "" {
		at = ws.private(m.TS)
	}
	if at == nil {
		s.mu.Unlock()
		return nil, fmt.Errorf("slacktest: there is no message %s any more", m.TS)
	}
	action, found := findAction(at.content.kept(), name)
	if !found {
		s.mu.Unlock()
		return nil, fmt.Errorf("slacktest: %w: %q in: %s", ErrNoButton, name, m.Visible())
	}
	action["action_ts"] = s.nextTS()
	forge(action)
	e := s.begin(ws, ch, user)
	e.source, at.pressed = at, e
	payload := s.interaction(e, "block_actions")
	payload["actions"] = []reply{action}
	payload["container"] = reply{"type": "message", "message_ts": at.TS, "channel_id": ch.id, "is_ephemeral": at.To != ""}
	payload["state"] = reply{"values": reply{}}
	if at.To == "" { // Slack keeps no copy of what only one person saw
		payload["message"] = s.messageField(ws, at)
	}
	s.mu.Unlock()
	env := envelope{kind: "interactive", payload: payload}
	if url, ok := action["url"].(string); ok {
		if err := s.tell(ctx, e, env); err != nil {
			return nil, err
		}
		return &Answer{Via: "url", Message: Message{Text: url}, server: s, exchange: e, index: -1}, nil
	}
	return s.ask(ctx, e, env)
}

// private finds a message that only one person can see. The caller holds mu.
func (ws *workspace) private(ts string) *message {
	i := slices.IndexFunc(ws.ephemeral, func(m *message) bool { return m.TS == ts })
	if i < 0 {
		return nil
	}
	return ws.ephemeral[i]
}

// findAction makes what block_actions says of pressing what has a label.
func findAction(blocks json.RawMessage, name string) (reply, bool) {
	var list []map[string]any
	_ = json.Unmarshal(blocks, &list)
	for _, b := range list {
		var action reply
		walk(b, func(o map[string]any) bool {
			kind, _ := o["type"].(string)
			if action != nil || interactiveRules[kind] == nil {
				return action == nil
			}
			if kind == "button" {
				if label(o) == name {
					action = pickFields(o, "type", "action_id", "text", "value", "url", "style")
				}
			} else if option := findOption(o, name); option != nil {
				action = pickFields(o, "type", "action_id", "placeholder")
				action["selected_option"] = option
			}
			return false
		})
		if action != nil {
			action["block_id"] = b["block_id"]
			return action, true
		}
	}
	return nil, false
}

func pickFields(o map[string]any, names ...string) reply {
	r := reply{}
	for _, n := range names {
		if o[n] != nil {
			r[n] = o[n]
		}
	}
	return r
}

// findOption returns the option of a menu that has a label.
func findOption(menu map[string]any, name string) map[string]any {
	options, _ := menu["options"].([]any)
	groups, _ := menu["option_groups"].([]any)
	for _, g := range groups {
		g, _ := g.(map[string]any)
		more, _ := g["options"].([]any)
		options = append(options, more...)
	}
	for _, o := range options {
		if o, _ := o.(map[string]any); label(o) == name {
			return o
		}
	}
	return nil
}

// Shortcut uses a message shortcut ("Add to story") on a message and waits for
// the first answer.
func (s *Server) Shortcut(ctx context.Context, m Message, callbackID, user string) (*Answer, error) {
	s.mu.Lock()
	ws, ch := s.workspace(m.Team), s.channel(m.Team, m.Channel)
	at := ch.find(m.TS)
	if at == nil {
		s.mu.Unlock()
		return nil, fmt.Errorf("slacktest: there is no message %s any more", m.TS)
	}
	e := s.begin(ws, ch, user)
	payload := s.interaction(e, "message_action")
	payload["callback_id"], payload["message_ts"], payload["action_ts"] = callbackID, at.TS, s.nextTS()
	payload["message"] = s.messageField(ws, at)
	s.mu.Unlock()
	return s.ask(ctx, e, envelope{kind: "interactive", payload: payload})
}

// interaction is what the payloads of all interactions hold
// (https://docs.slack.dev/reference/interaction-payloads). The caller holds mu.
func (s *Server) interaction(e *exchange, kind string) reply {
	u := e.ws.user(e.user)
	return reply{
		"type": kind, "api_app_id": s.AppID, "token": "fake-verification-token", "trigger_id": e.trigger, "response_url": e.responseURL(),
		"user":    reply{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": cmp.Or(u.Home, e.ws.team)},
		"team":    reply{"id": e.ws.team, "domain": e.ws.domain},
		"channel": reply{"id": e.ch.id, "name": e.ch.told()}, "enterprise": nil, "is_enterprise_install": false,
	}
}

// messageField is the message that a payload is about. The caller holds mu.
func (s *Server) messageField(ws *workspace, m *message) json.RawMessage {
	return (&call{Server: s, request: &request{}, team: ws}).show(m)
}
