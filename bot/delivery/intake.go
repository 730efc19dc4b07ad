package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// intake is the part of a shift that takes in what the database says: what an
// earlier holder left, what is owed, and what has been begun.
type intake struct{ loop *loop }

// inherit takes what an earlier holder left in flight among what is settled. ok
// is false when that could not be read: then the shift must write nothing, for
// the next exchange would say that nothing of it is in flight.
func (i intake) inherit() (ok bool) {
	s := i.loop
	e := s.lane.engine
	for try := 1; ; try++ {
		ctx, done := context.WithTimeout(context.WithoutCancel(s.ctx), storeTimeout)
		err := i.recall(ctx)
		if err == nil {
			err = i.takeOver(ctx)
		}
		done()
		switch {
		case err == nil:
			e.database.worked()
			return true
		case errors.Is(err, stories.ErrLeaseLost):
			s.lease.Lose()
			return false
		}
		e.database.failed(fmt.Errorf("look for deliveries of an earlier run: %w", err))
		select {
		case <-time.After(backoff(storeRetry, storeRetryMax, try, s.random())):
		case <-s.ctx.Done():
			return false
		}
		if s.lease.Over() {
			return false
		}
	}
}

// takeOver makes jobs of what is in flight.
func (i intake) takeOver(ctx context.Context) error {
	s := i.loop
	flights, loaded, err := s.lane.engine.cfg.Journal.Recover(ctx, s.journal.lease)
	if err != nil {
		return err
	}
	s.lane.health.troubles = inherited(loaded.Troubles)
	now := s.lane.engine.clock.read()
	flown := make(map[int64]stories.Flight, len(flights))
	for _, f := range flights {
		flown[f.Delivery] = f
	}
	var jobs []*job
	for _, o := range loaded.Rows {
		f := flown[o.Delivery]
		o.Wait = 0
		r := &row{Ref: o.Ref, queue: &queue{destination: o.Destination}, origin: newOrigin(loaded.Origins[o.Origin], 0), missed: o.Missed}
		r.tries = tries{unknowns: o.Unknowns, doubtful: true, putBack: o.PutBack}
		j := newJob(r, f, s.lane.name, now)
		j.d.Tries.Doubtful = o.Doubtful
		if present, ok := loaded.Revisions[j.d.About.UpdateID]; ok {
			j.d.Revision = present
		}
		m, v, err := s.lane.engine.renderer.message(ctx, j.edition(), o.Missed)
		if err != nil {
			return err
		}
		j.msg, j.verdict, j.target = m, v, loaded.Targets[o.Delivery]
		jobs = append(jobs, j)
	}
	for i, j := range jobs {
		o := loaded.Rows[i]
		j.row = s.poller.loader.adopt(o, loaded.Origins[o.Origin], now.mono)
		s.journal.flying[o.Delivery] = flown[o.Delivery]
		switch {
		case j.msg == nil:
			answers{s}.conclude(j, j.verdict)
		case j.d.Op.Repeatable(): // made again like any other
			dispatch{s}.giveBack(j, now.mono, 0)
		default:
			answers{s}.settle(j, now.mono, 0)
			j.doubt.inherited = true
		}
	}
	s.journal.changed = s.journal.changed || len(jobs) < len(flights)
	if len(jobs) > 0 {
		s.lane.log.Info("an earlier run left deliveries on their way; finding out what became of them", "deliveries", len(jobs))
	}
	return nil
}

// read begins a read when one is worth it.
func (i intake) read(now time.Duration) {
	s := i.loop
	r := s.poller
	if r.busy || s.end.lost || s.end.retiring {
		return
	}
	if now < r.wait {
		s.alarm.by(r.wait)
		return
	}
	if now >= r.at {
		r.asked = true
	}
	db, name := s.lane.engine.cfg.Queue, s.lane.name
	if r.overdue {
		i.trim()
		return
	}
	if r.asked {
		known := r.loader.window.known()
		r.asked, r.at = false, now+s.lane.engine.cfg.Poll
		r.begin(s.ctx, func(ctx context.Context) (f found) {
			f.publications, f.err = db.Publications(ctx, name, known, mostPublications)
			return f
		})
		return
	}
	l, ok := r.loader.hungry(now, func(p *queue) time.Duration {
		next, ok := s.lane.health.outages.probe(p.destination, now)
		if ok {
			return 0
		}
		return next - now
	})
	if !ok {
		s.alarm.by(r.at)
		return
	}
	publications, places, after := l.wants()
	r.begin(s.ctx, func(ctx context.Context) found {
		f := found{loading: l}
		if len(places) > 0 {
			f.loaded, f.err = db.LoadPlaces(ctx, publications, places)
		} else {
			f.loaded, f.err = db.Load(ctx, publications[0], after, l.limit)
		}
		return f
	})
}

// found takes in what was read.
func (i intake) found(f found) {
	s := i.loop
	r, now, store := s.poller, s.now(), s.lane.engine.database
	r.busy = false
	if errors.Is(f.err, stories.ErrLeaseLost) {
		s.lease.Lose()
		s.end.lost = true
		return
	}
	if f.trimmed && errors.Is(f.err, stories.ErrRefused) { // it never will be; the rest goes on
		s.lane.log.Error("the database refuses to have old deliveries skipped; they are sent", "err", f.err)
		f.err = nil
	}
	if f.err != nil {
		store.failed(fmt.Errorf("read what is owed in lane %s: %w", s.lane.name, f.err))
		r.try++
		r.loader.missed(f.loading, now)
		r.asked, r.wait = true, now+backoff(queueRetry, storeRetryMax, r.try, s.random())
		return
	}
	if r.try > 0 { // else it says nothing: what cannot be written can often be read
		store.worked()
		r.try = 0
	}
	if f.trimmed {
		i.trimmed(f.skipped, now)
		return
	}
	if f.loading.limit == 0 && len(f.loading.queues) == 0 {
		r.loader.publish(f.publications)
		r.asked = r.asked || len(f.publications) == mostPublications
		if r.first {
			for _, p := range f.publications {
				r.old[p.ID] = p.UpdateID != 0 || p.NoticeID != 0
			}
			r.first = r.asked
		}
		return
	}
	i.spread(f.loading.publication, f.loaded.Rows)
	r.loader.take(f.loading, f.loaded, now)
}

// spread has what an earlier holder of the lane tried in vain wait for a part of
// its backoff, which nobody knows the end of any more: not all of it at once. What
// was in memory before has waited here.
func (i intake) spread(c *publication, rows []stories.Owed) {
	s := i.loop
	if c == nil {
		return
	}
	for i, o := range rows {
		if o.Attempt > 0 && !o.Doubtful && s.poller.old[o.Publication] && o.Place > c.seen.Place {
			rows[i].Wait = max(o.Wait, time.Duration(s.random()*float64(backoff(retryBase, retryMax, o.Attempt, 0))))
		}
	}
}

// takeIn takes in what the journal's exchange has brought.
func (i intake) takeIn(a answer) {
	s := i.loop
	now, store := s.now(), s.lane.engine.database
	if errors.Is(a.err, stories.ErrLeaseLost) {
		s.journal.busy = false
		s.lease.Lose()
		s.end.lost = true
		return
	}
	if a.err != nil {
		i.failed(a, now)
		return
	}
	store.worked()
	s.journal.done(a, now)
	s.lane.speed.measure(now)
	for _, r := range a.call.ended {
		s.scheduler.forget(r, now)
	}
	for _, r := range a.call.kept {
		s.poller.loader.saved(r, now)
	}
	for _, r := range a.call.x.Results {
		if r.Destination != "" {
			s.poller.loader.shut(r.Place)
		}
	}
	if a.unread != nil {
		store.failed(a.unread)
		s.journal.wait = now + unreadWait
	}
	for n, r := range a.call.rows {
		if a.begun.Deliveries[r.Delivery] {
			i.takeOff(r, a.call.x.Begin[n], a, now)
		} else {
			s.scheduler.forget(r, now)
		}
	}
	if s.end.retiring {
		dispatch{s}.putBackReady()
	}
}

// takeOff makes a job of a row that was begun.
func (i intake) takeOff(r *row, f stories.Flight, a answer, now time.Duration) {
	s := i.loop
	j := newJob(r, f, s.lane.name, a.call.began)
	j.d.Revision = a.present(j.edition())
	j.begunAt, j.takenIn = a.call.began.mono, now
	j.msg, j.verdict, j.target = a.messages[r.Delivery], a.verdicts[r.Delivery], a.begun.Targets[r.Delivery]
	switch {
	case j.msg == nil && j.verdict.Outcome != bot.BadPayload:
		dispatch{s}.giveBack(j, now, unreadWait)
	case j.d.Op.Acts() && j.target == "":
		dispatch{s}.giveBack(j, now, actAgain)
	case j.request.settle && j.msg != nil:
		answers{s}.settle(j, now, 0)
	default:
		s.workers.ready.push(j)
	}
}
