package stories

import (
	"context"
	"slices"
	"time"
)

const (
	// settleWithin is how long someone who left waits for what was on its way to
	// them.
	settleWithin = 2 * time.Second
	settlePoll   = 50 * time.Millisecond
)

// Settled waits, two seconds at most, until what is on its way to d now has
// ended: who stops something asks this once it is stopped. It is false when one
// more message may still arrive, or nobody can say.
func (s *Following) Settled(ctx context.Context, d Destination) bool {
	ctx, done := context.WithTimeout(ctx, settleWithin)
	defer done()
	first, err := s.store.InFlight(ctx, d)
	if err != nil {
		s.log.Debug("what is on its way to a channel was not found out", "err", err)
		return false
	}
	tick := time.NewTicker(settlePoll)
	defer tick.Stop()
	for len(first) > 0 {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
		now, err := s.store.InFlight(ctx, d)
		if err != nil {
			return false
		}
		first = slices.DeleteFunc(first, func(id int64) bool { return !slices.Contains(now, id) })
	}
	return true
}
