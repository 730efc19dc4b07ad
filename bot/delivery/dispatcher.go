package delivery

import (
	"time"

	"storybot/bot"
	"storybot/bot/lease"
)

// dispatcher lets requests leave: it keeps the rows that were begun until their
// limiter lets them go, and puts back what cannot leave. What is in doubt takes
// turns with it: sends and looks are requests of one lane.
//
// It is used by the lane's loop only.
type dispatcher struct {
	lane      *lane
	lease     *lease.Lease
	scheduler *scheduler
	poller    *poller
	journal   *journal
	settler   *settler
	workers   *workers
	ready     standby
	// lookedLast says that the last request was one to settle: sends and looks take
	// turns.
	lookedLast bool
	alarm      *wakeup
	// unsent is called with a verdict on a row that is not asked for at all.
	unsent func(*job, bot.Verdict)
}

// start lets everything leave that may leave now.
func (d *dispatcher) start(now time.Duration) {
	for {
		j := d.pick(now)
		if j == nil {
			return
		}
		d.lane.limits.start(j, now)
		d.lane.health.outages.probing(j.d.Destination)
		d.workers.launch(j, now, d.lane.serve)
	}
}

// pick returns what leaves next; nil when nothing may.
func (d *dispatcher) pick(now time.Duration) *job {
	d.sift(now)
	if d.ready.size() == 0 && len(d.settler.list) == 0 {
		return nil
	}
	ctx := d.lease.Context()
	if ctx.Err() != nil || !d.allowed(now) {
		d.takeBackAll()
		return nil
	}
	var j *job
	look := d.dueLook(now)
	at, send := d.maySend(now)
	switch {
	case look >= 0 && d.lookFirst(send, now):
		j, d.lookedLast = d.settler.take(look), true
	case send:
		j, d.lookedLast = d.ready.pop(at), false
	default:
		return nil
	}
	j.request.ctx = ctx
	return j
}

// lookFirst says that a look goes before what may be sent: they take turns. A
// stopped lane makes one request at a time and has nothing ready, so that a send
// whose turn it is has to be begun first.
func (d *dispatcher) lookFirst(send bool, now time.Duration) bool {
	if !d.lookedLast {
		return true
	}
	beginnable := d.lane.health.breaker.probing() && (d.more(now) || d.journal.writer.busy) && !d.settler.crowded(now)
	return !send && !beginnable
}

// maySend returns the budget of the row that is to be sent now; ok is false when
// none is. A budget that is spent holds up what draws on it only.
func (d *dispatcher) maySend(now time.Duration) (at budget, ok bool) {
	for i, jobs := range d.ready {
		if len(jobs) == 0 {
			continue
		}
		if wait := d.lane.limits.budget(budget(i)).wait(now); wait > 0 {
			if wait > staleAfter {
				d.takeBack(budget(i))
			}
			d.alarm.by(now + wait)
			continue
		}
		if !ok || before(jobs[0].row, d.ready[at][0].row) {
			at, ok = budget(i), true
		}
	}
	return at, ok && d.freeSlots(now) > 0
}

func (d *dispatcher) freeSlots(now time.Duration) int {
	free, again := d.workers.free(now)
	d.alarm.by(again)
	return free
}

// dueLook returns the index of a job to look at now, -1 for none.
func (d *dispatcher) dueLook(now time.Duration) int {
	i, next, ok := d.settler.due()
	if !ok {
		return -1
	}
	if next = max(next, now+d.lane.limits.looks().wait(now)); now < next {
		d.alarm.by(next)
		return -1
	}
	if d.workers.settles >= d.workers.settleSlots() {
		return -1
	}
	return i
}

// allowed says whether the breaker lets a request leave now.
func (d *dispatcher) allowed(now time.Duration) bool {
	again, ok := d.lane.health.breaker.allows(now, len(d.workers.inFlight))
	d.alarm.by(again)
	return ok
}

// sift takes from the front of the ready jobs those that are not to be sent.
func (d *dispatcher) sift(now time.Duration) {
	for i := range d.ready {
		for len(d.ready[i]) > 0 && d.unfit(d.ready[i][0], now) {
			d.ready[i] = d.ready[i][1:]
		}
	}
}

// unfit says that a ready job is not to be sent, and sees to what becomes of it.
func (d *dispatcher) unfit(j *job, now time.Duration) bool {
	h := &d.lane.health
	stopped := h.poison.stopped(j.push())
	if stopped == nil {
		stopped = d.lane.refuses(j.d, now)
	}
	next, ok := h.outages.probe(j.d.Destination, now)
	switch {
	case j.verdict.Outcome == bot.BadPayload: // its message cannot be made
		d.unsent(j, j.verdict)
	case stopped != nil:
		d.unsent(j, *stopped)
	case j.stale(now, d.journal.writer.took):
		d.giveBack(j, now, 0)
	case !ok:
		d.giveBack(j, now, next-now)
	default:
		return false
	}
	return true
}

// giveBack puts a begun row back that has not left, to wait for so long.
func (d *dispatcher) giveBack(j *job, now, wait time.Duration) {
	d.journal.takeBack(j.d.ID)
	d.scheduler.release(j.row, now, wait)
}

// takeBackAll takes all begun rows back that have not left.
func (d *dispatcher) takeBackAll() {
	for i := range d.ready {
		d.takeBack(budget(i))
	}
}

// takeBack takes those of a budget back.
func (d *dispatcher) takeBack(at budget) {
	now := d.lane.engine.clock.mono()
	for _, j := range d.ready[at] {
		d.giveBack(j, now, 0)
	}
	d.ready[at] = nil
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

// standby are begun jobs that have not left yet, by their budget, in order.
type standby [budgets][]*job

func (s *standby) size() (n int) {
	for _, jobs := range s {
		n += len(jobs)
	}
	return n
}

func (s *standby) push(j *job) {
	b := j.row.queue.budget
	s[b] = append(s[b], j)
}

// pop takes the first job of a budget that has one.
func (s *standby) pop(b budget) *job {
	j := s[b][0]
	s[b][0] = nil
	s[b] = s[b][1:]
	return j
}
