package delivery

import (
	"container/heap"
	"slices"
	"time"

	"storybot/stories"
)

// scheduler says which row is next. Posts of one destination leave one at a time,
// the most urgent first, then in the order they were published; what changes them
// has an order of its own beside them. Among destinations the most urgent row goes
// first, and now and then the oldest.
//
// It is used by the lane's loop only and takes the time as an argument. What of
// the queue is in memory is window's business.
type scheduler struct {
	window  *window
	queues  map[queueKey]*queue
	budgets [budgets]queueHeaps
	waits   queueHeap // queues that wait, by when that ends
	picks   int
	aged    bool // this batch takes the oldest
}

// queueHeaps are the queues that draw on one budget.
type queueHeaps struct {
	urgent  queueHeap // queues whose first row may go, by its urgency
	oldest  queueHeap // the same, by age
	starved queueHeap // queues whose first row could go, but is not in memory
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

// next returns the heap of this batch.
func (l *queueHeaps) next(aged bool) *queueHeap {
	if aged {
		return &l.oldest
	}
	return &l.urgent
}

// pick returns the next row to begin of the budgets that are open, and makes its
// queue busy; nil when none may go now.
func (s *scheduler) pick(now time.Duration, open open) *row {
	s.due(now)
	var q *queue
	for i := range s.budgets {
		h := s.budgets[i].next(s.aged)
		if first := h.first(); open[i] && first != nil && (q == nil || h.less(first, q)) {
			q = first
		}
	}
	if q == nil {
		return nil
	}
	r := q.rows[0]
	q.occupy(r)
	s.window.weigh(r)
	s.file(q, now)
	return r
}

// batch says that what is picked next is one batch.
func (s *scheduler) batch() {
	s.picks++
	s.aged = s.picks%oldestEvery == 0
}

// due lets queues go whose wait is over.
func (s *scheduler) due(now time.Duration) {
	for q := s.waits.first(); q != nil && q.readyAt <= now; q = s.waits.first() {
		s.file(q, now)
	}
}

// ready says that some row of the budgets that are open may go now, or could if it
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

// release lets a busy row wait again, and its queue at least for so long and until
// nothing else of it is in doubt.
func (s *scheduler) release(r *row, now, wait time.Duration) {
	q := r.queue
	q.vacate(r)
	q.sort()
	if q.busy == 0 {
		q.state.idle = wait > 0
	}
	s.window.weigh(r)
	s.rest(q, now, wait)
}

// stall says that a row's queue waits until it is settled what became of it.
func (s *scheduler) stall(r *row, now time.Duration) {
	r.queue.state.idle = true
	s.file(r.queue, now)
}

// rest keeps a queue waiting for so long.
func (s *scheduler) rest(q *queue, now, wait time.Duration) {
	if wait > 0 {
		q.readyAt = max(q.readyAt, now+wait)
		q.state.idle = q.state.idle || wait >= longWait
	}
	s.file(q, now)
}

// ended lets the queue of a row go on that has ended, unless something else of it
// is in doubt. The row stays known until
// forget is called: until its end is durable it may be read again.
func (s *scheduler) ended(r *row, now, wait time.Duration) {
	q := r.queue
	q.rows = slices.DeleteFunc(q.rows, func(o *row) bool { return o == r })
	if r.busy {
		q.vacate(r)
		q.state.idle = q.state.idle && q.busy > 0
	}
	r.weight.kept = false
	s.window.weigh(r)
	s.rest(q, now, wait)
}

// forget drops a row that is not owed any more.
func (s *scheduler) forget(r *row, now time.Duration) {
	if s.window.rows[r.Delivery] != r {
		return
	}
	if r.weight.kept {
		s.ended(r, now, 0)
	}
	s.window.leave(r)
	s.file(r.queue, now)
}

// close forgets what is owed to a destination that takes nothing any more. What is
// read of it before that is durable is not believed; see loader.shut.
func (s *scheduler) close(at *queue, now time.Duration) {
	for _, op := range orders {
		q := s.queueOf(at.id, at.destination, op)
		s.window.full(q, q.short)
		for _, r := range slices.Clone(q.rows) {
			if !r.busy {
				s.forget(r, now)
			}
		}
		q.state.closed = closedHere
		s.file(q, now)
	}
}

// queueOf returns the queue of an operation at a destination.
func (s *scheduler) queueOf(id int64, d stories.Destination, op stories.Op) *queue {
	key := queueKey{id, orderOf(op)}
	q := s.queues[key]
	if q == nil {
		q = &queue{queueKey: key, budget: s.window.budgetOf(op), destination: d, slots: [4]int{-1, -1, -1, -1}}
		s.queues[key] = q
	}
	return q
}

// file puts a queue in the heaps it belongs in now.
func (s *scheduler) file(q *queue, now time.Duration) {
	wait := q.readyAt > now
	if q.busy == 0 && !wait {
		q.state.idle = false
	}
	can := q.busy == 0 && !wait && q.state.closed == notClosed
	l := &s.budgets[q.budget]
	l.urgent.put(q, can && len(q.rows) > 0)
	l.oldest.put(q, can && len(q.rows) > 0)
	l.starved.put(q, can && len(q.rows) == 0 && len(q.short) > 0 && !q.state.asked)
	s.waits.put(q, q.busy == 0 && wait)
	if s.queues[q.queueKey] == q && q.busy == 0 && len(q.rows) == 0 && !wait && len(q.short) == 0 && q.state.closed == notClosed {
		delete(s.queues, q.queueKey)
	}
	s.window.file(q)
}

// reorder puts all rows where they belong once levels have changed.
func (s *scheduler) reorder() {
	for _, q := range s.queues {
		q.sort()
		slices.SortFunc(q.short, comparePublications)
	}
	for i := range s.budgets {
		heap.Init(&s.budgets[i].urgent)
		heap.Init(&s.budgets[i].oldest)
		heap.Init(&s.budgets[i].starved)
	}
}
