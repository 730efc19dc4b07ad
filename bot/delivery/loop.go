package delivery

import (
	"context"
	"time"

	"storybot/bot/lease"
	"storybot/stories"
)

// shift is the work on a lane under one lease: the loop. One goroutine, run, owns
// all of it; requests are made by the crew, and the database is called by one
// more goroutine for the journal and one for reading. They answer through channels.
type loop struct {
	lane      *lane
	ctx       context.Context // ends when the process is to stop
	lease     *lease.Lease
	scheduler *scheduler
	poller    *poller
	journal   *journal
	workers   *workers
	settler   *settler
	alarm     wakeup
	end       ending
	answers   chan answer
}

// ending is how a shift comes to its end.
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

// by makes the loop turn at the latest then.
func (w *wakeup) by(at time.Duration) { w.at = min(w.at, at) }

// newShift prepares the work under a lease; woken is signalled when that changes.
func newLoop(l *lane, ctx context.Context, held *lease.Lease, woken chan struct{}) *loop {
	scheduler := newScheduler(emptyWindow(l.engine.share(), l.limits.apart()))
	s := &loop{
		lane: l, ctx: ctx, lease: held,
		scheduler: scheduler,
		poller:    newPoller(newLoader(scheduler)),
		journal:   &journal{lease: held.Grant(), flying: map[int64]stories.Flight{}, worked: l.engine.clock.mono() - workEvery + workFirst},
		workers:   newWorkers(l.slots),
		settler:   &settler{},
		alarm:     wakeup{timer: time.NewTimer(time.Hour), woken: woken},
		answers:   make(chan answer, 1),
	}
	l.health.outages = outageDetector{}
	return s
}

// run works until the process is to stop or the lease is lost. All its goroutines
// have ended when it returns.
func (s *loop) run() {
	defer s.alarm.timer.Stop()
	s.end.lost = !intake{s}.inherit()
	s.settler.turned = s.now()
	for {
		now := s.now()
		s.alarm.at = now + s.lane.engine.cfg.Poll
		s.turn(now)
		s.lane.rest(s, false)
		if s.over(now) {
			break
		}
		s.sleep(now)
	}
	s.workers.rest()
}

func (s *loop) now() time.Duration { return s.lane.engine.clock.mono() }

// random returns a number in [0, 1) for jitter.
func (s *loop) random() float64 { return s.lane.engine.cfg.Random() }

// turn does all that can be done now.
func (s *loop) turn(now time.Duration) {
	if s.lease.Over() {
		s.end.lost = true
	}
	h := &s.lane.health
	s.scheduler.due(now)
	if rows := s.lane.engine.share(); rows != s.poller.rows {
		s.poller.rows = rows
		s.poller.loader.evictor.resize(rows, s.lane.limits.apart(), now)
	}
	undisturbed := !h.breaker.probing() && s.lane.limits.posts.paused <= now && s.journal.try == 0 && s.lease.Context().Err() == nil
	s.settler.note(now, undisturbed)
	if undisturbed && !s.end.lost {
		s.works(now)
	}
	answers{s}.believe(h.outages.expire(now, len(s.workers.aloft) == 0 && s.workers.ready.size() == 0 && !s.more(now) && !s.journal.busy))
	if at, ok := h.outages.next(); ok {
		s.alarm.by(at)
	}
	dispatch{s}.start(now)
	intake{s}.read(now)
	dispatch{s}.exchange(now)
}

// more says that something may be left to be begun now: not what waits for a
// budget that is spent beside the posts' own.
func (s *loop) more(now time.Duration) bool {
	var due open
	for i := range due {
		due[i] = budget(i) == posts || s.lane.limits.budget(budget(i)).wait(now) <= 2*ahead
	}
	return s.poller.unsure() || s.scheduler.ready(now, due)
}

// sleep waits for the next event and takes in all that are there.
func (s *loop) sleep(now time.Duration) {
	if p := s.scheduler.waits.first(); p != nil {
		s.alarm.by(p.readyAt)
	}
	s.alarm.timer.Reset(max(0, s.alarm.at-now))
	stop := s.ctx.Done()
	if s.end.retiring {
		stop = nil
	}
	in := s.lane.inbox
	select {
	case j := <-s.workers.done:
		answers{s}.land(j)
	case a := <-s.answers:
		intake{s}.takeIn(a)
	case r := <-s.poller.found:
		intake{s}.found(r)
	case <-in.kicks:
		s.poller.asked = true
	case <-in.resume:
		s.resumed()
	case <-s.alarm.woken:
	case <-s.alarm.timer.C:
	case <-stop:
		s.retire()
	}
	for {
		select {
		case j := <-s.workers.done:
			answers{s}.land(j)
			continue
		case a := <-s.answers:
			intake{s}.takeIn(a)
			continue
		default:
		}
		return
	}
}

// retire begins nothing more; the shift ends when what is on its way has landed
// and is written.
func (s *loop) retire() {
	s.end.retiring = true
	s.end.deadline = s.now() + s.lane.engine.cfg.Drain
	dispatch{s}.putBackReady()
}

// over says that the shift has ended, and cuts off what takes too long.
func (s *loop) over(now time.Duration) bool {
	grounded := len(s.workers.aloft) == 0 && !s.journal.busy && !s.poller.busy
	if s.end.lost {
		return grounded
	}
	if !s.end.retiring {
		return false
	}
	giveUp := s.end.deadline + s.lane.engine.cfg.Drain/4
	switch {
	case now >= giveUp:
		return grounded // the database does not take the rest: it is settled next time
	case now >= s.end.deadline:
		s.lease.Expire()
		s.alarm.by(giveUp)
	default:
		s.alarm.by(s.end.deadline)
	}
	return grounded && s.journal.idle()
}

// idle says that nothing due now is left to do.
func (s *loop) idle() bool {
	if s.lane.health.breaker.stopped() != "" {
		return len(s.workers.aloft) == 0
	}
	return !s.more(s.now()) && s.journal.idle() && len(s.workers.aloft) == 0 && s.workers.ready.size() == 0 && len(s.lane.health.outages.suspects) == 0
}

// resumed lets a stopped lane try again, as a person has asked.
func (s *loop) resumed() {
	s.lane.health.invalid.reset()
	s.lane.health.breaker.resume(s.now())
	s.journal.pause(waitAccount, 0, "")
}
