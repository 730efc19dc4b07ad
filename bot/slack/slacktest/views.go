package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// maxView is how long an encoded view may be, in bytes.
const maxView = 250 << 10

// View is a modal or a home tab that a person sees.
type View struct {
	ID              string
	CallbackID      string
	PrivateMetadata string
	Title           string
	Blocks          json.RawMessage
	Hash            string

	full     reply // as Slack keeps it
	state    reply // what a person put in, as it was submitted
	exchange *exchange
}

// openView is views.open: the trigger can be used once, within 3 s.
func (c *call) openView() (any, error) {
	e := c.exchanges.triggers[c.args["trigger_id"]]
	switch {
	case e == nil || e.ws != c.team:
		c.violate(c.name, "unknown trigger_id %q", c.args["trigger_id"])
		return nil, refuse("invalid_trigger_id")
	case e.spent:
		return nil, refuse("exchanged_trigger_id")
	case c.now().Sub(e.issued) > triggerLives:
		return nil, refuse("expired_trigger_id")
	}
	v, err := c.readView(c.name, c.args["view"], modal)
	if err != nil {
		return nil, err
	}
	e.spent = true
	c.keepView(v, e, c.id("V"))
	c.exchanges.show(e, &Answer{Via: "view", View: v}, c.arrived)
	return reply{"view": v.full}, nil
}

// updateView is views.update.
func (c *call) updateView() (any, error) {
	old := c.exchanges.views[c.args["view_id"]]
	switch {
	case old == nil:
		return nil, refuse("not_found")
	case c.args["hash"] != "" && c.args["hash"] != old.Hash:
		return nil, refuse("hash_conflict")
	}
	v, err := c.readView(c.name, c.args["view"], modal)
	if err != nil {
		return nil, err
	}
	c.keepView(v, old.exchange, old.ID)
	v.exchange = old.exchange
	c.exchanges.show(old.exchange, &Answer{Via: "view", View: v, Replaces: true}, c.arrived)
	return reply{"view": v.full}, nil
}

// readView judges a view. The caller holds mu.
func (s *Server) readView(name, raw string, kind rule) (*View, error) {
	var o map[string]any
	if err := json.Unmarshal([]byte(raw), &o); err != nil {
		s.violate(name, "the view is not a JSON object: %v", err)
		return nil, refuse("invalid_arguments", err.Error())
	}
	var j judge
	kind(&j, "/view", o)
	for _, u := range j.untidy {
		s.violate(name, "%s", u)
	}
	switch {
	case len(j.problems) > 0:
		err := refuse("invalid_arguments", j.problems...)
		s.violate(name, "%s", explain(err))
		return nil, err
	case len(raw) > maxView:
		s.violate(name, "a view of %d bytes", len(raw))
		return nil, refuse("view_too_large")
	}
	if blocks, err := json.Marshal(o["blocks"]); err == nil {
		if err := s.loads(blocks); err != nil {
			return nil, refuse("invalid_arguments", explain(err))
		}
	}
	nameParts(o["blocks"])
	str := func(key string) string { v, _ := o[key].(string); return v }
	v := &View{CallbackID: str("callback_id"), PrivateMetadata: str("private_metadata"), full: o}
	title, _ := o["title"].(map[string]any)
	v.Title, _ = title["text"].(string)
	blocks, err := json.Marshal(o["blocks"])
	v.Blocks = blocks
	return v, err
}

// keepView gives a view its id. The caller holds mu.
func (s *Server) keepView(v *View, e *exchange, id string) {
	carryOver(s.exchanges.views[id], v)
	v.ID, v.exchange, v.Hash = id, e, s.nextTS()
	for key, value := range map[string]any{
		"id": v.ID, "team_id": e.ws.team, "app_id": s.AppID, "bot_id": e.ws.botID, "hash": v.Hash, "root_view_id": v.ID,
		"previous_view_id": nil, "callback_id": v.CallbackID, "private_metadata": v.PrivateMetadata, "app_installed_team_id": e.ws.team,
		"state": reply{"values": reply{}},
	} {
		v.full[key] = value
	}
	s.exchanges.views[id] = v
}

// Submit fills a modal in and presses its submit button, then waits for the
// first answer: "errors", another "view", "closed", or what is said elsewhere,
// which follows with Next. values go by the label or the block_id of an input;
// those left out keep what the form says.
func (s *Server) Submit(ctx context.Context, v *View, values map[string]string) (*Answer, error) {
	s.mu.Lock()
	e := s.begin(v.exchange.ws, v.exchange.ch, v.exchange.user)
	e.view = v
	state, err := fillIn(v.Blocks, values)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	v.state = state
	payload := s.interaction(e, "view_submission")
	delete(payload, "channel") // a modal stands in no channel
	delete(payload, "response_url")
	payload["view"], payload["response_urls"] = v.withState(state), []string{}
	s.mu.Unlock()
	return s.ask(ctx, e, envelope{kind: "interactive", payload: payload, accepts: true, acked: func(response json.RawMessage, at time.Time) {
		s.submitted(e, response, at)
	}})
}

// PressView presses the button with a label of a view, or picks the option with
// that label from a menu in it, and waits for the first answer: another "view".
func (s *Server) PressView(ctx context.Context, v *View, name string) (*Answer, error) {
	action, found := findAction(v.Blocks, name)
	if !found {
		return nil, fmt.Errorf("slacktest: no button %q in the view", name)
	}
	s.mu.Lock()
	e := s.begin(v.exchange.ws, v.exchange.ch, v.exchange.user)
	v.exchange = e                                       // what is shown in the view is an answer to this
	if h := s.home(e.ws.team, e.user); h.latest != nil { // what is shown in their home tab then is one, too
		h.latest = e
	}
	action["action_ts"] = s.nextTS()
	payload := s.interaction(e, "block_actions")
	delete(payload, "channel")
	delete(payload, "response_url")
	payload["actions"] = []reply{action}
	payload["container"] = reply{"type": "view", "view_id": v.ID}
	payload["view"] = v.withState(reply{})
	s.mu.Unlock()
	return s.ask(ctx, e, envelope{kind: "interactive", payload: payload})
}

// GlobalShortcut uses one of the app's shortcuts that belong to no message, and
// waits for the first answer, which can only be a "view".
func (s *Server) GlobalShortcut(ctx context.Context, team, callbackID, user string) (*Answer, error) {
	s.mu.Lock()
	ws := s.workspace(team)
	ws.user(user)
	e := s.begin(ws, s.direct(ws, user), user)
	payload := s.interaction(e, "shortcut")
	delete(payload, "channel")
	delete(payload, "response_url")
	payload["callback_id"], payload["action_ts"] = callbackID, s.nextTS()
	s.mu.Unlock()
	return s.ask(ctx, e, envelope{kind: "interactive", payload: payload})
}

// Visible is what a person reads in the view.
func (v *View) Visible() string { return Message{Blocks: v.Blocks}.Visible() }

func (v *View) withState(values reply) reply {
	full := reply{}
	for key, value := range v.full {
		full[key] = value
	}
	full["state"] = reply{"values": values}
	return full
}

// submitted takes the ack of a submitted view
// (https://docs.slack.dev/surfaces/modals#handling_submissions). The caller
// holds mu.
func (s *Server) submitted(e *exchange, response json.RawMessage, at time.Time) {
	var r struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if response != nil {
		if err := json.Unmarshal(response, &r); err != nil {
			s.violate("ack", "a response to a submitted view: %v", err)
		}
	}
	switch r.Action {
	case "", "clear":
		s.exchanges.show(e, &Answer{Via: "closed"}, at)
	case "errors":
		for id := range r.Errors {
			if _, input := inputs(e.view.Blocks)[id]; !input {
				s.violate("ack", "an error for %q, which is no input of the view", id)
			}
		}
		s.exchanges.show(e, &Answer{Via: "errors", Errors: r.Errors, View: e.view, Typed: typedIn(e.view.state)}, at)
	case "update", "push":
		v, err := s.readView("ack", string(r.View), modal)
		if err != nil {
			return // remembered as a violation; the person sees nothing
		}
		id := s.id("V")
		if r.Action == "update" {
			id = e.view.ID // views.update finds it under the id it had
		}
		s.keepView(v, e, id)
		s.exchanges.show(e, &Answer{Via: "view", View: v, Replaces: r.Action == "update"}, at)
	default:
		s.violate("ack", "response_action %q", r.Action)
	}
}

// Suggest types into a menu of a view whose options come from the app, and
// returns the labels it offers by value.
func (s *Server) Suggest(ctx context.Context, v *View, actionID, typed string) (labels []string, err error) {
	s.mu.Lock()
	e := s.begin(v.exchange.ws, v.exchange.ch, v.exchange.user)
	payload := s.interaction(e, "block_suggestion")
	delete(payload, "channel")
	delete(payload, "response_url")
	delete(payload, "trigger_id")
	payload["action_id"], payload["value"], payload["view"] = actionID, typed, v.withState(reply{})
	payload["container"] = reply{"type": "view", "view_id": v.ID}
	for id, b := range inputs(v.Blocks) {
		if element, _ := b["element"].(map[string]any); element["action_id"] == actionID {
			payload["block_id"] = id
		}
	}
	s.mu.Unlock()
	if payload["block_id"] == nil {
		return nil, fmt.Errorf("slacktest: the view has no element %q", actionID)
	}
	err = s.tell(ctx, e, envelope{kind: "interactive", payload: payload, accepts: true, acked: func(response json.RawMessage, _ time.Time) {
		labels = s.suggested(response)
	}})
	return labels, err
}

var suggestions = object("", fields{"options": list(0, 100, option), "option_groups": list(0, 100, optionGroup)})

func (s *Server) suggested(response json.RawMessage) []string {
	var v map[string]any
	if err := json.Unmarshal(response, &v); err != nil {
		s.violate("ack", "a response with options: %v", err)
		return nil
	}
	var j judge
	suggestions(&j, "", v)
	for _, p := range j.problems {
		s.violate("ack", "%s", p)
	}
	var labels []string
	options, _ := v["options"].([]any)
	for _, o := range options {
		o, _ := o.(map[string]any)
		labels = append(labels, label(o))
	}
	return labels
}

// JudgeView says what is wrong with an encoded view: what Slack would refuse, and what
// its documentation asks for.
func JudgeView(view []byte) []string {
	var o map[string]any
	if err := json.Unmarshal(view, &o); err != nil {
		return []string{err.Error()}
	}
	var j judge
	modal(&j, "", o)
	if len(view) > maxView {
		j.refuse("", "a view of %d bytes", len(view))
	}
	return append(j.problems, j.untidy...)
}
