package delivery

import (
	"container/heap"
	"slices"
	"time"

	"storybot/stories"
)

// scheduler says which row is next. Posts of one destination leave one at a time,
// the most urgent first, then in the order they were published; what
// changes them has an order of its own beside them. Among destinations the most urgent row goes
// first, and now and then the oldest.
//
// It is used by the lane's loop only and takes the time as an argument. What of
// the queue is in memory is window's business.
type scheduler struct {
	window *window
	places map[placeKey]*place
	lines  [lines]ladders
	waits  ladder // places that wait, by when that ends
	picks  int
	aged   bool // this batch takes the oldest
}

// ladders are the places of a line.
type ladders struct {
	urgent  ladder // places whose first row may go, by its urgency
	oldest  ladder // the same, by age
	starved ladder // places whose first row could go, but is not in memory
}

func newScheduler(w *window) *scheduler {
	s := &scheduler{window: w, places: map[placeKey]*place{}}
	s.waits = ladder{step: 0, less: func(a, b *place) bool { return a.readyAt < b.readyAt }}
	for i := range s.lines {
		s.lines[i] = ladders{
			urgent:  ladder{step: 1, less: func(a, b *place) bool { return before(a.rows[0], b.rows[0]) }},
			oldest:  ladder{step: 2, less: func(a, b *place) bool { return older(a.rows[0], b.rows[0]) < 0 }},
			starved: ladder{step: 3, less: func(a, b *place) bool { return compareCarriers(a.short[0], b.short[0]) < 0 }},
		}
	}
	return s
}

// next returns the line's ladder of this batch.
func (l *ladders) next(aged bool) *ladder {
	if aged {
		return &l.oldest
	}
	return &l.urgent
}

// pick returns the next row to begin of the lines that are open, and makes its
// place busy; nil when none may go now.
func (s *scheduler) pick(now time.Duration, open open) *row {
	s.due(now)
	var p *place
	for i := range s.lines {
		ladder := s.lines[i].next(s.aged)
		if first := ladder.first(); open[i] && first != nil && (p == nil || ladder.less(first, p)) {
			p = first
		}
	}
	if p == nil {
		return nil
	}
	r := p.rows[0]
	p.occupy(r)
	s.window.weigh(r)
	s.file(p, now)
	return r
}

// batch says that what is picked next is one batch.
func (s *scheduler) batch() {
	s.picks++
	s.aged = s.picks%oldestEvery == 0
}

// due lets places go whose wait is over.
func (s *scheduler) due(now time.Duration) {
	for p := s.waits.first(); p != nil && p.readyAt <= now; p = s.waits.first() {
		s.file(p, now)
	}
}

// ready says that some row of the lines that are open may go now, or could if it
// were in memory.
func (s *scheduler) ready(now time.Duration, open open) bool {
	s.due(now)
	for i := range s.lines {
		if open[i] && (s.lines[i].urgent.first() != nil || s.lines[i].starved.first() != nil) {
			return true
		}
	}
	return false
}

// release lets a busy row wait again, and its place at least for so long and until
// nothing else of it is in doubt.
func (s *scheduler) release(r *row, now, wait time.Duration) {
	p := r.place
	p.vacate(r)
	p.sort()
	if p.busy == 0 {
		p.state.idle = wait > 0
	}
	s.window.weigh(r)
	s.rest(p, now, wait)
}

// stall says that a row's place waits until it is settled what became of it.
func (s *scheduler) stall(r *row, now time.Duration) {
	r.place.state.idle = true
	s.file(r.place, now)
}

// rest keeps a place waiting for so long.
func (s *scheduler) rest(p *place, now, wait time.Duration) {
	if wait > 0 {
		p.readyAt = max(p.readyAt, now+wait)
		p.state.idle = p.state.idle || wait >= longWait
	}
	s.file(p, now)
}

// ended lets the place of a row go on that has ended, unless something else of it
// is in doubt. The row stays known until
// forget is called: until its end is durable it may be read again.
func (s *scheduler) ended(r *row, now, wait time.Duration) {
	p := r.place
	p.rows = slices.DeleteFunc(p.rows, func(o *row) bool { return o == r })
	if r.busy {
		p.vacate(r)
		p.state.idle = p.state.idle && p.busy > 0
	}
	r.stand.kept = false
	s.window.weigh(r)
	s.rest(p, now, wait)
}

// forget drops a row that is not owed any more.
func (s *scheduler) forget(r *row, now time.Duration) {
	if s.window.rows[r.Delivery] != r {
		return
	}
	if r.stand.kept {
		s.ended(r, now, 0)
	}
	s.window.leave(r)
	s.file(r.place, now)
}

// close forgets what is owed to a destination that takes nothing any more. What is
// read of it before that is durable is not believed; see filler.shut.
func (s *scheduler) close(at *place, now time.Duration) {
	for _, op := range [...]stories.Op{stories.OpPost, stories.OpEdit, stories.OpPublish, stories.OpDelete} {
		p := s.placeOf(at.id, at.destination, op)
		s.window.full(p, p.short)
		for _, r := range slices.Clone(p.rows) {
			if !r.busy {
				s.forget(r, now)
			}
		}
		p.state.closed = closedHere
		s.file(p, now)
	}
}

// placeOf returns the place of an operation at a destination.
func (s *scheduler) placeOf(id int64, d stories.Destination, op stories.Op) *place {
	key := placeKey{id, orderOf(op)}
	p := s.places[key]
	if p == nil {
		p = &place{placeKey: key, line: s.window.lineOf(op), destination: d, steps: [4]int{-1, -1, -1, -1}}
		s.places[key] = p
	}
	return p
}

// file puts a place on the ladders it belongs on now.
func (s *scheduler) file(p *place, now time.Duration) {
	wait := p.readyAt > now
	if p.busy == 0 && !wait {
		p.state.idle = false
	}
	can := p.busy == 0 && !wait && p.state.closed == notClosed
	l := &s.lines[p.line]
	l.urgent.put(p, can && len(p.rows) > 0)
	l.oldest.put(p, can && len(p.rows) > 0)
	l.starved.put(p, can && len(p.rows) == 0 && len(p.short) > 0 && !p.state.asked)
	s.waits.put(p, p.busy == 0 && wait)
	if s.places[p.placeKey] == p && p.busy == 0 && len(p.rows) == 0 && !wait && len(p.short) == 0 && p.state.closed == notClosed {
		delete(s.places, p.placeKey)
	}
	s.window.file(p)
}

// reorder puts all rows where they belong once levels have changed.
func (s *scheduler) reorder() {
	for _, p := range s.places {
		p.sort()
		slices.SortFunc(p.short, compareCarriers)
	}
	for i := range s.lines {
		heap.Init(&s.lines[i].urgent)
		heap.Init(&s.lines[i].oldest)
		heap.Init(&s.lines[i].starved)
	}
}
