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
type shift struct {
	lane    *lane
	ctx     context.Context // ends when the process is to stop
	lease   *lease.Lease
	queue   *scheduler
	reader  *reader
	journal *journal
	crew    *crew
	settler *settler
	alarm   wakeup
	end     ending
	answers chan answer
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
func newShift(l *lane, ctx context.Context, held *lease.Lease, woken chan struct{}) *shift {
	queue := newScheduler(emptyWindow(l.engine.share(), l.limits.apart()))
	s := &shift{
		lane: l, ctx: ctx, lease: held,
		queue:   queue,
		reader:  newReader(newFiller(queue)),
		journal: &journal{lease: held.Grant(), flying: map[int64]stories.Flight{}, worked: l.engine.clock.mono() - workEvery + workFirst},
		crew:    newCrew(l.slots),
		settler: &settler{},
		alarm:   wakeup{timer: time.NewTimer(time.Hour), woken: woken},
		answers: make(chan answer, 1),
	}
	l.health.outages = suspicion{}
	return s
}

// run works until the process is to stop or the lease is lost. All its goroutines
// have ended when it returns.
func (s *shift) run() {
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
	s.crew.rest()
}

func (s *shift) now() time.Duration { return s.lane.engine.clock.mono() }

// random returns a number in [0, 1) for jitter.
func (s *shift) random() float64 { return s.lane.engine.cfg.Random() }

// turn does all that can be done now.
func (s *shift) turn(now time.Duration) {
	if s.lease.Over() {
		s.end.lost = true
	}
	h := &s.lane.health
	s.queue.due(now)
	if rows := s.lane.engine.share(); rows != s.reader.rows {
		s.reader.rows = rows
		s.reader.fill.room.resize(rows, s.lane.limits.apart(), now)
	}
	undisturbed := !h.breaker.probing() && s.lane.limits.posts.paused <= now && s.journal.try == 0 && s.lease.Context().Err() == nil
	s.settler.note(now, undisturbed)
	if undisturbed && !s.end.lost {
		s.works(now)
	}
	answers{s}.believe(h.outages.expire(now, len(s.crew.aloft) == 0 && s.crew.ready.size() == 0 && !s.more(now) && !s.journal.busy))
	if at, ok := h.outages.next(); ok {
		s.alarm.by(at)
	}
	dispatch{s}.start(now)
	intake{s}.read(now)
	dispatch{s}.exchange(now)
}

// more says that something may be left to be begun now: not what waits for a
// budget that is spent beside the posts' own.
func (s *shift) more(now time.Duration) bool {
	var due open
	for i := range due {
		due[i] = line(i) == posts || s.lane.limits.line(line(i)).wait(now) <= 2*ahead
	}
	return s.reader.unsure() || s.queue.ready(now, due)
}

// sleep waits for the next event and takes in all that are there.
func (s *shift) sleep(now time.Duration) {
	if p := s.queue.waits.first(); p != nil {
		s.alarm.by(p.readyAt)
	}
	s.alarm.timer.Reset(max(0, s.alarm.at-now))
	stop := s.ctx.Done()
	if s.end.retiring {
		stop = nil
	}
	in := s.lane.inbox
	select {
	case j := <-s.crew.done:
		answers{s}.land(j)
	case a := <-s.answers:
		intake{s}.takeIn(a)
	case r := <-s.reader.found:
		intake{s}.found(r)
	case <-in.kicks:
		s.reader.asked = true
	case <-in.resume:
		s.resumed()
	case <-s.alarm.woken:
	case <-s.alarm.timer.C:
	case <-stop:
		s.retire()
	}
	for {
		select {
		case j := <-s.crew.done:
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
func (s *shift) retire() {
	s.end.retiring = true
	s.end.deadline = s.now() + s.lane.engine.cfg.Drain
	dispatch{s}.putBackReady()
}

// over says that the shift has ended, and cuts off what takes too long.
func (s *shift) over(now time.Duration) bool {
	grounded := len(s.crew.aloft) == 0 && !s.journal.busy && !s.reader.busy
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
func (s *shift) idle() bool {
	if s.lane.health.breaker.stopped() != "" {
		return len(s.crew.aloft) == 0
	}
	return !s.more(s.now()) && s.journal.idle() && len(s.crew.aloft) == 0 && s.crew.ready.size() == 0 && len(s.lane.health.outages.suspects) == 0
}

// resumed lets a stopped lane try again, as a person has asked.
func (s *shift) resumed() {
	s.lane.health.invalid.reset()
	s.lane.health.breaker.resume(s.now())
	s.journal.pause(waitAccount, 0, "")
}
