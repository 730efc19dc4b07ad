package delivery

import (
	"cmp"
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// row is a delivery in memory.
type row struct {
	stories.Ref
	queue       *queue
	origin      *origin
	publication *publication // what it is queued under; nil while that is not known
	tries       tries
	missed      int
	at          int  // where it stands in carrier.rows
	unsaved     int  // results of it that are not durable yet
	busy        bool // being begun, on its way or settled
	stand       stand
}

// stand is what a row in memory takes room for.
type stand struct {
	kept    bool // it has not ended
	waiting bool // it is not busy either, and counts for the window
	free    bool // nor has it anything the database does not know: it may leave memory
}

// tries is what was tried for a row so far.
type tries struct {
	attempt  int
	unknowns int
	first    time.Time
	last     time.Time
	doubtful bool
	putBack  bool // doubtful since the database was put back
}

// take notes that a result of the row is written, and that it waits to be tried once
// more.
func (t *tries) take(r stories.Result) {
	t.attempt, t.first, t.last, t.doubtful = r.Attempt, r.FirstAttemptAt, r.LastAttemptAt, r.Doubtful
	t.putBack = r.PutBack // it stands among the others now, or behind them
	if r.Unknown {
		t.unknowns++
	}
}

// origin is what a row says: the publication that owed it first.
type origin struct {
	stories.Publication
	rows int // in memory
}

// line is what draws on one budget: it has its own order and its own part of the
// window, so that none waits for another's budget.
type budget int

const (
	posts   budget = iota
	edits          // where the platform gives them a budget of their own
	deletes        // the same
	budgets
)

// methods are the lines' methods. What has no line goes in the posts'.
var methods = [budgets]bot.Method{posts: bot.Posts, edits: bot.Edits, deletes: bot.Deletes}

// open says which lines may go.
type open [budgets]bool

// placeKey tells a destination's messages, which follow each other, from what
// changes messages that are there: edits, publications and deletions each have an
// order of their own.
type queueKey struct {
	id    int64
	order bot.Method
}

// orders are those a destination has.
var orders = [...]bot.Method{bot.Posts, bot.Edits, bot.Publishes, bot.Deletes}

// orderOf is the order an operation takes part in.
func orderOf(op stories.Op) bot.Method {
	if op.Amends() {
		return bot.MethodOf(op)
	}
	return bot.Posts
}

// place is a destination and what is owed to it.
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
	// short are publications whose rows for this place are not all in memory, the
	// most urgent first; what comes later for it is not taken in before them.
	short []*publication
	slots [4]int // where it stands on the ladders; see ladder
}

// occupy makes a row of p busy.
func (p *queue) occupy(r *row) {
	if !r.busy {
		r.busy = true
		p.busy++
	}
}

// vacate says that a row of p is not busy any more.
func (p *queue) vacate(r *row) {
	if r.busy {
		r.busy = false
		p.busy--
	}
}

// sort puts the rows where they belong: what is on its way first, whatever comes
// before it now.
func (p *queue) sort() {
	slices.SortFunc(p.rows, func(a, b *row) int {
		if a.busy != b.busy {
			if a.busy {
				return -1
			}
			return 1
		}
		return order(a, b)
	})
}

// placeState is what holds a place up beside its rows.
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

// before says that a goes before b.
func before(a, b *row) bool { return order(a, b) < 0 }

func order(a, b *row) int {
	return cmp.Or(news(a, b), cmp.Compare(b.origin.Level, a.origin.Level), older(a, b))
}

// news has what was put back with the database come after all else, until it is
// known what became of it: looking for it may take hours.
func news(a, b *row) int {
	switch {
	case a.tries.putBack == b.tries.putBack:
		return 0
	case a.tries.putBack:
		return 1
	}
	return -1
}

// older compares rows by when they were owed.
func older(a, b *row) int {
	return cmp.Or(news(a, b), cmp.Compare(a.origin.ID, b.origin.ID), cmp.Compare(a.Delivery, b.Delivery))
}
