package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// leases grants one lease by a clock, like the database; it can be made to
// fail.
type leases struct {
	mu      sync.Mutex
	holder  string
	until   time.Time
	fence   int64
	failing error
	hanging bool // until the caller gives up
}

func (l *leases) Acquire(ctx context.Context, name, owner string, ttl time.Duration) (stories.Lease, bool, error) {
	if l.hangs() {
		<-ctx.Done()
		return stories.Lease{}, false, ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing != nil {
		return stories.Lease{}, false, l.failing
	}
	if l.holder != "" && l.holder != owner && time.Now().Before(l.until) {
		return stories.Lease{}, false, nil
	}
	l.holder, l.until = owner, time.Now().Add(ttl)
	l.fence++
	return stories.Lease{Name: name, Owner: owner, Fence: l.fence}, true, nil
}

func (l *leases) Renew(_ context.Context, lease stories.Lease, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing != nil {
		return false, l.failing
	}
	if l.holder != lease.Owner || l.fence != lease.Fence {
		return false, nil
	}
	l.until = time.Now().Add(ttl)
	return true, nil
}

func (l *leases) ReleaseLease(_ context.Context, lease stories.Lease) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing == nil && l.holder == lease.Owner && l.fence == lease.Fence {
		l.holder = ""
	}
	return l.failing
}

func (l *leases) hangs() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hanging
}

func (l *leases) set(change func(l *leases)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(l)
}

// only is a platform one process may run at a time; running says how many do.
type only struct {
	postbox
	running func(delta int)
	fails   error
}

func (o *only) Name() string         { return "only" }
func (o *only) Exclusive() string    { return "the lease" }
func (o *only) Health() []bot.Health { return []bot.Health{{ID: "id", Connection: "only", Up: true}} }
func (o *only) Run(ctx context.Context, _ bot.Handler) error {
	o.running(+1)
	defer o.running(-1)
	if o.fails != nil {
		return o.fails
	}
	<-ctx.Done()
	return nil
}

// two are two processes that want the same lease.
func two(t *testing.T, l *leases, check func(ctx context.Context, a, b *platformRun, running func() int)) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		count := 0
		running := func(delta int) {
			mu.Lock()
			defer mu.Unlock()
			if count += delta; count > 1 {
				t.Error("two processes run at once")
			}
		}
		a := newPlatformRun(&only{running: running}, l, "a", slog.New(slog.DiscardHandler))
		b := newPlatformRun(&only{running: running}, l, "b", slog.New(slog.DiscardHandler))
		check(t.Context(), a, b, func() int { mu.Lock(); defer mu.Unlock(); return count })
	})
}

func TestOnlyTheHolderRuns(t *testing.T) {
	two(t, &leases{}, func(ctx context.Context, a, b *platformRun, running func() int) {
		log := slog.New(slog.DiscardHandler)
		first, stopFirst := context.WithCancel(ctx)
		second, stopSecond := context.WithCancel(ctx)
		var group sync.WaitGroup
		group.Go(func() { _ = a.run(first, nil, log) })
		synctest.Wait()
		group.Go(func() { _ = b.run(second, nil, log) })
		sleep(ctx, time.Minute) // through many renewals
		if running() != 1 || !a.health()[0].Up || b.health()[0].Up {
			t.Errorf("%d run, a %+v, b %+v", running(), a.health(), b.health())
		}
		stopFirst()
		sleep(ctx, leaseTTL/2) // sooner than the lease would run out
		if running() != 1 || !b.health()[0].Up {
			t.Errorf("after a stopped: %d run, b %+v", running(), b.health())
		}
		stopSecond()
		group.Wait()
	})
}

func TestALostLeaseEndsTheRun(t *testing.T) {
	l := &leases{}
	two(t, l, func(ctx context.Context, a, _ *platformRun, running func() int) {
		stopped, stop := context.WithCancel(ctx)
		var group sync.WaitGroup
		group.Go(func() { _ = a.run(stopped, nil, slog.New(slog.DiscardHandler)) })
		synctest.Wait()
		l.set(func(l *leases) { l.holder, l.until = "somebody", time.Now().Add(time.Minute); l.fence++ })
		sleep(ctx, leaseTTL/2)
		if running() != 0 {
			t.Error("it runs on without the lease")
		}
		sleep(ctx, 2*time.Minute)
		if running() != 1 {
			t.Error("it does not run again once the lease is free")
		}
		stop()
		group.Wait()
	})
}

func TestAnOutageEndsTheRunBeforeTheLeaseRunsOut(t *testing.T) {
	l := &leases{}
	two(t, l, func(ctx context.Context, a, _ *platformRun, running func() int) {
		stopped, stop := context.WithCancel(ctx)
		var group sync.WaitGroup
		group.Go(func() { _ = a.run(stopped, nil, slog.New(slog.DiscardHandler)) })
		sleep(ctx, leaseTTL/6)
		l.set(func(l *leases) { l.failing = errors.New("no database") })
		sleep(ctx, leaseTTL-leaseTTL/6-time.Millisecond) // of the lease that was granted at the start
		if running() != 0 {
			t.Error("it runs although others may have the lease now")
		}
		l.set(func(l *leases) { l.failing = nil })
		sleep(ctx, leaseTTL)
		if running() != 1 {
			t.Error("it does not run again after the outage")
		}
		stop()
		group.Wait()
	})
}

// TestWhyItIsNotOurTurn tells a database that is away from another process that
// is connected, from the first moment on.
func TestWhyItIsNotOurTurn(t *testing.T) {
	const other, away = "Another process is connected", "The database cannot be reached"
	for name, fail := range map[string]func(l *leases, away bool){
		"refuses": func(l *leases, away bool) {
			if l.failing = nil; away {
				l.failing = errors.New("no database")
			}
		},
		"hangs": func(l *leases, away bool) {
			if l.hanging, l.failing = away, nil; away {
				l.failing = context.DeadlineExceeded
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := &leases{}
			two(t, l, func(ctx context.Context, a, b *platformRun, running func() int) {
				stopped, stop := context.WithCancel(ctx)
				var group sync.WaitGroup
				group.Go(func() { _ = a.run(stopped, nil, slog.New(slog.DiscardHandler)) })
				synctest.Wait()
				group.Go(func() { _ = b.run(stopped, nil, slog.New(slog.DiscardHandler)) })
				synctest.Wait()
				says := func(p *platformRun, want string) {
					t.Helper()
					if h := p.health()[0]; h.Up || !strings.HasPrefix(h.Detail, want) || h.ID != "id" || h.Since.IsZero() {
						t.Errorf("%+v, want %q", h, want)
					}
				}
				says(b, other)
				l.set(func(l *leases) { fail(l, true) })
				sleep(ctx, 2*leaseTTL)
				if running() != 0 {
					t.Error("it runs without the database")
				}
				says(a, away)
				says(b, away)
				l.set(func(l *leases) { fail(l, false) })
				sleep(ctx, 2*leaseTTL)
				if running() != 1 || a.health()[0].Up == b.health()[0].Up {
					t.Errorf("%d run afterwards: %+v %+v", running(), a.health(), b.health())
				}
				waits := a
				if a.health()[0].Up {
					waits = b
				}
				says(waits, other)
				stop()
				group.Wait()
			})
		})
	}
}

func TestAPlatformThatCannotGoOnSaysSo(t *testing.T) {
	refused := errors.New("the token is refused")
	run := newPlatformRun(&only{running: func(int) {}, fails: refused}, &leases{}, "a", slog.New(slog.DiscardHandler))
	if err := run.run(t.Context(), nil, slog.New(slog.DiscardHandler)); !errors.Is(err, refused) {
		t.Errorf("run = %v", err)
	}
	l := &leases{}
	panics := newPlatformRun(&only{running: func(int) { panic("a fault") }}, l, "a", slog.New(slog.DiscardHandler))
	if err := panics.run(t.Context(), nil, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a panic is no error")
	}
	if l.holder != "" {
		t.Error("a platform that panicked keeps its lease")
	}
}

// Where no other process can be, a database that is away costs no connection.
func TestWithoutOthersNoLeaseIsNeeded(t *testing.T) {
	run := newPlatformRun(&only{running: func(int) {}}, nil, "a", slog.New(slog.DiscardHandler))
	if run.turns != nil {
		t.Error("waits for a turn although nobody else can have one")
	}
}
