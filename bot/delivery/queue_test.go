package delivery

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"sync"
	"time"

	"storybot/stories"
)

// memory is a queue in memory with the guarantees of the real store: one row
// of a destination in the air, most urgent first and then in order, results
// fenced by attempt and lease.
type memory struct {
	mu     sync.Mutex
	rows   []*stories.Delivery
	places map[stories.Destination]*placeRow
	order  []*placeRow
	leases map[string]*leaseRow

	// broken, when set, is asked before every call; lateError after a commit.
	broken    func(call string) error
	lateError func(call string) error
	calls     map[string]int
	results   []stories.Result
}

type placeRow struct {
	stories.Destination
	lane      string
	state     stories.DestinationState
	notBefore time.Time
	open      []*stories.Delivery // not finished, in order
}

type leaseRow struct {
	owner string
	fence int64
	until time.Time
}

func newMemory() *memory {
	return &memory{places: map[stories.Destination]*placeRow{}, leases: map[string]*leaseRow{}, calls: map[string]int{}}
}

// add plans one delivery.
func (m *memory) add(lane string, d stories.Destination, update int64, level stories.Level) *stories.Delivery {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.places[d]
	if p == nil {
		p = &placeRow{Destination: d, lane: lane, state: stories.Reachable}
		m.places[d] = p
		m.order = append(m.order, p)
	}
	id := int64(len(m.rows) + 1)
	r := &stories.Delivery{ID: id, Key: fmt.Sprintf("k%d", id), UpdateID: update, StoryID: 1, Number: int(update),
		Part: stories.PartMessage, Destination: d, Lane: lane, Level: level, DueAt: time.Now(), CreatedAt: time.Now()}
	m.rows = append(m.rows, r)
	p.open = append(p.open, r)
	sort.SliceStable(p.open, func(i, j int) bool { return before(p.open[i], p.open[j]) })
	return r
}

func before(a, b *stories.Delivery) bool {
	if a.Level != b.Level {
		return a.Level > b.Level
	}
	return a.ID < b.ID
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

func (m *memory) Recover(_ context.Context, l stories.Lease) (found []stories.Delivery, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(m.enter("recover"), m.held(l)); err != nil {
		return nil, err
	}
	for _, p := range m.order {
		for _, r := range p.open {
			if p.lane == l.Name && r.State == stories.Sending {
				found = append(found, *r)
			}
		}
	}
	return found, nil
}

func (m *memory) Rebase(_ context.Context, l stories.Lease, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(m.enter("rebase"), m.held(l)); err != nil {
		return err
	}
	for _, p := range m.order {
		if p.lane == l.Name && p.notBefore.After(now.Add(10*time.Second)) {
			p.notBefore = now
		}
		for _, r := range p.open {
			if p.lane != l.Name || r.State != stories.Pending {
				continue
			}
			base := r.CreatedAt
			if r.LastAttemptAt.After(base) {
				base = r.LastAttemptAt
			}
			if ahead := base.Sub(now); ahead > 0 && r.DueAt.After(now) {
				r.DueAt = r.DueAt.Add(-ahead)
			}
		}
	}
	return nil
}

func (m *memory) Content(_ context.Context, updateID int64, _ int) (stories.Story, stories.Update, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("content"); err != nil {
		return stories.Story{}, stories.Update{}, err
	}
	return stories.Story{Slug: "sony-hack"}, stories.Update{ID: updateID}, nil
}

func (m *memory) Advance(_ context.Context, l stories.Lease, results []stories.Result, most int, oldest bool, now time.Time) (b stories.Batch, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(m.enter("advance"), m.held(l)); err != nil {
		return b, err
	}
	for _, r := range results {
		m.finish(r)
	}
	var due []*stories.Delivery
	for _, p := range m.order {
		if p.lane != l.Name || p.state != stories.Reachable || len(p.open) == 0 || sendingIn(p) {
			continue
		}
		r := p.open[0]
		at := r.DueAt
		if p.notBefore.After(at) {
			at = p.notBefore
		}
		if at.After(now) {
			if b.NextDue.IsZero() || at.Before(b.NextDue) {
				b.NextDue = at
			}
			continue
		}
		due = append(due, r)
	}
	sort.SliceStable(due, func(i, j int) bool {
		if due[i].Level != due[j].Level && !oldest {
			return due[i].Level > due[j].Level
		}
		if !due[i].DueAt.Equal(due[j].DueAt) {
			return due[i].DueAt.Before(due[j].DueAt)
		}
		return due[i].ID < due[j].ID
	})
	b.Waiting = len(due) > most
	for _, r := range due[:min(most, len(due))] {
		r.State, r.Attempt = stories.Sending, r.Attempt+1
		if !r.Doubtful {
			r.LastAttemptAt = now
		}
		if r.FirstAttemptAt.IsZero() {
			r.FirstAttemptAt = now
		}
		b.Claimed = append(b.Claimed, *r)
	}
	if err := m.leave("advance"); err != nil {
		return stories.Batch{}, err
	}
	return b, nil
}

func sendingIn(p *placeRow) bool {
	for _, r := range p.open {
		if r.State == stories.Sending {
			return true
		}
	}
	return false
}

func (m *memory) finish(r stories.Result) {
	row := m.rows[r.DeliveryID-1]
	if row.State != stories.Sending || row.Attempt != r.Attempt {
		return
	}
	m.results = append(m.results, r)
	row.State, row.MessageID, row.Reason, row.Doubtful = r.State, r.MessageID, r.Reason, r.Doubtful
	if r.Unbegun {
		if row.Attempt--; row.Attempt == 0 {
			row.FirstAttemptAt = time.Time{}
		}
	}
	if r.Unknown {
		row.Unknowns++
	}
	p := m.places[row.Destination]
	if r.NotBefore.After(p.notBefore) {
		p.notBefore = r.NotBefore
	}
	if r.Destination != "" {
		p.state = r.Destination
	}
	if r.State == stories.Pending {
		row.DueAt = r.DueAt
		return
	}
	row.FinishedAt = r.At
	for i, o := range p.open {
		if o == row {
			p.open = append(p.open[:i:i], p.open[i+1:]...)
			return
		}
	}
}

// reopen makes a blocked destination reachable and what was held for it pending.
func (m *memory) reopen(d stories.Destination) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.places[d]
	p.state = stories.Reachable
	for _, r := range m.rows {
		if r.Destination == d && r.State == stories.Held {
			r.State, r.DueAt = stories.Pending, time.Now()
			p.open = append(p.open, r)
		}
	}
	sort.SliceStable(p.open, func(i, j int) bool { return before(p.open[i], p.open[j]) })
}

// count returns how many rows are in each state.
func (m *memory) count() map[stories.DeliveryState]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := map[stories.DeliveryState]int{}
	for _, r := range m.rows {
		n[r.State]++
	}
	return n
}

// row returns a copy of a row.
func (m *memory) row(id int64) stories.Delivery {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.rows[id-1]
}
