package delivery

import (
	"container/heap"
	"slices"
	"time"

	"storybot/stories"
)

// filler is the part of a scheduler that fills its window and keeps it within
// its bound.
type filler struct{ scheduler *scheduler }

// publish makes publications known. One that is more urgent than earlier ones
// of its story takes their unsent rows with it.
func (f filler) publish(found []stories.Publication) {
	s := f.scheduler
	raised := false
	for _, p := range found {
		if s.window.carriers[p.ID] != nil {
			continue
		}
		c := &carrier{Publication: p, here: s.window.strays[p.ID]}
		c.Level = max(c.Level, s.window.urgency(p))
		delete(s.window.strays, p.ID)
		s.window.carriers[p.ID] = c
		s.window.unread = append(s.window.unread, c)
		raised = f.raise(p) || raised
	}
	slices.SortFunc(s.window.unread, compareCarriers)
	if raised {
		f.reorder()
	}
}

// raise gives earlier publications of p's story its level, and reports whether
// rows in memory have moved.
func (f filler) raise(p stories.Publication) (moved bool) {
	s := f.scheduler
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
func (f filler) reorder() {
	s := f.scheduler
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
func (f filler) hungry(now time.Duration) (l loading, ok bool) {
	s := f.scheduler
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
	if f.room() < least {
		f.shrink(c, least, now)
	}
	if f.room() < least {
		return l, false
	}
	return loading{carrier: c, age: c.age, limit: min(loadRows, f.room())}, true
}

func (f filler) room() int { return f.scheduler.window.most - len(f.scheduler.rows) }

// take takes in what was loaded.
func (f filler) take(l loading, loaded stories.Loaded, now time.Duration) {
	s := f.scheduler
	if l.carrier != nil && l.carrier.age != l.age {
		return // begun anew since
	}
	var asked []*carrier
	for i, p := range l.places {
		if len(p.short) < l.shorts[i] {
			continue // cleared since
		}
		asked = append(asked, p.short[:l.shorts[i]]...)
		p.short = slices.Clone(p.short[l.shorts[i]:])
	}
	for _, o := range loaded.Rows {
		s.add(o, loaded.Origins[o.Origin], now)
	}
	for _, p := range l.places {
		s.file(p, now)
	}
	for _, c := range asked {
		c.lost--
		s.window.end(c)
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
func (f filler) shrink(c *carrier, least int, now time.Duration) {
	s := f.scheduler
	for _, p := range s.places {
		if f.room() >= least {
			return
		}
		if p.busy != nil || p.steps[s.waits.step] >= 0 {
			f.dropBehind(p)
		}
	}
	var others []*carrier
	for _, o := range s.window.carriers {
		if o.here > 0 && o.Level < c.Level {
			others = append(others, o)
		}
	}
	slices.SortFunc(others, compareCarriers)
	for i := len(others) - 1; i >= 0 && f.room() < least; i-- {
		f.evict(others[i], now)
	}
}

// dropBehind drops what waits behind the first row of p.
func (f filler) dropBehind(p *place) {
	s := f.scheduler
	for len(p.rows) > 1 {
		r := p.rows[len(p.rows)-1]
		c := s.window.carriers[r.Publication]
		if r.tries.attempt > 0 || c == nil || r == p.busy { // what came since goes before it
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
func (f filler) evict(c *carrier, now time.Duration) {
	s := f.scheduler
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
