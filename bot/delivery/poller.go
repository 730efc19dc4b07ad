package delivery

import (
	"context"
	"time"

	"storybot/stories"
)

// reader brings what is owed from the database into the scheduler's memory, one
// read at a time: first which publications there are that are not known, then
// their rows as far as there is room.
type poller struct {
	loader *loader
	asked  bool          // something new may be there
	busy   bool          // a read is under way
	rows   int           // that may be in memory
	at     time.Duration // look then, whatever is known
	// first says that nothing was read yet under this lease. What was tried before
	// it, by whoever, may wait for a while: see intake.spread.
	first bool
	old   map[int64]bool // the publications of that time
	// overdue says that nothing could be sent for long: what is too old is skipped
	// before anything is begun.
	overdue bool
	wait    time.Duration // after an error, not before
	try     int
	found   chan found
}

// found is what a read has brought.
type found struct {
	publications []stories.Publication
	loading      loading
	loaded       stories.Loaded
	trimmed      bool // by
	skipped      int
	err          error
}

func newPoller(f *loader) *poller {
	return &poller{loader: f, asked: true, first: true, old: map[int64]bool{}, found: make(chan found, 1)}
}

// unsure says that there may be more than is known.
func (r *poller) unsure() bool { return r.asked || r.busy }

// begin reads on a goroutine of its own.
func (r *poller) begin(ctx context.Context, read func(context.Context) found) {
	r.busy = true
	go func() {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		defer done()
		r.found <- read(ctx)
	}()
}

// wants returns what l asks for: the rows of some publications for some places,
// or those of one publication behind a row.
func (l loading) wants() (publications, places []int64, after stories.Ref) {
	if l.publication != nil {
		return []int64{l.publication.ID}, nil, l.publication.after
	}
	seen := map[int64]bool{}
	for i, p := range l.queues {
		places = append(places, p.id)
		for _, c := range l.of[i] {
			if !seen[c.ID] {
				seen[c.ID] = true
				publications = append(publications, c.ID)
			}
		}
	}
	return publications, places, after
}
