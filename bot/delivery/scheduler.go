package delivery

import (
	"cmp"
	"slices"
	"time"

	"storybot/stories"
)

// scheduler keeps a lane's queue in memory and says which row is next. Posts of
// one destination leave one at a time, the most urgent first, then in the order
// they were published; edits have an order of their own beside the posts. Among
// destinations the most urgent row goes first, and now and then the oldest.
//
// It is used by the lane's loop only and takes the time as an argument.
type scheduler struct {
	rows    map[int64]*row // by delivery; what has ended, until that is durable
	places  map[placeKey]*place
	origins map[int64]*origin
	window  window
	urgent  ladder // places whose first row may go, by its urgency
	oldest  ladder // the same, by age
	waits   ladder // places that wait, by when that ends
	picks   int
	aged    bool // this batch takes the oldest
}

// row is a delivery in memory.
type row struct {
	stories.Ref
	place  *place
	origin *origin
	tries  tries
	missed int
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

// origin is what a row says: the publication that owed it first.
type origin struct {
	stories.Publication
	rows int // in memory
}

// placeKey tells a destination's posts from its edits.
type placeKey struct {
	id   int64
	edit bool
}

// place is a destination and what is owed to it.
type place struct {
	placeKey
	destination stories.Destination
	rows        []*row // in order
	busy        *row   // being begun, on its way or settled
	readyAt     time.Duration
	// short are publications whose rows for this place were dropped from memory.
	short []*carrier
	steps [3]int // where it stands on the ladders; see ladder
}

func newScheduler(rows int) *scheduler {
	s := &scheduler{rows: map[int64]*row{}, places: map[placeKey]*place{}, origins: map[int64]*origin{}}
	s.window = window{most: rows, carriers: map[int64]*carrier{}}
	s.urgent = ladder{step: 0, less: func(a, b *place) bool { return before(a.rows[0], b.rows[0]) }}
	s.oldest = ladder{step: 1, less: func(a, b *place) bool { return cmp.Or(news(a.rows[0], b.rows[0]), older(a.rows[0], b.rows[0])) < 0 }}
	s.waits = ladder{step: 2, less: func(a, b *place) bool { return a.readyAt < b.readyAt }}
	return s
}

// before says that a goes before b.
func before(a, b *row) bool { return order(a, b) < 0 }

func order(a, b *row) int {
	return cmp.Or(news(a, b), cmp.Compare(b.origin.Level, a.origin.Level), older(a, b))
}

// news has whatever was put back with the database come after all else, until it
// is known what became of it: looking for it may take hours.
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
	return cmp.Or(cmp.Compare(a.origin.ID, b.origin.ID), cmp.Compare(a.Delivery, b.Delivery))
}

// add takes a row in that was read from the database; one that is here already
// stays as it is.
func (s *scheduler) add(o stories.Owed, from stories.Publication, now time.Duration) {
	if s.rows[o.Delivery] != nil {
		return
	}
	p := s.placeOf(o, from.Op == stories.OpEdit, now)
	c := s.window.carriers[o.Publication]
	if len(p.short) > 0 && c != nil { // what comes before it is not here
		s.window.dropped(p, c)
		return
	}
	r := s.enter(o, from, p)
	i, _ := slices.BinarySearchFunc(p.rows, r, order)
	p.rows = slices.Insert(p.rows, i, r)
	s.file(p, now)
}

// adopt takes in a row that an earlier holder of the lane has begun.
func (s *scheduler) adopt(o stories.Owed, from stories.Publication, now time.Duration) *row {
	p := s.placeOf(o, from.Op == stories.OpEdit, now)
	r := s.enter(o, from, p)
	p.busy = r
	p.rows = slices.Insert(p.rows, 0, r)
	s.file(p, now)
	return r
}

func (s *scheduler) placeOf(o stories.Owed, edit bool, now time.Duration) *place {
	key := placeKey{o.Place, edit}
	p := s.places[key]
	if p == nil {
		p = &place{placeKey: key, destination: o.Destination, steps: [3]int{-1, -1, -1}}
		if o.Wait > 0 {
			p.readyAt = now + o.Wait
		}
		s.places[key] = p
	}
	return p
}

// enter makes a row of p and counts it.
func (s *scheduler) enter(o stories.Owed, from stories.Publication, p *place) *row {
	from.ID = o.Origin
	origin := s.origins[from.ID]
	if origin == nil {
		origin = newOrigin(from, s.window.urgency(from))
		s.origins[from.ID] = origin
	}
	origin.rows++
	r := &row{Ref: o.Ref, place: p, origin: origin, missed: o.Missed,
		tries: tries{attempt: o.Attempt, unknowns: o.Unknowns, first: o.FirstAttemptAt, last: o.LastAttemptAt, doubtful: o.Doubtful, putBack: o.PutBack}}
	s.rows[o.Delivery] = r
	s.window.came(o.Publication)
	return r
}

func newOrigin(p stories.Publication, urgency stories.Level) *origin {
	p.Level = max(p.Level, urgency)
	return &origin{Publication: p}
}

// pick returns the next row to begin and makes its place busy; nil when none may
// go now.
func (s *scheduler) pick(now time.Duration) *row {
	s.due(now)
	ladder := &s.urgent
	if s.aged {
		ladder = &s.oldest
	}
	if len(ladder.places) == 0 {
		return nil
	}
	p := ladder.places[0]
	p.busy = p.rows[0]
	s.file(p, now)
	return p.busy
}

// batch says that what is picked next is one batch.
func (s *scheduler) batch() {
	s.picks++
	s.aged = s.picks%oldestEvery == 0
}

// due lets places go whose wait is over.
func (s *scheduler) due(now time.Duration) {
	for len(s.waits.places) > 0 && s.waits.places[0].readyAt <= now {
		s.file(s.waits.places[0], now)
	}
}

// ready says that some row may go now.
func (s *scheduler) ready(now time.Duration) bool {
	s.due(now)
	return len(s.urgent.places) > 0
}

// release lets a busy row wait again, and its place at least for so long.
func (s *scheduler) release(r *row, now, wait time.Duration) {
	r.place.busy = nil
	s.rest(r.place, now, wait)
}

// rest keeps a place waiting for so long.
func (s *scheduler) rest(p *place, now, wait time.Duration) {
	if wait > 0 {
		p.readyAt = max(p.readyAt, now+wait)
	}
	s.file(p, now)
}

// ended lets the place of a row go on that has ended. The row stays known until
// forget is called: until its end is durable it may be read again.
func (s *scheduler) ended(r *row, now, wait time.Duration) {
	p := r.place
	p.rows = slices.DeleteFunc(p.rows, func(o *row) bool { return o == r })
	if p.busy == r {
		p.busy = nil
	}
	s.rest(p, now, wait)
}

// forget drops a row that is not owed any more.
func (s *scheduler) forget(r *row, now time.Duration) {
	if s.rows[r.Delivery] != r {
		return
	}
	if slices.Contains(r.place.rows, r) {
		s.ended(r, now, 0)
	}
	s.leave(r)
	s.window.left(r.Publication)
}

// clear forgets what is owed to a destination that takes nothing any more.
func (s *scheduler) clear(id int64, now time.Duration) {
	for _, edit := range []bool{false, true} {
		p := s.places[placeKey{id, edit}]
		if p == nil {
			continue
		}
		for _, c := range p.short {
			c.lost--
			s.window.end(c)
		}
		p.short = nil
		for _, r := range slices.Clone(p.rows) {
			if r != p.busy {
				s.forget(r, now)
			}
		}
		s.file(p, now)
	}
}

// leave takes a row out of what is known.
func (s *scheduler) leave(r *row) {
	delete(s.rows, r.Delivery)
	if r.origin.rows--; r.origin.rows == 0 {
		delete(s.origins, r.origin.ID)
	}
}

// file puts a place on the ladders it belongs on now.
func (s *scheduler) file(p *place, now time.Duration) {
	ready := p.busy == nil && len(p.rows) > 0
	wait := p.readyAt > now
	s.urgent.put(p, ready && !wait)
	s.oldest.put(p, ready && !wait)
	s.waits.put(p, p.busy == nil && wait)
	if p.busy == nil && len(p.rows) == 0 && !wait && len(p.short) == 0 {
		delete(s.places, p.placeKey)
	}
	s.window.file(p)
}
