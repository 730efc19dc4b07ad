package discord

import (
	"context"
	"encoding/json"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"storybot/bot"
	"storybot/stories"
)

const (
	// maxHandlers is how many commands are handled at once.
	maxHandlers = 64
	// maxWaiting is how many interactions may be under way; one more is dropped,
	// for it would be answered too late.
	maxWaiting = 4096
	// maxNews is how many events about places may wait for the store.
	maxNews = 4096
	// farewell is the time for the answers to commands that were cut off.
	farewell = time.Second
	// maxSeen is how many interactions are remembered to recognise a replay.
	maxSeen = 4096
)

// serving is one Run: it hands what arrives to the handler and to Places, and
// owns the goroutines that takes. dispatch is called by one goroutine.
type serving struct {
	p       *Platform
	handler bot.Handler
	work    context.Context // outlives Run's by drain
	stop    context.CancelFunc
	say     context.Context // outlives work by farewell, so that whom that cuts off is told
	hush    context.CancelFunc
	tasks   sync.WaitGroup
	waiting atomic.Int64
	slots   chan struct{}
	news    chan func(context.Context)
	seen    recent
	apps    chan string // the newest application id a READY named
	world   *world
	names   *names
}

func newServing(p *Platform, h bot.Handler) *serving {
	s := &serving{
		p:       p,
		handler: h,
		slots:   make(chan struct{}, maxHandlers),
		news:    make(chan func(context.Context), maxNews),
		apps:    make(chan string, 1),
		world:   newWorld(),
	}
	s.names = newNames(p, s.world)
	s.work, s.stop = context.WithCancel(context.Background())
	s.say, s.hush = context.WithCancel(context.Background())
	s.tasks.Go(s.tell)
	return s
}

// wait lets what is under way finish, for drain at the longest, and be answered.
func (s *serving) wait() {
	close(s.news)
	stop := time.AfterFunc(s.p.timing.drain, s.stop)
	hush := time.AfterFunc(s.p.timing.drain+farewell, s.hush)
	s.tasks.Wait()
	stop.Stop()
	hush.Stop()
	s.stop()
	s.hush()
	s.p.rest.close()
}

// tell hands news of places on, in the order they came and without holding up
// the gateway.
func (s *serving) tell() {
	for f := range s.news {
		s.guard("news of a place", func() { f(s.work) })
	}
}

// guard keeps a panic from ending the process.
func (s *serving) guard(what string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			s.p.log.Error("panic", "in", what, "panic", r, "stack", string(debug.Stack()))
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
		s.place(e.Type, e.RawData)
	}
}

// ready notes who the bot is and has its commands registered.
func (s *serving) ready(raw json.RawMessage) {
	var d struct {
		User        struct{ ID string }
		Application struct{ ID string }
		Guilds      json.RawMessage
	}
	if err := decode(raw, &d); err != nil {
		s.p.log.Warn("a READY that cannot be read came", "err", err)
	}
	if d.User.ID != "" {
		s.p.userID.Store(&d.User.ID)
	}
	s.servers(d.Application.ID, d.Guilds)
	if d.Application.ID != "" {
		select {
		case <-s.apps: // an older one nobody has looked at
		default:
		}
		s.apps <- d.Application.ID
	}
}

// servers notes the servers a READY names.
func (s *serving) servers(app string, raw json.RawMessage) {
	var list []struct {
		ID          word `json:"id"`
		Unavailable truth
	}
	known := json.Unmarshal(raw, &list) == nil && list != nil
	var ids []string
	for _, g := range list {
		id := string(g.ID)
		if known = known && isSnowflake(id); id == "" {
			continue
		}
		ids = append(ids, id)
		if g.Unavailable {
			s.p.outages.begin(id, s.p.now().Add(startupTime))
		} else {
			s.p.outages.end(id)
		}
	}
	s.world.begin(app, ids, known)
}

// place tells what an event means for destinations.
func (s *serving) place(kind string, raw json.RawMessage) {
	var d struct {
		ID          string `json:"id"`
		GuildID     string `json:"guild_id"`
		Unavailable truth  `json:"unavailable"`
		Role        role   `json:"role"`
		Roles       []role `json:"roles"`
	}
	if err := decode(raw, &d); err != nil {
		s.p.log.Warn("an event that cannot be read came", "event", kind, "err", err)
		return
	}
	channel := stories.Destination{Platform: platformName, Workspace: d.GuildID, Channel: d.ID}
	switch kind {
	case "CHANNEL_DELETE", "THREAD_DELETE":
		s.ended(channel, "was deleted")
	case "CHANNEL_UPDATE", "THREAD_UPDATE":
		s.names.forgetChannels() // one of them may be private now
		s.healed(channel)
	case "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
		s.names.forgetChannels()
		s.world.changed(d.GuildID, d.Role)
		s.healed(stories.Destination{Platform: platformName, Workspace: d.GuildID})
	case "GUILD_DELETE":
		// An unavailable guild is an outage of Discord's, not a removal
		// (https://discord.com/developers/docs/events/gateway-events#guild-delete).
		if d.Unavailable {
			s.p.outages.begin(d.ID, s.p.now().Add(longestOutage))
		} else {
			s.p.outages.end(d.ID)
			s.world.left(d.ID)
			s.ended(stories.Destination{Platform: platformName, Workspace: d.ID}, "is in a server the bot was removed from")
		}
	case "GUILD_CREATE":
		starting := s.world.joined(d.ID, d.Roles)
		if d.Unavailable {
			s.p.outages.begin(d.ID, s.p.now().Add(longestOutage))
			return
		}
		s.p.outages.end(d.ID)
		if !starting {
			s.healed(stories.Destination{Platform: platformName, Workspace: d.ID})
		}
	}
}

func (s *serving) ended(d stories.Destination, reason string) {
	s.inform(d, func(ctx context.Context) { s.p.places.Ended(ctx, d, reason) })
}

func (s *serving) healed(d stories.Destination) {
	s.inform(d, func(ctx context.Context) { s.p.places.Healed(ctx, d) })
}

// inform queues news of d. When too much waits it is left out: the next post to
// d finds out the same.
func (s *serving) inform(d stories.Destination, f func(context.Context)) {
	if d.Workspace == "" && d.Channel == "" {
		return
	}
	select {
	case s.news <- f:
	default:
		s.p.log.Warn("too much news of places at once, some is left out", "destination", d.String())
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
