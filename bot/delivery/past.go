package delivery

import (
	"context"
	"time"
)

// recall takes in what earlier holders of the lane wrote down of it: how long a
// platform asked it to wait, invalid requests, and when it last worked.
func (i intake) recall(ctx context.Context) error {
	s := i.loop
	past, err := s.lane.engine.cfg.Journal.LanePast(ctx, s.lane.name)
	if err != nil {
		return err
	}
	now, h := s.now(), &s.lane.health
	for _, w := range past.Waits {
		until := now + w.For
		switch limiter := s.lane.limits.named(w.Method); {
		case limiter != nil:
			limiter.paused = max(limiter.paused, until)
		case w.Method == waitAccount:
			h.breaker.recall(account, w.Reason, now, until)
		}
	}
	h.invalid.reset()
	for _, f := range past.Invalid {
		h.invalid.past(now, f.Ago, f.Count)
	}
	brakes{s}.stopInvalid(now)
	// The time that is written down is the wall clock's, which may have been set since:
	// what this process knows by itself is not made older by it.
	if worked := now - past.Idle; !h.here || worked > h.worked {
		h.worked = worked
	}
	return nil
}

// works notes that the lane is free to send. When it was not for long, what is too
// old by now is skipped first.
func (s *loop) works(now time.Duration) {
	h := &s.lane.health
	if now-h.worked > longIdle {
		s.poller.overdue = true
	}
	h.worked, h.here = now, true
	s.journal.works(now)
}

// trim has what is too old skipped.
func (i intake) trim() {
	s := i.loop
	journal, lease, at := s.lane.engine.cfg.Journal, s.journal.lease, s.lane.engine.clock.now()
	s.poller.begin(s.ctx, func(ctx context.Context) (f found) {
		f.trimmed = true
		f.skipped, f.err = journal.SkipOlder(ctx, lease, keepOwed, at)
		return f
	})
}

// trimmed begins anew with what is left.
func (i intake) trimmed(skipped int, now time.Duration) {
	s := i.loop
	s.poller.overdue = false
	s.poller.loader.evictor.restart(now)
	if skipped > 0 {
		s.lane.log.Warn("nothing could be sent for long; each channel gets the newest of a story, older deliveries are left out", "deliveries", skipped)
	}
}
