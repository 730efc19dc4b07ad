package slack

import (
	"context"
	"sync"
)

// tabs are the home tabs that something is done in just now, by person: one thing at a
// time, so that what is shown last is the newest.
type tabs struct {
	mu   sync.Mutex
	busy map[string]*busyTab
}

type busyTab struct {
	free  chan struct{} // holds a value while nobody has it
	users int
}

// take waits until a person's tab is free, or ctx ends; the caller gives it back.
func (t *tabs) take(ctx context.Context, person string) (back func()) {
	t.mu.Lock()
	if t.busy == nil {
		t.busy = map[string]*busyTab{}
	}
	b := t.busy[person]
	if b == nil {
		b = &busyTab{free: make(chan struct{}, 1)}
		b.free <- struct{}{}
		t.busy[person] = b
	}
	b.users++
	t.mu.Unlock()
	had := false
	select {
	case <-b.free:
		had = true
	case <-ctx.Done():
	}
	return func() {
		if had {
			b.free <- struct{}{}
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		if b.users--; b.users == 0 {
			delete(t.busy, person)
		}
	}
}
