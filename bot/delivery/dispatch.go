package delivery

import (
	"math"
	"time"

	"storybot/bot"
)

// dispatch is the part of a shift that lets requests leave and begins those that
// leave next.
type dispatch struct{ shift *shift }

// start lets everything leave that may leave now.
func (d dispatch) start(now time.Duration) {
	s := d.shift
	for {
		j := d.pick(now)
		if j == nil {
			return
		}
		s.lane.limits.start(j, now)
		s.lane.health.outages.probing(j.d.Destination)
		s.crew.launch(j, now, s.lane.serve)
	}
}

// pick returns what leaves next; nil when nothing may.
func (d dispatch) pick(now time.Duration) *job {
	s := d.shift
	d.sift(now)
	if s.end.lost || s.end.retiring || len(s.crew.ready) == 0 && len(s.settler.list) == 0 {
		return nil
	}
	ctx := s.term.context()
	if ctx == nil || !d.unbraked(now) {
		d.putBackReady()
		return nil
	}
	var j *job
	settle, send := d.dueSettle(now), d.maySend(now)
	switch {
	case settle >= 0 && d.lookFirst(send, now):
		j, s.crew.settledLast = s.settler.list[settle], true
		last := len(s.settler.list) - 1
		s.settler.list[settle], s.settler.list[last] = s.settler.list[last], nil
		s.settler.list = s.settler.list[:last]
	case send:
		j, s.crew.settledLast = s.crew.ready[0], false
		s.crew.ready = s.crew.ready[1:]
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
	s := d.shift
	if !s.crew.settledLast {
		return true
	}
	beginnable := s.lane.health.breaker.probing() && (s.more(now) || s.journal.busy) && !s.settler.crowded(now)
	return !send && !beginnable
}

// maySend says whether a row may be sent now.
func (d dispatch) maySend(now time.Duration) bool {
	s := d.shift
	if len(s.crew.ready) == 0 {
		return false
	}
	if wait := s.lane.limits.of(s.crew.ready[0].d.Op, false).wait(now); wait > 0 {
		if wait > staleAfter {
			d.putBackReady()
		}
		s.alarm.by(now + wait)
		return false
	}
	return d.freeSlots(now) > 0
}

func (d dispatch) freeSlots(now time.Duration) int {
	s := d.shift
	free, again := s.crew.free(now)
	if again > 0 {
		s.alarm.by(again)
	}
	return free
}

// dueSettle returns the index of a job to look at now, -1 for none.
func (d dispatch) dueSettle(now time.Duration) int {
	s := d.shift
	if len(s.settler.list) == 0 {
		return -1
	}
	best := 0
	for i, j := range s.settler.list {
		if j.doubt.next < s.settler.list[best].doubt.next {
			best = i
		}
	}
	if next := max(s.settler.list[best].doubt.next, now+s.lane.limits.looks.wait(now)); now < next {
		s.alarm.by(next)
		return -1
	}
	if s.crew.settles >= s.crew.settleSlots() {
		return -1
	}
	return best
}

// unbraked says whether the breaker lets a request leave now.
func (d dispatch) unbraked(now time.Duration) bool {
	s := d.shift
	at, ok := s.lane.calm(now, len(s.crew.aloft))
	if at > 0 {
		s.alarm.by(at)
	}
	return ok
}

// sift takes from the front of the ready jobs those that are not to be sent.
func (d dispatch) sift(now time.Duration) {
	s := d.shift
	for len(s.crew.ready) > 0 {
		j := s.crew.ready[0]
		stopped := s.lane.health.poison.stopped(j.edition())
		switch {
		case j.verdict.Outcome == bot.BadPayload: // its message cannot be made
			answers{s}.conclude(j, j.verdict)
		case stopped != nil:
			answers{s}.conclude(j, *stopped)
		case now-j.begunAt > staleAfter:
			d.giveBack(j, now, 0)
		case s.lane.limits.spent(j.d.Op, now) > 0: // what has its own budget holds up nothing else
			d.giveBack(j, now, s.lane.limits.spent(j.d.Op, now))
		default:
			next, ok := s.lane.health.outages.probe(j.d.Destination, now)
			if ok {
				return
			}
			d.giveBack(j, now, next-now)
		}
		s.crew.ready = s.crew.ready[1:]
	}
}

// giveBack puts a begun row back that has not left, to wait for so long.
func (d dispatch) giveBack(j *job, now, wait time.Duration) {
	s := d.shift
	s.journal.putBack(j.d.ID)
	s.queue.release(j.row, now, wait)
}

// putBackReady puts all begun rows back that have not left.
func (d dispatch) putBackReady() {
	s := d.shift
	now := s.now()
	for _, j := range s.crew.ready {
		d.giveBack(j, now, 0)
	}
	s.crew.ready = nil
}

// exchange writes results and begins rows when that is worth a transaction.
func (d dispatch) exchange(now time.Duration) {
	s := d.shift
	if s.journal.busy || s.end.lost {
		return
	}
	if now < s.journal.wait {
		s.alarm.by(s.journal.wait)
		return
	}
	c := s.journal.call
	if c == nil {
		rows := d.choose(now)
		if len(rows) == 0 {
			calm := len(s.crew.aloft) == 0 && len(s.crew.ready) == 0
			at, due := s.journal.due(now, 2*s.crew.slots, calm)
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
	go func() { s.answers <- c.make(s.ctx, e.cfg.Queue, lease, e.contents) }()
}

// choose picks the rows to begin now.
func (d dispatch) choose(now time.Duration) (rows []*row) {
	s := d.shift
	want := d.want(now)
	if want <= 0 || !s.queue.ready(now) {
		return nil
	}
	s.queue.batch()
	putBack := s.settler.putBack(s.crew.aloft)
	for range want + mostBegun { // as many may belong to a workspace that fails
		r := s.queue.pick(now)
		if r == nil {
			break
		}
		if r.tries.putBack {
			if putBack == 0 { // and all else that may go is begun
				s.queue.release(r, now, 0)
				break
			}
			putBack--
		}
		wait := s.lane.limits.spent(r.origin.Op, now)
		if next, ok := s.lane.health.outages.probe(r.place.destination, now); !ok {
			wait = max(wait, next-now)
		}
		if wait > 0 {
			s.queue.release(r, now, wait)
			continue
		}
		if rows = append(rows, r); len(rows) == want {
			break
		}
	}
	return rows
}

// want returns how many rows to begin: what can leave now, and what can within
// a moment, less what is ready; 0 while enough is ready or nothing may leave.
func (d dispatch) want(now time.Duration) int {
	s := d.shift
	if s.end.retiring || s.settler.crowded(now) || s.term.context() == nil || !d.unbraked(now) {
		return 0
	}
	posts := s.lane.limits.posts
	if wait := posts.wait(now); wait > 2*ahead {
		s.alarm.by(now + wait - ahead)
		return 0
	}
	if s.lane.health.breaker.probing() {
		return max(0, 1-len(s.crew.ready))
	}
	rate, limited := posts.rate(), true
	if rate == 0 {
		rate, limited = s.lane.speed.answers, false
	}
	soon := 1 + int(math.Ceil(rate*(ahead+2*s.journal.took).Seconds()))
	soon = min(soon, 4*s.crew.slots, mostBegun)
	if len(s.crew.ready) > soon/2 {
		return 0
	}
	free := max(0, d.freeSlots(now))
	if limited {
		free = min(free, 1)
	}
	return max(0, free+soon-len(s.crew.ready))
}
