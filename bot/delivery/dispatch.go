package delivery

import (
	"context"
	"errors"
	"math"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// dispatch is the part of a shift that lets requests leave and begins those that
// leave next.
type dispatch struct{ *shift }

// start lets everything leave that may leave now.
func (s dispatch) start(now time.Duration) {
	for {
		j := s.pick(now)
		if j == nil {
			return
		}
		s.lane.limits.start(j, now)
		s.lane.health.outages.probing(j.d.Destination)
		s.crew.launch(j, now, s.lane.serve)
	}
}

// pick returns what leaves next; nil when nothing may.
func (s dispatch) pick(now time.Duration) *job {
	s.sift(now)
	if s.end.lost || s.end.retiring || len(s.crew.ready) == 0 && len(s.settler.list) == 0 {
		return nil
	}
	ctx := s.term.context()
	if ctx == nil || !s.unbraked(now) {
		s.putBackReady()
		return nil
	}
	var j *job
	settle, send := s.dueSettle(now), s.maySend(now)
	switch {
	case settle >= 0 && s.lookFirst(send, now):
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
func (s dispatch) lookFirst(send bool, now time.Duration) bool {
	if !s.crew.settledLast {
		return true
	}
	beginnable := s.lane.health.breaker.probing() && (s.more(now) || s.journal.busy) && !s.settler.crowded(now)
	return !send && !beginnable
}

// maySend says whether a row may be sent now.
func (s dispatch) maySend(now time.Duration) bool {
	if len(s.crew.ready) == 0 {
		return false
	}
	if wait := s.lane.limits.of(s.crew.ready[0].d.Op, false).wait(now); wait > 0 {
		if wait > staleAfter {
			s.putBackReady()
		}
		s.alarm.by(now + wait)
		return false
	}
	return s.freeSlots(now) > 0
}

func (s dispatch) freeSlots(now time.Duration) int {
	free, again := s.crew.free(now)
	if again > 0 {
		s.alarm.by(again)
	}
	return free
}

// dueSettle returns the index of a job to look at now, -1 for none.
func (s dispatch) dueSettle(now time.Duration) int {
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
func (s dispatch) unbraked(now time.Duration) bool {
	at, ok := s.lane.calm(now, len(s.crew.aloft))
	if at > 0 {
		s.alarm.by(at)
	}
	return ok
}

// sift takes from the front of the ready jobs those that are not to be sent.
func (s dispatch) sift(now time.Duration) {
	for len(s.crew.ready) > 0 {
		j := s.crew.ready[0]
		stopped := s.lane.health.poison.stopped(j.edition())
		switch {
		case j.verdict.Outcome == bot.BadPayload: // its message cannot be made
			answers{s.shift}.conclude(j, j.verdict)
		case stopped != nil:
			answers{s.shift}.conclude(j, *stopped)
		case now-j.begunAt > staleAfter:
			s.giveBack(j, now, 0)
		default:
			next, ok := s.lane.health.outages.probe(j.d.Destination, now)
			if ok {
				return
			}
			s.giveBack(j, now, next-now)
		}
		s.crew.ready = s.crew.ready[1:]
	}
}

// giveBack puts a begun row back that has not left, to wait for so long.
func (s dispatch) giveBack(j *job, now, wait time.Duration) {
	s.journal.putBack(j.d.ID)
	s.queue.release(j.row, now, wait)
}

// putBackReady puts all begun rows back that have not left.
func (s dispatch) putBackReady() {
	now := s.now()
	for _, j := range s.crew.ready {
		s.giveBack(j, now, 0)
	}
	s.crew.ready = nil
}

// exchange writes results and begins rows when that is worth a transaction.
func (s dispatch) exchange(now time.Duration) {
	if s.journal.busy || s.end.lost {
		return
	}
	if now < s.journal.wait {
		s.alarm.by(s.journal.wait)
		return
	}
	c := s.journal.call
	if c == nil {
		rows := s.choose(now)
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
func (s dispatch) choose(now time.Duration) (rows []*row) {
	want := s.want(now)
	if want <= 0 || !s.queue.ready(now) {
		return nil
	}
	s.queue.batch()
	for range want + mostBegun { // as many may belong to a workspace that fails
		r := s.queue.pick(now)
		if r == nil {
			break
		}
		if next, ok := s.lane.health.outages.probe(r.place.destination, now); !ok {
			s.queue.release(r, now, next-now)
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
func (s dispatch) want(now time.Duration) int {
	if s.end.retiring || s.settler.crowded(now) || s.term.context() == nil || !s.unbraked(now) {
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
	free := max(0, s.freeSlots(now))
	if limited {
		free = min(free, 1)
	}
	return max(0, free+soon-len(s.crew.ready))
}

// takeIn takes in what the journal's exchange has brought.
func (s *shift) takeIn(a answer) {
	now, store := s.now(), s.lane.engine.store
	if errors.Is(a.err, stories.ErrLeaseLost) {
		s.journal.busy = false
		s.term.lose()
		s.end.lost = true
		return
	}
	if a.err != nil {
		store.failed(a.err)
		s.journal.failed(now, s.random())
		return
	}
	store.worked()
	s.journal.done(a, now)
	s.lane.speed.measure(now)
	for _, alarm := range a.call.told {
		s.lane.engine.alarm(alarm)
	}
	for _, r := range a.call.ended {
		s.queue.forget(r, now)
	}
	if a.unread != nil {
		store.failed(a.unread)
		s.journal.wait = now + time.Second
	}
	for i, r := range a.call.rows {
		if a.begun.Deliveries[r.Delivery] {
			s.takeOff(r, a.call.x.Begin[i], a, now)
		} else {
			s.queue.forget(r, now)
		}
	}
	if s.end.retiring {
		dispatch{s}.putBackReady()
	}
}

// takeOff makes a job of a row that was begun.
func (s *shift) takeOff(r *row, f stories.Flight, a answer, now time.Duration) {
	j := newJob(r, f, s.lane.name, a.call.began)
	if present, ok := a.begun.Revisions[j.d.UpdateID]; ok {
		j.d.Revision = present
	}
	j.begunAt, j.msg, j.verdict, j.target = a.call.began.mono, a.messages[r.Delivery], a.verdicts[r.Delivery], a.begun.Targets[r.Delivery]
	switch {
	case j.msg == nil && j.verdict.Outcome != bot.BadPayload:
		dispatch{s}.giveBack(j, now, time.Second)
	case j.d.Op == stories.OpEdit && j.target == "":
		dispatch{s}.giveBack(j, now, editAgain)
	case j.request.settle && j.msg != nil:
		s.settler.doubt(j, now, 0)
	default:
		s.crew.ready = append(s.crew.ready, j)
	}
}

// serve makes j's request. A sender that panics costs its row and nothing else.
func (l *lane) serve(j *job) {
	var err error
	defer func() {
		var cause panicked
		if errors.As(err, &cause) {
			j.verdict = bot.Verdict{Outcome: bot.BadPayload, Code: "panic", Reason: "did not get this message: the bot failed at sending it", Err: err}
		}
	}()
	defer contain(&err)
	post := bot.Post{Delivery: j.dated(l.engine.clock.read()), Message: j.msg}
	j.verdict = l.ask(j.request.ctx, j, post)
}

// ask is the one place from which the platform is asked for something.
func (l *lane) ask(ctx context.Context, j *job, post bot.Post) bot.Verdict {
	if j.d.Op == stories.OpEdit {
		editor, ok := l.sender.(bot.Editor)
		if !ok {
			return bot.Verdict{Outcome: bot.MessageGone, Code: "no_edits", Reason: "keeps what was printed there"}
		}
		return editor.Edit(ctx, post.Delivery.Destination, j.target, post.Message)
	}
	if j.request.settle {
		return l.sender.Settle(ctx, post)
	}
	return l.sender.Send(ctx, post)
}
