package delivery

import (
	"slices"

	"storybot/bot"
	"storybot/stories"
)

// window is what of the lane's queue is in memory, bounded. It is filled with the
// most urgent publications first and then with the older ones, each from its
// beginning, so that whatever is here goes before what is not. What is more urgent
// pushes out what is less; what waits for long makes room for what need not.
//
// It counts what takes room and what may leave, so that nobody has to look for it.
type window struct {
	rows         map[int64]*row // by delivery; what has ended, until that is durable
	origins      map[int64]*origin
	publications publications
	strays       map[int64][]*row // rows of publications that are not known yet
	shares       [budgets]share
}

// share is the part of the window of what draws on one budget.
type share struct {
	most    int // rows that wait
	waiting int // rows that wait and take room
	// free are the rows that may leave memory, by the level of their publication;
	// spare are those of queues that wait for long.
	free  [stories.ForDesk + 1]int
	spare int
	idle  map[*queue]bool // whose rows are spare
	// unread are publications with more to load, in order.
	unread []*publication
}

// newWindow returns a window for so many rows. What draws on another budget than the
// posts' has a share of its own where apart says that it is one.
func newWindow(rows int, apart open) *window {
	w := &window{rows: map[int64]*row{}, origins: map[int64]*origin{}, publications: publications{}, strays: map[int64][]*row{}}
	w.size(rows, apart)
	for i := range w.shares {
		w.shares[i].idle = map[*queue]bool{}
	}
	return w
}

// size divides so many rows among the budgets.
func (w *window) size(rows int, apart open) {
	w.shares[posts].most = rows
	for i := edits; i < budgets; i++ {
		if apart[i] {
			w.shares[i].most = max(1, rows/editShare)
			w.shares[posts].most -= w.shares[i].most
		}
	}
}

// budgetOf returns what an operation draws on.
func (w *window) budgetOf(op stories.Op) budget {
	for i := edits; i < budgets; i++ {
		if bot.MethodOf(op) == methods[i] && w.shares[i].most > 0 {
			return i
		}
	}
	return posts
}

// room returns how many more rows may be loaded.
func (s *share) room() int { return s.most - s.waiting }

// reserve is the part of the room that is left for queues whose wait is over.
func (s *share) reserve() int { return s.most / reserveShare }

// below counts the rows that may leave for something of a level.
func (s *share) below(level stories.Level) (n int) {
	for l := range level {
		n += s.free[l]
	}
	return n
}

// raise gives earlier publications of a story the level of one of it that raises them,
// and reports whether anything in memory has another place in the order now.
func (w *window) raise(by stories.Publication) (moved bool) {
	for _, id := range by.Merged {
		w.unite(id, by.StoryID)
	}
	if !raises(by) {
		return false
	}
	for _, p := range w.publications {
		if p.story == by.StoryID && p.id < by.ID && p.level < by.Level {
			free := &w.shares[p.budget].free
			free[p.level] -= p.free
			free[by.Level] += p.free
			p.level, moved = by.Level, true
		}
	}
	for _, o := range w.origins {
		if o.StoryID == by.StoryID && o.ID < by.ID && o.Level < by.Level {
			o.Level, moved = by.Level, true
		}
	}
	return moved
}

// unite has what is known of a story be another's, which it was merged into.
func (w *window) unite(from, into int64) {
	for _, p := range w.publications {
		if p.story == from {
			p.story = into
		}
	}
	for _, o := range w.origins {
		if o.StoryID == from {
			o.StoryID = into
		}
	}
}

// unread returns the shares that have something to load, the more urgent first.
func (w *window) unread() (found []*share) {
	for i := range w.shares {
		if s := &w.shares[i]; len(s.unread) > 0 {
			found = append(found, s)
		}
	}
	slices.SortStableFunc(found, func(a, b *share) int { return comparePublications(a.unread[0], b.unread[0]) })
	return found
}

// enter makes a row of what is owed and counts it.
func (w *window) enter(o stories.Owed, from stories.Publication, at *queue) *row {
	from.ID = o.Origin
	f := w.origins[from.ID]
	if f == nil {
		f = newOrigin(from, w.publications.urgency(from))
		w.origins[from.ID] = f
	}
	f.rows++
	r := &row{Ref: o.Ref, queue: at, origin: f, missed: o.Missed, late: o.Late, forum: o.Forum, weight: weight{kept: true},
		tries: tries{attempt: o.Attempt, unknowns: o.Unknowns, first: o.FirstAttemptAt, last: o.LastAttemptAt, doubtful: o.Doubtful, putBack: o.PutBack}}
	w.rows[o.Delivery] = r
	w.join(r)
	return r
}

// join puts a row under its publication.
func (w *window) join(r *row) {
	if r.publication = w.publications[r.Publication]; r.publication != nil {
		r.at = len(r.publication.rows)
		r.publication.rows = append(r.publication.rows, r)
	} else {
		w.strays[r.Publication] = append(w.strays[r.Publication], r)
	}
	w.weigh(r)
}

// part takes a row from under its publication.
func (w *window) part(r *row) {
	r.weight.kept = false
	w.weigh(r)
	p := r.publication
	if p == nil {
		rest := slices.DeleteFunc(w.strays[r.Publication], func(o *row) bool { return o == r })
		if w.strays[r.Publication] = rest; len(rest) == 0 {
			delete(w.strays, r.Publication)
		}
		return
	}
	last := p.rows[len(p.rows)-1]
	p.rows[r.at], last.at = last, r.at
	p.rows[len(p.rows)-1] = nil
	p.rows, r.publication = p.rows[:len(p.rows)-1], nil
	w.end(p)
}

// leave takes a row out of memory.
func (w *window) leave(r *row) {
	w.part(r)
	delete(w.rows, r.Delivery)
	if r.origin.rows--; r.origin.rows == 0 {
		delete(w.origins, r.origin.ID)
	}
}

// weigh counts a row as what it is now.
func (w *window) weigh(r *row) {
	q, was := r.queue, r.weight
	s := &w.shares[q.budget]
	r.weight.waiting = was.kept && !r.busy
	r.weight.free = r.weight.waiting && r.tries.unsaved == 0 && r.publication != nil
	if n := count(r.weight.waiting, was.waiting); n != 0 {
		s.waiting += n
	}
	if n := count(r.weight.free, was.free); n != 0 {
		q.free += n
		r.publication.free += n
		s.free[r.publication.level] += n
		w.file(q)
	}
}

// count is by how much something that is counted has changed.
func count(is, was bool) int {
	switch {
	case is == was:
		return 0
	case is:
		return 1
	}
	return -1
}

// file counts what of a queue is spare.
func (w *window) file(q *queue) {
	s, spare := &w.shares[q.budget], 0
	if q.state.idle {
		spare = q.free
	}
	s.spare += spare - q.state.spare
	q.state.spare = spare
	if spare > 0 {
		s.idle[q] = true
	} else {
		delete(s.idle, q)
	}
}

// dropped notes that a row of p for q is not in memory.
func (w *window) dropped(q *queue, p *publication) {
	i, is := slices.BinarySearchFunc(q.short, p, comparePublications)
	if !is {
		q.short = slices.Insert(q.short, i, p)
		p.lost++
	}
}

// full notes that a queue is not short of publications any more.
func (w *window) full(q *queue, of []*publication) {
	had := q.short
	if len(of) == len(had) {
		q.short = nil
	} else {
		q.short = slices.DeleteFunc(slices.Clone(had), func(p *publication) bool { return slices.Contains(of, p) })
	}
	for _, p := range had {
		if !slices.Contains(q.short, p) {
			p.lost--
			w.end(p)
		}
	}
}

// end forgets a publication nothing is left of.
func (w *window) end(p *publication) {
	if len(p.rows) > 0 || p.lost > 0 {
		return
	}
	if _, unread := slices.BinarySearchFunc(w.shares[p.budget].unread, p, comparePublications); !unread {
		delete(w.publications, p.id)
	}
}

// read says that p is loaded to its end, or from its beginning once more.
func (w *window) read(p *publication, done bool) {
	s := &w.shares[p.budget]
	i, found := slices.BinarySearchFunc(s.unread, p, comparePublications)
	switch {
	case done && found:
		s.unread = slices.Delete(s.unread, i, i+1)
		w.end(p)
	case !done && !found:
		s.unread = slices.Insert(s.unread, i, p)
	}
}
