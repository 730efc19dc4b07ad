package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"storybot/stories"
)

// finishSQL writes one ending to rows. ?1 holds the platform's ids of the
// messages, of the delivery ?2 and those that follow it; null where one is left
// as it is.
const finishSQL = `
	UPDATE deliveries SET message_id = j.value, state = ?3, reason = ?4, unknowns = unknowns + ?5, doubtful = ?6,
		finished_at = ?7, attempt = ?8, first_attempt_at = ?9, last_attempt_at = ?10, said = CASE WHEN ?11 > 0 THEN ?11 ELSE said END
	FROM numbered(?1)
	WHERE deliveries.id = j.key + ?2 AND j.value IS NOT NULL AND deliveries.state = 0`

// ending is what results may have in common, as it is stored. Results come in
// bursts that end alike and were begun together, and a statement for all that do
// costs a tenth of one for each.
type ending struct {
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
	results []stories.Result
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
	open, err := leaveQueue(ctx, q, valid)
	if err != nil {
		return fmt.Errorf("take what has ended from the queue: %w", err)
	}
	for e, g := range alikes(open) {
		if err := e.write(ctx, q, g); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
	}
	if err := healed(ctx, q, open); err != nil {
		return fmt.Errorf("forget refusals: %w", err)
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
func alikes(results []stories.Result) map[ending]*alike {
	groups := map[ending]*alike{}
	for _, r := range results {
		e := ending{state: r.State, reason: clean(r.Reason), unknown: bit(r.Unknown), doubtful: doubtOf(r), attempt: r.Attempt, revision: r.Revision,
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

// write writes an ending.
func (e ending) write(ctx context.Context, q querier, g *alike) error {
	near, others := runs(g.results, func(r stories.Result) int64 { return r.Delivery })
	for i := range others {
		near = append(near, others[i:i+1])
	}
	for _, results := range near {
		ids := make([]int64, len(results))
		for i, r := range results {
			ids[i] = r.Delivery
		}
		messages := texts(ids, func(i int) string { return clean(results[i].MessageID) })
		_, err := q.exec(ctx, finishSQL, messages, ids[0], int(e.state), e.reason, e.unknown, e.doubtful, g.at, e.attempt, e.first, e.last, e.revision)
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

// openSQL are those of some deliveries that have not ended.
const openSQL = `SELECT id FROM deliveries WHERE id among(?1) AND state = 0`

// leaveQueue takes rows that have ended from the queue and counts them, and
// returns the results of rows that had not ended before. What is counted is what
// was there: a publication whose counter fell to nothing while it has rows would
// never be read again.
func leaveQueue(ctx context.Context, q querier, results []stories.Result) (open []stories.Result, err error) {
	var ended []waiting
	for _, r := range results {
		if r.State != stories.Pending {
			ended = append(ended, waiting{Ref: r.Ref})
		}
	}
	gone, err := unqueue(ctx, q, ended)
	if err != nil {
		return nil, err
	}
	t := tally{}
	for _, w := range gone {
		t.of(w.Publication).queued--
	}
	before := map[int64]bool{} // what had ended before
	if len(gone) < len(ended) {
		if before, err = endedBefore(ctx, q, ended); err != nil {
			return nil, err
		}
	}
	var held []waiting
	for _, r := range results {
		if before[r.Delivery] {
			continue
		}
		open = append(open, r)
		if r.State == stories.Held && doubtOf(r) != putBackWaits {
			held = append(held, waiting{Ref: r.Ref})
		}
		t.ended(r.Origin, r.State, 1)
	}
	if err := changeRows(ctx, q, intoHeldSQL, held); err != nil {
		return nil, err
	}
	return open, t.write(ctx, q)
}

// endedBefore are those of rows whose deliveries have ended.
func endedBefore(ctx context.Context, q querier, rows []waiting) (map[int64]bool, error) {
	ids, before := make([]int64, len(rows)), make(map[int64]bool, len(rows))
	for i, w := range rows {
		ids[i], before[w.Delivery] = w.Delivery, true
	}
	open, err := all(ctx, q, scanID, openSQL, list(ids))
	for _, id := range open {
		delete(before, id)
	}
	return before, err
}

const (
	placeByIDSQL = `SELECT id, lane_id, state FROM destinations WHERE id = ?1`
	pauseSQL     = `UPDATE destinations SET not_before = ?2, asked = ?3 WHERE id = ?1`
)

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
		return block(ctx, q, p, r.Reason, r.At)
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
