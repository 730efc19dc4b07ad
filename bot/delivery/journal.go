package delivery

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// journal writes down, batch by batch, what became of requests and which are
// begun next; it knows all that is in flight. One exchange with the database is
// under way at a time. One that failed is made again as it was, under its number,
// until the database has answered: then it was made once.
//
// It is used by the lane's loop only. What an exchange has brought comes from
// writer.answers and is given to take.
type journal struct {
	writer   writer
	database *database
	log      *slog.Logger
	flying   map[int64]stories.Flight
	next     entry
	batch    int64 // the number of the newest exchange
	call     *call // under way, or to be made again
	busy     bool
	retry    retry
	took     time.Duration // what a call takes, smoothed
	worked   time.Duration // when it was last written that the lane works
	refusal  refusal
}

func newJournal(l *lane, grant stories.Lease) *journal {
	e := l.engine
	return &journal{
		writer:   writer{journal: e.cfg.Journal, lease: grant, renderer: e.renderer, answers: make(chan answer, 1)},
		database: e.database, log: l.log, flying: map[int64]stories.Flight{}, worked: e.clock.mono() - workEvery + workFirst,
	}
}

// writer makes exchanges, each on a goroutine of its own.
type writer struct {
	journal  Journal
	lease    stories.Lease
	renderer *renderer
	answers  chan answer
}

// entry is what the next exchange says.
type entry struct {
	results []stories.Result
	ended   []*row // whose end is in results
	kept    []*row // whose wait is
	told    []Alarm
	since   time.Duration // when the first of them came
	changed bool          // something flies no more without a result, or the lane has something to say
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
	j.next.changed = true
}

// countInvalid notes that so many requests were invalid.
func (j *journal) countInvalid(n int) {
	j.next.lane.invalid += n
	j.next.changed = j.next.changed || n > 0
}

// works notes that the lane works. It is written with the first exchange, or a while
// after the start where nothing else is to be written, and then every few minutes.
func (j *journal) works(now time.Duration) {
	due := now-j.worked >= workEvery
	j.next.lane.working = j.batch == 0 || due
	j.next.changed = j.next.changed || due
}

// call is an exchange with the database.
type call struct {
	part
	x     stories.Exchange
	says  []said
	began reading
	piece bool // of an exchange that was refused
}

// said is what a row to be begun says.
type said struct {
	delivery int64
	edition  edition
	missed   int
}

// answer is what an exchange has brought.
type answer struct {
	call     *call
	begun    stories.Begun
	messages map[int64]*bot.Message
	verdicts map[int64]bot.Verdict // of rows nothing can be made of
	unread   error                 // why a message could not be made
	err      error
}

// write adds what became of a job to the next exchange.
func (j *journal) write(r stories.Result, row *row, now time.Duration) {
	j.next.first(now)
	j.next.results = append(j.next.results, r)
	if r.State != stories.Pending {
		j.next.ended = append(j.next.ended, row)
	} else {
		row.unsaved++
		j.next.kept = append(j.next.kept, row)
	}
	delete(j.flying, r.Delivery)
}

// tell adds an alarm to the next exchange: with the results it is about.
func (j *journal) tell(a Alarm, now time.Duration) {
	j.next.first(now)
	j.next.told = append(j.next.told, a)
}

// first notes when the first result or alarm came.
func (e *entry) first(now time.Duration) {
	if len(e.results)+len(e.told) == 0 {
		e.since = now
	}
}

// putBack notes that a row that was begun never left.
func (j *journal) putBack(delivery int64) {
	delete(j.flying, delivery)
	j.next.changed = true
}

// idle says that nothing is left to be written.
func (j *journal) idle() bool {
	return !j.owing() && len(j.next.results)+len(j.next.told) == 0 && !j.next.changed
}

// due says that results and alarms are to be written now, else when.
func (j *journal) due(now time.Duration, most int, calm bool) (at time.Duration, due bool) {
	switch n := len(j.next.results) + len(j.next.told); {
	case calm && (n > 0 || j.next.changed), n >= most:
		return now, true
	case n == 0:
		return 0, false
	}
	at = j.next.since + writeWithin
	return at, now >= at
}

// open makes the next exchange, which begins rows: never one that is on its way.
func (j *journal) open(rows []*row, now reading) *call {
	rows = slices.DeleteFunc(rows, func(r *row) bool {
		_, flies := j.flying[r.Delivery]
		return flies
	})
	p := part{entry: j.next, rows: rows}
	j.next = entry{}
	return j.entered(p, now)
}

// entered makes an exchange of p.
func (j *journal) entered(p part, now reading) *call {
	j.batch++
	c := &call{part: p, began: now}
	c.x = stories.Exchange{Batch: j.batch, Results: c.results, Alarms: c.told, Flying: j.aloft(), Lane: c.lane.at(now)}
	if c.lane.working {
		j.worked = now.mono
	}
	for _, r := range c.rows {
		f := stories.Flight{Ref: r.Ref, Attempt: r.tries.attempt + 1, First: r.tries.first, Last: now.wall}
		if r.tries.doubtful {
			f.Last = r.tries.last
		}
		if f.First.IsZero() {
			f.First = now.wall
		}
		c.x.Begin = append(c.x.Begin, f)
		of := stories.Subject{UpdateID: r.origin.UpdateID, NoticeID: r.origin.NoticeID}
		if of.NoticeID != 0 && !slices.Contains(c.x.Notices, of.NoticeID) {
			c.x.Notices = append(c.x.Notices, of.NoticeID)
		}
		if of.UpdateID != 0 && !slices.Contains(c.x.Updates, of.UpdateID) {
			c.x.Updates = append(c.x.Updates, of.UpdateID)
		}
		if r.origin.Op.Acts() {
			c.x.Acting = append(c.x.Acting, r.Delivery)
		}
		c.says = append(c.says, said{r.Delivery, edition{Subject: of, revision: r.origin.Revision}, r.missed})
	}
	j.call = c
	return c
}

// aloft is what flies for the database: also what has ended, while that is not
// said.
func (j *journal) aloft() []stories.Flight {
	flying := slices.Collect(maps.Values(j.flying))
	for _, e := range append([]part{{entry: j.next}}, j.refusal.parts...) {
		for _, r := range e.results {
			flying = append(flying, flightOf(r))
		}
	}
	return flying
}

// exchange makes the exchange that is to be made again, or what is left of one that
// was taken apart; else a new one, that begins rows.
func (j *journal) exchange(ctx context.Context, rows []*row, now reading) {
	c := j.call
	if c == nil {
		c = j.resume(now)
	}
	if c == nil {
		c = j.open(rows, now)
	}
	j.busy = true
	go func() { j.writer.answers <- j.writer.make(ctx, c) }()
}

// owing says that an exchange is to be made before rows are begun.
func (j *journal) owing() bool { return j.call != nil || len(j.refusal.parts) > 0 }

// make is the call itself: the exchange, and the messages of what it has begun.
func (w *writer) make(ctx context.Context, c *call) answer {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer done()
	a := answer{call: c, messages: map[int64]*bot.Message{}, verdicts: map[int64]bot.Verdict{}}
	if a.begun, a.err = w.journal.Exchange(ctx, w.lease, c.x); a.err != nil {
		return a
	}
	for _, s := range c.says {
		if !a.begun.Deliveries[s.delivery] {
			continue
		}
		s.edition.revision = a.present(s.edition)
		m, v, err := w.renderer.message(ctx, s.edition, s.missed)
		switch {
		case err != nil:
			a.unread = err
		case m == nil:
			a.verdicts[s.delivery] = v
		default:
			a.messages[s.delivery] = m
		}
	}
	return a
}

// present is the revision that e's update or notice has now.
func (a answer) present(e edition) int {
	revisions, id := a.begun.Revisions, e.UpdateID
	if e.NoticeID != 0 {
		revisions, id = a.begun.Notices, e.NoticeID
	}
	if now, ok := revisions[id]; ok {
		return now
	}
	return e.revision
}

// written is what an exchange has brought for the rows in memory.
type written struct {
	begun   []*job  // in flight now
	gone    []*row  // not owed any more, by the database
	saved   []*row  // a result of them is durable, and they wait
	closed  []int64 // destinations that take nothing any more, as the database knows
	ended   []*row  // ended otherwise than was said before
	refused []*row  // the database refuses to have them begun
	alarms  []Alarm
	lost    bool // the lease is another's: nothing was written, and nothing will be
}

// take takes in what an exchange has brought.
func (j *journal) take(a answer, now time.Duration, random float64) (w written) {
	switch {
	case errors.Is(a.err, stories.ErrLeaseLost):
		j.busy = false
		return written{lost: true}
	case errors.Is(a.err, stories.ErrRefused):
		return j.bisect(a, now, random)
	case a.err != nil:
		j.refusal.times = 0
		j.again(a.err, now, random)
		return written{}
	}
	j.database.worked()
	j.done(a, now)
	w.gone, w.saved = a.call.ended, a.call.kept
	for _, r := range a.call.x.Results {
		if r.Destination != "" {
			w.closed = append(w.closed, r.Place)
		}
	}
	if a.unread != nil {
		j.database.failed(a.unread)
		j.retry.at = now + unreadWait
	}
	for n, r := range a.call.rows {
		if a.begun.Deliveries[r.Delivery] {
			w.begun = append(w.begun, j.jobOf(r, a.call.x.Begin[n], a, now))
		} else {
			w.gone = append(w.gone, r)
		}
	}
	return w
}

// jobOf makes a job of a row that was begun.
func (j *journal) jobOf(r *row, f stories.Flight, a answer, now time.Duration) *job {
	o := newJob(r, f, j.writer.lease.Name, a.call.began)
	o.d.Revision = a.present(o.edition())
	o.begunAt, o.takenIn = a.call.began.mono, now
	o.msg, o.verdict, o.target = a.messages[r.Delivery], a.verdicts[r.Delivery], a.begun.Targets[r.Delivery]
	return o
}

// done notes that the call under way has been made.
func (j *journal) done(a answer, now time.Duration) {
	j.call, j.busy, j.retry, j.refusal.times = nil, false, retry{}, 0
	j.took += (now - a.call.began.mono - j.took) / 4
	for _, f := range a.call.x.Begin {
		if a.begun.Deliveries[f.Delivery] {
			j.flying[f.Delivery] = f
		}
	}
}

// again notes that the call under way is to be made once more.
func (j *journal) again(err error, now time.Duration, random float64) {
	j.database.failed(err)
	j.busy = false
	j.retry.failed(now, queueRetry, random)
}
