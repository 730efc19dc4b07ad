package delivery

import (
	"context"
	"time"
)

// maxAsks is how many requests beside deliveries may wait in a lane without
// blocking who asks.
const maxAsks = 8

// Admit waits until a lane's limits have room for one request that is no
// delivery, such as an edit, and counts it: the platform counts both alike. It
// goes before the deliveries that wait, so it is for few requests. done is to
// be called when the request is over; it does not block.
//
// ok is false at once where this process does not work the lane, and when ctx
// ends first: then the request is not to be made.
func (e *Engine) Admit(ctx context.Context, lane string) (done func(), ok bool) {
	e.mu.Lock()
	l := e.lanes[lane]
	held := l != nil && l.state.Held
	e.mu.Unlock()
	if !held {
		return nil, false
	}
	ask := make(chan struct{})
	select {
	case l.asks <- ask:
	case <-ctx.Done():
		return nil, false
	}
	select {
	case <-ask:
		return l.spend, true
	case <-ctx.Done():
		return nil, false
	}
}

// spend tells the lane that a request beside its deliveries is over.
func (l *lane) spend() {
	select {
	case l.spent <- struct{}{}:
	default:
	}
}

// admit lets those go that asked for a request of their own, as far as the
// limits allow.
func (s *shift) admit(now time.Duration) {
	for len(s.asked) > 0 && !s.lost && !s.retiring {
		if wait := s.limiter.wait(now); wait > 0 {
			s.wake(now + wait)
			return
		}
		s.limiter.take(now)
		close(s.asked[0])
		s.asked = s.asked[1:]
	}
}

// countAgain counts a request beside the deliveries a second time, at its end: it
// leaves later than it was let go, and whichever second the platform counts it
// in holds one of the two.
func (s *shift) countAgain() { s.limiter.take(s.engine.clock.mono()) }
