package delivery

import "time"

// health is what is known of a lane beside its limits, from the answers of all
// terms: whether it is braked, which workspaces and messages seem to be broken,
// and how many requests were invalid.
type health struct {
	breaker  breaker
	outages  outageDetector
	poison   poisonDetector
	faults   faults
	fading   faults // limits after which an operation is not worth doing
	invalid  invalidCount
	troubles troubles // that the desk was told of before this term
	// delivered is when the lane last delivered something.
	delivered time.Duration
	// worked is when the lane, held by whomever, last was free to send.
	worked time.Duration
	here   bool // this process has held it then, or before
}

// calm says whether the breaker lets a request leave now beside those on their
// way, and if not when to look again; 0 for with the next answer.
func (s *loop) calm(now time.Duration) (again time.Duration, ok bool) {
	l := s.lane
	b, h := &l.health.breaker, &l.health
	if !b.probing() {
		return 0, true
	}
	if now >= b.until && b.kind == invalid {
		if h.invalid.count(now) > l.pace.InvalidPer10Min/2 {
			b.stop(invalid, b.reason, now, 0)
		} else if b.release() {
			s.tell(Alarm{Kind: LaneResumed, Reason: "the invalid requests of the last ten minutes have become few"})
		}
	}
	if now < b.until {
		return b.until, false
	}
	return 0, len(s.workers.aloft) == 0 || !b.probing()
}

// speed is how fast answers come.
type speed struct {
	answers float64 // per second, smoothed
	counted int     // since last
	last    time.Duration
}

// measure smooths.
func (s *speed) measure(now time.Duration) {
	if passed := now - s.last; passed >= measureAfter {
		s.answers += (float64(s.counted)/passed.Seconds() - s.answers) / 2
		s.counted, s.last = 0, now
	}
}
