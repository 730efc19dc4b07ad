package delivery

import (
	"math"
	"time"
)

// choose picks the rows to begin now.
func (d *dispatcher) choose(now time.Duration) (rows []*row) {
	wants, most := d.wants(now)
	var may open
	for i, n := range wants {
		may[i] = n > 0
	}
	if most <= 0 || !d.scheduler.ready(now, may) {
		return nil
	}
	d.scheduler.batch()
	putBack := d.settler.putBack(d.workers.inFlight)
	for range most + mostBegun { // as many may belong to a workspace that fails
		r := d.scheduler.pick(now, may)
		if r == nil {
			break
		}
		if r.tries.putBack {
			if putBack == 0 { // and all else that may go is begun
				d.scheduler.release(r, now, 0)
				break
			}
			putBack--
		}
		if next, ok := d.lane.health.outages.probe(r.queue.destination, now); !ok {
			d.scheduler.release(r, now, next-now)
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

// wants returns how many rows of each budget to begin, and of all: what can leave
// now, and what can within a moment, less what is ready; none while enough is
// ready or nothing may leave.
func (d *dispatcher) wants(now time.Duration) (n [budgets]int, most int) {
	if d.poller.overdue || d.settler.crowded(now) || d.lease.Context().Err() != nil || !d.allowed(now) {
		return n, 0
	}
	for i := range n {
		n[i] = d.want(budget(i), now)
		most += n[i]
	}
	if d.lane.health.breaker.probing() {
		most = min(most, max(0, 1-d.ready.size()))
	}
	return n, most
}

// want returns how many rows of a budget to begin.
func (d *dispatcher) want(at budget, now time.Duration) int {
	limiter, ready := d.lane.limits.budget(at), len(d.ready[at])
	if !d.lane.limits.apart()[at] {
		return 0
	}
	if wait := limiter.wait(now); wait > 2*ahead {
		d.alarm.by(now + wait - ahead)
		return 0
	}
	if d.lane.health.breaker.probing() {
		return 1
	}
	rate, limited := limiter.rate(), true
	if rate == 0 {
		rate, limited = d.lane.speed.answers, false
	}
	soon := 1 + int(math.Ceil(rate*(ahead+2*d.journal.took).Seconds()))
	soon = min(soon, 4*d.workers.slots, mostBegun)
	if ready > soon/2 {
		return 0
	}
	free := max(0, d.freeSlots(now))
	if limited {
		free = min(free, 1)
	}
	n := free + soon - ready
	if at != posts { // a budget that comes all at once: no more than it has left
		if n = min(n, limiter.left(now)-ready); n <= 0 && limiter.wait(now) > 0 {
			d.alarm.by(now + limiter.wait(now))
		}
	}
	return max(0, n)
}

// more says that something may be left to be begun now: not what waits for a
// budget that is spent beside the posts' own.
func (d *dispatcher) more(now time.Duration) bool {
	var due open
	for i := range due {
		due[i] = budget(i) == posts || d.lane.limits.budget(budget(i)).wait(now) <= 2*ahead
	}
	return d.poller.unsure() || d.scheduler.ready(now, due)
}

// idle says that nothing is on its way or about to leave.
func (d *dispatcher) idle() bool { return len(d.workers.inFlight) == 0 && d.ready.size() == 0 }
