package slack

import (
	"context"
	"sync"
)

// turn is a command's place among those that are handled at once. While it asks
// Slack something it gives the place back: those who wait for Slack must not
// hold up those who do not.
type turn struct {
	ctx   context.Context // of the command: how long it waits for its place
	slots chan struct{}

	mu    sync.Mutex
	held  bool
	away  int // questions under way
	ended bool
}

type turnKey struct{}

// takeTurn waits for a place among slots, until ctx ends.
func takeTurn(ctx context.Context, slots chan struct{}) (t *turn, ok bool) {
	select {
	case slots <- struct{}{}:
		return &turn{ctx: ctx, slots: slots, held: true}, true
	case <-ctx.Done():
		return nil, false
	}
}

// within is ctx, which bounds the command from now on, with its turn in it.
func (t *turn) within(ctx context.Context) context.Context {
	t.ctx = ctx
	return context.WithValue(ctx, turnKey{}, t)
}

// aside gives back the place of the command that ctx is of, if any, until what
// it returns is called. That waits for a place again, as long as the command has
// time left: without any it may go on, for all it can do is say so.
func aside(ctx context.Context) (back func()) {
	t, _ := ctx.Value(turnKey{}).(*turn)
	if t == nil {
		return func() {}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.away++
	t.give()
	return t.back
}

func (t *turn) back() {
	t.mu.Lock()
	t.away--
	wanted := t.away == 0 && !t.ended
	t.mu.Unlock()
	if !wanted {
		return
	}
	select {
	case t.slots <- struct{}{}:
	case <-t.ctx.Done():
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held || t.away > 0 || t.ended {
		<-t.slots
		return
	}
	t.held = true
}

// end gives the place back for good.
func (t *turn) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	t.give()
}

func (t *turn) give() {
	if t.held {
		t.held = false
		<-t.slots
	}
}
