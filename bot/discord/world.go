package discord

import (
	"sync"

	"github.com/bwmarrin/discordgo"
)

// world is what the gateway has told of servers: which ones the bot is in, and
// whether everyone there sees a channel that says nothing else. It may be used
// by many goroutines.
type world struct {
	mu      sync.Mutex
	app     string             // application id
	known   bool               // READY named the servers
	servers map[string]*server // the bot is in
}

// server is one of them.
type server struct {
	starting bool // named by READY, its GUILD_CREATE still to come
	// views is what the role everyone has says of seeing channels, known once
	// it was read.
	views, viewsKnown bool
	seats             map[string]seat // by the id of a channel or thread
}

func newWorld() *world { return &world{servers: map[string]*server{}} }

// begin notes the servers that READY named; known is false where it could not
// be read, and then nothing is concluded from a server that is not among them.
func (w *world) begin(app string, ids []string, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if app != "" {
		w.app = app
	}
	servers := make(map[string]*server, len(ids))
	for _, id := range ids {
		servers[id] = &server{starting: true}
		if old := w.servers[id]; old != nil {
			servers[id].views, servers[id].viewsKnown, servers[id].seats = old.views, old.viewsKnown, old.seats
		}
	}
	w.servers, w.known = servers, known
}

// joined notes a GUILD_CREATE. starting says that READY had named the server.
func (w *world) joined(id string, roles []role) (starting bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.servers[id]
	if s == nil {
		s = &server{}
	}
	if isSnowflake(id) {
		w.servers[id] = s
	}
	starting, s.starting = s.starting, false
	s.read(id, roles)
	return starting
}

// left notes that the bot was removed from a server.
func (w *world) left(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.servers, id)
}

// changed notes what roles of a server say.
func (w *world) changed(id string, roles ...role) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.servers[id]; s != nil {
		s.read(id, roles)
	}
}

// read looks for the role everyone has: its id is the server's
// (https://discord.com/developers/docs/topics/permissions#role-object).
func (s *server) read(id string, roles []role) {
	for _, r := range roles {
		if string(r.ID) == id {
			bits, ok := allowed(r.Permissions)
			s.views, s.viewsKnown = bits&discordgo.PermissionViewChannel != 0, ok
		}
	}
}

// in says whether the bot is in a server; known is false when nothing can be
// said.
func (w *world) in(id string) (in, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, in = w.servers[id]
	return in, w.known || in
}

// everyoneViews says whether everyone in a server sees the channels that say
// nothing else.
func (w *world) everyoneViews(id string) (views, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.servers[id]
	if s == nil {
		return false, false
	}
	return s.views, s.viewsKnown
}

// application is the bot's application id, "" before it is known.
func (w *world) application() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.app
}
