package delivery

import (
	"slices"
	"time"

	"storybot/stories"
)

// loader fills the window of a lane: it says what to load next, and takes in what was
// loaded. Where there is no room it has the evictor drop what can be loaded again.
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

// wants returns what it asks for: the rows of some publications for some
// destinations, or those of one publication behind a row.
func (want loading) wants() (publications, destinations []int64, after stories.Ref) {
	if want.publication != nil {
		return []int64{want.publication.id}, nil, want.publication.after
	}
	seen := map[int64]bool{}
	for i, q := range want.queues {
		destinations = append(destinations, q.id)
		for _, p := range want.of[i] {
			if !seen[p.id] {
				seen[p.id] = true
				publications = append(publications, p.id)
			}
		}
	}
	return publications, destinations, after
}

// resize gives memory so many rows.
func (l *loader) resize(rows int, apart open, now time.Duration) {
	if rows != l.rows {
		l.rows = rows
		l.evictor.resize(rows, apart, now)
	}
}

// publish makes publications known. One that is more urgent than earlier ones
// of its story takes their unsent rows with it.
func (l *loader) publish(found []stories.Publication) {
	w, raised := l.window, false
	for _, from := range found {
		if w.publications[from.ID] != nil {
			continue
		}
		p := &publication{id: from.ID, story: from.StoryID, level: max(from.Level, w.publications.urgency(from)), raises: raises(from), budget: w.budgetOf(from.Op)}
		w.publications[from.ID] = p
		w.shares[p.budget].unread = append(w.shares[p.budget].unread, p)
		known := w.strays[from.ID]
		delete(w.strays, from.ID)
		for _, r := range known {
			w.join(r)
		}
		raised = w.raise(from) || raised
	}
	for i := range w.shares {
		slices.SortFunc(w.shares[i].unread, comparePublications)
	}
	if raised {
		l.scheduler.reorder()
	}
}

// next returns what to load next; ok is false when there is nothing, or no room
// for it. wait says how long rows of a queue could not be sent anyway.
func (l *loader) next(now time.Duration, wait func(*queue) time.Duration) (want loading, ok bool) {
	l.scheduler.due(now)
	for _, q := range l.closed { // a read that begins now knows
		q.state.closed = notClosed
		l.scheduler.file(q, now)
	}
	l.closed = nil
	for i := range l.window.shares {
		if want = l.starved(budget(i), now, wait); len(want.queues) > 0 {
			return want, true
		}
	}
	for _, s := range l.window.unread() {
		if want, ok = l.unread(s, now); ok {
			return want, true
		}
	}
	return want, false
}

// starved asks for what queues are short of that could send it.
func (l *loader) starved(at budget, now time.Duration, wait func(*queue) time.Duration) (want loading) {
	starved, s := &l.scheduler.budgets[at].starved, &l.window.shares[at]
	for q := starved.first(); q != nil && len(want.queues) < mostBegun; q = starved.first() {
		if d := wait(q); d > 0 {
			l.scheduler.rest(q, now, d)
			continue
		}
		if s.room() <= len(want.queues) {
			l.evictor.shrink(s, q.short[0].level, len(want.queues)+s.reserve(), now)
			if s.room() <= len(want.queues) {
				return want
			}
		}
		q.state.asked = true
		want.queues, want.of = append(want.queues, q), append(want.of, slices.Clone(q.short[:min(len(q.short), mostShort)]))
		l.scheduler.file(q, now)
	}
	return want
}

// unread asks for the next rows of the publication that comes first.
func (l *loader) unread(s *share, now time.Duration) (want loading, ok bool) {
	p := s.unread[0]
	bound := s.most - s.reserve()
	least := min(loadRows, max(1, bound/4))
	if bound-s.waiting < least {
		l.evictor.shrink(s, p.level, least+s.most-bound, now)
	}
	if bound-s.waiting < least {
		return want, false
	}
	return loading{publication: p, age: p.age, limit: min(loadRows, bound-s.waiting)}, true
}

// raise takes from publications as they were just read that earlier ones of their
// stories are as urgent: they may have been read before an urgent update that is
// not known yet.
func (l *loader) raise(read map[int64]stories.Publication) {
	raised := false
	for _, from := range read {
		raised = l.window.raise(from) || raised
	}
	if raised {
		l.scheduler.reorder()
	}
}

// take takes in what was loaded.
func (l *loader) take(want loading, loaded stories.Loaded, now time.Duration) {
	if p := want.publication; p != nil {
		if p.age != want.age || want.limit > l.window.shares[p.budget].most {
			return // begun anew since, or more than there is room for now
		}
		l.raise(loaded.Origins)
		for _, o := range loaded.Rows {
			l.add(o, loaded.Origins[o.Origin], now)
		}
		if n := len(loaded.Rows); n > 0 {
			p.after = loaded.Rows[n-1].Ref
			if p.seen.Place < p.after.Place {
				p.seen = p.after
			}
		}
		l.window.read(p, len(loaded.Rows) < want.limit)
		return
	}
	l.feed(want, loaded, now)
}

// feed takes in what queues were short of, in order and as far as there is room:
// at least one row of each. Other rows that came with them may come too early.
func (l *loader) feed(want loading, loaded stories.Loaded, now time.Duration) {
	l.raise(loaded.Origins)
	w := l.window
	type wish struct {
		queue       queueKey
		publication int64
	}
	asked := map[wish]bool{}
	for i, q := range want.queues {
		q.state.asked = false
		for _, p := range want.of[i] {
			if slices.Contains(q.short, p) { // else the queue was closed since
				asked[wish{q.queueKey, p.id}] = true
			}
			p.lost++ // known until this is over
		}
		w.full(q, want.of[i])
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
		if q := l.scheduler.queues[key]; q != nil && len(q.rows) > 0 && w.shares[q.budget].room() <= 0 {
			w.dropped(q, w.publications[o.Publication])
			continue
		}
		l.add(o, from, now)
	}
	for i, q := range want.queues {
		for _, p := range want.of[i] {
			p.lost--
			w.end(p)
		}
		l.scheduler.file(q, now)
	}
}

// saved says that a result of a row that waits is durable.
func (l *loader) saved(r *row, now time.Duration) {
	r.tries.unsaved--
	l.window.weigh(r)
	l.scheduler.file(r.queue, now)
}

// shut says that the database knows that a destination takes nothing any more.
func (l *loader) shut(id int64) {
	for _, order := range orders {
		if q := l.scheduler.queues[queueKey{id, order}]; q != nil && q.state.closed == closedHere {
			q.state.closed = closedInStore
			l.closed = append(l.closed, q)
		}
	}
}

// missed says that it could not be read.
func (l *loader) missed(want loading, now time.Duration) {
	for _, q := range want.queues {
		q.state.asked = false
		l.scheduler.file(q, now)
	}
}

// add takes a row in that was read from the database, unless it is here already or
// something before it is not.
func (l *loader) add(o stories.Owed, from stories.Publication, now time.Duration) {
	w, p := l.window, l.window.publications[o.Publication]
	q := l.scheduler.queueOf(o.Place, o.Destination, from.Op)
	if o.Wait > 0 && q.order == stories.OpPost && len(q.rows)+len(q.short) == 0 && q.readyAt == 0 {
		q.state.idle, q.readyAt = true, now+o.Wait
	}
	r := w.rows[o.Delivery]
	switch {
	case r != nil && r.Publication == o.Publication:
	case r != nil && r.weight.free: // it was owed again while it was here
		w.part(r)
		r.Ref, r.missed, r.late, r.weight.kept = o.Ref, o.Missed, o.Late, true
		w.join(r)
	case p != nil && (r != nil || q.state.closed != notClosed || len(q.short) > 0 && comparePublications(q.short[0], p) <= 0):
		w.dropped(q, p)
	default:
		l.insert(w.enter(o, from, q))
	}
	l.scheduler.file(q, now)
}

// insert puts a row where it belongs, but never before what is on its way.
func (l *loader) insert(r *row) {
	q := r.queue
	i, _ := slices.BinarySearchFunc(q.rows[q.busy:], r, order)
	q.rows = slices.Insert(q.rows, q.busy+i, r)
}

// adopt takes in a row that an earlier holder of the lane has begun.
func (l *loader) adopt(o stories.Owed, from stories.Publication, now time.Duration) *row {
	q := l.scheduler.queueOf(o.Place, o.Destination, from.Op)
	r := l.window.enter(o, from, q)
	q.occupy(r)
	q.rows = slices.Insert(q.rows, 0, r)
	l.window.weigh(r)
	l.scheduler.file(q, now)
	return r
}
