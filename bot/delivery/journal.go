package delivery

import (
	"context"
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// journal writes down, batch by batch, what became of requests and which are
// begun next; it knows all that is in flight. It keeps what the next exchange says;
// its writer makes the exchanges.
//
// It is used by the lane's loop only.
type journal struct {
	writer writer
	flying map[int64]stories.Flight
	next   entry
	since  time.Duration // when the first result or alarm of it came
	// changed says that something flies no more without a result, or that the lane has
	// something to say.
	changed bool
	worked  time.Duration // when it was last written that the lane works
}

func newJournal(l *lane, grant stories.Lease) *journal {
	e := l.engine
	return &journal{
		writer: writer{journal: e.cfg.Store, lease: grant, renderer: e.renderer, database: e.database, log: l.log, answers: make(chan answer, 1)},
		flying: map[int64]stories.Flight{}, worked: e.clock.mono() - workEvery + workFirst,
	}
}

// entry is what the next exchange says.
type entry struct {
	results []stories.Result
	ended   []*row // whose end is in results
	kept    []*row // whose wait is
	told    []Alarm
	lane    laneNote
}

// laneNote is what the next exchange says of the lane.
type laneNote struct {
	waits   map[string]pause // by method
	invalid int
	working bool
}

// pause is until when a lane waits, and why.
type pause struct {
	until  time.Duration
	reason string
}

// at is n as it is written now: a pause that is over is lifted.
func (n laneNote) at(now reading) stories.LaneNote {
	x := stories.LaneNote{At: now.wall, Invalid: n.invalid, Working: n.working}
	for _, method := range slices.Sorted(maps.Keys(n.waits)) {
		p := n.waits[method]
		x.Waits = append(x.Waits, stories.LaneWait{Method: method, For: max(0, p.until-now.mono), Reason: p.reason})
	}
	return x
}

// pause notes until when the lane waits with a method; a time that is over lifts
// that.
func (j *journal) pause(method string, until time.Duration, reason string) {
	if j.next.lane.waits == nil {
		j.next.lane.waits = map[string]pause{}
	}
	j.next.lane.waits[method] = pause{until, reason}
	j.changed = true
}

// countInvalid notes that so many requests were invalid.
func (j *journal) countInvalid(n int) {
	j.next.lane.invalid += n
	j.changed = j.changed || n > 0
}

// works notes that the lane works. It is written with the first exchange, or a while
// after the start where nothing else is to be written, and then every few minutes.
func (j *journal) works(now time.Duration) {
	due := now-j.worked >= workEvery
	j.next.lane.working = j.writer.batch == 0 || due
	j.changed = j.changed || due
}

// write adds what became of a job to the next exchange.
func (j *journal) write(r stories.Result, row *row, now time.Duration) {
	j.first(now)
	j.next.results = append(j.next.results, r)
	if r.State != stories.Pending {
		j.next.ended = append(j.next.ended, row)
	} else {
		row.tries.unsaved++
		j.next.kept = append(j.next.kept, row)
	}
	delete(j.flying, r.Delivery)
}

// tell adds an alarm to the next exchange: with the results it is about.
func (j *journal) tell(a Alarm, now time.Duration) {
	j.first(now)
	j.next.told = append(j.next.told, a)
}

// first notes when the first result or alarm came.
func (j *journal) first(now time.Duration) {
	if len(j.next.results)+len(j.next.told) == 0 {
		j.since = now
	}
}

// takeBack notes that a row that was begun never left.
func (j *journal) takeBack(delivery int64) {
	delete(j.flying, delivery)
	j.changed = true
}

// idle says that nothing is left to be written.
func (j *journal) idle() bool {
	return !j.writer.owing() && len(j.next.results)+len(j.next.told) == 0 && !j.changed
}

// due says that results and alarms are to be written now, else when.
func (j *journal) due(now time.Duration, most int, calm bool) (at time.Duration, due bool) {
	switch n := len(j.next.results) + len(j.next.told); {
	case calm && (n > 0 || j.changed), n >= most:
		return now, true
	case n == 0:
		return 0, false
	}
	at = j.since + writeWithin
	return at, now >= at
}

// exchange makes the exchange that is to be made again, or what is left of one that
// was taken apart; else a new one, that begins rows.
func (j *journal) exchange(ctx context.Context, rows []*row, now reading) {
	c := j.writer.call
	if p, left := j.writer.piece(); c == nil && left {
		c = j.writer.open(p, j.inFlight(), now)
		c.piece = true
	}
	if c == nil {
		c = j.open(rows, now)
	}
	if c.lane.working {
		j.worked = now.mono
	}
	j.writer.start(ctx, c)
}

// open makes the next exchange, which begins rows: never one that is on its way.
func (j *journal) open(rows []*row, now reading) *call {
	rows = slices.DeleteFunc(rows, func(r *row) bool {
		_, flies := j.flying[r.Delivery]
		return flies
	})
	p := part{entry: j.next, rows: rows}
	j.next, j.changed = entry{}, false
	return j.writer.open(p, j.inFlight(), now)
}

// inFlight is what flies for the database: also what has ended, while that is not
// said.
func (j *journal) inFlight() []stories.Flight {
	flying := slices.Collect(maps.Values(j.flying))
	for _, e := range append([]part{{entry: j.next}}, j.writer.refusal.parts...) {
		for _, r := range e.results {
			flying = append(flying, r.Flight)
		}
	}
	return flying
}

// take takes in what an exchange has brought.
func (j *journal) take(a answer, now time.Duration, random float64) written {
	w := j.writer.take(a, now, random)
	for _, f := range w.flying {
		j.flying[f.Delivery] = f
	}
	return w
}
