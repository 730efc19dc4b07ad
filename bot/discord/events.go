package discord

import (
	"context"
	"encoding/json"
	"log/slog"
	"runtime/debug"
	"sync/atomic"

	"storybot/bot"
)

const (
	// maxHandlers is how many commands are handled at once.
	maxHandlers = 64
	// maxWaiting is how many interactions may be under way; one more is dropped,
	// for it would be answered too late.
	maxWaiting = 4096
	// maxSeen is how many interactions are remembered to recognise a replay.
	maxSeen = 4096
)

// serving is one Run: it hands what arrives on to those whom it concerns.
// dispatch is called by one goroutine.
type serving struct {
	p         *Platform
	handler   bot.Handler
	life      *lifetime
	waiting   atomic.Int64
	slots     chan struct{}
	seen      recent
	registrar *registrar
	places    *observer
	world     *world
	names     *names
}

func newServing(p *Platform, h bot.Handler) *serving {
	s := &serving{
		p:         p,
		handler:   h,
		life:      newLifetime(),
		slots:     make(chan struct{}, maxHandlers),
		registrar: newRegistrar(p),
		world:     newWorld(),
	}
	s.names = newNames(p, s.world)
	s.places = &observer{p: p, world: s.world, names: s.names, news: newTeller(p)}
	s.life.tasks.Go(func() { s.places.news.run(s.life.work) })
	return s
}

// wait lets what is under way finish, for drain at the longest, and be answered.
func (s *serving) wait() {
	s.places.news.end()
	s.life.end(s.p.timing.drain)
	s.p.rest.close()
}

// guard keeps a panic from ending the process.
func guard(log *slog.Logger, what string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			log.Error("panic", "in", what, "panic", r, "stack", string(debug.Stack()))
		}
	}()
	f()
}

// dispatch reads an event. It never blocks. ctx is Run's.
func (s *serving) dispatch(ctx context.Context, e event) {
	switch e.Type {
	case "READY":
		s.ready(e.RawData)
	case "INTERACTION_CREATE":
		s.interact(ctx, e.RawData)
	case "CHANNEL_DELETE", "THREAD_DELETE", "CHANNEL_UPDATE", "THREAD_UPDATE",
		"GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE", "GUILD_CREATE", "GUILD_DELETE":
		s.places.see(e.Type, e.RawData)
		s.p.places.Named(s.world.heard(e.Type, e.RawData))
	case "GUILD_UPDATE", "CHANNEL_CREATE", "THREAD_CREATE":
		s.p.places.Named(s.world.heard(e.Type, e.RawData))
	}
}

// ready notes who the bot is and has its commands registered.
func (s *serving) ready(raw json.RawMessage) {
	var d struct {
		User        struct{ ID string }
		Application struct{ ID string }
		Guilds      json.RawMessage
		Shard       json.RawMessage
	}
	if err := decode(raw, &d); err != nil {
		s.p.log.Warn("a READY that cannot be read came", "err", err)
	}
	if d.User.ID != "" {
		s.p.userID.Store(&d.User.ID)
	}
	s.places.begin(d.Application.ID, d.Guilds, d.Shard)
	if d.Application.ID != "" {
		s.registrar.announce(d.Application.ID)
	}
}

// recent remembers the last maxSeen ids.
type recent struct {
	ids  map[string]struct{}
	ring []string
	next int
}

// add says whether id is new.
func (r *recent) add(id string) bool {
	if _, known := r.ids[id]; known {
		return false
	}
	if r.ids == nil {
		r.ids = make(map[string]struct{}, maxSeen)
		r.ring = make([]string, maxSeen)
	}
	delete(r.ids, r.ring[r.next])
	r.ring[r.next] = id
	r.ids[id] = struct{}{}
	r.next = (r.next + 1) % maxSeen
	return true
}
