package delivery

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// writer makes the journal's exchanges with the database, one at a time, each on a
// goroutine of its own. One that failed is made again as it was, under its number,
// until the database has answered: then it was made once. What an exchange has
// brought comes from answers and is given to take.
type writer struct {
	journal  Journal
	lease    stories.Lease
	renderer *renderer
	database *database
	log      *slog.Logger
	answers  chan answer
	batch    int64 // the number of the newest exchange
	call     *call // under way, or to be made again
	busy     bool
	retry    retry
	took     time.Duration // what a call takes, smoothed
	refusal  refusal
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
	origin   *origin
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

// open makes an exchange of p, while flying is in flight.
func (w *writer) open(p part, flying []stories.Flight, now reading) *call {
	w.batch++
	c := &call{part: p, began: now}
	c.x = stories.Exchange{Batch: w.batch, Results: c.results, Alarms: c.told, Flying: flying, Lane: c.lane.at(now)}
	for _, r := range c.rows {
		f := stories.Flight{Ref: r.Ref, Attempt: r.tries.attempt + 1, First: r.tries.first, Last: now.wall}
		if r.tries.doubtful {
			f.Last = r.tries.last
			if !r.origin.Op.Repeatable() {
				c.x.Doubted = append(c.x.Doubted, r.Delivery)
			}
		}
		if f.First.IsZero() {
			f.First = now.wall
		}
		c.x.Begin = append(c.x.Begin, f)
		about := stories.About{UpdateID: r.origin.UpdateID, NoticeID: r.origin.NoticeID}
		of := stories.SubjectOf(about, r.origin.Op, r.Delivery)
		if of.NoticeID != 0 && !slices.Contains(c.x.Notices, of.NoticeID) {
			c.x.Notices = append(c.x.Notices, of.NoticeID)
		}
		if id := about.UpdateID; id != 0 && !slices.Contains(c.x.Updates, id) {
			c.x.Updates = append(c.x.Updates, id)
		}
		if r.origin.Op.Acts() {
			c.x.Acting = append(c.x.Acting, r.Delivery)
		}
		c.says = append(c.says, said{r.Delivery, edition{Subject: of, revision: r.origin.Revision, late: r.late}, r.origin, r.missed})
	}
	w.call = c
	return c
}

// start makes an exchange.
func (w *writer) start(ctx context.Context, c *call) {
	w.busy = true
	go func() { w.answers <- w.make(ctx, c) }()
}

// owing says that an exchange is to be made before rows are begun.
func (w *writer) owing() bool { return w.call != nil || len(w.refusal.parts) > 0 }

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
		if e, ok := a.begun.Earlier[s.delivery]; ok {
			s.edition.revision = e.Shows
		}
		s.edition = s.edition.inCopy(s.origin, a.begun.Shown[s.delivery])
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

// written is what an exchange has brought for the rows in memory.
type written struct {
	begun   []*job           // in flight now
	gone    []*row           // not owed any more, by the database
	saved   []*row           // a result of them is durable, and they wait
	closed  []int64          // destinations that take nothing any more, as the database knows
	ended   []*row           // ended otherwise than was said before
	refused []*row           // the database refuses to have them begun
	flying  []stories.Flight // in flight from now on, or still
	alarms  []Alarm
	lost    bool // the lease is another's: nothing was written, and nothing will be
}

// take takes in what an exchange has brought.
func (w *writer) take(a answer, now time.Duration, random float64) (found written) {
	switch {
	case errors.Is(a.err, stories.ErrLeaseLost):
		w.busy = false
		return written{lost: true}
	case errors.Is(a.err, stories.ErrRefused):
		return w.bisect(a, now, random)
	case a.err != nil:
		w.refusal.times = 0
		w.again(a.err, now, random)
		return written{}
	}
	w.database.worked()
	w.done(a, now)
	found.gone, found.saved = a.call.ended, a.call.kept
	for _, r := range a.call.x.Results {
		if r.Destination != "" {
			found.closed = append(found.closed, r.Place)
		}
	}
	if a.unread != nil {
		w.database.failed(a.unread)
		w.retry.at = now + unreadWait
	}
	if n := len(a.begun.Deliveries); n > 0 {
		found.begun, found.flying = make([]*job, 0, n), make([]stories.Flight, 0, n)
	}
	for n, r := range a.call.rows {
		if f := a.call.x.Begin[n]; a.begun.Deliveries[r.Delivery] {
			found.flying = append(found.flying, f)
			found.begun = append(found.begun, a.job(r, f, w.lease.Name, now))
		} else {
			found.gone = append(found.gone, r)
		}
	}
	return found
}

// job makes a job of a row that was begun.
func (a answer) job(r *row, f stories.Flight, lane string, now time.Duration) *job {
	j := newJob(r, f, lane, a.call.began)
	j.d.Revision = a.present(edition{Subject: stories.SubjectOf(j.d.About, stories.OpPost, j.d.ID), revision: j.d.Revision})
	if e, ok := a.begun.Earlier[r.Delivery]; ok {
		j.d.Revision = e.Began
	}
	j.begunAt, j.takenIn = a.call.began.mono, now
	j.msg, j.verdict = a.messages[r.Delivery], a.verdicts[r.Delivery]
	j.target, j.mark, j.ping = a.begun.Targets[r.Delivery], a.begun.Keys[r.Delivery], a.begun.Pings[r.Delivery]
	return j
}

// done notes that the call under way has been made.
func (w *writer) done(a answer, now time.Duration) {
	w.call, w.busy, w.retry, w.refusal.times = nil, false, retry{}, 0
	w.took += (now - a.call.began.mono - w.took) / 4
}

// again notes that the call under way is to be made once more.
func (w *writer) again(err error, now time.Duration, random float64) {
	w.database.failed(err)
	w.busy = false
	w.retry.failed(now, queueRetry, random)
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
