package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"storybot/bot"
	"storybot/bot/lease"
	"storybot/stories"
)

// lane is one rate domain: what outlives a lease of it.
type lane struct {
	engine *Engine
	name   string
	sender bot.Sender
	pace   bot.Pace
	slots  int // requests on their way at once
	log    *slog.Logger
	count  *counters
	inbox  inbox
	limits *limits
	health health
	speed  speed
	public public
}

// inbox is how others reach the lane's loop.
type inbox struct {
	kicks  chan struct{} // there is something new
	resume chan struct{} // try again
}

// public is what others may know of the lane, guarded by registry.mu.
type public struct {
	idle  bool
	state LaneState
}

func newLane(e *Engine, name, platform string, sender bot.Sender) *lane {
	pace := sender.Pace(name)
	l := &lane{
		engine: e,
		name:   name,
		sender: sender,
		pace:   pace,
		slots:  pace.InFlight,
		log:    e.cfg.Log.With("platform", platform, "lane", name),
		count:  e.cfg.Metrics.of(platform),
		inbox:  inbox{make(chan struct{}, 1), make(chan struct{}, 1)},
		limits: newLimits(pace),
		health: health{most: pace.InvalidPer10Min, random: e.cfg.Random},
		public: public{state: LaneState{Lane: name}},
	}
	if l.slots <= 0 {
		l.slots = defaultSlots
	}
	return l
}

// refuses returns the verdict on an operation that is not even asked for; nil
// for one that is.
func (l *lane) refuses(d stories.Delivery, now time.Duration) *bot.Verdict {
	d.Op = asked(d.Op)
	if !l.sender.Knows(d.Op) {
		return &bot.Verdict{Outcome: bot.Unable, Code: "no_such_operation", Reason: noSuch(d.Op)}
	}
	return l.limits.refuses(d.Destination, d.Op, now)
}

// noSuch says, behind a channel, what its platform does not have, by which op is done.
func noSuch(op stories.Op) string {
	switch op {
	case stories.OpEdit:
		return "is where messages stay as they were posted"
	case stories.OpDelete:
		return "keeps what was posted"
	case stories.OpReply, stories.OpBroadcast, stories.OpThread:
		return "is where messages have no threads"
	case stories.OpForum:
		return "is not where posts are opened under a title of their own"
	case stories.OpPublish:
		return "is where messages are not passed on to other channels"
	}
	return "is where this cannot be done"
}

// asked is the operation by which a platform is asked for one: what a live card shows is
// edited into it.
func asked(op stories.Op) stories.Op {
	if op == stories.OpShow {
		return stories.OpEdit
	}
	return op
}

// kick makes the lane ask for work. registry.mu is held.
func (l *lane) kick() {
	l.public.idle = false
	select {
	case l.inbox.kicks <- struct{}{}:
	default:
	}
}

// work holds the lane's lease as often as it can get it, until ctx ends.
func (l *lane) work(ctx context.Context) {
	e := l.engine
	for try := 1; ctx.Err() == nil; try++ {
		woken := make(chan struct{}, 1)
		acquiring, done := context.WithTimeout(ctx, storeTimeout)
		held, ok, err := lease.Take(acquiring, e.leaseOf(l.name, woken))
		done()
		wait := e.cfg.LeaseTTL / leaseTries
		switch {
		case err != nil && ctx.Err() != nil:
			return
		case err != nil:
			e.database.failed(fmt.Errorf("acquire the lease of lane %s: %w", l.name, err))
			wait = backoff(storeRetry, storeRetryMax, try, e.cfg.Random())
		case !ok:
			l.rest(nil, true) // another process works it
		default:
			e.database.worked()
			l.hold(ctx, held, woken)
			try, wait = 0, 0
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// hold works the lane under one lease and gives it back.
func (l *lane) hold(ctx context.Context, held *lease.Lease, woken chan struct{}) {
	w := newLoop(l, ctx, held, woken)
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		held.Keep(keeping)
	}()
	w.run()
	stop()
	<-kept
	l.rest(nil, ctx.Err() != nil)
	if held.Over() {
		l.log.Warn("another process has taken over this lane")
		return
	}
	releasing, done := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer done()
	if err := held.Release(releasing); err != nil {
		l.log.Warn("the lease could not be given back; it ends by itself", "err", err)
	}
}

// rest publishes the state of the lane as its loop leaves it. w is nil when this
// process does not work it; idle then says whether it has no part in it.
func (l *lane) rest(w *loop, idle bool) {
	now := l.engine.clock.mono()
	state := LaneState{Lane: l.name, Rate: l.limits.posts.rate(), Stopped: l.health.breaker.stopped(), Limited: l.limits.met,
		Paused: max(0, l.limits.posts.paused-now)}
	if w != nil {
		state.Held, state.InFlight, state.Ready, state.Settling = true, len(w.dispatcher.workers.inFlight), w.dispatcher.ready.size(), len(w.judge.settler.list)
		for i := range w.scheduler.window.shares {
			state.Loaded += w.scheduler.window.shares[i].waiting
		}
		idle = w.idle()
	}
	r := &l.engine.lanes
	r.mu.Lock()
	defer r.mu.Unlock()
	l.public.state = state
	// A kick not seen yet keeps the lane busy.
	idle = idle && (len(l.inbox.kicks) == 0 || w == nil)
	if idle && !l.public.idle {
		l.public.idle = true
		r.announce()
	}
}
