package delivery

import (
	"cmp"
	"slices"

	"storybot/bot"
	"storybot/stories"
)

// window is what of the lane's queue is in memory, bounded. It is filled with the
// most urgent publications first and then with the older ones, each from its
// beginning, so that whatever is here goes before what is not. What is more urgent
// pushes out what is less; what waits makes room for what need not.
//
// It counts what takes room and what may leave, so that nobody has to look for it.
type window struct {
	rows         map[int64]*row // by delivery; what has ended, until that is durable
	origins      map[int64]*origin
	publications map[int64]*publication // what is known and not at its end
	strays       map[int64][]*row       // rows of publications that are not known yet
	shares       [budgets]share
}

// share is a line's part of the window.
type share struct {
	most    int // rows that wait
	waiting int // rows that wait and take room
	// free are the rows that may leave memory, by the level of their publication;
	// spare are those of places that wait for long.
	free  [stories.ForDesk + 1]int
	spare int
	idle  map[*queue]bool // whose rows are spare
	// unread are publications with more to load, in order.
	unread []*publication
}

// carrier is a publication as what queues rows.
type publication struct {
	stories.Publication
	budget budget
	after  stories.Ref // the last row loaded
	seen   stories.Ref // the farthest row ever loaded
	rows   []*row      // in memory, in no order
	free   int         // of these, how many may leave it
	lost   int         // places that are short of it
	age    int         // how often it was begun anew
}

// newWindow returns a window for so many rows. Lines beside the posts' have a part
// of their own where apart says that they have a budget of their own.
func newWindow(rows int, apart open) *window {
	w := &window{rows: map[int64]*row{}, origins: map[int64]*origin{}, publications: map[int64]*publication{}, strays: map[int64][]*row{}}
	w.size(rows, apart)
	for i := range w.shares {
		w.shares[i].idle = map[*queue]bool{}
	}
	return w
}

// size divides so many rows among the lines.
func (w *window) size(rows int, apart open) {
	w.shares[posts].most = rows
	for i := edits; i < budgets; i++ {
		if apart[i] {
			w.shares[i].most = max(1, rows/editShare)
			w.shares[posts].most -= w.shares[i].most
		}
	}
}

// lineOf returns where an operation belongs.
func (w *window) budgetOf(op stories.Op) budget {
	for i := edits; i < budgets; i++ {
		if bot.MethodOf(op) == methods[i] && w.shares[i].most > 0 {
			return i
		}
	}
	return posts
}

// room returns how many more rows a line may load.
func (s *share) room() int { return s.most - s.waiting }

// reserve is the part of a line's room that is left for places whose wait is over.
func (s *share) reserve() int { return s.most / reserveShare }

// below counts the rows that may leave for something of a level.
func (s *share) below(level stories.Level) (n int) {
	for l := range level {
		n += s.free[l]
	}
	return n
}

// known are the publications that need not be told again.
func (w *window) known() []int64 {
	ids := make([]int64, 0, len(w.publications))
	for id := range w.publications {
		ids = append(ids, id)
	}
	return ids
}

// urgency is the level a publication has by what was published later in its
// story.
func (w *window) urgency(p stories.Publication) (level stories.Level) {
	for _, c := range w.publications {
		if c.StoryID == p.StoryID && c.StoryID != 0 && c.ID > p.ID {
			level = max(level, c.Level)
		}
	}
	return level
}

// raise gives earlier publications of p's story its level, and reports whether
// anything in memory has another place in the order now.
func (w *window) raise(p stories.Publication) (moved bool) {
	if p.StoryID == 0 || p.Level == stories.Minor {
		return false
	}
	for _, c := range w.publications {
		if c.StoryID == p.StoryID && c.ID < p.ID && c.Level < p.Level {
			free := &w.shares[c.budget].free
			free[c.Level] -= c.free
			free[p.Level] += c.free
			c.Level, moved = p.Level, true
		}
	}
	for _, o := range w.origins {
		if o.StoryID == p.StoryID && o.ID < p.ID && o.Level < p.Level {
			o.Level, moved = p.Level, true
		}
	}
	return moved
}

// unread returns the lines that have something to load, the more urgent first.
func (w *window) unread() (found []*share) {
	for i := range w.shares {
		if s := &w.shares[i]; len(s.unread) > 0 {
			found = append(found, s)
		}
	}
	slices.SortStableFunc(found, func(a, b *share) int { return comparePublications(a.unread[0], b.unread[0]) })
	return found
}

// enter makes a row of p and counts it.
func (w *window) enter(o stories.Owed, from stories.Publication, p *queue) *row {
	from.ID = o.Origin
	f := w.origins[from.ID]
	if f == nil {
		f = newOrigin(from, w.urgency(from))
		w.origins[from.ID] = f
	}
	f.rows++
	r := &row{Ref: o.Ref, queue: p, origin: f, missed: o.Missed, stand: stand{kept: true},
		tries: tries{attempt: o.Attempt, unknowns: o.Unknowns, first: o.FirstAttemptAt, last: o.LastAttemptAt, doubtful: o.Doubtful, putBack: o.PutBack}}
	w.rows[o.Delivery] = r
	w.join(r)
	return r
}

func newOrigin(p stories.Publication, urgency stories.Level) *origin {
	p.Level = max(p.Level, urgency)
	return &origin{Publication: p}
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
	r.stand.kept = false
	w.weigh(r)
	c := r.publication
	if c == nil {
		rest := slices.DeleteFunc(w.strays[r.Publication], func(o *row) bool { return o == r })
		if w.strays[r.Publication] = rest; len(rest) == 0 {
			delete(w.strays, r.Publication)
		}
		return
	}
	last := c.rows[len(c.rows)-1]
	c.rows[r.at], last.at = last, r.at
	c.rows[len(c.rows)-1] = nil
	c.rows, r.publication = c.rows[:len(c.rows)-1], nil
	w.end(c)
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
	p, was := r.queue, r.stand
	s := &w.shares[p.budget]
	r.stand.waiting = was.kept && !r.busy
	r.stand.free = r.stand.waiting && r.unsaved == 0 && r.publication != nil
	if n := count(r.stand.waiting, was.waiting); n != 0 {
		s.waiting += n
	}
	if n := count(r.stand.free, was.free); n != 0 {
		p.free += n
		r.publication.free += n
		s.free[r.publication.Level] += n
		w.file(p)
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

// file counts what of a place is spare.
func (w *window) file(p *queue) {
	s, spare := &w.shares[p.budget], 0
	if p.state.idle {
		spare = p.free
	}
	s.spare += spare - p.state.spare
	p.state.spare = spare
	if spare > 0 {
		s.idle[p] = true
	} else {
		delete(s.idle, p)
	}
}

// dropped notes that a row of c for p is not in memory.
func (w *window) dropped(p *queue, c *publication) {
	i, is := slices.BinarySearchFunc(p.short, c, comparePublications)
	if !is {
		p.short = slices.Insert(p.short, i, c)
		c.lost++
	}
}

// full notes that a place is not short of publications any more.
func (w *window) full(p *queue, of []*publication) {
	had := p.short
	if len(of) == len(had) {
		p.short = nil
	} else {
		p.short = slices.DeleteFunc(slices.Clone(had), func(c *publication) bool { return slices.Contains(of, c) })
	}
	for _, c := range had {
		if !slices.Contains(p.short, c) {
			c.lost--
			w.end(c)
		}
	}
}

// end forgets a publication nothing is left of.
func (w *window) end(c *publication) {
	if len(c.rows) > 0 || c.lost > 0 {
		return
	}
	if _, unread := slices.BinarySearchFunc(w.shares[c.budget].unread, c, comparePublications); !unread {
		delete(w.publications, c.ID)
	}
}

// read says that c is loaded to its end, or from its beginning once more.
func (w *window) read(c *publication, done bool) {
	s := &w.shares[c.budget]
	i, found := slices.BinarySearchFunc(s.unread, c, comparePublications)
	switch {
	case done && found:
		s.unread = slices.Delete(s.unread, i, i+1)
		w.end(c)
	case !done && !found:
		s.unread = slices.Insert(s.unread, i, c)
	}
}

// compareOwed orders rows as their publications are; nil is one that is not known.
func compareOwed(a, b *publication, x, y stories.Owed) int {
	if a == nil || b == nil || a == b {
		return cmp.Compare(x.Delivery, y.Delivery)
	}
	return comparePublications(a, b)
}

func comparePublications(a, b *publication) int {
	return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.ID, b.ID))
}
