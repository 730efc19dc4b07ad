package delivery

import (
	"context"
	"time"

	"storybot/stories"
)

// longAgo stands for a time that is not known: messages are looked for so far
// back, and no repeat is trusted to be recognised.
const longAgo = 2 * time.Hour

// begun notes when the requests for j were begun, by the clock nobody sets. Its
// row may tell a time of the future: the clock has been set back since. Then
// its first request may have left at any time of the last hours, its last one a
// moment ago. A time an earlier claim has stored may be wrong by as much as the
// clock has been set since.
func (j *job) begun(now reading) {
	j.lastBegun, j.firstBegun = now.mono, now.mono
	if j.settle {
		j.lastBegun -= max(0, now.wall.Sub(j.d.LastAttemptAt))
	}
	if j.settle || j.d.Attempt > 1 {
		age := now.wall.Sub(j.d.FirstAttemptAt)
		if age < 0 {
			age = longAgo
		}
		j.firstBegun = min(j.lastBegun, now.mono-age-now.jumped)
	}
}

// dated is j's row with the times of its requests as the wall clock calls them
// now: senders compare them with it.
func (j *job) dated(now reading) stories.Delivery {
	d := j.d
	d.FirstAttemptAt = now.wall.Add(j.firstBegun - now.mono)
	d.LastAttemptAt = now.wall.Add(j.lastBegun - now.mono)
	return d
}

// rebase brings the lane's times back when a term begins and when the clock was
// set back, and then once more after a while: what was being published just
// then has its time from before, or its wait from a channel's delay of before.
func (s *shift) rebase(ctx context.Context, now reading) error {
	late := s.rebaseAgain > 0 && now.mono >= s.rebaseAgain
	if now.backs == s.rebased && !late {
		return nil
	}
	if err := s.engine.cfg.Queue.Rebase(ctx, s.term.lease, now.wall); err != nil {
		return err
	}
	s.rebaseAgain = 0
	if now.backs != s.rebased {
		s.rebaseAgain = now.mono + rebaseAfter
	}
	s.rebased = now.backs
	return nil
}

// rebaseAfter is longer than a publication takes.
const rebaseAfter = 10 * time.Second

// brought returns r as it is to be written now: when the clock was set back
// since it was made, its times go back as far. A row that is not to wait must
// not be due later than now.
func brought(r stories.Result, now time.Time) stories.Result {
	if ahead := r.At.Sub(now); ahead > 0 {
		r.At = now
		if !r.DueAt.IsZero() {
			r.DueAt = r.DueAt.Add(-ahead)
		}
		if !r.NotBefore.IsZero() {
			r.NotBefore = r.NotBefore.Add(-ahead)
		}
	}
	if r.State == stories.Pending && r.NotBefore.IsZero() && r.DueAt.After(now) {
		r.DueAt = now
	}
	return r
}
