package delivery

import (
	"slices"
	"time"

	"storybot/stories"
)

// queueKey tells a destination's messages, which follow each other, from what
// changes messages that are there: edits, publications, deletions and what live cards
// show each have an order of their own, named by an operation that takes part in it.
type queueKey struct {
	id    int64
	order stories.Op
}

// orders are those a destination has.
var orders = [...]stories.Op{stories.OpPost, stories.OpEdit, stories.OpPublish, stories.OpDelete, stories.OpShow}

// orderOf is the order an operation takes part in.
func orderOf(op stories.Op) stories.Op {
	if op.Amends() {
		return op
	}
	return stories.OpPost
}

// queue is what is owed to one destination, in order.
type queue struct {
	queueKey
	budget      budget
	destination stories.Destination
	rows        []*row // in order, the busy ones first
	// busy is how many are. One is begun at a time; an earlier holder of the lane may
	// have left several, of channels that have become one since.
	busy    int
	readyAt time.Duration
	state   queueState
	free    int // rows that may leave memory
	// short are publications whose rows for it are not all in memory, the
	// most urgent first; what comes later for it is not taken in before them.
	short []*publication
	slots [4]int // where it stands in the heaps; see heap.go
}

// occupy makes a row of q busy.
func (q *queue) occupy(r *row) {
	if !r.busy {
		r.busy = true
		q.busy++
	}
}

// vacate says that a row of q is not busy any more.
func (q *queue) vacate(r *row) {
	if r.busy {
		r.busy = false
		q.busy--
	}
}

// sort puts the rows where they belong: what is on its way first, whatever comes
// before it now.
func (q *queue) sort() {
	slices.SortFunc(q.rows, func(a, b *row) int {
		if a.busy != b.busy {
			if a.busy {
				return -1
			}
			return 1
		}
		return order(a, b)
	})
}

// queueState is what holds a queue up beside its rows.
type queueState struct {
	// idle says that it waits for long: its rows make room for others.
	idle bool
	// closed says that it takes nothing any more; nothing is read of it before that
	// is durable, and until a read has begun that knows it.
	closed closing
	asked  bool // what it is short of is being read
	spare  int  // as it is counted in its share
}

type closing int

const (
	notClosed closing = iota
	closedHere
	closedInStore
)
