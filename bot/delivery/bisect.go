package delivery

import (
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
	j.call, j.busy, j.retry, j.refusal.times = nil, false, retry{}, 0
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

// bisect takes in that the database refuses an exchange.
func (j *journal) bisect(a answer, now time.Duration, random float64) (w written) {
	c := a.call
	switch pieces := c.pieces(); {
	case c.empty(): // nothing of ours is in it
		j.again(a.err, now, random)
	case c.piece && len(pieces) > 1:
		j.takeApart(pieces...)
	case c.piece && len(c.results) > 0:
		return j.endOtherwise(c.part, a.err)
	case c.piece:
		return j.skip(c.part, a.err)
	default:
		j.log.Error("the database refuses what is to be written; it is taken apart when that goes on", "err", a.err)
		if j.refusal.times++; j.refusal.times < refusedTimes {
			j.busy = false
			j.retry.failed(now, queueRetry, random)
			return w
		}
		j.takeApart(append([]part{{}}, pieces...)...)
	}
	return w
}

// skip goes on without the one thing that the database refuses.
func (j *journal) skip(p part, err error) (w written) {
	switch {
	case len(p.rows) > 0:
		r := p.rows[0]
		j.log.Error("the database refuses to have a delivery begun; it is tried again later", "delivery", r.Delivery, "err", err)
		if !j.refusal.told[r.Delivery] {
			if len(j.refusal.told) >= maxFaults || j.refusal.told == nil {
				j.refusal.told = map[int64]bool{}
			}
			j.refusal.told[r.Delivery] = true
			w.tellRefused(r, "is not sent something, because the database refuses to record that it is on its way")
		}
		w.refused = []*row{r}
	case len(p.told) > 0:
		j.log.Error("the database refuses to keep an alarm; the desk is not told", "kind", string(p.told[0].Kind), "err", err)
	default:
		j.log.Error("the database refuses what is noted of the lane; a restart will not know it", "err", err)
	}
	j.takeApart()
	return w
}

// endOtherwise has a row end whose result the database refuses: with less said of
// it, then as failed. What it refuses to have ended at all stays in flight for the
// database: nobody here begins it, and the next holder of the lane looks for it.
func (j *journal) endOtherwise(p part, err error) (w written) {
	r, of := p.results[0], slices.Concat(p.ended, p.kept)[0]
	j.log.Error("the database refuses to record what became of a delivery", "delivery", r.Delivery, "state", r.State.String(), "message", r.MessageID,
		"reason", r.Reason, "err", err)
	if p.less && r.State == stories.Failed {
		j.flying[r.Delivery] = flightOf(r)
		j.takeApart()
		return w
	}
	less := stories.Result{Ref: r.Ref, Attempt: r.Attempt, FirstAttemptAt: r.FirstAttemptAt, LastAttemptAt: r.LastAttemptAt, At: r.At, State: stories.Failed,
		Reason: "did not get this message: the database refuses to record what became of it"}
	if !p.less {
		what := "did not get a message: the database refuses to record what became of it"
		if r.State == stories.Sent {
			less.State, what = stories.Sent, "got a message, but the database refuses to record all of that, so the message cannot be changed any more"
		}
		w.tellRefused(of, what)
		if r.Destination != "" { // its next message shows that again
			w.closed = []int64{r.Place}
		}
		if len(p.kept) > 0 {
			of.unsaved--
			w.ended = []*row{of}
		}
	}
	j.takeApart(part{entry: entry{results: []stories.Result{less}, ended: []*row{of}}, less: true})
	return w
}

// tellRefused tells the desk what the database refuses. What the desk itself was to
// be told only the log says.
func (w *written) tellRefused(r *row, what string) {
	if r.origin.NoticeID == 0 {
		w.alarms = append(w.alarms, Alarm{Kind: DeliveryFailed, Destination: r.queue.destination, UpdateID: r.origin.UpdateID, StoryID: r.origin.StoryID,
			Number: r.origin.Number, Code: "refused", Reason: what})
	}
}

// flightOf is the flight that r tells of.
func flightOf(r stories.Result) stories.Flight {
	return stories.Flight{Ref: r.Ref, Attempt: r.Attempt, First: r.FirstAttemptAt, Last: r.LastAttemptAt}
}
