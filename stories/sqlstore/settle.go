package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"storybot/stories"
)

// finishSQL writes endings, in ?1 by delivery, to the rows ?2 that are being sent
// in lane ?3 under the reported attempt, and tells which rows and destinations
// those are. LIMIT has the object read once and not for each row. state + 0
// keeps the planner at the rows' ids: the index of what is being sent looks
// short, but holds all that was sent lately until it is vacuumed.
const finishSQL = `
	UPDATE deliveries SET state = CAST(e.o -> CAST(id AS TEXT) ->> 1 AS SMALLINT), open = CAST(e.o -> CAST(id AS TEXT) ->> 2 AS SMALLINT),
		message_id = e.o -> CAST(id AS TEXT) ->> 3, reason = e.o -> CAST(id AS TEXT) ->> 4,
		due_at = coalesce(nullif(CAST(e.o -> CAST(id AS TEXT) ->> 5 AS BIGINT), 0), due_at),
		finished_at = CAST(e.o -> CAST(id AS TEXT) ->> 6 AS BIGINT), unknowns = unknowns + CAST(e.o -> CAST(id AS TEXT) ->> 7 AS INTEGER)
	FROM (SELECT object(?1) AS o LIMIT 1) AS e
	WHERE id among(?2) AND state + 0 = 1 AND lane_id = ?3 AND attempt = CAST(e.o -> CAST(id AS TEXT) ->> 0 AS BIGINT)
	RETURNING id, destination_id`

// ending is what a result makes of its row: attempt, state, open, message,
// reason, due, finished and unknowns.
type ending [8]any

// settle applies results to rows of the lane that are still being sent under
// the reported attempt, then what they say of destinations, then lets each
// destination's next row forward.
func settle(ctx context.Context, q querier, lane int64, results []stories.Result) error {
	if len(results) == 0 {
		return nil
	}
	ids, endings := make([]int64, len(results)), make(map[int64]ending, len(results))
	for i, r := range results {
		e, err := endingOf(r)
		if err != nil {
			return err
		}
		ids[i], endings[r.DeliveryID] = r.DeliveryID, e
	}
	text, err := json.Marshal(endings)
	if err != nil {
		return err
	}
	places := make(map[int64]int64, len(results)) // destinations by delivery
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var id, destination int64
		err = r.Scan(&id, &destination)
		places[id] = destination
		return none, err
	}, finishSQL, string(text), list(ids), lane)
	if err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	for _, r := range results {
		if destination, ok := places[r.DeliveryID]; ok {
			if err := affect(ctx, q, destination, r); err != nil {
				return fmt.Errorf("change a destination: %w", err)
			}
		}
	}
	return advanceFront(ctx, q, slices.Collect(maps.Values(places)))
}

// endingOf reads a result.
func endingOf(r stories.Result) (ending, error) {
	var due, finished int64
	var open, unknowns int
	state := r.State
	switch {
	case r.State == stories.Sending:
		return ending{}, fmt.Errorf("result of delivery %d: %w", r.DeliveryID, errNoResult)
	case r.State == stories.Pending && r.Destination == stories.Blocked:
		state = stories.Held
	case r.State == stories.Pending && r.Destination == stories.Gone:
		state = stories.Skipped
	}
	switch state {
	case stories.Pending:
		open, due = 1, millis(r.DueAt)
	case stories.Held:
	default:
		finished = millis(r.At)
	}
	if r.Unknown {
		unknowns = 1
	}
	return ending{r.Attempt, int(state), open, clean(r.MessageID), clean(r.Reason), due, finished, unknowns}, nil
}

const (
	placeByIDSQL = `SELECT id, lane_id, state FROM destinations WHERE id = ?1`
	notBeforeSQL = `UPDATE destinations SET not_before = ?2 WHERE id = ?1 AND not_before < ?2`
)

// affect does to a destination what the answer it gave says.
func affect(ctx context.Context, q querier, destination int64, r stories.Result) error {
	if !r.NotBefore.IsZero() {
		if _, err := q.exec(ctx, notBeforeSQL, destination, millis(r.NotBefore)); err != nil {
			return err
		}
	}
	if r.Destination == "" {
		return nil
	}
	var p place
	if err := one(ctx, q, placeByIDSQL, []any{destination}, &p.id, &p.lane, &p.state); err != nil {
		return err
	}
	switch r.Destination {
	case stories.Blocked:
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

// advanceFrontSQL makes the first row of each destination a candidate, unless
// that is being sent. A delay of the destination moves with it.
const advanceFrontSQL = `
	UPDATE deliveries SET front = 1,
		due_at = (SELECT CASE WHEN t.not_before > deliveries.due_at THEN t.not_before ELSE deliveries.due_at END
			FROM destinations t WHERE t.id = deliveries.destination_id)
	WHERE state = 0 AND id IN (
		SELECT (SELECT d.id FROM deliveries d WHERE d.destination_id = CAST(j.value AS BIGINT) AND d.open = 1
			ORDER BY d.level DESC, d.id LIMIT 1)
		FROM each(?1))`

func advanceFront(ctx context.Context, q querier, destinations []int64) error {
	if len(destinations) == 0 {
		return nil
	}
	slices.SortFunc(destinations, cmp.Compare)
	if _, err := q.exec(ctx, advanceFrontSQL, list(slices.Compact(destinations))); err != nil {
		return fmt.Errorf("let the next deliveries forward: %w", err)
	}
	return nil
}
