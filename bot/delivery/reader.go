package delivery

import (
	"context"
	"fmt"
	"time"

	"storybot/stories"
)

// reader brings what is owed from the database into the scheduler's memory, one
// read at a time: first which publications there are that are not known, then
// their rows as far as there is room.
type reader struct {
	asked bool          // something new may be there
	busy  bool          // a read is under way
	at    time.Duration // look then, whatever is known
	// first says that nothing was read yet under this lease. What was tried before
	// it, by whoever, may wait for a while: see spread.
	first bool
	old   map[int64]bool // the publications of that time
	wait  time.Duration  // after an error, not before
	try   int
	found chan found
}

// found is what a read has brought.
type found struct {
	publications []stories.Publication
	loading      loading
	loaded       stories.Loaded
	err          error
}

func newReader() *reader {
	return &reader{asked: true, first: true, old: map[int64]bool{}, found: make(chan found, 1)}
}

// unsure says that there may be more than is known.
func (r *reader) unsure() bool { return r.asked || r.busy }

// read begins a read when one is worth it.
func (s *shift) read(now time.Duration) {
	r := s.reader
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
	queue, name := s.lane.engine.cfg.Queue, s.lane.name
	if r.asked {
		known := s.queue.window.known()
		r.asked, r.at = false, now+s.lane.engine.cfg.Poll
		r.begin(s.ctx, func(ctx context.Context) (f found) {
			f.publications, f.err = queue.Publications(ctx, name, known, mostPublications)
			return f
		})
		return
	}
	l, ok := s.queue.hungry(now)
	if !ok {
		s.alarm.by(r.at)
		return
	}
	publications, places, after := l.wants()
	r.begin(s.ctx, func(ctx context.Context) found {
		f := found{loading: l}
		if len(places) > 0 {
			f.loaded, f.err = queue.LoadPlaces(ctx, publications, places)
		} else {
			f.loaded, f.err = queue.Load(ctx, publications[0], after, l.limit)
		}
		return f
	})
}

// begin reads on a goroutine of its own.
func (r *reader) begin(ctx context.Context, read func(context.Context) found) {
	r.busy = true
	go func() {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		defer done()
		r.found <- read(ctx)
	}()
}

// wants returns what l asks for: the rows of some publications for some places,
// or those of one publication behind a row.
func (l loading) wants() (publications, places []int64, after stories.Ref) {
	if l.carrier != nil {
		return []int64{l.carrier.ID}, nil, l.carrier.after
	}
	seen := map[int64]bool{}
	for i, p := range l.places {
		places = append(places, p.id)
		for _, c := range p.short[:l.shorts[i]] {
			if !seen[c.ID] {
				seen[c.ID] = true
				publications = append(publications, c.ID)
			}
		}
	}
	return publications, places, after
}

// found takes in what was read.
func (s *shift) found(f found) {
	r, now, store := s.reader, s.now(), s.lane.engine.store
	r.busy = false
	if f.err != nil {
		store.failed(fmt.Errorf("read what is owed in lane %s: %w", s.lane.name, f.err))
		r.try++
		r.asked, r.wait = true, now+backoff(50*time.Millisecond, 2*time.Second, r.try, s.random())
		return
	}
	if r.try > 0 { // else it says nothing: what cannot be written can often be read
		store.worked()
		r.try = 0
	}
	if f.loading.limit == 0 && len(f.loading.places) == 0 {
		s.queue.publish(f.publications)
		r.asked = r.asked || len(f.publications) == mostPublications
		if r.first {
			for _, p := range f.publications {
				r.old[p.ID] = p.UpdateID != 0
			}
			r.first = r.asked
		}
		return
	}
	s.spread(f.loaded.Rows)
	s.queue.take(f.loading, f.loaded, now)
}

// spread has what an earlier holder of the lane tried in vain wait for a part of
// its backoff, which nobody knows the end of any more: not all of it at once.
func (s *shift) spread(rows []stories.Owed) {
	for i, o := range rows {
		if o.Attempt > 0 && !o.Doubtful && s.reader.old[o.Publication] {
			rows[i].Wait = max(o.Wait, time.Duration(s.random()*float64(backoff(retryBase, retryMax, o.Attempt, 0))))
		}
	}
}
