package delivery

import (
	"context"
	"sync"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// shift is the work on a lane under one lease. One goroutine, run, owns all of
// it; requests are made by a few workers, and the database is called by one
// more goroutine at a time. They answer through channels.
type shift struct {
	*lane
	ctx  context.Context // ends when the process is to stop
	term *term

	ready     []*job // claimed, in order
	aloft     []*job // on their way, in no order
	settles   int    // how many of aloft settle
	settling  []*job // may have been sent, waiting to be looked at
	settledBy bool   // the last request was a settling one: sends and settles take turns
	// working is how long the lane has worked undisturbed until turned; see noteWork.
	working   time.Duration
	turned    time.Duration
	suspicion suspicion
	asked     []chan struct{} // who waits in Admit

	results      []stories.Result // to be written
	told         []Alarm          // once they are
	resultsSince time.Duration

	asking    bool          // there may be more to claim
	askAt     time.Duration // ask then, whatever is known
	claims    int
	storing   bool
	storeWait time.Duration // after an error, not before
	storeTry  int
	storeTook time.Duration // what a call takes, smoothed
	answers   float64       // answers per second, smoothed
	counted   int           // answers since lastStore
	lastStore time.Duration
	stored    chan stored
	rebased   int // of how many settings back of the clock the lane knows; -1 for none yet
	// rebaseAgain is when to look once more; 0 for never.
	rebaseAgain time.Duration
	orphans     bool // a claim may have been made without our learning of it

	retiring bool          // claims nothing more; ends when all is written
	deadline time.Duration // then what is on its way is cut off
	lost     bool          // the lease is another's: nothing can be written

	wakeAt  time.Duration
	timer   *time.Timer
	woken   chan struct{}
	work    chan *job
	done    chan *job
	workers int
	wg      sync.WaitGroup
}

// job is a delivery in this process.
type job struct {
	d       stories.Delivery
	msg     *bot.Message
	ctx     context.Context // of the request
	claimed time.Duration
	started time.Duration
	place   int           // in aloft
	settle  bool          // the request asks what became of an earlier one
	tries   int           // of settling
	doubted time.Duration // when settling began
	worked  time.Duration // shift.working then
	next    time.Duration
	verdict bot.Verdict

	firstBegun time.Duration // the first request, when it was begun
	lastBegun  time.Duration // and the newest
}

// newShift prepares the work under a lease that was asked for at began.
func newShift(l *lane, ctx context.Context, lease stories.Lease, began time.Time) *shift {
	s := &shift{
		lane:   l,
		ctx:    ctx,
		stored: make(chan stored, 1),
		woken:  make(chan struct{}, 1),
		work:   make(chan *job, l.mostAloft()),
		done:   make(chan *job, l.mostAloft()),
		timer:  time.NewTimer(time.Hour),
		asking: true,

		rebased: -1,
	}
	s.term = newTerm(l.engine.cfg.Queue, lease, began, l.engine.cfg.LeaseTTL, l.engine.store, func() {
		select {
		case s.woken <- struct{}{}:
		default:
		}
	})
	return s
}

// run works until the process is to stop or the lease is lost. All its goroutines have ended when it returns.
func (s *shift) run() {
	defer s.timer.Stop()
	s.inherit()
	s.turned = s.engine.clock.mono()
	for {
		now := s.engine.clock.mono()
		s.wakeAt = now + s.engine.cfg.Poll
		s.turn(now)
		s.rest(s, false)
		if s.over(now) {
			break
		}
		s.sleep(now)
	}
	close(s.work)
	s.wg.Wait()
}

// turn does all that can be done now.
func (s *shift) turn(now time.Duration) {
	if s.term.over() {
		s.lost = true
	}
	s.noteWork(now)
	s.judge(s.suspicion.expire(now, len(s.aloft) == 0 && len(s.ready) == 0 && !s.asking && !s.storing))
	if at, ok := s.suspicion.next(); ok {
		s.wake(at)
	}
	s.admit(now)
	s.start(now)
	s.exchange(now)
}

// sleep waits for the next event and takes in all that are there.
func (s *shift) sleep(now time.Duration) {
	s.timer.Reset(max(0, s.wakeAt-now))
	stop := s.ctx.Done()
	if s.retiring {
		stop = nil
	}
	select {
	case j := <-s.done:
		s.land(j)
	case r := <-s.stored:
		s.takeIn(r)
	case <-s.kicks:
		s.asking = true
	case <-s.resume:
		s.resumed()
	case ask := <-s.asks:
		s.asked = append(s.asked, ask)
	case <-s.spent:
		s.countAgain()
	case <-s.woken:
	case <-s.timer.C:
	case <-stop:
		s.retire()
	}
	for {
		select {
		case j := <-s.done:
			s.land(j)
			continue
		case r := <-s.stored:
			s.takeIn(r)
			continue
		default:
		}
		return
	}
}

// wake makes sleep end at the latest then.
func (s *shift) wake(at time.Duration) { s.wakeAt = min(s.wakeAt, at) }

// retire stops claiming; the shift ends when what is on its way has landed and
// is written.
func (s *shift) retire() {
	s.retiring = true
	s.deadline = s.engine.clock.mono() + s.engine.cfg.Drain
	s.putBackReady()
}

// over says that the shift has ended, and cuts off what takes too long.
func (s *shift) over(now time.Duration) bool {
	grounded := len(s.aloft) == 0 && !s.storing
	if s.lost {
		return grounded
	}
	if !s.retiring {
		return false
	}
	giveUp := s.deadline + s.engine.cfg.Drain/4
	switch {
	case now >= giveUp:
		return grounded // the database does not take the rest: it is settled next time
	case now >= s.deadline:
		s.term.expire()
		s.wake(giveUp)
	default:
		s.wake(s.deadline)
	}
	return grounded && len(s.results) == 0
}

// idle says that nothing due now is left to do.
func (s *shift) idle() bool {
	if s.brake.stopped() != "" {
		return len(s.aloft) == 0
	}
	return !s.asking && !s.storing && len(s.aloft) == 0 && len(s.ready) == 0 && len(s.results) == 0 && len(s.suspicion.suspects) == 0
}

// resumed lets a stopped lane try again, as a person has asked.
func (s *shift) resumed() {
	s.invalid.reset()
	s.brake.resume(s.engine.clock.mono())
	s.asking = true
}

// random returns a number in [0, 1) for jitter.
func (s *shift) random() float64 { return s.engine.cfg.Random() }
