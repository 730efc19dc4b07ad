package delivery

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"storybot/bot"
	"storybot/stories"
)

const (
	// ahead is the time for which rows are claimed beforehand.
	ahead = 40 * time.Millisecond
	// writeWithin is how long a result may wait for others to be written with.
	writeWithin = 25 * time.Millisecond
	// oldestEvery this many claims one asks for the oldest rows, whatever
	// their level: what is urgent goes first, but nothing starves.
	oldestEvery = 10
)

// stored is what a call to the database has brought.
type stored struct {
	batch   stories.Batch
	jobs    []*job
	asked   int // how many rows were asked for
	results []stories.Result
	alarms  []Alarm
	err     error
	began   time.Duration
	recover bool // look for rows of an earlier claim
	found   []stories.Delivery
	unread  error // why a message could not be made
}

// exchange writes results and claims rows when that is worth a transaction.
func (s *shift) exchange(now time.Duration) {
	if s.storing || s.lost {
		return
	}
	if now < s.storeWait {
		s.wake(s.storeWait)
		return
	}
	if now >= s.askAt {
		s.asking = true
	} else {
		s.wake(s.askAt)
	}
	want := 0
	if s.asking {
		want = s.want(now)
	}
	if want == 0 {
		if !s.writeNow(now) {
			return
		}
		want = s.want(now) // what is written may make more due
	}
	s.storing = true
	call := stored{asked: want, results: s.results, alarms: s.told, began: now, recover: s.orphans}
	s.results, s.told, s.orphans = nil, nil, false
	oldest := false
	if want > 0 {
		s.claims++
		oldest = s.claims%oldestEvery == 0
		s.asking = false
		s.askAt = now + s.engine.cfg.Poll
	}
	s.wg.Go(func() { s.stored <- s.advance(call, oldest) })
}

// want returns how many rows to claim: what can leave now, and what can within
// a moment, less what is ready; 0 while enough is ready or nothing may leave.
func (s *shift) want(now time.Duration) int {
	if s.retiring || s.crowded(now) || s.term.context() == nil || !s.unbraked(now) {
		return 0
	}
	if wait := s.limiter.wait(now); wait > 2*ahead {
		s.wake(now + wait - ahead)
		return 0
	}
	if s.brake.probing() {
		return max(0, 1-len(s.ready))
	}
	rate, limited := s.limiter.rate(), true
	if rate == 0 {
		rate, limited = s.answers, false
	}
	soon := 1 + int(math.Ceil(rate*(ahead+2*s.storeTook).Seconds()))
	soon = min(soon, 4*s.slots)
	if len(s.ready) > soon/2 {
		return 0
	}
	free := max(0, s.freeSlots(now))
	if limited {
		free = min(free, 1)
	}
	return max(0, free+soon-len(s.ready))
}

// writeNow says that the results are due to be written.
func (s *shift) writeNow(now time.Duration) bool {
	if len(s.results) == 0 {
		return false
	}
	if len(s.results) >= 2*s.slots || len(s.aloft) == 0 && len(s.ready) == 0 {
		return true
	}
	s.wake(s.resultsSince + writeWithin)
	return now >= s.resultsSince+writeWithin
}

// advance is the call itself, on a goroutine of its own.
func (s *shift) advance(call stored, oldest bool) stored {
	ctx, done := context.WithTimeout(context.WithoutCancel(s.ctx), storeTimeout)
	defer done()
	if call.recover {
		if call.found, call.err = s.engine.cfg.Queue.Recover(ctx, s.term.lease); call.err != nil {
			return call
		}
	}
	now := s.engine.clock.read()
	if call.err = s.rebase(ctx, now); call.err != nil {
		return call
	}
	for i, r := range call.results {
		call.results[i] = brought(r, now.wall)
	}
	call.batch, call.err = s.engine.cfg.Queue.Advance(ctx, s.term.lease, call.results, call.asked, oldest, now.wall)
	if call.err != nil {
		return call
	}
	jobs := make([]job, len(call.batch.Claimed))
	call.jobs = make([]*job, len(jobs))
	for i, d := range call.batch.Claimed {
		j := &jobs[i]
		j.d, j.settle = d, d.Doubtful
		j.begun(now)
		if err := s.read(ctx, j); err != nil {
			call.unread = err
		}
		call.jobs[i] = j
	}
	return call
}

// read makes j's message. An update that is no longer there is j's verdict; any
// other error is returned and leaves j without a message.
func (s *shift) read(ctx context.Context, j *job) error {
	m, err := s.engine.contents.message(ctx, j.d)
	if stories.CodeOf(err) == stories.CodeNotFound {
		j.verdict = bot.Verdict{Outcome: bot.BadPayload, Code: "no_content", Reason: "did not get this update: it no longer exists"}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read update %d: %w", j.d.UpdateID, err)
	}
	j.msg = m
	return nil
}

// takeIn takes in what the database has answered.
func (s *shift) takeIn(r stored) {
	now := s.engine.clock.mono()
	s.storing = false
	if r.err != nil {
		s.storeFailed(r, now)
		return
	}
	s.engine.store.worked()
	s.storeTry, s.storeWait = 0, 0
	s.measure(now, now-r.began)
	for _, a := range r.alarms {
		s.engine.alarm(a)
	}
	s.adopt(r)
	if r.unread != nil {
		s.engine.store.failed(r.unread)
		s.storeWait = now + time.Second
	}
	for _, j := range r.jobs {
		j.claimed = now
		switch {
		case j.msg == nil && j.verdict.Outcome != bot.BadPayload:
			s.giveBack(j, time.Second)
		case j.settle && j.msg != nil:
			s.settle(j, now, 0)
		default:
			s.ready = append(s.ready, j)
		}
	}
	if s.retiring {
		s.putBackReady()
	}
	if r.asked == 0 {
		s.asking = true
		return
	}
	s.asking = s.asking || r.batch.Waiting
	if next := r.batch.NextDue; !next.IsZero() {
		s.askAt = min(s.askAt, now+max(time.Millisecond, next.Sub(s.engine.clock.now())))
	}
}

// measure smooths how long a call takes and how fast answers come.
func (s *shift) measure(now, took time.Duration) {
	s.storeTook += (took - s.storeTook) / 4
	if passed := now - s.lastStore; passed >= 2*time.Millisecond {
		s.answers += (float64(s.counted)/passed.Seconds() - s.answers) / 2
		s.counted, s.lastStore = 0, now
	}
}

// storeFailed keeps the results for another try. A claim that failed may have
// been made all the same: the next call looks for it.
func (s *shift) storeFailed(r stored, now time.Duration) {
	if errors.Is(r.err, stories.ErrLeaseLost) {
		s.term.lose()
		s.lost = true
		return
	}
	s.engine.store.failed(r.err)
	s.storeTry++
	s.storeWait = now + backoff(50*time.Millisecond, 2*time.Second, s.storeTry, s.random())
	s.results = append(r.results, s.results...)
	s.told = append(r.alarms, s.told...)
	s.orphans = s.orphans || r.recover || r.asked > 0
	s.asking = true
}
