package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"storybot/stories"
)

// poller asks the database what is owed, one read at a time: first which
// publications there are that are not known, then their rows as far as there is
// room. What it reads the loader takes into memory.
//
// It is used by the lane's loop only. What a read has brought comes from found and
// is given to take.
type poller struct {
	source   source
	loader   *loader
	database *database
	log      *slog.Logger
	random   func() float64 // in [0, 1), for jitter
	asked    bool           // something new may be there
	busy     bool           // a read is under way
	at       time.Duration  // look then, whatever is known
	earlier  earlier
	// overdue says that nothing could be sent for long: what is too old is skipped
	// before anything is begun.
	overdue bool
	retry   retry
	found   chan found
}

// source is where a lane's poller reads.
type source struct {
	store Store
	lease stories.Lease
	clock *clock
	every time.Duration // without being asked
}

// earlier tells what was owed before this holder of the lane from what came since.
type earlier struct {
	known bool           // all of that time is
	old   map[int64]bool // the publications of that time that are about something
}

// found is what a read has brought.
type found struct {
	publications []stories.Publication
	loading      loading
	loaded       stories.Loaded
	trimmed      bool // by
	skipped      int
	err          error
}

func newPoller(l *lane, grant stories.Lease, into *loader) *poller {
	e := l.engine
	return &poller{
		source: source{store: e.cfg.Store, lease: grant, clock: e.clock, every: e.cfg.Poll},
		loader: into, database: e.database, log: l.log, random: e.cfg.Random,
		asked: true, earlier: earlier{old: map[int64]bool{}}, found: make(chan found, 1),
	}
}

// unsure says that there may be more than is known.
func (p *poller) unsure() bool { return p.asked || p.busy }

// read begins a read when one is worth it, and returns when the next may be; 0 for
// with what this one brings. wait says how long rows of a queue could not be sent
// anyway.
func (p *poller) read(ctx context.Context, now time.Duration, wait func(*queue) time.Duration) (again time.Duration) {
	switch {
	case p.busy:
		return 0
	case now < p.retry.at:
		return p.retry.at
	}
	if now >= p.at {
		p.asked = true
	}
	s := p.source
	if p.overdue {
		at := s.clock.now()
		p.begin(ctx, func(ctx context.Context) (f found) {
			f.trimmed = true
			f.skipped, f.err = s.store.SkipOlder(ctx, s.lease, keepOwed, at)
			return f
		})
		return 0
	}
	if p.asked {
		known := p.loader.window.publications.ids()
		p.asked, p.at = false, now+s.every
		p.begin(ctx, func(ctx context.Context) (f found) {
			f.publications, f.err = s.store.Publications(ctx, s.lease.Name, known, mostPublications)
			return f
		})
		return 0
	}
	l, ok := p.loader.next(now, wait)
	if !ok {
		return p.at
	}
	publications, destinations, after := l.wants()
	p.begin(ctx, func(ctx context.Context) found {
		f := found{loading: l}
		if len(destinations) > 0 {
			f.loaded, f.err = s.store.LoadPlaces(ctx, publications, destinations)
		} else {
			f.loaded, f.err = s.store.Load(ctx, publications[0], after, l.limit)
		}
		return f
	})
	return 0
}

// begin reads on a goroutine of its own.
func (p *poller) begin(ctx context.Context, read func(context.Context) found) {
	p.busy = true
	go func() {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		defer done()
		p.found <- read(ctx)
	}()
}

// take takes in what was read. lost says that the lease is another's.
func (p *poller) take(f found, now time.Duration) (lost bool) {
	p.busy = false
	if errors.Is(f.err, stories.ErrLeaseLost) {
		return true
	}
	if f.trimmed && errors.Is(f.err, stories.ErrRefused) { // it never will be; the rest goes on
		p.log.Error("the database refuses to have old deliveries skipped; they are sent", "err", f.err)
		f.err = nil
	}
	if f.err != nil {
		p.database.failed(fmt.Errorf("read what is owed in lane %s: %w", p.source.lease.Name, f.err))
		p.loader.missed(f.loading, now)
		p.asked = true
		p.retry.failed(now, queueRetry, p.random())
		return false
	}
	if p.retry.try > 0 { // else it says nothing: what cannot be written can often be read
		p.database.worked()
		p.retry = retry{}
	}
	switch {
	case f.trimmed:
		p.overdue = false
		p.loader.evictor.restart(now)
		if f.skipped > 0 {
			p.log.Warn("nothing could be sent for long; each channel gets the newest of a story, older deliveries are left out", "deliveries", f.skipped)
		}
	case f.loading.limit == 0 && len(f.loading.queues) == 0:
		p.loader.publish(f.publications)
		p.asked = p.asked || len(f.publications) == mostPublications
		p.earlier.note(f.publications, p.asked)
	default:
		p.spread(f.loading.publication, f.loaded.Rows)
		p.loader.take(f.loading, f.loaded, now)
	}
	return false
}

// note takes in publications that were just learnt of. more says that there may be
// others.
func (e *earlier) note(found []stories.Publication, more bool) {
	if e.known {
		return
	}
	for _, p := range found {
		e.old[p.ID] = p.UpdateID != 0 || p.NoticeID != 0
	}
	e.known = !more
}

// spread has what an earlier holder of the lane tried in vain wait for a part of
// its backoff, which nobody knows the end of any more: not all of it at once. What
// was in memory before has waited here.
func (p *poller) spread(from *publication, rows []stories.Owed) {
	if from == nil {
		return
	}
	for i, o := range rows {
		if o.Attempt > 0 && !o.Doubtful && p.earlier.old[o.Publication] && o.Place > from.seen.Place {
			rows[i].Wait = max(o.Wait, time.Duration(p.random()*float64(backoff(retryBase, retryMax, o.Attempt, 0))))
		}
	}
}
