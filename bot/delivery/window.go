package delivery

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"storybot/stories"
)

// window bounds what a lane keeps in memory. It is filled with the most urgent
// publications first and then with the older ones, each from its beginning, so
// that whatever is here goes before what is not. What is more urgent pushes out
// what is less; what waits behind a row that waits goes back as well.
type window struct {
	most     int                // rows
	carriers map[int64]*carrier // what is known and not at its end
	unread   []*carrier         // of these, those with more to load, in order
	short    map[placeKey]*place
	// strays counts rows of publications that are not known yet, by publication.
	strays map[int64]int
}

// carrier is a publication as what queues rows.
type carrier struct {
	stories.Publication
	after stories.Ref // the last row loaded
	here  int         // rows in memory
	lost  int         // rows dropped from memory since they were loaded
	age   int         // how often it was begun anew
}

// loading asks for rows.
type loading struct {
	carrier *carrier // the next rows of it, or
	age     int
	limit   int
	places  []*place // what was dropped for these
	shorts  []int    // how much of what they are short of is asked for
}

// known are the publications that need not be told again.
func (w *window) known() []int64 {
	ids := make([]int64, 0, len(w.carriers))
	for id := range w.carriers {
		ids = append(ids, id)
	}
	return ids
}

// urgency is the level a publication has by what was published later in its
// story.
func (w *window) urgency(p stories.Publication) (level stories.Level) {
	for _, c := range w.carriers {
		if c.StoryID == p.StoryID && c.StoryID != 0 && c.ID > p.ID {
			level = max(level, c.Level)
		}
	}
	return level
}

// dropped notes that a row of c for p was not kept.
func (w *window) dropped(p *place, c *carrier) {
	p.short = append(p.short, c)
	c.lost++
}

// left notes that a row of a publication is not in memory any more.
func (w *window) left(publication int64) {
	if c := w.carriers[publication]; c != nil {
		c.here--
		w.end(c)
		return
	}
	if w.strays[publication]--; w.strays[publication] == 0 {
		delete(w.strays, publication)
	}
}

// came notes that a row of a publication is in memory.
func (w *window) came(publication int64) {
	if c := w.carriers[publication]; c != nil {
		c.here++
		return
	}
	if w.strays == nil {
		w.strays = map[int64]int{}
	}
	w.strays[publication]++
}

// end forgets a publication nothing is left of.
func (w *window) end(c *carrier) {
	if c.here == 0 && c.lost == 0 && !slices.Contains(w.unread, c) {
		delete(w.carriers, c.ID)
	}
}

// file keeps the list of places something was dropped for.
func (w *window) file(p *place) {
	if len(p.short) == 0 {
		delete(w.short, p.placeKey)
		return
	}
	if w.short == nil {
		w.short = map[placeKey]*place{}
	}
	w.short[p.placeKey] = p
}

// read says that c is loaded to its end, or from its beginning once more.
func (w *window) read(c *carrier, done bool) {
	i, found := slices.BinarySearchFunc(w.unread, c, compareCarriers)
	switch {
	case done && found:
		w.unread = slices.Delete(w.unread, i, i+1)
		w.end(c)
	case !done && !found:
		w.unread = slices.Insert(w.unread, i, c)
	}
}

func compareCarriers(a, b *carrier) int {
	return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.ID, b.ID))
}

// publish makes publications known. One that is more urgent than earlier ones
// of its story takes their unsent rows with it.
func (s *scheduler) publish(found []stories.Publication) {
	raised := false
	for _, p := range found {
		if s.window.carriers[p.ID] != nil {
			continue
		}
		c := &carrier{Publication: p, here: s.window.strays[p.ID]}
		delete(s.window.strays, p.ID)
		s.window.carriers[p.ID] = c
		s.window.unread = append(s.window.unread, c)
		raised = s.raise(p) || raised
	}
	slices.SortFunc(s.window.unread, compareCarriers)
	if raised {
		s.reorder()
	}
}

// raise gives earlier publications of p's story its level, and reports whether
// rows in memory have moved.
func (s *scheduler) raise(p stories.Publication) (moved bool) {
	if p.StoryID == 0 || p.Level == stories.Minor {
		return false
	}
	for _, c := range s.window.carriers {
		if c.StoryID == p.StoryID && c.ID < p.ID {
			c.Level = max(c.Level, p.Level)
		}
	}
	for _, o := range s.origins {
		if o.StoryID == p.StoryID && o.ID < p.ID && o.Level < p.Level {
			o.Level, moved = p.Level, true
		}
	}
	return moved
}

// reorder puts all rows where they belong once levels have changed.
func (s *scheduler) reorder() {
	for _, p := range s.places {
		slices.SortFunc(p.rows, order)
		if p.busy != nil { // it is on its way, whatever comes before it now
			i := slices.Index(p.rows, p.busy)
			if i > 0 {
				p.rows = slices.Insert(slices.Delete(p.rows, i, i+1), 0, p.busy)
			}
		}
	}
	heap.Init(&s.urgent)
	heap.Init(&s.oldest)
}

// hungry returns what to load next; ok is false when there is nothing, or no
// room for it.
func (s *scheduler) hungry(now time.Duration) (l loading, ok bool) {
	for _, p := range s.window.short {
		if p.busy == nil && len(p.rows) == 0 && p.readyAt <= now && len(l.places) < mostBegun {
			l.places, l.shorts = append(l.places, p), append(l.shorts, len(p.short))
		}
	}
	if len(l.places) > 0 {
		return l, true
	}
	if len(s.window.unread) == 0 {
		return l, false
	}
	c := s.window.unread[0]
	least := min(loadRows, max(1, s.window.most/4))
	if s.room() < least {
		s.shrink(c, least, now)
	}
	if s.room() < least {
		return l, false
	}
	return loading{carrier: c, age: c.age, limit: min(loadRows, s.room())}, true
}

func (s *scheduler) room() int { return s.window.most - len(s.rows) }

// take takes in what was loaded.
func (s *scheduler) take(l loading, loaded stories.Loaded, now time.Duration) {
	if l.carrier != nil && l.carrier.age != l.age {
		return // begun anew since
	}
	for i, p := range l.places {
		for _, c := range p.short[:l.shorts[i]] {
			c.lost--
			s.window.end(c)
		}
		p.short = slices.Delete(p.short, 0, l.shorts[i])
	}
	for _, o := range loaded.Rows {
		s.add(o, loaded.Origins[o.Origin], now)
	}
	for _, p := range l.places {
		s.file(p, now)
	}
	if c := l.carrier; c != nil {
		if n := len(loaded.Rows); n > 0 {
			c.after = loaded.Rows[n-1].Ref
		}
		s.window.read(c, len(loaded.Rows) < l.limit)
	}
}

// shrink makes room for rows of c: first of what waits behind rows that wait,
// then of what is less urgent, the newest first.
func (s *scheduler) shrink(c *carrier, least int, now time.Duration) {
	for _, p := range s.places {
		if s.room() >= least {
			return
		}
		if p.busy != nil || p.steps[s.waits.step] >= 0 {
			s.dropBehind(p)
		}
	}
	var others []*carrier
	for _, o := range s.window.carriers {
		if o.here > 0 && o.Level < c.Level {
			others = append(others, o)
		}
	}
	slices.SortFunc(others, compareCarriers)
	for i := len(others) - 1; i >= 0 && s.room() < least; i-- {
		s.evict(others[i], now)
	}
}

// dropBehind drops what waits behind the first row of p.
func (s *scheduler) dropBehind(p *place) {
	for len(p.rows) > 1 {
		r := p.rows[len(p.rows)-1]
		c := s.window.carriers[r.Publication]
		if r.tries.attempt > 0 || c == nil {
			return
		}
		p.rows = p.rows[:len(p.rows)-1]
		s.leave(r)
		s.window.dropped(p, c)
		c.here--
	}
	s.window.file(p)
}

// evict drops all rows of c but those begun before; it is loaded once more from
// its beginning when there is room again.
func (s *scheduler) evict(c *carrier, now time.Duration) {
	for _, r := range s.rows {
		if r.Publication != c.ID || r.tries.attempt > 0 || r.place.busy == r || !slices.Contains(r.place.rows, r) {
			continue
		}
		r.place.rows = slices.DeleteFunc(r.place.rows, func(o *row) bool { return o == r })
		s.leave(r)
		c.here--
		s.file(r.place, now)
	}
	c.age++
	c.after = stories.Ref{}
	s.window.read(c, false)
}
