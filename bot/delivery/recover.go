package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"storybot/stories"
)

// recover takes over from earlier holders of the lane: what they wrote down of it,
// and what they left in flight, which is settled before it is sent again. ok is
// false when that could not be read: then the loop must write nothing, for the next
// exchange would say that nothing of it is in flight.
func (l *loop) recover() (ok bool) {
	database := l.lane.engine.database
	for try := 1; ; try++ {
		ctx, done := context.WithTimeout(context.WithoutCancel(l.ctx), storeTimeout)
		err := l.recall(ctx)
		if err == nil {
			err = l.inherit(ctx)
		}
		done()
		switch {
		case err == nil:
			database.worked()
			return true
		case errors.Is(err, stories.ErrLeaseLost):
			l.lease.Lose()
			return false
		}
		database.failed(fmt.Errorf("look for deliveries of an earlier run: %w", err))
		select {
		case <-time.After(backoff(storeRetry, storeRetryMax, try, l.lane.engine.cfg.Random())):
		case <-l.ctx.Done():
			return false
		}
		if l.lease.Over() {
			return false
		}
	}
}

// recall takes in what earlier holders of the lane wrote down of it: how long a
// platform asked it to wait, invalid requests, and when it last worked.
func (l *loop) recall(ctx context.Context) error {
	past, err := l.lane.engine.cfg.Store.LanePast(ctx, l.lane.name)
	if err != nil {
		return err
	}
	now, r := l.now(), l.judge.open()
	for _, w := range past.Waits {
		if limiter := l.lane.limits.named(w.Method); limiter != nil {
			limiter.paused = max(limiter.paused, now+w.For)
		}
	}
	l.lane.limits.recall(past.Spent, now)
	l.lane.health.recall(r, past, now)
	l.carryOut(r, now)
	return nil
}

// inherit makes jobs of what is in flight.
func (l *loop) inherit(ctx context.Context) error {
	flights, loaded, err := l.lane.engine.cfg.Store.Recover(ctx, l.journal.writer.lease)
	if err != nil {
		return err
	}
	l.lane.health.troubles = inherited(loaded.Troubles)
	now := l.lane.engine.clock.read()
	flown := make(map[int64]stories.Flight, len(flights))
	for _, f := range flights {
		flown[f.Delivery] = f
	}
	var jobs []*job
	for _, o := range loaded.Rows {
		j, err := l.lane.inherited(ctx, o, flown[o.Delivery], loaded, now)
		if err != nil {
			return err
		}
		jobs = append(jobs, j)
	}
	for i, j := range jobs {
		o := loaded.Rows[i]
		o.Wait = 0
		j.row = l.poller.loader.adopt(o, loaded.Origins[o.Origin], now.mono)
		l.journal.flying[o.Delivery] = flown[o.Delivery]
		switch {
		case j.msg == nil:
			l.carryOut(l.judge.unsent(j, j.verdict, now.mono), now.mono)
		case j.d.Op.Repeatable(): // made again like any other
			f := flown[o.Delivery]
			l.lane.limits.spend(stories.Spent{Destination: j.d.Destination, Op: j.d.Op, Ago: max(0, now.wall.Sub(f.Last)), Requests: f.Attempt}, now.mono)
			l.dispatcher.giveBack(j, now.mono, 0)
		default:
			l.carryOut(l.judge.unsure(j, now.mono), now.mono)
			j.doubt.inherited = true
		}
	}
	l.journal.changed = l.journal.changed || len(jobs) < len(flights)
	if len(jobs) > 0 {
		l.lane.log.Info("an earlier run left deliveries on their way; finding out what became of them", "deliveries", len(jobs))
	}
	return nil
}

// inherited makes a job of a row an earlier holder has begun as f. It is no row of
// the window's yet.
func (l *lane) inherited(ctx context.Context, o stories.Owed, f stories.Flight, loaded stories.Loaded, now reading) (*job, error) {
	r := &row{Ref: o.Ref, queue: &queue{destination: o.Destination}, origin: newOrigin(loaded.Origins[o.Origin], 0), missed: o.Missed, late: o.Late}
	r.tries = tries{unknowns: o.Unknowns, doubtful: true, putBack: o.PutBack}
	j := newJob(r, f, l.name, now)
	j.d.Tries.Doubtful = o.Doubtful
	if present, ok := loaded.Revisions[j.d.About.UpdateID]; ok {
		j.d.Revision = present
	}
	says := j.edition()
	says.late = r.late
	if e, ok := loaded.Earlier[o.Delivery]; ok {
		j.d.Revision, says.revision = e.Began, e.Shows
	}
	m, v, err := l.engine.renderer.message(ctx, says.inCopy(r.origin, loaded.Shown[o.Delivery]), o.Missed)
	j.msg, j.verdict, j.target, j.mark, j.ping = m, v, loaded.Targets[o.Delivery], loaded.Keys[o.Delivery], loaded.Pings[o.Delivery]
	return j, err
}
