package delivery

import (
	"fmt"
	"time"

	"storybot/bot"
)

const (
	// staleAfter is how long a claimed row may wait for its request: its
	// recorded time is that of its claim, and settling counts on it.
	staleAfter = time.Second
	// slowAfter a request no longer takes a slot, so that a few hanging ones
	// do not stop the lane.
	slowAfter = 2 * time.Second
	slowCheck = 500 * time.Millisecond
)

// mostAloft bounds the requests on their way: the slots, as many slow ones, and
// those that settle.
func (l *lane) mostAloft() int { return 2*l.slots + l.settleSlots() }

// settleSlots are the settling requests at once.
func (l *lane) settleSlots() int { return max(2, l.slots/4) }

// start lets everything leave that may leave now.
func (s *shift) start(now time.Duration) {
	for {
		j := s.pick(now)
		if j == nil {
			return
		}
		s.launch(j, now)
	}
}

// pick returns what leaves next; nil when nothing may.
func (s *shift) pick(now time.Duration) *job {
	s.sift(now)
	if s.lost || s.retiring || len(s.ready) == 0 && len(s.settling) == 0 {
		return nil
	}
	ctx := s.term.context()
	if ctx == nil || !s.unbraked(now) {
		s.putBackReady()
		return nil
	}
	var j *job
	settle, send := s.dueSettle(now), s.maySend(now)
	switch {
	case settle >= 0 && s.lookFirst(send, now):
		j, s.settledBy = s.takeSettle(settle), true
	case send:
		j, s.settledBy = s.ready[0], false
		s.ready = s.ready[1:]
	default:
		return nil
	}
	j.ctx = ctx
	return j
}

// lookFirst says that a look goes before what may be sent: they take turns. A
// braked lane makes one request at a time and has nothing ready, so that a send
// whose turn it is has to be claimed first.
func (s *shift) lookFirst(send bool, now time.Duration) bool {
	if !s.settledBy {
		return true
	}
	claimable := s.brake.probing() && (s.asking || s.storing) && !s.crowded(now)
	return !send && !claimable
}

// maySend says whether a row may be sent now.
func (s *shift) maySend(now time.Duration) bool {
	if len(s.ready) == 0 {
		return false
	}
	if wait := s.limiter.wait(now); wait > 0 {
		if wait > staleAfter {
			s.putBackReady()
		}
		s.wake(now + wait)
		return false
	}
	return s.freeSlots(now) > 0
}

// limits returns the limiter that counts j's request.
func (s *shift) limits(j *job) *limiter {
	if j.settle {
		return s.looks
	}
	return s.limiter
}

// unbraked says whether the brake lets a request leave now.
func (s *shift) unbraked(now time.Duration) bool {
	b := &s.brake
	if !b.probing() {
		return true
	}
	if now >= b.until && b.kind == invalid {
		if s.invalid.count(now) > s.pace.InvalidPer10Min/2 {
			b.stop(invalid, b.reason, now, 0)
		} else if b.release() {
			s.tell(Alarm{Kind: LaneResumed, Reason: "the invalid requests of the last ten minutes have become few"})
		}
	}
	if now < b.until {
		s.wake(b.until)
		return false
	}
	return len(s.aloft) == 0 || !b.probing()
}

// sift takes from the front of the ready rows those that are not to be sent.
func (s *shift) sift(now time.Duration) {
	for len(s.ready) > 0 {
		j := s.ready[0]
		switch {
		case j.verdict.Outcome == bot.BadPayload: // its update cannot be read
			s.conclude(j, j.verdict)
		case s.payload.stopped(edition{j.d.UpdateID, j.d.Revision}) != nil:
			s.conclude(j, *s.payload.stopped(edition{j.d.UpdateID, j.d.Revision}))
		case now-j.claimed > staleAfter:
			s.giveBack(j, 0)
		default:
			next, ok := s.suspicion.probe(j.d.Destination, now)
			if ok {
				return
			}
			s.giveBack(j, next-now)
		}
		s.ready = s.ready[1:]
	}
}

// freeSlots returns how many more requests may be on their way.
func (s *shift) freeSlots(now time.Duration) int {
	sends := len(s.aloft) - s.settles
	if sends < s.slots {
		return s.slots - sends
	}
	slow := 0
	for _, j := range s.aloft {
		if !j.settle && now-j.started > slowAfter {
			slow++
		}
	}
	s.wake(now + slowCheck)
	return s.slots - sends + min(slow, s.slots)
}

// launch hands j to a worker.
func (s *shift) launch(j *job, now time.Duration) {
	requests := 1
	if j.settle {
		requests = s.lookCost
		s.settles++
	}
	for range requests {
		s.limits(j).take(now)
	}
	s.suspicion.probing(j.d.Destination)
	j.started, j.place = now, len(s.aloft)
	s.aloft = append(s.aloft, j)
	if s.workers < len(s.aloft) {
		s.workers++
		s.wg.Go(s.serve)
	}
	s.work <- j
}

// serve makes requests until the shift ends.
func (s *shift) serve() {
	for j := range s.work {
		post := bot.Post{Delivery: j.dated(s.engine.clock.read()), Message: j.msg}
		if j.settle {
			j.verdict = s.sender.Settle(j.ctx, post)
		} else {
			j.verdict = s.sender.Send(j.ctx, post)
		}
		s.done <- j
	}
}

// giveBack puts a claimed row back that has not left, to be due after wait.
func (s *shift) giveBack(j *job, wait time.Duration) {
	now := s.engine.clock.now()
	r := putBack(j.d, now, wait)
	r.Unbegun = true
	s.write(r)
	s.asking = true
}

// putBackReady puts all claimed rows back that have not left.
func (s *shift) putBackReady() {
	for _, j := range s.ready {
		s.giveBack(j, 0)
	}
	s.ready = nil
}

// tell passes an alarm of this lane on.
func (s *shift) tell(a Alarm) {
	a.Lane = s.name
	s.engine.alarm(a)
}

// stop brakes the lane and tells people once.
func (s *shift) stop(kind stopKind, v bot.Verdict, now time.Duration) {
	reason := reasonOf(v)
	if s.brake.stop(kind, reason, now, s.random()) {
		s.tell(Alarm{Kind: LaneStopped, Code: v.Code, Reason: reason, Cure: v.Cure})
	}
	s.putBackReady()
}

// countInvalid counts an invalid request and stops the lane long before the
// platform does.
func (s *shift) countInvalid(now time.Duration) {
	s.invalid.add(now)
	if most := s.pace.InvalidPer10Min; most > 0 && s.brake.kind != invalid && s.invalid.count(now) >= most {
		s.stop(invalid, bot.Verdict{
			Reason: fmt.Sprintf("%d requests of the last ten minutes were refused", most),
			Cure:   "Look for channels that refuse the bot; it goes on by itself when half of them are ten minutes old.",
		}, now)
	}
}
