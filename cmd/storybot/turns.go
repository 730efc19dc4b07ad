package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"storybot/bot"
	"storybot/bot/lease"
)

// exclusive is a platform that only one process may run at a time.
type exclusive interface {
	bot.Platform
	// Exclusive names the lease.
	Exclusive() string
}

// leaseTTL is how long a process that died keeps others waiting.
const leaseTTL = 6 * time.Second

// turns runs one platform in whichever process holds its lease.
type turns struct {
	platform exclusive
	leases   lease.Granter
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
		held := t.acquire(ctx)
		if held == nil {
			return nil
		}
		err := t.hold(ctx, h, held)
		if err != nil || ctx.Err() != nil {
			return err
		}
		if !held.Over() {
			t.waitFor(databaseAway)
		}
		t.log.Warn("the lease was lost; the connection was closed and waits its turn", "lease", held.Grant().Name, "platform", t.platform.Name())
	}
}

// hold runs the platform while the lease is fresh, and gives it back.
func (t *turns) hold(ctx context.Context, h bot.Handler, held *lease.Lease) error {
	running, stop := context.WithCancel(ctx)
	unwatch := context.AfterFunc(held.Context(), stop)
	var keeper sync.WaitGroup
	keeper.Go(func() { held.Keep(running) })
	defer func() { // also when the platform panics
		unwatch()
		stop()
		keeper.Wait()
		t.release(ctx, held)
	}()
	return t.platform.Run(running, h)
}

// acquire asks for the lease until it is granted; nil when ctx ends.
func (t *turns) acquire(ctx context.Context) *lease.Lease {
	for {
		asking, cancel := context.WithTimeout(ctx, t.ttl)
		held, ok, err := lease.Take(asking, lease.Config{Granter: t.leases, Name: t.platform.Exclusive(), Owner: t.owner, TTL: t.ttl, Asked: t.asked})
		cancel()
		switch {
		case ok:
			t.waitFor("")
			return held
		case ctx.Err() != nil:
			return nil
		case err != nil:
			if t.waitFor(databaseAway) {
				t.log.Warn("the database cannot be asked whose turn it is; nothing is connected until it answers", "lease", t.platform.Exclusive(), "platform", t.platform.Name(), "err", err)
			}
		default:
			if t.waitFor(fmt.Sprintf("Another process is connected; this one takes over within %v when it ends.", t.ttl+t.ttl/3)) {
				t.log.Info("another process holds the lease; this one takes over when it ends", "lease", t.platform.Exclusive(), "platform", t.platform.Name())
			}
		}
		if !sleep(ctx, t.ttl/3) {
			return nil
		}
	}
}

// asked logs that the lease could not be renewed.
func (t *turns) asked(err error) {
	if err != nil {
		t.log.Warn("the lease could not be renewed", "lease", t.platform.Exclusive(), "platform", t.platform.Name(), "err", err)
	}
}

// databaseAway is why nobody is connected while the database is away: it says
// whose turn it is.
const databaseAway = "The database cannot be reached, and without it no process may connect. Look at DATABASE_URL and at the database itself; this connection comes back by itself within seconds of it."

// release gives the lease back, also while the program stops.
func (t *turns) release(ctx context.Context, held *lease.Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := held.Release(ctx); err != nil {
		t.log.Warn("the lease was not given back; it runs out by itself", "lease", held.Grant().Name, "platform", t.platform.Name(), "after", t.ttl, "err", err)
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
	waiting := bot.Health{Connection: t.platform.Exclusive(), Standby: why != databaseAway, Since: since, Detail: why}
	if len(health) > 0 {
		waiting.ID, waiting.Title, waiting.Lane, waiting.Reconnects = health[0].ID, health[0].Title, health[0].Lane, health[0].Reconnects
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
