package delivery

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"storybot/stories"
)

// memory is a queue in memory with the guarantees of the real store:
// publications nothing is added to once they were seen, exchanges that may be
// made again, results fenced by attempt and lease.
type memory struct {
	mu     sync.Mutex
	rows   []*stories.Delivery
	pubs   []*pubRow
	under  map[int64]*pubRow // by delivery: where it is queued
	origin map[int64]*pubRow
	places map[stories.Destination]*placeRow
	order  []*placeRow
	leases map[string]*leaseRow
	flying map[string]*flightRow // by lane
	notes  map[string][]stories.LaneNote
	// skipped counts what SkipOlder has skipped.
	skipped int
	// ahead is how far the clock was set since the last note.
	ahead time.Duration

	// broken, when set, is asked before every call; lateError after a commit.
	broken    func(call string) error
	lateError func(call string) error
	calls     map[string]int
	results   []stories.Result
	// earlier is what is told of rows that may have been sent, of those asked about;
	// read are the wordings that were read.
	earlier map[int64]stories.Earlier
	read    []int
	desk    *desk
}

// pubRow is a publication and what it has in the queue.
type pubRow struct {
	stories.Publication
	lane   string
	queued []*stories.Delivery // in order
	seen   bool
}

type placeRow struct {
	stories.Destination
	id    int64
	lane  string
	state stories.DestinationState
}

type flightRow struct {
	fence, batch int64
	byID         map[int64]stories.Flight
}

type leaseRow struct {
	owner string
	fence int64
	until time.Time
}

func newMemory() *memory {
	return &memory{places: map[stories.Destination]*placeRow{}, leases: map[string]*leaseRow{}, calls: map[string]int{},
		under: map[int64]*pubRow{}, origin: map[int64]*pubRow{}, flying: map[string]*flightRow{}, notes: map[string][]stories.LaneNote{}, desk: &desk{}}
}

// add plans one delivery: under the newest publication when that is of the same
// update and was not seen yet.
func (m *memory) add(lane string, d stories.Destination, update int64, level stories.Level) *stories.Delivery {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.places[d]
	if p == nil {
		p = &placeRow{Destination: d, id: int64(len(m.order) + 1), lane: lane, state: stories.Reachable}
		m.places[d] = p
		m.order = append(m.order, p)
	}
	id := int64(len(m.rows) + 1)
	r := &stories.Delivery{ID: id, About: stories.About{UpdateID: update, StoryID: update, Number: int(update)},
		Destination: d, Lane: lane, Level: level, CreatedAt: time.Now()}
	m.rows = append(m.rows, r)
	pub := m.publication(lane, update, level)
	pub.queued = append(pub.queued, r)
	m.under[id], m.origin[id] = pub, pub
	r.Key = stories.DeliveryKey(pub.Seed, p.id, r.Op)
	return r
}

func (m *memory) publication(lane string, update int64, level stories.Level) *pubRow {
	for i := len(m.pubs) - 1; i >= 0 && !m.pubs[i].seen; i-- {
		if p := m.pubs[i]; p.lane == lane && p.UpdateID == update && p.Level == level {
			return p
		}
	}
	id := int64(len(m.pubs) + 1)
	p := &pubRow{lane: lane, Publication: stories.Publication{ID: id, Seed: 1000 + id, UpdateID: update, StoryID: update, Number: int(update), Level: level, CreatedAt: time.Now()}}
	m.pubs = append(m.pubs, p)
	return p
}

// idOf returns the row of a key.
func (m *memory) idOf(key string) int64 {
	for _, r := range m.rows {
		if r.Key == key {
			return r.ID
		}
	}
	return 0
}

func (m *memory) enter(call string) error {
	m.calls[call]++
	if m.broken != nil {
		return m.broken(call)
	}
	return nil
}

func (m *memory) leave(call string) error {
	if m.lateError != nil {
		return m.lateError(call)
	}
	return nil
}

func (m *memory) Acquire(_ context.Context, name, owner string, ttl time.Duration) (stories.Lease, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("acquire"); err != nil {
		return stories.Lease{}, false, err
	}
	l := m.leases[name]
	if l == nil {
		l = &leaseRow{}
		m.leases[name] = l
	}
	if l.owner != owner && time.Now().Before(l.until) {
		return stories.Lease{}, false, nil
	}
	l.owner, l.until = owner, time.Now().Add(ttl)
	l.fence++
	return stories.Lease{Name: name, Owner: owner, Fence: l.fence}, true, nil
}

func (m *memory) Renew(_ context.Context, l stories.Lease, ttl time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("renew"); err != nil {
		return false, err
	}
	if m.held(l) != nil {
		return false, nil
	}
	m.leases[l.Name].until = time.Now().Add(ttl)
	return true, nil
}

func (m *memory) ReleaseLease(_ context.Context, l stories.Lease) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("release"); err != nil {
		return err
	}
	if m.held(l) == nil {
		m.leases[l.Name].owner, m.leases[l.Name].until = "", time.Time{}
	}
	return nil
}

func (m *memory) held(l stories.Lease) error {
	if row := m.leases[l.Name]; row == nil || row.owner != l.Owner || row.fence != l.Fence {
		return stories.ErrLeaseLost
	}
	return nil
}

func (m *memory) Lanes(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("lanes"); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var names []string
	for _, p := range m.order {
		if !seen[p.lane] {
			seen[p.lane] = true
			names = append(names, p.lane)
		}
	}
	return names, nil
}

func (m *memory) Publications(_ context.Context, lane string, known []int64, limit int) (found []stories.Publication, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("publications"); err != nil {
		return nil, err
	}
	is := map[int64]bool{}
	for _, id := range known {
		is[id] = true
	}
	for _, p := range m.pubs {
		if p.lane == lane && len(p.queued) > 0 && !is[p.ID] {
			p.seen = true
			found = append(found, p.Publication)
		}
	}
	slices.SortFunc(found, func(a, b stories.Publication) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.ID, b.ID))
	})
	return found[:min(limit, len(found))], nil
}

func (m *memory) Load(_ context.Context, publication int64, after stories.Ref, limit int) (l stories.Loaded, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("load"); err != nil {
		return l, err
	}
	rows := slices.Clone(m.pubs[publication-1].queued)
	slices.SortFunc(rows, func(a, b *stories.Delivery) int {
		return cmp.Or(cmp.Compare(m.places[a.Destination].id, m.places[b.Destination].id), cmp.Compare(a.ID, b.ID))
	})
	for _, r := range rows {
		ref := m.ref(r)
		if len(l.Rows) < limit && (ref.Place > after.Place || ref.Place == after.Place && ref.Delivery > after.Delivery) {
			m.load(&l, r)
		}
	}
	return l, nil
}

func (m *memory) LoadPlaces(_ context.Context, publications, places []int64) (l stories.Loaded, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("load"); err != nil {
		return l, err
	}
	for _, id := range publications {
		for _, r := range m.pubs[id-1].queued {
			if slices.Contains(places, m.places[r.Destination].id) {
				m.load(&l, r)
			}
		}
	}
	return l, nil
}

func (m *memory) ref(r *stories.Delivery) stories.Ref {
	return stories.Ref{Delivery: r.ID, Publication: m.under[r.ID].ID, Place: m.places[r.Destination].id, Origin: m.origin[r.ID].ID}
}

func (m *memory) load(l *stories.Loaded, r *stories.Delivery) {
	if l.Origins == nil {
		l.Origins = map[int64]stories.Publication{}
	}
	o := m.origin[r.ID]
	l.Origins[o.ID] = o.Publication
	l.Rows = append(l.Rows, stories.Owed{Ref: m.ref(r), Destination: r.Destination, Attempt: r.Tries.Count, FirstAttemptAt: r.Tries.First,
		LastAttemptAt: r.Tries.Last, Unknowns: r.Tries.Unknowns, Doubtful: r.Tries.Doubtful, PutBack: r.Tries.PutBack, Missed: r.Missed})
}

func (m *memory) inFlight(lane string) *flightRow {
	if m.flying[lane] == nil {
		m.flying[lane] = &flightRow{byID: map[int64]stories.Flight{}}
	}
	return m.flying[lane]
}

func (m *memory) Recover(_ context.Context, l stories.Lease) (found []stories.Flight, loaded stories.Loaded, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(m.enter("recover"), m.held(l)); err != nil {
		return nil, loaded, err
	}
	f := m.inFlight(l.Name)
	for _, r := range m.rows {
		if flight, ok := f.byID[r.ID]; ok {
			found = append(found, flight)
			m.load(&loaded, r)
		}
	}
	f.fence, f.batch = l.Fence, 0
	loaded.Troubles, loaded.Earlier = m.desk.troubles(), m.earlier
	return found, loaded, nil
}

// LanePast tells what exchanges have said of a lane, and SkipOlder skips nothing
// but counts: the real store is tested for it.
func (m *memory) LanePast(_ context.Context, lane string) (past stories.LanePast, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("past"); err != nil {
		return past, err
	}
	waits := map[string]time.Time{}
	reasons := map[string]string{}
	for _, n := range m.notes[lane] {
		for _, w := range n.Waits {
			waits[w.Method], reasons[w.Method] = n.At.Add(w.For), w.Reason
		}
		if ago := time.Since(n.At); n.Invalid > 0 && ago < 10*time.Minute {
			past.Invalid = append(past.Invalid, stories.Refusals{Ago: ago, Count: n.Invalid})
		}
		if n.Working {
			past.Idle = time.Since(n.At) + m.ahead
		}
	}
	for method, until := range waits {
		if left := time.Until(until); left > 0 {
			past.Waits = append(past.Waits, stories.LaneWait{Method: method, For: left, Reason: reasons[method]})
		}
	}
	return past, nil
}

func (m *memory) SkipOlder(_ context.Context, l stories.Lease, keep int, _ time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(m.enter("skip"), m.held(l)); err != nil {
		return 0, err
	}
	kept, first := map[stories.Destination]int{}, map[stories.Destination]*stories.Delivery{}
	for i := len(m.rows) - 1; i >= 0; i-- { // one story, for all it matters here
		r := m.rows[i]
		if _, flying := m.inFlight(r.Lane).byID[r.ID]; flying || m.under[r.ID] == nil {
			continue
		}
		if kept[r.Destination]++; kept[r.Destination] > keep {
			r.State = stories.Skipped
			m.unqueue(r)
			m.skipped++
			first[r.Destination].Missed++
			continue
		}
		first[r.Destination] = r
	}
	return m.skipped, nil
}

// Exchange keeps what it begins as its rows' state and times, so that tests can
// see it; what came before is kept with the flight.
func (m *memory) Exchange(_ context.Context, l stories.Lease, x stories.Exchange) (b stories.Begun, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(m.enter("exchange"), m.held(l)); err != nil {
		return b, err
	}
	b.Deliveries = map[int64]bool{}
	f := m.inFlight(l.Name)
	again := f.fence == l.Fence && f.batch == x.Batch
	if !again {
		for _, r := range x.Results {
			m.finish(f, r)
		}
		m.desk.tell(x.Alarms)
		m.notes[l.Name] = append(m.notes[l.Name], x.Lane)
		for _, begin := range x.Begin {
			r := m.rows[begin.Delivery-1]
			if m.under[r.ID] == nil || m.places[r.Destination].state != stories.Reachable {
				continue
			}
			x.Flying = append(x.Flying[:len(x.Flying):len(x.Flying)], begin)
		}
		f.fence, f.batch, f.byID = l.Fence, x.Batch, map[int64]stories.Flight{}
		for _, flight := range x.Flying {
			f.byID[flight.Delivery] = flight
		}
	}
	for _, begin := range x.Begin {
		_, ok := f.byID[begin.Delivery]
		b.Deliveries[begin.Delivery] = ok
	}
	b.Earlier = map[int64]stories.Earlier{}
	for _, id := range x.Doubted {
		if e, ok := m.earlier[id]; ok {
			b.Earlier[id] = e
		}
	}
	if err := m.leave("exchange"); err != nil {
		return stories.Begun{}, err
	}
	return b, nil
}

func (m *memory) finish(f *flightRow, r stories.Result) {
	if flight, ok := f.byID[r.Delivery]; !ok || flight.Attempt != r.Attempt {
		return
	}
	delete(f.byID, r.Delivery)
	m.results = append(m.results, r)
	row := m.rows[r.Delivery-1]
	row.State, row.MessageID, row.Reason, row.Tries.Doubtful, row.Tries.PutBack = r.State, r.MessageID, r.Reason, r.Doubtful || r.PutBack, r.PutBack
	row.Tries.Count, row.Tries.First, row.Tries.Last = r.Attempt, r.First, r.Last
	if r.Unknown {
		row.Tries.Unknowns++
	}
	p := m.places[row.Destination]
	if r.Destination != "" {
		p.state = r.Destination
	}
	if r.State == stories.Pending {
		return
	}
	row.FinishedAt = r.At
	m.unqueue(row)
}

func (m *memory) unqueue(row *stories.Delivery) {
	pub := m.under[row.ID]
	if pub == nil {
		return
	}
	pub.queued = slices.DeleteFunc(pub.queued, func(o *stories.Delivery) bool { return o == row })
	delete(m.under, row.ID)
}

// reopen makes a blocked destination reachable and owes again what was held for
// it, and what was planned meanwhile.
func (m *memory) reopen(d stories.Destination) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.places[d]
	p.state = stories.Reachable
	id := int64(len(m.pubs) + 1)
	again := &pubRow{lane: p.lane, Publication: stories.Publication{ID: id, Level: stories.Breaking}, seen: true}
	m.pubs = append(m.pubs, again)
	for _, r := range m.rows {
		if r.Destination == d && (r.State == stories.Held || r.State == stories.Pending) {
			m.unqueue(r)
			r.State = stories.Pending
			again.queued, m.under[r.ID] = append(again.queued, r), again
		}
	}
}

func (m *memory) Content(_ context.Context, of stories.Subject, revision int) (stories.Content, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("content"); err != nil {
		return stories.Content{}, err
	}
	m.read = append(m.read, revision)
	return stories.Content{Story: stories.Story{Slug: "sony-hack"}, Update: stories.Update{ID: of.UpdateID}}, nil
}

// count returns how many rows are in each state.
func (m *memory) count() map[stories.DeliveryState]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := map[stories.DeliveryState]int{}
	for _, r := range m.rows {
		n[m.told(r).State]++
	}
	return n
}

// row returns a copy of a row.
func (m *memory) row(id int64) stories.Delivery {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.told(m.rows[id-1])
}

// told is a row as the store tells it: what is in flight is being sent.
func (m *memory) told(r *stories.Delivery) stories.Delivery {
	d := *r
	if f, ok := m.inFlight(r.Lane).byID[r.ID]; ok {
		d.State, d.Tries.Count, d.Tries.First, d.Tries.Last = stories.Sending, f.Attempt, f.First, f.Last
	}
	return d
}
