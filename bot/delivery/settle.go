package delivery

import (
	"time"

	"storybot/bot"
)

const (
	// maxSettling rows doubted within youngDoubt stop the lane from claiming:
	// then it is no longer a few channels that leave us in doubt. Older ones
	// have their channels wait and no other, up to mostSettling.
	maxSettling  = 128
	youngDoubt   = 20 * time.Second
	mostSettling = 512
	// settleWithin is how long a row is looked at while the platform works:
	// its channel waits meanwhile.
	settleWithin = 10 * time.Minute
)

// doubt takes j among the rows that may have been sent: it stays Sending, so
// that its destination waits and a crash settles it too.
func (s *shift) doubt(j *job, now time.Duration) {
	v := j.verdict
	wait := v.RetryAfter
	if v.Outcome == bot.Ambiguous && j.ctx.Err() != nil {
		wait = settleBase // we gave it up ourselves
	}
	s.settle(j, now, wait)
	if v.Err != nil {
		s.log.Info("a delivery may have been made; finding out", "delivery", j.d.ID, "destination", j.d.Destination.String(),
			"attempt", j.d.Attempt, "code", v.Code, "err", v.Err)
	}
}

// settle makes j a row that may have been sent, looked at first after wait.
func (s *shift) settle(j *job, now, wait time.Duration) {
	j.settle, j.tries, j.doubted, j.worked = true, 0, now, s.working
	s.settleAgain(j, now, wait)
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
		if s.endless(j, now) {
			s.conclude(j, bot.Verdict{Outcome: bot.Unreadable, Code: v.Code, Err: v.Err,
				Reason: "could not be looked at for too long, so nobody knows whether the message arrived"})
			return
		}
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

// endless says that looking at j leads nowhere: for ten minutes in which the
// platform answered here or took messages elsewhere, or for a day.
func (s *shift) endless(j *job, now time.Duration) bool {
	v := j.verdict
	answered := v.Limited != bot.ScopeNone || v.Outcome == bot.Unsettled && v.Err == nil
	if answered || s.delivered > j.doubted {
		return s.working-j.worked >= settleWithin
	}
	return now-j.doubted >= giveUp
}

// noteWork counts the time in which nothing but a row's own channel can have
// kept it from being settled: no brake, no pause, no outage of the database.
func (s *shift) noteWork(now time.Duration) {
	if !s.brake.probing() && s.limiter.paused <= now && s.storeTry == 0 && s.term.context() != nil {
		s.working += now - s.turned
	}
	s.turned = now
}

// crowded says that too many rows are in doubt for more to be sent.
func (s *shift) crowded(now time.Duration) bool {
	if len(s.settling) < maxSettling {
		return false
	}
	young := 0
	for _, j := range s.settling {
		if now-j.doubted < youngDoubt {
			young++
		}
	}
	return young >= maxSettling || len(s.settling) >= mostSettling
}

// dueSettle returns the index of a row to look at now, -1 for none.
func (s *shift) dueSettle(now time.Duration) int {
	if len(s.settling) == 0 {
		return -1
	}
	best := 0
	for i, j := range s.settling {
		if j.next < s.settling[best].next {
			best = i
		}
	}
	if next := max(s.settling[best].next, now+s.looks.wait(now)); now < next {
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
