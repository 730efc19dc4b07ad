package delivery

import (
	"errors"
	"slices"
	"time"

	"storybot/stories"
)

// refusal is how the journal gets on with an exchange that the database refuses,
// however often it is made: a rule of its tables forbids something in it. An outage
// is waited out, this would have the lane wait for ever. So the exchange is taken
// apart until what is refused stands alone; that is ended otherwise, and all else
// goes on.
type refusal struct {
	times int    // in a row
	parts []part // what is left of what was taken apart
	told  map[int64]bool
}

// part is what an exchange says, all or a part of it.
type part struct {
	entry
	rows []*row // to be begun
	less bool   // its result says less than there is to say
}

// empty says that p is nothing: it is what shows that the database takes
// exchanges at all.
func (p part) empty() bool {
	return len(p.results)+len(p.told)+len(p.rows) == 0 && !p.lane.says()
}

// says says that n is something.
func (n laneNote) says() bool { return n.working || n.invalid > 0 || len(n.waits) > 0 }

// pieces takes p apart; it is whole when there is one.
func (p part) pieces() (found []part) {
	if p.lane.says() {
		found = append(found, part{entry: entry{lane: p.lane}})
	}
	if len(p.told) > 0 { // before the results they are about: told twice rather than never
		found = append(found, part{entry: entry{told: p.told}})
	}
	if len(p.results) > 0 {
		found = append(found, p.with(p.results))
	}
	if len(p.rows) > 0 {
		found = append(found, part{rows: p.rows})
	}
	if len(found) > 1 {
		return found
	}
	switch n := len(p.told) + len(p.results) + len(p.rows); {
	case n < 2:
		return []part{p}
	case len(p.told) > 0:
		return []part{{entry: entry{told: p.told[:n/2]}}, {entry: entry{told: p.told[n/2:]}}}
	case len(p.results) > 0:
		return []part{p.with(p.results[:n/2]), p.with(p.results[n/2:])}
	default:
		return []part{{rows: p.rows[:n/2]}, {rows: p.rows[n/2:]}}
	}
}

// with is what p says of some results.
func (p part) with(results []stories.Result) part {
	of := make(map[int64]bool, len(results))
	for _, r := range results {
		of[r.Delivery] = true
	}
	pick := func(rows []*row) (found []*row) {
		for _, r := range rows {
			if of[r.Delivery] {
				found = append(found, r)
			}
		}
		return found
	}
	return part{entry: entry{results: results, ended: pick(p.ended), kept: pick(p.kept)}}
}

// takeApart has the call under way made in pieces.
func (j *journal) takeApart(pieces ...part) {
	j.refusal.parts = append(slices.Clone(pieces), j.refusal.parts...)
	j.call, j.busy, j.try, j.wait, j.refusal.times = nil, false, 0, 0, 0
}

// resume makes the next piece of what was taken apart; nil when there is none.
func (j *journal) resume(now reading) *call {
	if len(j.refusal.parts) == 0 {
		return nil
	}
	p := j.refusal.parts[0]
	j.refusal.parts = j.refusal.parts[1:]
	c := j.entered(p, now)
	c.piece = true
	return c
}

// failed takes in that an exchange was not made.
func (i intake) failed(a answer, now time.Duration) {
	s, c := i.loop, a.call
	j, store := s.journal, s.lane.engine.database
	if !errors.Is(a.err, stories.ErrRefused) {
		j.refusal.times = 0
		store.failed(a.err)
		j.failed(now, s.random())
		return
	}
	switch pieces := c.pieces(); {
	case c.empty(): // nothing of ours is in it
		store.failed(a.err)
		j.failed(now, s.random())
	case c.piece && len(pieces) > 1:
		j.takeApart(pieces...)
	case c.piece:
		i.refused(c.part, a.err, now)
	default:
		s.lane.log.Error("the database refuses what is to be written; it is taken apart when that goes on", "err", a.err)
		if j.refusal.times++; j.refusal.times < refusedTimes {
			j.failed(now, s.random())
			return
		}
		j.takeApart(append([]part{{}}, pieces...)...)
	}
}

// refused sees to the one thing that the database refuses.
func (i intake) refused(p part, err error, now time.Duration) {
	s := i.loop
	log, j := s.lane.log, s.journal
	switch {
	case len(p.results) > 0:
		i.endOtherwise(p, err, now)
		return
	case len(p.rows) > 0:
		r := p.rows[0]
		log.Error("the database refuses to have a delivery begun; it is tried again later", "delivery", r.Delivery, "err", err)
		if !j.refusal.told[r.Delivery] {
			if len(j.refusal.told) >= maxFaults || j.refusal.told == nil {
				j.refusal.told = map[int64]bool{}
			}
			j.refusal.told[r.Delivery] = true
			i.tellRefused(r, "is not sent something, because the database refuses to record that it is on its way")
		}
		s.scheduler.release(r, now, refusedWait)
	case len(p.told) > 0:
		log.Error("the database refuses to keep an alarm; the desk is not told", "kind", string(p.told[0].Kind), "err", err)
	default:
		log.Error("the database refuses what is noted of the lane; a restart will not know it", "err", err)
	}
	j.takeApart()
}

// endOtherwise has a row end whose result the database refuses: with less said of
// it, then as failed. What it refuses to have ended at all stays in flight for the
// database: nobody here begins it, and the next holder of the lane looks for it.
func (i intake) endOtherwise(p part, err error, now time.Duration) {
	s := i.loop
	j, r, of := s.journal, p.results[0], slices.Concat(p.ended, p.kept)[0]
	s.lane.log.Error("the database refuses to record what became of a delivery", "delivery", r.Delivery, "state", r.State.String(), "message", r.MessageID,
		"reason", r.Reason, "err", err)
	if p.less && r.State == stories.Failed {
		j.flying[r.Delivery] = flightOf(r)
		j.takeApart()
		return
	}
	less := stories.Result{Ref: r.Ref, Attempt: r.Attempt, FirstAttemptAt: r.FirstAttemptAt, LastAttemptAt: r.LastAttemptAt, At: r.At, State: stories.Failed,
		Reason: "did not get this message: the database refuses to record what became of it"}
	if !p.less {
		what := "did not get a message: the database refuses to record what became of it"
		if r.State == stories.Sent {
			less.State, what = stories.Sent, "got a message, but the database refuses to record all of that, so the message cannot be changed any more"
		}
		i.tellRefused(of, what)
		if r.Destination != "" { // its next message shows that again
			s.poller.loader.shut(r.Place)
		}
		if len(p.kept) > 0 {
			of.unsaved--
			s.scheduler.ended(of, now, 0)
		}
	}
	j.takeApart(part{entry: entry{results: []stories.Result{less}, ended: []*row{of}}, less: true})
}

// tellRefused tells the desk what the database refuses. What the desk itself was to
// be told only the log says.
func (i intake) tellRefused(r *row, what string) {
	if r.origin.NoticeID == 0 {
		i.loop.tell(Alarm{Kind: DeliveryFailed, Destination: r.queue.destination, UpdateID: r.origin.UpdateID, StoryID: r.origin.StoryID,
			Number: r.origin.Number, Code: "refused", Reason: what})
	}
}

// flightOf is the flight that r tells of.
func flightOf(r stories.Result) stories.Flight {
	return stories.Flight{Ref: r.Ref, Attempt: r.Attempt, First: r.FirstAttemptAt, Last: r.LastAttemptAt}
}
