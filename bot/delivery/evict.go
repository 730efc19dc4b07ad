package delivery

import (
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// evictor makes room in a window: it drops from memory what can be loaded again.
type evictor struct {
	window    *window
	scheduler *scheduler
}

// shrink makes room for want rows of a level in s: first of what waits for long,
// then of what is less urgent, the newest first. It does not look for what is not
// there.
func (e evictor) shrink(s *share, level stories.Level, want int, now time.Duration) {
	if s.room()+s.spare+s.below(level) < want {
		return
	}
	for p := range s.idle {
		if s.room() >= want {
			return
		}
		for len(p.rows) > 0 && p.rows[len(p.rows)-1].stand.free {
			e.drop(p)
		}
		e.scheduler.file(p, now)
	}
	if s.below(level) == 0 {
		return
	}
	var others []*publication
	for _, c := range e.window.publications {
		if c.free > 0 && c.Level < level && &e.window.shares[c.budget] == s {
			others = append(others, c)
		}
	}
	slices.SortFunc(others, comparePublications)
	for i := len(others) - 1; i >= 0 && s.room() < want; i-- {
		e.evict(others[i], now)
	}
}

// resize gives the window so many rows; when they are fewer, what may leave memory
// and has no room any more does.
func (e evictor) resize(rows int, apart open, now time.Duration) {
	e.window.size(rows, apart)
	for i := range e.window.shares {
		e.shrink(&e.window.shares[i], stories.ForDesk+1, 0, now)
	}
}

// restart drops what may leave memory, to be loaded as it is now.
func (e evictor) restart(now time.Duration) {
	for _, c := range slices.Collect(maps.Values(e.window.publications)) {
		e.evict(c, now)
	}
}

// drop takes the last row of a place from memory.
func (e evictor) drop(p *queue) {
	r := p.rows[len(p.rows)-1]
	p.rows = p.rows[:len(p.rows)-1]
	e.window.dropped(p, r.publication)
	e.window.leave(r)
}

// evict drops all rows of c that may leave; it is loaded once more from its
// beginning when there is room again. What comes behind one at its place goes too.
func (e evictor) evict(c *publication, now time.Duration) {
	c.age++
	c.after = stories.Ref{}
	e.window.read(c, false)
	for _, r := range slices.Clone(c.rows) {
		p := r.queue
		for r.stand.free && p.rows[len(p.rows)-1] != r && p.rows[len(p.rows)-1].stand.free {
			e.drop(p)
		}
		if !r.stand.free || p.rows[len(p.rows)-1] != r {
			continue
		}
		if len(p.short) > 0 {
			e.drop(p)
		} else {
			p.rows = p.rows[:len(p.rows)-1]
			e.window.leave(r)
		}
		e.scheduler.file(p, now)
	}
}
