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
	window  *window
	queues  map[queueKey]*queue
	budgets [budgets]queueHeaps
	waits   queueHeap // places that wait, by when that ends
	picks   int
	aged    bool // this batch takes the oldest
}

// ladders are the places of a line.
type queueHeaps struct {
	urgent  queueHeap // places whose first row may go, by its urgency
	oldest  queueHeap // the same, by age
	starved queueHeap // places whose first row could go, but is not in memory
}

func newScheduler(w *window) *scheduler {
	s := &scheduler{window: w, queues: map[queueKey]*queue{}}
	s.waits = queueHeap{slot: 0, less: func(a, b *queue) bool { return a.readyAt < b.readyAt }}
	for i := range s.budgets {
		s.budgets[i] = queueHeaps{
			urgent:  queueHeap{slot: 1, less: func(a, b *queue) bool { return before(a.rows[0], b.rows[0]) }},
			oldest:  queueHeap{slot: 2, less: func(a, b *queue) bool { return older(a.rows[0], b.rows[0]) < 0 }},
			starved: queueHeap{slot: 3, less: func(a, b *queue) bool { return comparePublications(a.short[0], b.short[0]) < 0 }},
		}
	}
	return s
}

// next returns the line's ladder of this batch.
func (l *queueHeaps) next(aged bool) *queueHeap {
	if aged {
		return &l.oldest
	}
	return &l.urgent
}

// pick returns the next row to begin of the lines that are open, and makes its
// place busy; nil when none may go now.
func (s *scheduler) pick(now time.Duration, open open) *row {
	s.due(now)
	var p *queue
	for i := range s.budgets {
		h := s.budgets[i].next(s.aged)
		if first := h.first(); open[i] && first != nil && (p == nil || h.less(first, p)) {
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
	for i := range s.budgets {
		if open[i] && (s.budgets[i].urgent.first() != nil || s.budgets[i].starved.first() != nil) {
			return true
		}
	}
	return false
}

// release lets a busy row wait again, and its place at least for so long and until
// nothing else of it is in doubt.
func (s *scheduler) release(r *row, now, wait time.Duration) {
	p := r.queue
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
	r.queue.state.idle = true
	s.file(r.queue, now)
}

// rest keeps a place waiting for so long.
func (s *scheduler) rest(p *queue, now, wait time.Duration) {
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
	p := r.queue
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
	s.file(r.queue, now)
}

// close forgets what is owed to a destination that takes nothing any more. What is
// read of it before that is durable is not believed; see filler.shut.
func (s *scheduler) close(at *queue, now time.Duration) {
	for _, op := range [...]stories.Op{stories.OpPost, stories.OpEdit, stories.OpPublish, stories.OpDelete} {
		p := s.queueOf(at.id, at.destination, op)
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
func (s *scheduler) queueOf(id int64, d stories.Destination, op stories.Op) *queue {
	key := queueKey{id, orderOf(op)}
	p := s.queues[key]
	if p == nil {
		p = &queue{queueKey: key, budget: s.window.budgetOf(op), destination: d, slots: [4]int{-1, -1, -1, -1}}
		s.queues[key] = p
	}
	return p
}

// file puts a place on the ladders it belongs on now.
func (s *scheduler) file(p *queue, now time.Duration) {
	wait := p.readyAt > now
	if p.busy == 0 && !wait {
		p.state.idle = false
	}
	can := p.busy == 0 && !wait && p.state.closed == notClosed
	l := &s.budgets[p.budget]
	l.urgent.put(p, can && len(p.rows) > 0)
	l.oldest.put(p, can && len(p.rows) > 0)
	l.starved.put(p, can && len(p.rows) == 0 && len(p.short) > 0 && !p.state.asked)
	s.waits.put(p, p.busy == 0 && wait)
	if s.queues[p.queueKey] == p && p.busy == 0 && len(p.rows) == 0 && !wait && len(p.short) == 0 && p.state.closed == notClosed {
		delete(s.queues, p.queueKey)
	}
	s.window.file(p)
}

// reorder puts all rows where they belong once levels have changed.
func (s *scheduler) reorder() {
	for _, p := range s.queues {
		p.sort()
		slices.SortFunc(p.short, comparePublications)
	}
	for i := range s.budgets {
		heap.Init(&s.budgets[i].urgent)
		heap.Init(&s.budgets[i].oldest)
		heap.Init(&s.budgets[i].starved)
	}
}
