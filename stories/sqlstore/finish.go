package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"storybot/stories"
)

const (
	// firstSQL writes one ending to rows that had no outcome before, finishSQL to
	// others. ?1 holds the platform's ids of the messages, of the delivery ?2 and those
	// that follow it; null where one is left as it is. ?11 is below 0 where it is not known
	// that anything was said.
	firstSQL = `
		INSERT INTO outcomes (id, message_id, state, reason, unknowns, doubtful, finished_at, attempt, first_attempt_at, last_attempt_at, said)
		SELECT j.key + ?2, j.value, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, CASE WHEN ?11 > 0 THEN ?11 ELSE 0 END FROM numbered(?1) WHERE j.value IS NOT NULL`
	finishSQL = `
		UPDATE outcomes SET message_id = j.value, state = ?3, code = 0, reason = ?4, unknowns = unknowns + ?5, doubtful = ?6,
			finished_at = ?7, attempt = ?8, first_attempt_at = ?9, last_attempt_at = ?10, said = CASE WHEN ?11 >= 0 THEN ?11 ELSE said END
		FROM numbered(?1)
		WHERE outcomes.id = j.key + ?2 AND j.value IS NOT NULL AND outcomes.state = 0`
)

// ending is what results may have in common, as it is stored. Results come in
// bursts that end alike and were begun together, and a statement for all that do
// costs a tenth of one for each.
type ending struct {
	fresh       bool // of rows that had no outcome before
	state       stories.DeliveryState
	reason      string
	unknown     int
	doubtful    int
	attempt     int
	revision    int
	first, last int64
}

// alike are results with one ending, and when the last of them came.
type alike struct {
	results []*stories.Result
	at      int64
}

var errNoResult = errors.New("a result says sent, failed, unknown, held, skipped or pending")

// finish applies results to deliveries that are on their way under the reported
// attempt, and then what they say of destinations.
func (s *Store) finish(ctx context.Context, q querier, lane int64, flying flights, results []stories.Result) error {
	valid, err := validResults(flying, results)
	if err != nil {
		return err
	}
	ids := make([]int64, len(valid))
	for i, r := range valid {
		ids[i] = r.Delivery
	}
	before, err := pastOf(ctx, q, ids)
	if err != nil {
		return fmt.Errorf("read what had become of deliveries: %w", err)
	}
	open, err := leaveQueue(ctx, q, valid, before)
	if err != nil {
		return fmt.Errorf("take what has ended from the queue: %w", err)
	}
	for e, g := range alikes(open, before) {
		if err := e.write(ctx, q, g); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
	}
	heads, err := endShown(ctx, q, lane, flying, open)
	if err != nil {
		return fmt.Errorf("end what heads have shown: %w", err)
	}
	if err := unping(ctx, q, open); err != nil {
		return fmt.Errorf("keep whom messages do not ping: %w", err)
	}
	if err := keepSeen(ctx, q, open); err != nil {
		return fmt.Errorf("keep what was seen of revisions: %w", err)
	}
	if err := seeHeads(ctx, q, heads); err != nil {
		return err
	}
	well, err := healed(ctx, q, open)
	if err != nil {
		return fmt.Errorf("look for refusals: %w", err)
	}
	if err := lockAffected(ctx, q, valid, well); err != nil {
		return fmt.Errorf("lock destinations: %w", err)
	}
	for _, id := range well {
		if _, err := q.exec(ctx, setRefusedSQL, id, 0); err != nil {
			return fmt.Errorf("forget refusals: %w", err)
		}
	}
	for _, r := range valid {
		if err := s.affect(ctx, q, r); err != nil {
			return fmt.Errorf("change a destination: %w", err)
		}
	}
	return nil
}

// validResults are the results of what is on its way, with the states they lead
// to.
func validResults(flying flights, results []stories.Result) (valid []stories.Result, err error) {
	if len(results) == 0 {
		return nil, nil
	}
	valid = make([]stories.Result, 0, len(results))
	seen := make(map[int64]bool, len(results)) // a second result of the same flight is none
	for _, r := range results {
		if r.State == stories.Sending {
			return nil, fmt.Errorf("result of delivery %d: %w", r.Delivery, errNoResult)
		}
		f, ok := flying.byID[r.Delivery]
		if !ok || f.Attempt != r.Attempt || seen[r.Delivery] {
			continue
		}
		seen[r.Delivery] = true
		r.Ref = f.Ref
		r.State = stateAfter(r)
		valid = append(valid, r)
	}
	return valid, nil
}

// alikes groups results by their endings.
func alikes(results []stories.Result, before map[int64]past) map[ending]*alike {
	groups := map[ending]*alike{}
	for i := range results {
		r := &results[i]
		_, touched := before[r.Delivery]
		e := ending{fresh: !touched, state: r.State, reason: clean(r.Reason), unknown: bit(r.Unknown), doubtful: doubtOf(*r), attempt: r.Attempt, revision: saysOf(*r),
			first: millis(r.First), last: millis(r.Last)}
		g := groups[e]
		if g == nil {
			g = &alike{}
			groups[e] = g
		}
		g.results = append(g.results, r)
		if r.State != stories.Pending && r.State != stories.Held {
			g.at = max(g.at, millis(r.At))
		}
	}
	return groups
}

// saysOf is the wording that a message was sent in, or may have been; below 0 where the
// request has surely brought none.
func saysOf(r stories.Result) int {
	waits := r.State == stories.Pending || r.State == stories.Held
	if waits && !r.Unknown && doubtOf(r) == 0 {
		return -1
	}
	return r.Revision
}

// write writes an ending.
func (e ending) write(ctx context.Context, q querier, g *alike) error {
	text := finishSQL
	if e.fresh {
		text = firstSQL
	}
	near, others := runs(g.results, func(r *stories.Result) int64 { return r.Delivery })
	for i := range others {
		near = append(near, others[i:i+1])
	}
	for _, results := range near {
		ids := make([]int64, len(results))
		for i, r := range results {
			ids[i] = r.Delivery
		}
		messages := texts(ids, func(i int) string { return clean(results[i].MessageID) })
		_, err := q.exec(ctx, text, messages, ids[0], int(e.state), e.reason, e.unknown, e.doubtful, g.at, e.attempt, e.first, e.last, e.revision)
		if err != nil {
			return err
		}
	}
	return nil
}

// stateAfter is where r leaves its row: what a destination's end or block makes
// of one that was to be tried again.
func stateAfter(r stories.Result) stories.DeliveryState {
	switch {
	case r.State == stories.Pending && r.Destination == stories.Blocked:
		return stories.Held
	case r.State == stories.Pending && r.Destination == stories.Gone:
		return stories.Skipped
	}
	return r.State
}

// leaveQueue takes rows that have ended from what is owed and counts them, and
// returns the results of rows that had not ended before. What is counted is what
// was there: a publication whose counter fell to nothing while it has rows would
// never be read again.
func leaveQueue(ctx context.Context, q querier, results []stories.Result, before map[int64]past) (open []stories.Result, err error) {
	t := tally{}
	var again, held []waiting
	open = make([]stories.Result, 0, len(results))
	for _, r := range results {
		w := waiting{Ref: r.Ref}
		if r.State != stories.Pending {
			if r.Origin != r.Publication {
				again = append(again, w)
			} else if before[r.Delivery].waits() {
				t.of(r.Publication).queued--
			}
		}
		if before[r.Delivery].state != stories.Pending {
			continue
		}
		open = append(open, r)
		if r.State == stories.Held && doubtOf(r) != putBackWaits {
			held = append(held, w)
		}
		t.ended(r.Origin, r.State, 1)
	}
	gone, err := removeRows(ctx, q, unqueueAgainSQL, again)
	if err != nil {
		return nil, err
	}
	for _, w := range only(again, gone) {
		t.of(w.Publication).queued--
	}
	if err := changeRows(ctx, q, intoHeldSQL, held); err != nil {
		return nil, err
	}
	return open, t.write(ctx, q)
}

const (
	placeByIDSQL = `SELECT id, lane_id, state FROM destinations WHERE id = ?1`
	pauseSQL     = `UPDATE destinations SET not_before = ?2, asked = ?3 WHERE id = ?1`
)

// lockAffected locks the destinations that results change, and some more, in one order.
func lockAffected(ctx context.Context, q querier, results []stories.Result, more []int64) error {
	places := slices.Clone(more)
	for _, r := range results {
		if r.Pause > 0 || r.Destination != "" {
			places = append(places, r.Place)
		}
	}
	if len(places) < 2 {
		return nil
	}
	_, err := all(ctx, q, scanID, lockPlacesSQL, list(places))
	return err
}

// affect does to a destination what the answer it gave says.
func (s *Store) affect(ctx context.Context, q querier, r stories.Result) error {
	if r.Pause > 0 {
		if _, err := q.exec(ctx, pauseSQL, r.Place, millis(r.At.Add(r.Pause)), r.Pause.Milliseconds()); err != nil {
			return err
		}
	}
	if r.Destination == "" {
		return nil
	}
	var p place
	if err := one(ctx, q, placeByIDSQL, []any{r.Place}, &p.id, &p.lane, &p.state); err != nil {
		return err
	}
	switch r.Destination {
	case stories.Blocked:
		if p.state == stories.Gone { // it stays so, and nothing waits there
			return end(ctx, q, p, r.Reason, r.At)
		}
		return block(ctx, q, p, r.Reason, r.Heals, r.At)
	case stories.Gone:
		return end(ctx, q, p, r.Reason, r.At)
	case stories.Reachable:
		if p.state == stories.Blocked {
			_, _, err := reopen(ctx, q, p, catchUp, r.At)
			return err
		}
	}
	return nil
}
