package delivery

import (
	"context"
	"log/slog"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// land takes in the answer to a request: what it says of the lane's pace, and what
// it means.
func (l *loop) land(j *job) {
	now := l.now()
	l.dispatcher.workers.land(j)
	l.lane.speed.counted++
	l.lane.count.count(j.verdict, j.request.settle)
	if name, pause := l.lane.limits.note(j, now, l.lane.engine.cfg.Random()); pause >= journalFrom {
		l.journal.pause(name, now+pause, "")
	}
	l.carryOut(l.judge.answer(j, now), now)
}

// carryOut does what a ruling says.
func (l *loop) carryOut(r *ruling, now time.Duration) {
	for i := range r.decisions {
		c := &r.decisions[i]
		at := c.job.row
		l.note(c)
		switch {
		case c.doubt:
			l.scheduler.stall(at, now)
			continue
		case c.result.State == stories.Pending:
			at.tries.take(c.result)
			l.journal.write(c.result, at, now)
			l.scheduler.release(at, now, c.wait)
		default:
			l.journal.write(c.result, at, now)
			l.scheduler.ended(at, now, c.wait)
		}
		if c.result.Destination != "" {
			l.scheduler.close(at.queue, now)
		}
		if c.result.State == stories.Sent {
			l.lane.count.lag.Observe(max(0, c.result.At.Sub(c.job.d.CreatedAt).Seconds()))
		}
	}
	l.tell(r.alarms, now)
	for _, w := range r.waits {
		l.journal.pause(w.name, w.until, w.reason)
	}
	l.journal.countInvalid(r.invalid)
	if r.stopped {
		l.dispatcher.takeBackAll()
	}
}

// note tells the log what became of a message's request.
func (l *loop) note(c *decision) {
	log, d := l.lane.log, c.job.d
	if !log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	became := c.result.State.String()
	if c.doubt {
		became = "doubtful"
	}
	log.Debug("a delivery was answered", "delivery", d.ID, "update_id", d.About.UpdateID, "notice", d.About.NoticeID, "op", d.Op.String(),
		"destination", d.Destination.String(), "attempt", d.Tries.Count, "became", became, "message", c.result.MessageID, "reason", c.result.Reason)
}

// takeIn takes in what an exchange with the journal has brought.
func (l *loop) takeIn(a answer) {
	now := l.now()
	w := l.journal.take(a, now, l.lane.engine.cfg.Random())
	l.lose(w.lost)
	if a.err == nil {
		l.lane.speed.measure(now)
	}
	l.tell(w.alarms, now)
	for _, r := range w.gone {
		l.scheduler.forget(r, now)
	}
	for _, r := range w.saved {
		l.poller.loader.saved(r, now)
	}
	for _, id := range w.closed {
		l.poller.loader.shut(id)
	}
	for _, r := range w.ended {
		l.scheduler.ended(r, now, 0)
	}
	for _, r := range w.refused {
		l.scheduler.release(r, now, refusedWait)
	}
	for _, j := range w.begun {
		switch {
		case j.msg == nil && j.verdict.Outcome != bot.BadPayload:
			l.dispatcher.giveBack(j, now, unreadWait)
		case j.d.Op.Acts() && j.target == "":
			l.dispatcher.giveBack(j, now, actAgain)
		case j.request.settle && j.msg != nil:
			l.carryOut(l.judge.unsure(j, now), now)
		default:
			l.dispatcher.ready.push(j)
		}
	}
	if l.end.retiring {
		l.dispatcher.takeBackAll()
	}
}

// tell logs alarms and adds them to the journal's next exchange.
func (l *loop) tell(alarms []Alarm, now time.Duration) {
	for _, a := range alarms {
		a.At, a.Lane = l.lane.engine.clock.now(), l.lane.name
		log := l.lane.log.Warn
		if a.Kind == LaneResumed || a.Kind == WorkspaceRecovered {
			log = l.lane.log.Info
		}
		log("delivery alarm", "kind", string(a.Kind), "destination", a.Destination.String(), "update", a.UpdateID, "code", a.Code, "reason", a.Reason)
		l.journal.tell(a, now)
	}
}

// lose takes in whether the lease is another's.
func (l *loop) lose(lost bool) {
	if lost {
		l.lease.Lose()
		l.end.lost = true
	}
}
