package delivery

import (
	"time"

	"storybot/bot"
)

// dispatch is the part of a shift that lets requests leave, and puts back what was
// begun and cannot.
type dispatch struct{ loop *loop }

// start lets everything leave that may leave now.
func (d dispatch) start(now time.Duration) {
	s := d.loop
	for {
		j := d.pick(now)
		if j == nil {
			return
		}
		s.lane.limits.start(j, now)
		s.lane.health.outages.probing(j.d.Destination)
		s.workers.launch(j, now, s.lane.serve)
	}
}

// pick returns what leaves next; nil when nothing may.
func (d dispatch) pick(now time.Duration) *job {
	s := d.loop
	d.sift(now)
	if s.end.lost || s.end.retiring || s.workers.ready.size() == 0 && len(s.settler.list) == 0 {
		return nil
	}
	ctx := s.lease.Context()
	if ctx.Err() != nil || !d.unbraked(now) {
		d.putBackReady()
		return nil
	}
	var j *job
	settle := d.dueSettle(now)
	at, send := d.maySend(now)
	switch {
	case settle >= 0 && d.lookFirst(send, now):
		j, s.workers.settledLast = s.settler.list[settle], true
		last := len(s.settler.list) - 1
		s.settler.list[settle], s.settler.list[last] = s.settler.list[last], nil
		s.settler.list = s.settler.list[:last]
	case send:
		j, s.workers.settledLast = s.workers.ready.pop(at), false
	default:
		return nil
	}
	j.request.ctx = ctx
	return j
}

// lookFirst says that a look goes before what may be sent: they take turns. A
// braked lane makes one request at a time and has nothing ready, so that a send
// whose turn it is has to be begun first.
func (d dispatch) lookFirst(send bool, now time.Duration) bool {
	s := d.loop
	if !s.workers.settledLast {
		return true
	}
	beginnable := s.lane.health.breaker.probing() && (s.more(now) || s.journal.busy) && !s.settler.crowded(now)
	return !send && !beginnable
}

// maySend returns the line of the row that is to be sent now; ok is false when
// none is. A budget that is spent holds up its own line only.
func (d dispatch) maySend(now time.Duration) (at budget, ok bool) {
	s := d.loop
	for i, jobs := range s.workers.ready {
		if len(jobs) == 0 {
			continue
		}
		if wait := s.lane.limits.budget(budget(i)).wait(now); wait > 0 {
			if wait > staleAfter {
				d.putBack(budget(i))
			}
			s.alarm.by(now + wait)
			continue
		}
		if !ok || before(jobs[0].row, s.workers.ready[at][0].row) {
			at, ok = budget(i), true
		}
	}
	return at, ok && d.freeSlots(now) > 0
}

func (d dispatch) freeSlots(now time.Duration) int {
	s := d.loop
	free, again := s.workers.free(now)
	if again > 0 {
		s.alarm.by(again)
	}
	return free
}

// dueSettle returns the index of a job to look at now, -1 for none.
func (d dispatch) dueSettle(now time.Duration) int {
	s := d.loop
	if len(s.settler.list) == 0 {
		return -1
	}
	best := 0
	for i, j := range s.settler.list {
		if j.doubt.next < s.settler.list[best].doubt.next {
			best = i
		}
	}
	if next := max(s.settler.list[best].doubt.next, now+s.lane.limits.looks().wait(now)); now < next {
		s.alarm.by(next)
		return -1
	}
	if s.workers.settles >= s.workers.settleSlots() {
		return -1
	}
	return best
}

// unbraked says whether the breaker lets a request leave now.
func (d dispatch) unbraked(now time.Duration) bool {
	s := d.loop
	at, ok := s.calm(now)
	if at > 0 {
		s.alarm.by(at)
	}
	return ok
}

// sift takes from the front of the ready jobs those that are not to be sent.
func (d dispatch) sift(now time.Duration) {
	for i := range d.loop.workers.ready {
		ready := &d.loop.workers.ready[i]
		for len(*ready) > 0 && d.unfit((*ready)[0], now) {
			*ready = (*ready)[1:]
		}
	}
}

// unfit says that a ready job is not to be sent, and sees to what becomes of it.
func (d dispatch) unfit(j *job, now time.Duration) bool {
	s := d.loop
	stopped := s.lane.health.poison.stopped(j.push())
	if stopped == nil {
		stopped = s.lane.refuses(j.d, now)
	}
	next, ok := s.lane.health.outages.probe(j.d.Destination, now)
	switch {
	case j.verdict.Outcome == bot.BadPayload: // its message cannot be made
		answers{s}.conclude(j, j.verdict)
	case stopped != nil:
		answers{s}.conclude(j, *stopped)
	case s.stale(j, now):
		d.giveBack(j, now, 0)
	case !ok:
		d.giveBack(j, now, next-now)
	default:
		return false
	}
	return true
}

// stale says that a begun row has waited too long for its request. How long the
// database took does not count, but for what was asked of it again and again: then
// the recorded time is older than a settling look allows for.
func (s *loop) stale(j *job, now time.Duration) bool {
	return now-j.takenIn > max(staleAfter, 2*s.journal.took) || now-j.begunAt > storeTimeout+staleAfter
}

// giveBack puts a begun row back that has not left, to wait for so long.
func (d dispatch) giveBack(j *job, now, wait time.Duration) {
	s := d.loop
	s.journal.putBack(j.d.ID)
	s.scheduler.release(j.row, now, wait)
}

// putBackReady puts all begun rows back that have not left.
func (d dispatch) putBackReady() {
	for i := range d.loop.workers.ready {
		d.putBack(budget(i))
	}
}

// putBack puts those of a line back.
func (d dispatch) putBack(at budget) {
	s := d.loop
	now := s.now()
	for _, j := range s.workers.ready[at] {
		d.giveBack(j, now, 0)
	}
	s.workers.ready[at] = nil
}

// exchange writes results and begins rows when that is worth a transaction.
func (d dispatch) exchange(now time.Duration) {
	s := d.loop
	if s.journal.busy || s.end.lost {
		return
	}
	if now < s.journal.wait {
		s.alarm.by(s.journal.wait)
		return
	}
	c := s.journal.call
	if c == nil {
		c = s.journal.resume(s.lane.engine.clock.read())
	}
	if c == nil {
		rows := beginning{s}.choose(now)
		if len(rows) == 0 {
			calm := len(s.workers.aloft) == 0 && s.workers.ready.size() == 0
			at, due := s.journal.due(now, 2*s.workers.slots, calm)
			if !due {
				if at > 0 {
					s.alarm.by(at)
				}
				return
			}
		}
		c = s.journal.open(rows, s.lane.engine.clock.read())
	}
	s.journal.busy = true
	e, lease := s.lane.engine, s.journal.lease
	go func() { s.answers <- c.make(s.ctx, e.cfg.Journal, lease, e.renderer) }()
}
