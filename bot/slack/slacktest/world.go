package slacktest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind is what a channel is.
type Kind string

// The kinds of channel, named as users.conversations names them.
const (
	Public  Kind = "public_channel"
	Private Kind = "private_channel"
	DM      Kind = "im"
	Group   Kind = "mpim" // a group message
)

// User is a person in a workspace.
type User struct {
	ID       string
	Name     string // what stands after the @
	RealName string
	TZ       string // "Europe/Berlin"
	Guest    bool   // is_restricted
	// SingleGuest is is_ultra_restricted, Stranger is_stranger, Bot is_bot.
	SingleGuest, Stranger, Bot bool
	Home                       string // the team they belong to; "" for the one they are in
	Admin                      bool
	Deleted                    bool
}

// workspace is one team that has the app installed.
type workspace struct {
	team    string
	domain  string
	called  string // "" for the domain
	token   string
	botUser string
	botID   string
	app     string // whose token it is; "" for the server's
	scopes  map[string]bool
	granted string // the scopes as Slack's x-oauth-scopes header lists them
	refused string // the error its token gets, or ""
	// editable is for how long a message may be edited; 0 for ever.
	editable time.Duration
	users    map[string]*User
	groups   []UserGroup
	// channels by id; order is their order for lists.
	channels map[string]*channel
	order    []*channel
	directs  map[string]*channel // DMs by user
	// ephemeral messages, oldest first.
	ephemeral []*message
}

// channel is a conversation in one workspace.
type channel struct {
	id      string
	called  string // "" for a name made of the id
	kind    Kind
	user    string          // of a DM
	member  bool            // the bot is in it
	outside map[string]bool // people who are not in it; everybody else is
	shared  bool            // with another company
	// host is the workspace whose channel it is and guests are those it is shared with
	// here, each with whether its bot is in it: see Share.
	host     string
	guests   map[string]bool
	archived bool
	deleted  bool
	messages []*message
	wait     waiters
	// heard is the last thing said to the bot here with a mention.
	heard *exchange
	// clientIDs are the messages by client_msg_id, kept only where the server
	// looks at it.
	clientIDs map[string]*message
}

func (ch *channel) name() string {
	switch ch.kind {
	case DM:
		return "directmessage"
	case Group:
		return "mpdm-" + strings.ToLower(ch.id) + "-1"
	}
	if ch.called != "" {
		return ch.called
	}
	return "c-" + strings.ToLower(ch.id)
}

// told is the name that comes with what people do there: a private channel's does
// not (https://docs.slack.dev/interactivity/implementing-slash-commands).
func (ch *channel) told() string {
	if ch.kind == Private {
		return "privategroup"
	}
	return ch.name()
}

// Name calls a workspace, or with a channel's id that channel, something else. Of
// a channel the app is told (https://docs.slack.dev/reference/events/channel_rename)
// once it is connected, and has acknowledged that when Name returns.
func (s *Server) Name(ctx context.Context, team, channel, name string) error {
	s.mu.Lock()
	ws := s.workspace(team)
	if channel == "" {
		ws.called = name
		s.mu.Unlock()
		return nil
	}
	ch := s.channel(team, channel)
	ch.called = name
	kind, connected := "channel_rename", len(s.sockets.open) > 0
	if ch.kind == Private {
		kind = "group_rename"
	}
	s.mu.Unlock()
	if !connected {
		return nil
	}
	return s.Event(ctx, team, map[string]any{"type": kind, "channel": map[string]any{"id": channel, "name": name, "created": 1}})
}

// AddWorkspace installs the app in a workspace and returns its bot token. It
// has all scopes the app asks for, except what WithoutScopes took away.
func (s *Server) AddWorkspace(team string) (botToken string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := &workspace{
		team: team, domain: strings.ToLower(team), token: "xoxb-" + team + "-fake-0123456789",
		botUser: "UBOT" + team, botID: "BBOT" + team,
		scopes: map[string]bool{}, users: map[string]*User{}, channels: map[string]*channel{}, directs: map[string]*channel{},
	}
	for _, scope := range appScopes {
		ws.scopes[scope] = !s.settings.without[scope]
	}
	ws.listScopes()
	ws.users[ws.botUser] = &User{ID: ws.botUser, Name: "storybot", RealName: "Storybot"}
	s.workspaces[team] = ws
	s.tokens[ws.token] = ws
	return ws.token
}

// AddChannel adds a channel. Ids begin with C, and D for a DM. member says
// whether the bot is in it; of a DM it always is.
func (s *Server) AddChannel(team, id string, kind Kind, member bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addChannel(s.workspace(team), &channel{id: id, kind: kind, member: member || kind == DM})
}

// AddChannels adds n public channels without the bot and returns their ids. A
// hundred thousand cost some 40 MB.
func (s *Server) AddChannels(team string, n int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws, ids, all := s.workspace(team), make([]string, n), make([]channel, n)
	for i := range all {
		ids[i] = fmt.Sprintf("C%s%06d", team, i)
		all[i].id, all[i].kind = ids[i], Public
		s.addChannel(ws, &all[i])
	}
	return ids
}

func (s *Server) addChannel(ws *workspace, ch *channel) {
	ws.channels[ch.id] = ch
	ws.order = append(ws.order, ch)
}

// AddUser adds a person. People who are not added exist as soon as they do
// something, with a name made from their id.
func (s *Server) AddUser(team string, u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspace(team).users[u.ID] = &u
}

// ChangeChannel is what SetChannel changes; nil leaves things as they are.
type ChangeChannel struct {
	Archived *bool
	Deleted  *bool
	Member   *bool // the bot is in it
	Shared   *bool // with another company
	Kind     Kind  // "" leaves it
}

// SetChannel changes a channel without an event about it; send that with Event.
func (s *Server) SetChannel(team, id string, c ChangeChannel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channel(team, id)
	set := func(at *bool, to *bool) {
		if to != nil {
			*at = *to
		}
	}
	set(&ch.archived, c.Archived)
	set(&ch.deleted, c.Deleted)
	if _, guest := ch.guests[team]; guest && c.Member != nil {
		ch.guests[team] = *c.Member
	} else {
		set(&ch.member, c.Member)
	}
	set(&ch.shared, c.Shared)
	if c.Kind != "" {
		ch.kind = c.Kind
	}
}

// Refuse makes every request of a workspace's token fail with an error such as
// "token_revoked" or "account_inactive", until it is called with "".
func (s *Server) Refuse(team, word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspace(team).refused = word
}

// SetApp makes the bot token of a workspace one of another app.
func (s *Server) SetApp(team, app string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspace(team).app = app
}

// SetEditWindow makes messages of a workspace editable for so long only, as its
// admins can; 0 for ever.
func (s *Server) SetEditWindow(team string, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workspace(team).editable = d
}

// ChangeID gives a channel another id, as sharing or moving it does, and tells the
// app. It returns when the app has acknowledged that
// (https://docs.slack.dev/reference/events/channel_id_changed).
func (s *Server) ChangeID(ctx context.Context, team, from, to string) error {
	s.mu.Lock()
	ws, ch := s.workspace(team), s.channel(team, from)
	delete(ws.channels, from)
	ws.channels[to], ch.id = ch, to
	for _, m := range ch.messages {
		m.Channel = to
	}
	s.mu.Unlock()
	return s.Event(ctx, team, map[string]any{"type": "channel_id_changed", "old_channel_id": from, "new_channel_id": to})
}

// Grant gives (or, with false, takes) a scope of a workspace's bot token.
func (s *Server) Grant(team, scope string, granted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.workspace(team)
	ws.scopes[scope] = granted
	ws.listScopes()
}

// BotUser returns the user id of the bot in a workspace.
func (s *Server) BotUser(team string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.workspace(team).botUser
}

// workspace returns a team. It panics for a test that has not added it, which
// is a mistake in the test. The caller holds mu.
func (s *Server) workspace(team string) *workspace {
	ws := s.workspaces[team]
	if ws == nil {
		panic("slacktest: no workspace " + team + "; call AddWorkspace first")
	}
	return ws
}

// channel returns a channel, as workspace does a team. The caller holds mu.
func (s *Server) channel(team, id string) *channel {
	ch := s.workspace(team).channels[id]
	if ch == nil {
		panic("slacktest: no channel " + id + " in " + team + "; call AddChannel first")
	}
	return ch
}

// user returns a person, who is added when new. The caller holds mu.
func (ws *workspace) user(id string) *User {
	u := ws.users[id]
	if u == nil {
		name := strings.ToLower(id)
		u = &User{ID: id, Name: name, RealName: name, TZ: "Etc/UTC"}
		ws.users[id] = u
	}
	return u
}

// direct returns the conversation of the bot with one person. The caller holds
// mu.
func (s *Server) direct(ws *workspace, user string) *channel {
	if ch := ws.directs[user]; ch != nil {
		return ch
	}
	ch := &channel{id: s.id("D"), kind: DM, user: user, member: true}
	ws.directs[user] = ch
	s.addChannel(ws, ch)
	return ch
}

func (ws *workspace) listScopes() {
	var list []string
	for scope, granted := range ws.scopes {
		if granted {
			list = append(list, scope)
		}
	}
	slices.Sort(list)
	ws.granted = strings.Join(list, ",")
}
