package delivery

import (
	"math"
	"time"
)

// batcher decides how many rows are begun with the next exchange: as many as can
// leave at once or within a moment, so that the limiter and not the database says
// how fast the lane goes, and few are in flight without a request.
type batcher struct {
	dispatcher *dispatcher
	scheduler  *scheduler
}

// choose picks the rows to begin now.
func (b batcher) choose(now time.Duration) (rows []*row) {
	d := b.dispatcher
	wants, most := b.wants(now)
	var may open
	for i, n := range wants {
		may[i] = n > 0
	}
	if most <= 0 || !b.scheduler.ready(now, may) {
		return nil
	}
	b.scheduler.batch()
	putBack := d.settler.putBack(d.workers.inFlight)
	for range most + mostBegun { // as many may belong to a workspace that fails
		r := b.scheduler.pick(now, may)
		if r == nil {
			break
		}
		if r.tries.putBack {
			if putBack == 0 { // and all else that may go is begun
				b.scheduler.release(r, now, 0)
				break
			}
			putBack--
		}
		if next, ok := d.lane.health.outages.probe(r.queue.destination, now); !ok {
			b.scheduler.release(r, now, next-now)
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
func (b batcher) wants(now time.Duration) (n [budgets]int, most int) {
	d := b.dispatcher
	if d.poller.overdue || d.settler.crowded(now) || d.lease.Context().Err() != nil || !d.allowed(now) {
		return n, 0
	}
	for i := range n {
		n[i] = b.want(budget(i), now)
		most += n[i]
	}
	if d.lane.health.breaker.probing() {
		most = min(most, max(0, 1-d.ready.size()))
	}
	return n, most
}

// want returns how many rows of a budget to begin.
func (b batcher) want(at budget, now time.Duration) int {
	d := b.dispatcher
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
	soon := 1 + int(math.Ceil(rate*(ahead+2*d.journal.writer.took).Seconds()))
	soon = min(soon, readySlots*d.workers.slots, mostBegun)
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
