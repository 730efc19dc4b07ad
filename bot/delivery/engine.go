package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"storybot/bot/lease"
)

// Engine works the lanes of this process. Its methods may be called from many
// goroutines.
type Engine struct {
	cfg      Config
	clock    *clock
	renderer *renderer
	database *database
	kicked   chan struct{} // look for lanes now
	lanes    registry
	loops    sync.WaitGroup // the lanes
}

// registry are the lanes of this process.
type registry struct {
	mu       sync.Mutex
	running  context.Context // nil while Run does not run
	ended    bool            // Run has ended
	byName   map[string]*lane
	unknown  map[string]bool // lanes of platforms that are not here
	asked    uint64          // how often all lanes were kicked
	searched uint64          // asked, when the lanes were last looked for
	changed  chan struct{}   // closed when a lane comes to rest
}

// announce wakes those who wait in Idle. mu is held.
func (r *registry) announce() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// share is how many rows one lane keeps in memory now. It becomes less with every
// lane, so that all together keep to Config.Window.
func (e *Engine) share() int {
	e.lanes.mu.Lock()
	defer e.lanes.mu.Unlock()
	return max(min(leastRows, e.cfg.Window), e.cfg.Window/max(1, len(e.lanes.byName)))
}

// New returns an engine that does nothing before Run.
func New(cfg Config) *Engine {
	cfg = cfg.withDefaults()
	e := &Engine{
		cfg:      cfg,
		clock:    newClock(cfg.Wall, cfg.Log),
		renderer: &renderer{read: cfg.Store.Content, render: cfg.Render},
		database: &database{log: cfg.Log},
		kicked:   make(chan struct{}, 1),
		lanes:    registry{byName: map[string]*lane{}, unknown: map[string]bool{}, changed: make(chan struct{})},
	}
	cfg.Metrics.watchLanes(e.Lanes)
	for platform := range cfg.Senders {
		cfg.Metrics.of(platform) // counted from 0 on, so that the first is an increase
	}
	return e
}

// Run works every lane this process can get the lease of, until ctx ends. Then
// nothing new is begun, requests on their way may finish for Config.Drain,
// results are written and leases given back. It always returns nil; an outage
// of the database is waited out.
func (e *Engine) Run(ctx context.Context) error {
	e.lanes.mu.Lock()
	if e.lanes.running != nil {
		e.lanes.mu.Unlock()
		panic("delivery: Run called twice")
	}
	e.lanes.running = ctx
	e.lanes.mu.Unlock()

	e.search(ctx)

	e.lanes.mu.Lock()
	e.lanes.running, e.lanes.ended = nil, true
	e.lanes.announce()
	e.lanes.mu.Unlock()
	e.loops.Wait()
	return nil
}

// search looks for new lanes until ctx ends.
func (e *Engine) search(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for try := 1; ; {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-e.kicked:
		}
		if err := e.discover(ctx); err != nil && ctx.Err() == nil {
			e.database.failed(fmt.Errorf("list lanes: %w", err))
			timer.Reset(backoff(storeRetry, storeRetryMax, try, e.cfg.Random()))
			try++
			continue
		}
		if try > 1 { // else it says nothing: what cannot be written can often be read
			e.database.worked()
		}
		timer.Reset(searchPolls * e.cfg.Poll)
		try = 1
	}
}

// discover starts work on lanes not known yet.
func (e *Engine) discover(ctx context.Context) error {
	e.lanes.mu.Lock()
	asked := e.lanes.asked
	e.lanes.mu.Unlock()
	reading, done := context.WithTimeout(ctx, storeTimeout)
	defer done()
	names, err := e.cfg.Store.Lanes(reading)
	if err != nil {
		return err
	}
	e.lanes.mu.Lock()
	defer e.lanes.mu.Unlock()
	for _, name := range names {
		e.lane(name)
	}
	e.lanes.searched = asked
	e.lanes.announce()
	return nil
}

// lane returns the lane of that name, working it from now on; nil when its
// platform is not here or the engine does not run. mu is held.
func (e *Engine) lane(name string) *lane {
	if l := e.lanes.byName[name]; l != nil {
		return l
	}
	if e.lanes.running == nil || e.lanes.running.Err() != nil {
		return nil
	}
	platform, _, _ := strings.Cut(name, ":")
	sender := e.cfg.Senders[platform]
	if sender == nil {
		if !e.lanes.unknown[name] {
			e.lanes.unknown[name] = true
			e.cfg.Log.Warn("a lane has deliveries but its platform is not connected; they wait", "platform", platform, "lane", name)
		}
		return nil
	}
	l := newLane(e, name, platform, sender)
	e.lanes.byName[name] = l
	ctx := e.lanes.running
	e.loops.Go(func() { l.work(ctx) })
	return l
}

// leaseOf is what a lane's lease is asked for with.
func (e *Engine) leaseOf(lane string, changed chan struct{}) lease.Config {
	return lease.Config{
		Granter: e.cfg.Store, Name: lane, Owner: e.cfg.Owner, TTL: e.cfg.LeaseTTL,
		Changed: func() {
			select {
			case changed <- struct{}{}:
			default:
			}
		},
		Asked: func(err error) {
			if err != nil {
				e.database.failed(fmt.Errorf("renew the lease of lane %s: %w", lane, err))
				return
			}
			e.database.worked()
		},
	}
}

// Kick says that something new is owed in a lane, or in any when lane is "".
// It never blocks.
func (e *Engine) Kick(lane string) {
	e.lanes.mu.Lock()
	defer e.lanes.mu.Unlock()
	if lane == "" {
		e.kickAll()
		return
	}
	if l := e.lane(lane); l != nil {
		l.kick()
	}
}

// kickAll kicks every lane and the search for new ones. mu is held.
func (e *Engine) kickAll() {
	e.lanes.asked++
	for _, l := range e.lanes.byName {
		l.kick()
	}
	select {
	case e.kicked <- struct{}{}:
	default:
	}
}

// ErrStopped is the answer of an engine whose Run has ended: nobody knows whether
// something is left to be sent.
var ErrStopped = errors.New("deliveries have been stopped")

// Idle returns when nothing that is due now is left unsent in any lane of this
// process: sent, or waiting for a later try. A lane that has been stopped
// counts as idle. Error: ctx's, when that ends first, and ErrStopped.
func (e *Engine) Idle(ctx context.Context) error {
	e.lanes.mu.Lock()
	e.kickAll()
	asked := e.lanes.asked
	e.lanes.mu.Unlock()
	for {
		e.lanes.mu.Lock()
		idle := e.lanes.searched >= asked
		for _, l := range e.lanes.byName {
			idle = idle && l.public.idle
		}
		changed, ended := e.lanes.changed, e.lanes.ended
		e.lanes.mu.Unlock()
		if idle {
			return nil
		}
		if ended {
			return ErrStopped
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for deliveries: %w", ctx.Err())
		}
	}
}

// Trouble returns why the database does not take what is to be written, nil
// while it does. What cannot be written can often be read.
func (e *Engine) Trouble() error { return e.database.trouble() }

// Lanes describes the lanes, by name.
func (e *Engine) Lanes() []LaneState {
	e.lanes.mu.Lock()
	defer e.lanes.mu.Unlock()
	states := make([]LaneState, 0, len(e.lanes.byName))
	for _, l := range e.lanes.byName {
		states = append(states, l.public.state)
	}
	slices.SortFunc(states, func(a, b LaneState) int { return strings.Compare(a.Lane, b.Lane) })
	return states
}

// Holds says whether this process works a lane.
func (e *Engine) Holds(lane string) bool {
	e.lanes.mu.Lock()
	defer e.lanes.mu.Unlock()
	l := e.lanes.byName[lane]
	return l != nil && l.public.state.Held
}

// Resume lets a stopped lane try again at once.
func (e *Engine) Resume(lane string) {
	e.lanes.mu.Lock()
	defer e.lanes.mu.Unlock()
	if l := e.lanes.byName[lane]; l != nil {
		select {
		case l.inbox.resume <- struct{}{}:
		default:
		}
	}
}
