package delivery

import (
	"context"
	"time"

	"storybot/bot"
	"storybot/bot/lease"
)

// loop is the work on a lane under one lease. One goroutine, run, owns all of it;
// requests are made by the workers, and the database is called by one more
// goroutine for the journal and one for the poller. They answer through channels.
//
// It decides nothing itself: it gives every answer to the part it is for, and does
// with the others what that part says.
type loop struct {
	lane       *lane
	ctx        context.Context // ends when the process is to stop
	lease      *lease.Lease
	poller     *poller
	scheduler  *scheduler
	journal    *journal
	dispatcher *dispatcher
	judge      *judge
	alarm      wakeup
	end        ending
}

// ending is how a loop comes to its end.
type ending struct {
	retiring bool          // begins nothing more; ends when all is written
	deadline time.Duration // then what is on its way is cut off
	lost     bool          // nothing can be written: the lease is another's, or what is in flight is not known
}

// wakeup is when the loop turns next, whatever happens.
type wakeup struct {
	at    time.Duration
	timer *time.Timer
	woken chan struct{}
}

// by makes the loop turn at the latest then; 0 for no matter when.
func (w *wakeup) by(at time.Duration) {
	if at != 0 {
		w.at = min(w.at, at)
	}
}

// newLoop prepares the work under a lease; woken is signalled when that changes.
func newLoop(l *lane, ctx context.Context, held *lease.Lease, woken chan struct{}) *loop {
	e := l.engine
	w := &loop{
		lane: l, ctx: ctx, lease: held,
		scheduler: newScheduler(newWindow(e.share(), l.limits.apart())),
		journal:   newJournal(l, held.Grant()),
		judge:     &judge{health: &l.health, pace: l.pace, clock: e.clock, random: e.cfg.Random, log: l.log},
		alarm:     wakeup{timer: time.NewTimer(time.Hour), woken: woken},
	}
	w.poller = newPoller(l, held.Grant(), newLoader(w.scheduler))
	w.dispatcher = &dispatcher{
		lane: l, lease: held, scheduler: w.scheduler, poller: w.poller, journal: w.journal, settler: &w.judge.settler,
		workers: newWorkers(l.slots), alarm: &w.alarm,
		unsent: func(j *job, v bot.Verdict) { now := w.now(); w.carryOut(w.judge.unsent(j, v, now), now) },
	}
	l.health.outages = outageDetector{}
	return w
}

// run works until the process is to stop or the lease is lost. All its goroutines
// have ended when it returns.
func (l *loop) run() {
	defer l.alarm.timer.Stop()
	l.end.lost = !l.recover()
	l.judge.settler.turned = l.now()
	for {
		now := l.now()
		l.alarm.at = now + l.lane.engine.cfg.Poll
		l.turn(now)
		l.lane.rest(l, false)
		if l.over(now) {
			break
		}
		l.sleep(now)
	}
	l.dispatcher.workers.rest()
}

func (l *loop) now() time.Duration { return l.lane.engine.clock.mono() }

// turn does all that can be done now.
func (l *loop) turn(now time.Duration) {
	if l.lease.Over() {
		l.end.lost = true
	}
	h, limits, journal := &l.lane.health, l.lane.limits, l.journal
	l.scheduler.due(now)
	l.poller.loader.resize(l.lane.engine.share(), limits.apart(), now)
	undisturbed := !h.breaker.probing() && limits.posts.paused <= now && journal.writer.retry.try == 0 && l.lease.Context().Err() == nil
	l.judge.settler.note(now, undisturbed)
	if undisturbed && !l.end.lost {
		l.poller.overdue = h.works(now) || l.poller.overdue
		journal.works(now)
	}
	drained := l.dispatcher.idle() && !l.dispatcher.more(now) && !journal.writer.busy
	l.carryOut(l.judge.pass(now, drained), now)
	l.alarm.by(h.outages.next())
	if l.end.lost {
		return
	}
	if !l.end.retiring {
		l.dispatcher.start(now)
		l.alarm.by(l.poller.read(l.ctx, now, func(q *queue) time.Duration {
			if next, ok := h.outages.probe(q.destination, now); !ok {
				return next - now
			}
			return 0
		}))
	}
	l.exchange(now)
}

// exchange writes results and begins rows when that is worth a transaction.
func (l *loop) exchange(now time.Duration) {
	j := l.journal
	if j.writer.busy {
		return
	}
	if now < j.writer.retry.at {
		l.alarm.by(j.writer.retry.at)
		return
	}
	var rows []*row
	if !j.writer.owing() {
		if !l.end.retiring {
			rows = batcher{l.dispatcher, l.scheduler}.choose(now)
		}
		if len(rows) == 0 {
			if at, due := j.due(now, writeSlots*l.lane.slots, l.dispatcher.idle()); !due {
				l.alarm.by(at)
				return
			}
		}
	}
	j.exchange(l.ctx, rows, l.lane.engine.clock.read())
}

// sleep waits for the next event and takes in all that are there.
func (l *loop) sleep(now time.Duration) {
	if q := l.scheduler.waits.first(); q != nil {
		l.alarm.by(q.readyAt)
	}
	l.alarm.timer.Reset(max(0, l.alarm.at-now))
	stop := l.ctx.Done()
	if l.end.retiring {
		stop = nil
	}
	in, answered, written := l.lane.inbox, l.dispatcher.workers.done, l.journal.writer.answers
	select {
	case j := <-answered:
		l.land(j)
	case a := <-written:
		l.takeIn(a)
	case f := <-l.poller.found:
		l.lose(l.poller.take(f, l.now()))
	case <-in.kicks:
		l.poller.asked = true
	case <-in.resume:
		r, now := l.judge.open(), l.now()
		l.lane.health.resume(r, now)
		l.carryOut(r, now)
	case <-l.alarm.woken:
	case <-l.alarm.timer.C:
	case <-stop:
		l.end.retiring = true
		l.end.deadline = l.now() + l.lane.engine.cfg.Drain
		l.dispatcher.takeBackAll()
	}
	for {
		select {
		case j := <-answered:
			l.land(j)
			continue
		case a := <-written:
			l.takeIn(a)
			continue
		default:
		}
		return
	}
}

// over says that the loop has ended, and cuts off what takes too long.
func (l *loop) over(now time.Duration) bool {
	grounded := len(l.dispatcher.workers.inFlight) == 0 && !l.journal.writer.busy && !l.poller.busy
	if l.end.lost {
		return grounded
	}
	if !l.end.retiring {
		return false
	}
	giveUp := l.end.deadline + l.lane.engine.cfg.Drain/4
	switch {
	case now >= giveUp:
		return grounded // the database does not take the rest: it is settled next time
	case now >= l.end.deadline:
		l.lease.Expire()
		l.alarm.by(giveUp)
	default:
		l.alarm.by(l.end.deadline)
	}
	return grounded && l.journal.idle()
}

// idle says that nothing due now is left to do.
func (l *loop) idle() bool {
	if l.lane.health.breaker.stopped() != "" {
		return len(l.dispatcher.workers.inFlight) == 0
	}
	return !l.dispatcher.more(l.now()) && l.journal.idle() && l.dispatcher.idle() && len(l.lane.health.outages.suspects) == 0
}
