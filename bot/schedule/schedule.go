// Package schedule has what is due at a time of day done at that time: updates that
// wait for it. One process of all that share a database does it, which holds a lease;
// the others look on, and one of them goes on where it died. Waits are short, so that
// a clock that somebody sets is noticed soon.
package schedule

import (
	"context"
	"log/slog"
	"time"

	"storybot/bot/lease"
)

const (
	// Lease is the name of the lease.
	Lease = "schedule"
	// leaseTTL is how long a process that died keeps the others waiting.
	leaseTTL = 6 * time.Second
	// again is how long after a failure, or while another process has the lease, it
	// is tried again.
	again = 5 * time.Second
	// most is how long one thing may take: a connection that hangs would keep the lease
	// and hold up all that is due.
	most = 30 * time.Second
)

// Config is what a Scheduler is made of. All but Leases and Owner are required.
type Config struct {
	// Due does what is due, one thing at a time, and says how long nothing else is:
	// 0 when there may be more.
	Due func(context.Context) (time.Duration, error)
	// Leases grants the lease, to Owner; nil where no other process shares the
	// database.
	Leases lease.Granter
	Owner  string
	Log    *slog.Logger
}

// Scheduler calls Due at the right times.
type Scheduler struct {
	cfg  Config
	kick chan struct{}
}

// New returns a scheduler, which works once it is Run.
func New(c Config) *Scheduler {
	return &Scheduler{cfg: c, kick: make(chan struct{}, 1)}
}

// Kick says that something may be due earlier than before. It does not block.
func (s *Scheduler) Kick() {
	select {
	case s.kick <- struct{}{}:
	default: // one is waiting already
	}
}

// Run works until ctx ends.
func (s *Scheduler) Run(ctx context.Context) {
	if s.cfg.Leases == nil {
		s.work(ctx, func() context.Context { return ctx }, func() bool { return false })
		return
	}
	for ctx.Err() == nil {
		l, ok, err := lease.Take(ctx, lease.Config{Granter: s.cfg.Leases, Name: Lease, Owner: s.cfg.Owner, TTL: leaseTTL, Changed: s.Kick})
		if err != nil && ctx.Err() == nil {
			s.cfg.Log.Warn("who does what is scheduled could not be settled; it is tried again", "err", err)
		}
		if ok {
			s.hold(ctx, l)
			continue
		}
		pause(ctx, again, nil)
	}
}

// hold works under a lease until it is another's or ctx ends.
func (s *Scheduler) hold(ctx context.Context, l *lease.Lease) {
	keeping, stop := context.WithCancel(ctx)
	kept := make(chan struct{})
	go func() { defer close(kept); l.Keep(keeping) }()
	s.work(ctx, l.Context, l.Over)
	stop()
	<-kept
	// ctx may be over: what is given back late is given back all the same.
	back, done := context.WithTimeout(context.WithoutCancel(ctx), again)
	defer done()
	if err := l.Release(back); err != nil {
		s.cfg.Log.Debug("a lease was not given back, and runs out", "lease", Lease, "err", err)
	}
}

// work calls Due under the context that under returns, until over or the end of ctx.
func (s *Scheduler) work(ctx context.Context, under func() context.Context, over func() bool) {
	failing := false
	for ctx.Err() == nil && !over() {
		working, stop := both(ctx, under())
		timed, done := context.WithTimeout(working, most)
		wait, err := s.cfg.Due(timed)
		done()
		stop()
		switch {
		case err == nil && failing:
			failing = false
			s.cfg.Log.Info("what is scheduled is done again")
		case err != nil && !failing && ctx.Err() == nil:
			failing = true
			s.cfg.Log.Warn("what is scheduled could not be done; it is tried again", "err", err)
		}
		if err != nil {
			wait = again
		}
		pause(ctx, wait, s.kick)
	}
}

// both is a context that ends when either does.
func both(a, b context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(a)
	stop := context.AfterFunc(b, cancel)
	return ctx, func() { stop(); cancel() }
}

// pause waits for so long, until ctx ends or until kick.
func pause(ctx context.Context, wait time.Duration, kick <-chan struct{}) {
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-kick:
	}
}
