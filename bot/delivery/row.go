package delivery

import (
	"cmp"
	"time"

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
	late        bool // it waited for its time
	forum       bool // its destination is one
	at          int  // where it stands in publication.rows
	busy        bool // being begun, on its way or settled
	weight      weight
}

// weight is what a row in memory takes room for.
type weight struct {
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
	putBack  bool // doubtful since the database was put back, or beside a copy that is
	unsaved  int  // results that are not durable yet
}

// take notes that a result of the row is written, and that it waits to be tried once
// more.
func (t *tries) take(r stories.Result) {
	t.attempt, t.first, t.last, t.doubtful = r.Attempt, r.First, r.Last, r.Doubtful
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

// newOrigin returns the origin of rows of p, which later publications of its story
// may have made more urgent.
func newOrigin(p stories.Publication, urgency stories.Level) *origin {
	p.Level = max(p.Level, urgency)
	return &origin{Publication: p}
}

// before says that a goes before b.
func before(a, b *row) bool { return order(a, b) < 0 }

func order(a, b *row) int {
	return cmp.Or(news(a, b), cmp.Compare(b.origin.Level, a.origin.Level), older(a, b))
}

// news has what was put back with the database come after all else, until it is
// known what became of it: looking for it may take hours. What tells of a revision comes
// behind the copy that it stands beside.
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
