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
	for q := range s.idle {
		if s.room() >= want {
			return
		}
		for len(q.rows) > 0 && q.rows[len(q.rows)-1].weight.free {
			e.drop(q)
		}
		e.scheduler.file(q, now)
	}
	if s.below(level) == 0 {
		return
	}
	var others []*publication
	for _, p := range e.window.publications {
		if p.free > 0 && p.level < level && &e.window.shares[p.budget] == s {
			others = append(others, p)
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
	for _, p := range slices.Collect(maps.Values(e.window.publications)) {
		e.evict(p, now)
	}
}

// drop takes the last row of a queue from memory.
func (e evictor) drop(q *queue) {
	r := q.rows[len(q.rows)-1]
	q.rows = q.rows[:len(q.rows)-1]
	e.window.dropped(q, r.publication)
	e.window.leave(r)
}

// evict drops all rows of p that may leave; it is loaded once more from its
// beginning when there is room again. What comes behind one in its queue goes too.
func (e evictor) evict(p *publication, now time.Duration) {
	p.age++
	p.after = stories.Ref{}
	e.window.read(p, false)
	for _, r := range slices.Clone(p.rows) {
		q := r.queue
		for r.weight.free && q.rows[len(q.rows)-1] != r && q.rows[len(q.rows)-1].weight.free {
			e.drop(q)
		}
		if !r.weight.free || q.rows[len(q.rows)-1] != r {
			continue
		}
		if len(q.short) > 0 {
			e.drop(q)
		} else {
			q.rows = q.rows[:len(q.rows)-1]
			e.window.leave(r)
		}
		e.scheduler.file(q, now)
	}
}
