package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// lane is one rate domain: what outlives the terms of its lease.
type lane struct {
	engine  *Engine
	name    string
	sender  bot.Sender
	pace    bot.Pace
	slots   int // requests on their way at once
	log     *slog.Logger
	count   *counters
	kicks   chan struct{}
	resume  chan struct{}
	asks    chan chan struct{} // for requests beside deliveries; see Admit
	spent   chan struct{}      // such a request is over
	limiter *limiter
	looks   *limiter // of settling: where that has no budget of its own, the lane's
	// lookCost is how many requests the newest look took.
	lookCost int
	brake    brake
	payload  payloads
	faults   faults
	invalid  window
	limited  uint64
	// delivered is when the lane last delivered something.
	delivered time.Duration

	// Guarded by engine.mu.
	idle  bool
	state LaneState
}

// defaultSlots are the requests at once where a platform names no number.
const defaultSlots = 8

func newLane(e *Engine, name, platform string, sender bot.Sender) *lane {
	pace := sender.Pace(name)
	l := &lane{
		engine:  e,
		name:    name,
		sender:  sender,
		pace:    pace,
		slots:   pace.InFlight,
		log:     e.cfg.Log.With("lane", name),
		count:   e.cfg.Metrics.of(platform),
		kicks:   make(chan struct{}, 1),
		resume:  make(chan struct{}, 1),
		asks:    make(chan chan struct{}, maxAsks),
		spent:   make(chan struct{}, maxAsks),
		limiter: newLimiter(pace),
		state:   LaneState{Lane: name},

		lookCost: firstLookCost,
	}
	l.looks = l.limiter
	if pace.LooksPerMinute > 0 {
		l.looks = newWindow(pace.LooksPerMinute, time.Minute)
	}
	if l.slots <= 0 {
		l.slots = defaultSlots
	}
	return l
}

// firstLookCost is what the first look is taken to cost: after a restart a
// channel and its history are read.
const firstLookCost = 3

// kick makes the lane ask for work. The engine's mutex is held.
func (l *lane) kick() {
	l.idle = false
	select {
	case l.kicks <- struct{}{}:
	default:
	}
}

// work holds the lane's lease as often as it can get it, until ctx ends.
func (l *lane) work(ctx context.Context) {
	e := l.engine
	for try := 1; ctx.Err() == nil; try++ {
		began := time.Now()
		acquiring, done := context.WithTimeout(ctx, storeTimeout)
		lease, ok, err := e.cfg.Queue.Acquire(acquiring, l.name, e.cfg.Owner, e.cfg.LeaseTTL)
		done()
		wait := e.cfg.LeaseTTL / 6
		switch {
		case err != nil && ctx.Err() != nil:
			return
		case err != nil:
			e.store.failed(fmt.Errorf("acquire the lease of lane %s: %w", l.name, err))
			wait = backoff(100*time.Millisecond, 2*time.Second, try, e.cfg.Random())
		case !ok:
			l.rest(nil, true) // another process works it
		default:
			e.store.worked()
			l.hold(ctx, lease, began)
			try, wait = 0, 0
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// hold works the lane under one lease, asked for at began, and gives it back.
func (l *lane) hold(ctx context.Context, lease stories.Lease, began time.Time) {
	e := l.engine
	s := newShift(l, ctx, lease, began)
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		s.term.keep(keeping)
	}()
	s.run()
	stop()
	<-kept
	l.rest(nil, ctx.Err() != nil)
	if s.term.over() {
		l.log.Warn("another process has taken over this lane")
		return
	}
	releasing, done := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout/5)
	defer done()
	if err := e.cfg.Queue.ReleaseLease(releasing, lease); err != nil && !errors.Is(err, stories.ErrLeaseLost) {
		l.log.Warn("the lease could not be given back; it ends by itself", "err", err)
	}
}

// rest publishes the state of the lane as s leaves it. s is nil when this
// process does not work it; idle then says whether it has no part in it.
func (l *lane) rest(s *shift, idle bool) {
	now := l.engine.clock.mono()
	state := LaneState{Lane: l.name, Rate: l.limiter.rate(), Stopped: l.brake.stopped(), Limited: l.limited,
		Paused: max(0, l.limiter.paused-now)}
	if s != nil {
		state.Held, state.InFlight, state.Ready, state.Settling = true, len(s.aloft), len(s.ready), len(s.settling)
		idle = s.idle()
	}
	e := l.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	l.state = state
	// A kick not seen yet keeps the lane busy.
	idle = idle && (len(l.kicks) == 0 || s == nil)
	if idle && !l.idle {
		l.idle = true
		e.announce()
	}
}
