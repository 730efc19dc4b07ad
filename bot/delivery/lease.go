package delivery

import (
	"context"
	"errors"
	"sync"
	"time"

	"storybot/stories"
)

// term is the time a lane's lease is held. While it is fresh, context returns
// a context for requests; when two thirds of the lease have passed without a
// renewal that context ends, so that nothing of ours can still leave when
// another process takes over. A term that could not be renewed because the
// database was away becomes fresh again with the next renewal, unless somebody
// else has the lease by then.
type term struct {
	lease stories.Lease
	queue Queue
	ttl   time.Duration
	store *outages
	wake  func() // called when the term's state has changed

	mu     sync.Mutex
	lost   bool
	send   context.Context
	cancel context.CancelFunc
	until  time.Time   // fresh until then
	stale  *time.Timer // fires then
}

// newTerm returns the term of a lease that was asked for at began.
func newTerm(q Queue, l stories.Lease, began time.Time, ttl time.Duration, store *outages, wake func()) *term {
	t := &term{lease: l, queue: q, ttl: ttl, store: store, wake: wake}
	t.send, t.cancel = context.WithCancel(context.Background())
	t.until = began.Add(ttl * 2 / 3)
	t.stale = time.AfterFunc(time.Until(t.until), t.expire)
	return t
}

// keep renews the lease until ctx ends or the lease is another's.
func (t *term) keep(ctx context.Context) {
	defer t.stale.Stop()
	timer := time.NewTimer(t.ttl / 3)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		next := t.ttl / 3
		began := time.Now()
		renewing, done := context.WithTimeout(ctx, t.ttl/3)
		ok, err := t.queue.Renew(renewing, t.lease, t.ttl)
		done()
		switch {
		case err == nil && ok:
			t.store.worked()
			t.freshen(began.Add(t.ttl * 2 / 3))
		case err == nil || errors.Is(err, stories.ErrLeaseLost):
			t.lose()
			return
		case ctx.Err() == nil:
			t.store.failed(err)
			next = t.ttl / 12
		}
		timer.Reset(next)
	}
}

// context returns the context of requests, nil when none may leave. A process
// that was held up may get here before its timer does.
func (t *term) context() context.Context {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lost || t.send.Err() != nil || !time.Now().Before(t.until) {
		return nil
	}
	return t.send
}

// over says that the lease is another's.
func (t *term) over() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lost
}

// lose ends the term: the lease is another's.
func (t *term) lose() {
	t.mu.Lock()
	t.lost = true
	t.cancel()
	t.mu.Unlock()
	t.wake()
}

// expire ends the requests on their way: the lease has not been renewed in time.
func (t *term) expire() {
	t.mu.Lock()
	expired := t.send.Err() != nil
	t.cancel()
	t.mu.Unlock()
	if !expired {
		t.wake()
	}
}

// freshen lets requests leave until then.
func (t *term) freshen(until time.Time) {
	left := time.Until(until)
	if left <= 0 {
		return
	}
	t.mu.Lock()
	t.until = until
	t.stale.Reset(left)
	revived := !t.lost && t.send.Err() != nil
	if revived {
		t.send, t.cancel = context.WithCancel(context.Background())
	}
	t.mu.Unlock()
	if revived {
		t.wake()
	}
}
