package delivery

import (
	"time"

	"storybot/bot"
)

// maxSettling doubtful rows stop the lane from claiming until some are settled.
const maxSettling = 128

// doubt takes j among the rows that may have been sent: it stays Sending, so
// that its destination waits and a crash settles it too.
func (s *shift) doubt(j *job, now time.Duration) {
	v := j.verdict
	j.settle, j.tries = true, 0
	wait := v.RetryAfter
	if v.Outcome == bot.Ambiguous && j.ctx.Err() != nil {
		wait = settleBase // we gave it up ourselves
	}
	s.settleAgain(j, now, wait)
	if v.Err != nil {
		s.log.Info("a delivery may have been made; finding out", "delivery", j.d.ID, "destination", j.d.Destination.String(),
			"attempt", j.d.Attempt, "code", v.Code, "error", v.Err)
	}
}

// settleAgain has j looked at after wait.
func (s *shift) settleAgain(j *job, now, wait time.Duration) {
	j.next = now + wait
	s.settling = append(s.settling, j)
}

// settled takes in what was found out about j. A row that was surely not sent
// goes back to pending and is claimed like any other: its next request is
// recorded before it leaves, as the first one was.
func (s *shift) settled(j *job, now time.Duration) {
	v := j.verdict
	switch v.Outcome {
	case bot.Transient, bot.Ambiguous, bot.Unsettled, bot.BadAccount:
		j.tries++
		wait := max(backoff(settleBase, settleMax, j.tries, s.random()), v.RetryAfter)
		if v.Outcome == bot.Unsettled && v.Err == nil && v.RetryAfter > 0 {
			wait = v.RetryAfter // it was looked at, and the sender knows how long that stands
		}
		s.settleAgain(j, now, wait)
	default:
		s.conclude(j, v)
	}
}

// dueSettle returns the index of a row to look at now, -1 for none.
func (s *shift) dueSettle(now time.Duration) int {
	if len(s.settling) == 0 {
		return -1
	}
	if now < s.settlePause {
		s.wake(s.settlePause)
		return -1
	}
	best := 0
	for i, j := range s.settling {
		if j.next < s.settling[best].next {
			best = i
		}
	}
	if next := s.settling[best].next; now < next {
		s.wake(next)
		return -1
	}
	if s.settles >= s.settleSlots() {
		return -1
	}
	return best
}

// takeSettle removes a row from those waiting to be looked at.
func (s *shift) takeSettle(i int) *job {
	j := s.settling[i]
	last := len(s.settling) - 1
	s.settling[i], s.settling[last] = s.settling[last], nil
	s.settling = s.settling[:last]
	return j
}
