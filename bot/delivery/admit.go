package delivery

import "context"

// Admit waits until a lane's limits have room for one request that is no
// delivery, such as an edit, and counts it: the platform counts both alike. It
// goes before the deliveries that wait, so it is for few requests. done is to
// be called when the request is over; it does not block.
//
// ok is false at once where this process does not work the lane, and when ctx
// ends first: then the request is not to be made.
func (e *Engine) Admit(ctx context.Context, lane string) (done func(), ok bool) {
	e.lanes.mu.Lock()
	l := e.lanes.byName[lane]
	held := l != nil && l.public.state.Held
	e.lanes.mu.Unlock()
	if !held {
		return nil, false
	}
	ask := make(chan struct{})
	select {
	case l.inbox.asks <- ask:
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
	case l.inbox.spent <- struct{}{}:
	default:
	}
}
