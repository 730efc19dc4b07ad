package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// exclusive is a platform that only one process may run at a time.
type exclusive interface {
	bot.Platform
	// Exclusive names the lease.
	Exclusive() string
}

// leaser grants leases that all processes of one database respect.
type leaser interface {
	Acquire(ctx context.Context, name, owner string, ttl time.Duration) (stories.Lease, bool, error)
	Renew(ctx context.Context, l stories.Lease, ttl time.Duration) (bool, error)
	ReleaseLease(ctx context.Context, l stories.Lease) error
}

// leaseTTL is how long a process that died keeps others waiting. The holder
// renews it three times as often and lets go before it has run out.
const leaseTTL = 6 * time.Second

// turns runs one platform in whichever process holds its lease.
type turns struct {
	platform exclusive
	leases   leaser
	owner    string
	ttl      time.Duration // leaseTTL
	log      *slog.Logger

	mu      sync.Mutex
	waiting time.Time // since when we have not the lease; zero while we have it
	why     string    // we have it not, for people
}

// run waits for the lease, runs the platform while it is held, and starts
// again when it was lost. It returns as bot.Platform's Run does.
func (t *turns) run(ctx context.Context, h bot.Handler) error {
	for {
		lease, until := t.acquire(ctx)
		if ctx.Err() != nil {
			return nil
		}
		err := t.hold(ctx, h, lease, until)
		if err != nil || ctx.Err() != nil {
			return err
		}
		t.log.Warn("the lease was lost; the connection was closed and waits its turn", "lease", lease.Name)
	}
}

// hold runs the platform while the lease is held, and gives it back.
func (t *turns) hold(ctx context.Context, h bot.Handler, lease stories.Lease, until time.Time) error {
	held, lost := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() {
		defer lost()
		t.keep(held, lease, until)
	})
	defer func() { // also when the platform panics
		lost()
		keeper.Wait()
		t.release(ctx, lease)
	}()
	return t.platform.Run(held, h)
}

// acquire asks for the lease until it is granted or ctx ends. until is when it
// runs out, by our own clock.
func (t *turns) acquire(ctx context.Context) (lease stories.Lease, until time.Time) {
	for {
		asked := time.Now()
		asking, cancel := context.WithTimeout(ctx, t.ttl)
		lease, ok, err := t.leases.Acquire(asking, t.platform.Exclusive(), t.owner, t.ttl)
		cancel()
		switch {
		case ok:
			t.waitFor("")
			return lease, asked.Add(t.ttl)
		case ctx.Err() != nil:
			return stories.Lease{}, asked
		case err != nil:
			if t.waitFor(databaseAway) {
				t.log.Warn("the database cannot be asked whose turn it is; nothing is connected until it answers", "lease", t.platform.Exclusive(), "err", err)
			}
		default:
			if t.waitFor(fmt.Sprintf("Another process is connected; this one takes over within %v when it ends.", t.ttl)) {
				t.log.Info("another process holds the lease; this one takes over when it ends", "lease", t.platform.Exclusive())
			}
		}
		if !sleep(ctx, t.ttl/3) {
			return stories.Lease{}, asked
		}
	}
}

// databaseAway is why nobody is connected while the database is away: it says
// whose turn it is.
const databaseAway = "The database cannot be reached, and without it no process may connect. Look at DATABASE_URL and at the database itself; this connection comes back by itself within seconds of it."

// keep renews the lease until ctx ends, the lease is another's, or it may run
// out before the next try.
func (t *turns) keep(ctx context.Context, lease stories.Lease, until time.Time) {
	for sleep(ctx, t.ttl/3) {
		asked := time.Now()
		trying, cancel := context.WithDeadline(ctx, until.Add(-t.ttl/6))
		ok, err := t.leases.Renew(trying, lease, t.ttl)
		cancel()
		switch {
		case err == nil && !ok:
			return
		case err == nil:
			until = asked.Add(t.ttl)
		case time.Until(until) < t.ttl/2:
			t.waitFor(databaseAway)
			t.log.Warn("the lease could not be renewed", "lease", lease.Name, "err", err)
			return
		}
	}
}

// release gives the lease back, also while the program stops.
func (t *turns) release(ctx context.Context, lease stories.Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := t.leases.ReleaseLease(ctx, lease); err != nil {
		t.log.Warn("the lease was not given back; it runs out by itself", "lease", lease.Name, "after", t.ttl, "err", err)
	}
}

// waitFor notes why the lease is not ours, "" when it is. fresh says that it
// was not known before.
func (t *turns) waitFor(why string) (fresh bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fresh = t.why != why
	t.why = why
	switch {
	case why == "":
		t.waiting = time.Time{}
	case t.waiting.IsZero():
		t.waiting = time.Now()
	}
	return fresh
}

// health is the platform's, or says why it is not its turn.
func (t *turns) health() []bot.Health {
	t.mu.Lock()
	since, why := t.waiting, t.why
	t.mu.Unlock()
	health := t.platform.Health()
	if since.IsZero() {
		return health
	}
	waiting := bot.Health{Connection: t.platform.Exclusive(), Since: since, Detail: why}
	if len(health) > 0 {
		waiting.ID, waiting.Reconnects = health[0].ID, health[0].Reconnects
	}
	return []bot.Health{waiting}
}

// sleep waits for d; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
