package delivery

import (
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// filler fills the window of a lane: it says what to load next, takes in what was
// loaded, and drops from memory what need not be there, which can be loaded again.
type loader struct {
	window    *window
	scheduler *scheduler
	evictor   evictor
	closed    []*queue // whose end the database knows
	rows      int      // that may be in memory
}

func newLoader(s *scheduler) *loader {
	return &loader{window: s.window, scheduler: s, evictor: evictor{s.window, s}}
}

// loading asks for rows.
type loading struct {
	publication *publication // the next rows of it, or
	age         int
	limit       int
	queues      []*queue         // what these are short of
	of          [][]*publication // in these publications
}

// wants returns what l asks for: the rows of some publications for some
// destinations, or those of one publication behind a row.
func (l loading) wants() (publications, destinations []int64, after stories.Ref) {
	if l.publication != nil {
		return []int64{l.publication.ID}, nil, l.publication.after
	}
	seen := map[int64]bool{}
	for i, q := range l.queues {
		destinations = append(destinations, q.id)
		for _, p := range l.of[i] {
			if !seen[p.ID] {
				seen[p.ID] = true
				publications = append(publications, p.ID)
			}
		}
	}
	return publications, destinations, after
}

// resize gives memory so many rows.
func (f *loader) resize(rows int, apart open, now time.Duration) {
	if rows != f.rows {
		f.rows = rows
		f.evictor.resize(rows, apart, now)
	}
}

// publish makes publications known. One that is more urgent than earlier ones
// of its story takes their unsent rows with it.
func (f *loader) publish(found []stories.Publication) {
	w, raised := f.window, false
	for _, p := range found {
		if w.publications[p.ID] != nil {
			continue
		}
		c := &publication{Publication: p, budget: w.budgetOf(p.Op)}
		c.Level = max(c.Level, w.urgency(p))
		w.publications[p.ID] = c
		w.shares[c.budget].unread = append(w.shares[c.budget].unread, c)
		known := w.strays[p.ID]
		delete(w.strays, p.ID)
		for _, r := range known {
			w.join(r)
		}
		raised = w.raise(p) || raised
	}
	for i := range w.shares {
		slices.SortFunc(w.shares[i].unread, comparePublications)
	}
	if raised {
		f.scheduler.reorder()
	}
}

// next returns what to load next; ok is false when there is nothing, or no room
// for it. wait says how long rows of a place could not be sent anyway.
func (f *loader) next(now time.Duration, wait func(*queue) time.Duration) (l loading, ok bool) {
	f.scheduler.due(now)
	for _, p := range f.closed { // a read that begins now knows
		p.state.closed = notClosed
		f.scheduler.file(p, now)
	}
	f.closed = nil
	for i := range f.window.shares {
		if l = f.starved(budget(i), now, wait); len(l.queues) > 0 {
			return l, true
		}
	}
	for _, s := range f.window.unread() {
		if l, ok = f.unread(s, now); ok {
			return l, true
		}
	}
	return l, false
}

// starved asks for what places are short of that could send it.
func (f *loader) starved(at budget, now time.Duration, wait func(*queue) time.Duration) (l loading) {
	starved, s := &f.scheduler.budgets[at].starved, &f.window.shares[at]
	for p := starved.first(); p != nil && len(l.queues) < mostBegun; p = starved.first() {
		if d := wait(p); d > 0 {
			f.scheduler.rest(p, now, d)
			continue
		}
		if s.room() <= len(l.queues) {
			f.evictor.shrink(s, p.short[0].Level, len(l.queues)+s.reserve(), now)
			if s.room() <= len(l.queues) {
				return l
			}
		}
		p.state.asked = true
		l.queues, l.of = append(l.queues, p), append(l.of, slices.Clone(p.short[:min(len(p.short), mostShort)]))
		f.scheduler.file(p, now)
	}
	return l
}

// unread asks for the next rows of the publication that comes first.
func (f *loader) unread(s *share, now time.Duration) (l loading, ok bool) {
	c := s.unread[0]
	bound := s.most - s.reserve()
	least := min(loadRows, max(1, bound/4))
	if bound-s.waiting < least {
		f.evictor.shrink(s, c.Level, least+s.most-bound, now)
	}
	if bound-s.waiting < least {
		return l, false
	}
	return loading{publication: c, age: c.age, limit: min(loadRows, bound-s.waiting)}, true
}

// raise takes from publications as they were just read that earlier ones of their
// stories are as urgent: they may have been read before an urgent update that is
// not known yet.
func (f *loader) raise(read map[int64]stories.Publication) {
	raised := false
	for _, p := range read {
		raised = f.window.raise(p) || raised
	}
	if raised {
		f.scheduler.reorder()
	}
}

// take takes in what was loaded.
func (f *loader) take(l loading, loaded stories.Loaded, now time.Duration) {
	if c := l.publication; c != nil {
		if c.age != l.age || l.limit > f.window.shares[c.budget].most {
			return // begun anew since, or more than there is room for now
		}
		f.raise(loaded.Origins)
		for _, o := range loaded.Rows {
			f.add(o, loaded.Origins[o.Origin], now)
		}
		if n := len(loaded.Rows); n > 0 {
			c.after = loaded.Rows[n-1].Ref
			if c.seen.Place < c.after.Place {
				c.seen = c.after
			}
		}
		f.window.read(c, len(loaded.Rows) < l.limit)
		return
	}
	f.feed(l, loaded, now)
}

// feed takes in what places were short of, in order and as far as there is room:
// at least one row of each. Other rows that came with them may come too early.
func (f *loader) feed(l loading, loaded stories.Loaded, now time.Duration) {
	f.raise(loaded.Origins)
	w := f.window
	type wish struct {
		queue       queueKey
		publication int64
	}
	asked := map[wish]bool{}
	for i, p := range l.queues {
		p.state.asked = false
		for _, c := range l.of[i] {
			if slices.Contains(p.short, c) { // else the place was closed since
				asked[wish{p.queueKey, c.ID}] = true
			}
			c.lost++ // known until this is over
		}
		w.full(p, l.of[i])
	}
	slices.SortFunc(loaded.Rows, func(a, b stories.Owed) int {
		return compareOwed(w.publications[a.Publication], w.publications[b.Publication], a, b)
	})
	for _, o := range loaded.Rows {
		from := loaded.Origins[o.Origin]
		key := queueKey{o.Place, orderOf(from.Op)}
		if !asked[wish{key, o.Publication}] {
			continue
		}
		if p := f.scheduler.queues[key]; p != nil && len(p.rows) > 0 && w.shares[p.budget].room() <= 0 {
			w.dropped(p, w.publications[o.Publication])
			continue
		}
		f.add(o, from, now)
	}
	for i, p := range l.queues {
		for _, c := range l.of[i] {
			c.lost--
			w.end(c)
		}
		f.scheduler.file(p, now)
	}
}

// saved says that a result of a row that waits is durable.
func (f *loader) saved(r *row, now time.Duration) {
	r.unsaved--
	f.window.weigh(r)
	f.scheduler.file(r.queue, now)
}

// shut says that the database knows that a destination takes nothing any more.
func (f *loader) shut(id int64) {
	for _, order := range orders {
		if p := f.scheduler.queues[queueKey{id, order}]; p != nil && p.state.closed == closedHere {
			p.state.closed = closedInStore
			f.closed = append(f.closed, p)
		}
	}
}

// missed says that l could not be read.
func (f *loader) missed(l loading, now time.Duration) {
	for _, p := range l.queues {
		p.state.asked = false
		f.scheduler.file(p, now)
	}
}

// add takes a row in that was read from the database, unless it is here already or
// something before it is not.
func (f *loader) add(o stories.Owed, from stories.Publication, now time.Duration) {
	w, c := f.window, f.window.publications[o.Publication]
	p := f.scheduler.queueOf(o.Place, o.Destination, from.Op)
	if o.Wait > 0 && p.order == bot.Posts && len(p.rows)+len(p.short) == 0 && p.readyAt == 0 {
		p.state.idle, p.readyAt = true, now+o.Wait
	}
	r := w.rows[o.Delivery]
	switch {
	case r != nil && r.Publication == o.Publication:
	case r != nil && r.stand.free: // it was owed again while it was here
		w.part(r)
		r.Ref, r.missed, r.stand.kept = o.Ref, o.Missed, true
		w.join(r)
	case c != nil && (r != nil || p.state.closed != notClosed || len(p.short) > 0 && comparePublications(p.short[0], c) <= 0):
		w.dropped(p, c)
	default:
		f.insert(w.enter(o, from, p))
	}
	f.scheduler.file(p, now)
}

// insert puts a row where it belongs, but never before what is on its way.
func (f *loader) insert(r *row) {
	p := r.queue
	i, _ := slices.BinarySearchFunc(p.rows[p.busy:], r, order)
	p.rows = slices.Insert(p.rows, p.busy+i, r)
}

// adopt takes in a row that an earlier holder of the lane has begun.
func (f *loader) adopt(o stories.Owed, from stories.Publication, now time.Duration) *row {
	p := f.scheduler.queueOf(o.Place, o.Destination, from.Op)
	r := f.window.enter(o, from, p)
	p.occupy(r)
	p.rows = slices.Insert(p.rows, 0, r)
	f.window.weigh(r)
	f.scheduler.file(p, now)
	return r
}
