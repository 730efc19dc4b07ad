package stories

import (
	"context"
	"errors"
	"time"
)

// Due does what is due at this time of day, one thing at a time: it publishes updates
// whose time has come, and has go out what waited for quiet hours to end, or for a digest;
// neither is left because the other failed. It returns how long nothing else is to be done
// unless what waits changes: 0 when there may be more. One process calls it at a time; a
// second one that does all the same does nothing twice.
func (s *Schedule) Due(ctx context.Context) (wait time.Duration, err error) {
	next, err := s.PublishDue(ctx)
	waits, failed := s.endWaits(ctx)
	return min(waits, next), errors.Join(err, failed)
}

// endWaits has go out some of what waited for its time.
func (s *Schedule) endWaits(ctx context.Context) (wait time.Duration, err error) {
	next, now, ok, err := s.due.NextWait(ctx)
	if err != nil || !ok {
		return lookAgain, err
	}
	if ahead := next.Sub(now); ahead > 0 {
		return min(ahead, lookAgain), nil
	}
	ended, err := s.due.EndWaits(ctx, now)
	if ended > 0 {
		s.publisher.planned()
	}
	if err != nil {
		return lookAgain, err
	}
	return 0, nil
}
