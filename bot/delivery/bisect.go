package delivery

import (
	"slices"
	"time"

	"storybot/stories"
)

// refusal is how the writer gets on with an exchange that the database refuses,
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
func (w *writer) takeApart(pieces ...part) {
	w.refusal.parts = append(slices.Clone(pieces), w.refusal.parts...)
	w.call, w.busy, w.retry, w.refusal.times = nil, false, retry{}, 0
}

// piece returns the next piece of what was taken apart, while no call is under way.
func (w *writer) piece() (p part, left bool) {
	if w.call != nil || len(w.refusal.parts) == 0 {
		return part{}, false
	}
	p = w.refusal.parts[0]
	w.refusal.parts = w.refusal.parts[1:]
	return p, true
}

// bisect takes in that the database refuses an exchange.
func (w *writer) bisect(a answer, now time.Duration, random float64) (found written) {
	c := a.call
	switch pieces := c.pieces(); {
	case c.empty(): // nothing of ours is in it
		w.again(a.err, now, random)
	case c.piece && len(pieces) > 1:
		w.takeApart(pieces...)
	case c.piece && len(c.results) > 0:
		return w.endOtherwise(c.part, a.err)
	case c.piece:
		return w.skip(c.part, a.err)
	default:
		w.log.Error("the database refuses what is to be written; it is taken apart when that goes on", "err", a.err)
		if w.refusal.times++; w.refusal.times < refusedTimes {
			w.busy = false
			w.retry.failed(now, queueRetry, random)
			return found
		}
		w.takeApart(append([]part{{}}, pieces...)...)
	}
	return found
}

// skip goes on without the one thing that the database refuses.
func (w *writer) skip(p part, err error) (found written) {
	switch {
	case len(p.rows) > 0:
		r := p.rows[0]
		w.log.Error("the database refuses to have a delivery begun; it is tried again later", "delivery", r.Delivery, "err", err)
		if !w.refusal.told[r.Delivery] {
			if len(w.refusal.told) >= maxFaults || w.refusal.told == nil {
				w.refusal.told = map[int64]bool{}
			}
			w.refusal.told[r.Delivery] = true
			found.tellRefused(r, "is not sent something, because the database refuses to record that it is on its way")
		}
		found.refused = []*row{r}
	case len(p.told) > 0:
		w.log.Error("the database refuses to keep an alarm; the desk is not told", "kind", string(p.told[0].Kind), "err", err)
	default:
		w.log.Error("the database refuses what is noted of the lane; a restart will not know it", "err", err)
	}
	w.takeApart()
	return found
}

// endOtherwise has a row end whose result the database refuses: with less said of
// it, then as failed. What it refuses to have ended at all stays in flight for the
// database: nobody here begins it, and the next holder of the lane looks for it.
func (w *writer) endOtherwise(p part, err error) (found written) {
	r, of := p.results[0], slices.Concat(p.ended, p.kept)[0]
	w.log.Error("the database refuses to record what became of a delivery", "delivery", r.Delivery, "state", r.State.String(), "message", r.MessageID,
		"reason", r.Reason, "err", err)
	if p.less && r.State == stories.Failed {
		found.flying = []stories.Flight{r.Flight}
		w.takeApart()
		return found
	}
	less := stories.Result{Flight: r.Flight, Revision: r.Revision, At: r.At, State: stories.Failed,
		Reason: "did not get this message: the database refuses to record what became of it"}
	if !p.less {
		what := "did not get a message: the database refuses to record what became of it"
		if r.State == stories.Sent {
			less.State, what = stories.Sent, "got a message, but the database refuses to record all of that, so the message cannot be changed any more"
		}
		found.tellRefused(of, what)
		if r.Destination != "" { // its next message shows that again
			found.closed = []int64{r.Place}
		}
		if len(p.kept) > 0 {
			of.tries.unsaved--
			found.ended = []*row{of}
		}
	}
	w.takeApart(part{entry: entry{results: []stories.Result{less}, ended: []*row{of}}, less: true})
	return found
}

// tellRefused tells the desk what the database refuses. What the desk itself was to
// be told only the log says.
func (w *written) tellRefused(r *row, what string) {
	if r.origin.NoticeID == 0 {
		w.alarms = append(w.alarms, Alarm{Kind: DeliveryFailed, Destination: r.queue.destination, UpdateID: r.origin.UpdateID, StoryID: r.origin.StoryID,
			Number: r.origin.Number, Code: "refused", Reason: what})
	}
}
