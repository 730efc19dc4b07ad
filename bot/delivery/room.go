package delivery

import (
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// room makes room in a window: it drops from memory what can be loaded again.
type room struct {
	window *window
	order  *scheduler
}

// shrink makes room for want rows of a level in s: first of what waits for long,
// then of what is less urgent, the newest first. It does not look for what is not
// there.
func (m room) shrink(s *share, level stories.Level, want int, now time.Duration) {
	if s.room()+s.spare+s.below(level) < want {
		return
	}
	for p := range s.idle {
		if s.room() >= want {
			return
		}
		for len(p.rows) > 0 && p.rows[len(p.rows)-1].stand.free {
			m.drop(p)
		}
		m.order.file(p, now)
	}
	if s.below(level) == 0 {
		return
	}
	var others []*carrier
	for _, c := range m.window.carriers {
		if c.free > 0 && c.Level < level && &m.window.shares[c.line] == s {
			others = append(others, c)
		}
	}
	slices.SortFunc(others, compareCarriers)
	for i := len(others) - 1; i >= 0 && s.room() < want; i-- {
		m.evict(others[i], now)
	}
}

// resize gives the window so many rows; when they are fewer, what may leave memory
// and has no room any more does.
func (m room) resize(rows int, apart open, now time.Duration) {
	m.window.size(rows, apart)
	for i := range m.window.shares {
		m.shrink(&m.window.shares[i], stories.ForDesk+1, 0, now)
	}
}

// restart drops what may leave memory, to be loaded as it is now.
func (m room) restart(now time.Duration) {
	for _, c := range slices.Collect(maps.Values(m.window.carriers)) {
		m.evict(c, now)
	}
}

// drop takes the last row of a place from memory.
func (m room) drop(p *place) {
	r := p.rows[len(p.rows)-1]
	p.rows = p.rows[:len(p.rows)-1]
	m.window.dropped(p, r.carrier)
	m.window.leave(r)
}

// evict drops all rows of c that may leave; it is loaded once more from its
// beginning when there is room again. What comes behind one at its place goes too.
func (m room) evict(c *carrier, now time.Duration) {
	c.age++
	c.after = stories.Ref{}
	m.window.read(c, false)
	for _, r := range slices.Clone(c.rows) {
		p := r.place
		for r.stand.free && p.rows[len(p.rows)-1] != r && p.rows[len(p.rows)-1].stand.free {
			m.drop(p)
		}
		if !r.stand.free || p.rows[len(p.rows)-1] != r {
			continue
		}
		if len(p.short) > 0 {
			m.drop(p)
		} else {
			p.rows = p.rows[:len(p.rows)-1]
			m.window.leave(r)
		}
		m.order.file(p, now)
	}
}
