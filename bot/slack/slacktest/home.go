package slacktest

import (
	"context"
	"time"
)

// home is the home tab of one person.
type home struct {
	view   *View // what they see there; nil before anything was published
	latest *exchange
}

// OpenHome opens the app's home tab and waits for what is published to it.
// https://docs.slack.dev/reference/events/app_home_opened
func (s *Server) OpenHome(ctx context.Context, team, user string) (*Answer, error) {
	s.mu.Lock()
	ws := s.workspace(team)
	ws.user(user)
	ch := s.direct(ws, user)
	e := s.begin(ws, ch, user)
	h := s.home(team, user)
	h.latest = e
	event := reply{"type": "app_home_opened", "user": user, "channel": ch.id, "tab": "home"}
	if h.view != nil { // of one who opens it for the first time there is none
		event["view"] = h.view.withState(reply{})
	}
	env := envelope{kind: "events_api", payload: s.eventPayload(ws, event)}
	s.mu.Unlock()
	if err := s.deliver(ctx, env, func() { e.sent, e.began = env, time.Now() }); err != nil {
		return nil, err
	}
	return s.awaitAnswer(ctx, e, 0)
}

// Home is what a person sees in the app's home tab, nil before anything was published.
func (s *Server) Home(team, user string) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.home(team, user).view
}

// home is the home tab of a person. The caller holds mu.
func (s *Server) home(team, user string) *home {
	at := place{team, "", user}
	if s.exchanges.homes[at] == nil {
		s.exchanges.homes[at] = &home{}
	}
	return s.exchanges.homes[at]
}

// publishView is views.publish
// (https://docs.slack.dev/reference/methods/views.publish).
func (c *call) publishView() (any, error) {
	user := c.args["user_id"]
	if c.team.users[user] == nil {
		c.violate(c.name, "there is no user %q", user)
		return nil, refuse("invalid_arguments", "[ERROR] user not found")
	}
	h := c.home(c.team.team, user)
	if hash := c.args["hash"]; hash != "" && (h.view == nil || h.view.Hash != hash) {
		return nil, refuse("hash_conflict")
	}
	if h.latest == nil {
		c.violate(c.name, "pushed to %s, who never opened the tab", user)
		h.latest = c.begin(c.team, c.direct(c.team, user), user)
	}
	v, err := c.readView(c.name, c.args["view"], homeTab)
	if err != nil {
		return nil, err
	}
	id := c.id("V")
	if h.view != nil {
		id = h.view.ID
	}
	c.keepView(v, h.latest, id)
	had := h.view != nil
	h.view = v
	c.exchanges.show(h.latest, &Answer{Via: "home", View: v, Replaces: had}, c.arrived)
	return reply{"view": v.full}, nil
}
