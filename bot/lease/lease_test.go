package lease

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"storybot/stories"
)

const ttl = 6 * time.Second

// granter grants to whoever asks and renews as it is told to.
type granter struct {
	mu      sync.Mutex
	failing error
	lost    bool
	given   bool // back
}

func (g *granter) Acquire(_ context.Context, name, owner string, _ time.Duration) (stories.Lease, bool, error) {
	return stories.Lease{Name: name, Owner: owner, Fence: 1}, true, nil
}

func (g *granter) Renew(context.Context, stories.Lease, time.Duration) (bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.lost, g.failing
}

func (g *granter) ReleaseLease(context.Context, stories.Lease) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.given = true
	return nil
}

func (g *granter) set(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
}

// held runs check with a lease that is kept until check ends.
func held(t *testing.T, check func(g *granter, l *Lease)) {
	synctest.Test(t, func(t *testing.T) {
		g := &granter{}
		l, ok, err := Take(t.Context(), Config{Granter: g, Name: "lane", Owner: "a", TTL: ttl})
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		keeping, stop := context.WithCancel(t.Context())
		kept := make(chan struct{})
		go func() { defer close(kept); l.Keep(keeping) }()
		check(g, l)
		stop()
		<-kept
		if err := l.Release(t.Context()); err != nil || !g.given || l.Context().Err() == nil {
			t.Errorf("given back: %v, %v; work goes on: %v", g.given, err, l.Context().Err() == nil)
		}
	})
}

func TestWorkGoesOnWhileTheLeaseIsRenewed(t *testing.T) {
	held(t, func(_ *granter, l *Lease) {
		time.Sleep(10 * ttl)
		if l.Context().Err() != nil || l.Over() {
			t.Error("the work has ended")
		}
	})
}

// Work ends while nobody else can have the lease, and goes on with the next
// renewal.
func TestAnOutageEndsTheWorkUntilTheDatabaseIsBack(t *testing.T) {
	held(t, func(g *granter, l *Lease) {
		g.set(func() { g.failing = errors.New("no database") })
		before := l.Context()
		time.Sleep(ttl*2/3 - time.Millisecond)
		if before.Err() != nil {
			t.Error("the work has ended too early")
		}
		time.Sleep(2 * time.Millisecond)
		if before.Err() == nil || l.Context().Err() == nil {
			t.Error("the work goes on although the lease may run out")
		}
		g.set(func() { g.failing = nil })
		time.Sleep(ttl / 2)
		if l.Context().Err() != nil || l.Over() || before.Err() == nil {
			t.Error("the work does not go on after the outage")
		}
	})
}

func TestAnothersLeaseIsNeverFreshAgain(t *testing.T) {
	for name, take := range map[string]func(g *granter){
		"renewal refused": func(g *granter) { g.lost = true },
		"renewal fails":   func(g *granter) { g.failing = stories.ErrLeaseLost },
	} {
		t.Run(name, func(t *testing.T) {
			held(t, func(g *granter, l *Lease) {
				g.set(func() { take(g) })
				time.Sleep(ttl / 2)
				g.set(func() { g.lost, g.failing = false, nil })
				time.Sleep(ttl)
				if l.Context().Err() == nil || !l.Over() {
					t.Error("the work goes on")
				}
			})
		})
	}
}
