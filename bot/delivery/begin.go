package delivery

import (
	"math"
	"time"
)

// beginning is the part of a shift that decides how much is begun, and what.
type beginning struct{ loop *loop }

// choose picks the rows to begin now.
func (b beginning) choose(now time.Duration) (rows []*row) {
	s := b.loop
	wants, most := b.wants(now)
	var may open
	for i, n := range wants {
		may[i] = n > 0
	}
	if most <= 0 || !s.scheduler.ready(now, may) {
		return nil
	}
	s.scheduler.batch()
	putBack := s.settler.putBack(s.workers.aloft)
	for range most + mostBegun { // as many may belong to a workspace that fails
		r := s.scheduler.pick(now, may)
		if r == nil {
			break
		}
		if r.tries.putBack {
			if putBack == 0 { // and all else that may go is begun
				s.scheduler.release(r, now, 0)
				break
			}
			putBack--
		}
		if next, ok := s.lane.health.outages.probe(r.queue.destination, now); !ok {
			s.scheduler.release(r, now, next-now)
			continue
		}
		if rows = append(rows, r); len(rows) == most {
			break
		}
		at := r.queue.budget
		wants[at]--
		may[at] = wants[at] > 0
	}
	return rows
}

// wants returns how many rows of each line to begin, and of all: what can leave
// now, and what can within a moment, less what is ready; none while enough is
// ready or nothing may leave.
func (b beginning) wants(now time.Duration) (n [budgets]int, most int) {
	s := b.loop
	if s.end.retiring || s.poller.overdue || s.settler.crowded(now) || s.lease.Context().Err() != nil || !(dispatch{s}).unbraked(now) {
		return n, 0
	}
	for i := range n {
		n[i] = b.want(budget(i), now)
		most += n[i]
	}
	if s.lane.health.breaker.probing() {
		most = min(most, max(0, 1-s.workers.ready.size()))
	}
	return n, most
}

// want returns how many rows of a line to begin.
func (b beginning) want(at budget, now time.Duration) int {
	s := b.loop
	limiter, ready := s.lane.limits.budget(at), len(s.workers.ready[at])
	if !s.lane.limits.apart()[at] {
		return 0
	}
	if wait := limiter.wait(now); wait > 2*ahead {
		s.alarm.by(now + wait - ahead)
		return 0
	}
	if s.lane.health.breaker.probing() {
		return 1
	}
	rate, limited := limiter.rate(), true
	if rate == 0 {
		rate, limited = s.lane.speed.answers, false
	}
	soon := 1 + int(math.Ceil(rate*(ahead+2*s.journal.took).Seconds()))
	soon = min(soon, 4*s.workers.slots, mostBegun)
	if ready > soon/2 {
		return 0
	}
	free := max(0, dispatch{s}.freeSlots(now))
	if limited {
		free = min(free, 1)
	}
	n := free + soon - ready
	if at != posts { // a budget that comes all at once: no more than it has left
		if n = min(n, limiter.left(now)-ready); n <= 0 && limiter.wait(now) > 0 {
			s.alarm.by(now + limiter.wait(now))
		}
	}
	return max(0, n)
}
