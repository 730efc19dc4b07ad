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

// finishSQL writes one ending to rows that are being sent in lane ?2 under the
// reported attempt, and tells which rows and destinations those are. ?1 holds
// of each row its id, the platform's id of the message and when it ended.
// state + 0 keeps the planner at the rows' ids: the index of what is being sent
// looks short, but holds all that was sent lately until it is vacuumed.
const finishSQL = `
	UPDATE deliveries SET state = ?4, open = ?5, message_id = r.message, finished_at = r.at, reason = ?6,
		due_at = CASE WHEN CAST(?7 AS BIGINT) > 0 THEN CAST(?7 AS BIGINT) ELSE due_at END, unknowns = unknowns + ?8, doubtful = ?9, attempt = attempt - ?10,
		first_attempt_at = CASE WHEN attempt = ?10 THEN 0 ELSE first_attempt_at END
	FROM (SELECT CAST(j.value ->> 0 AS BIGINT) AS id, j.value ->> 1 AS message, CAST(j.value ->> 2 AS BIGINT) AS at FROM each(?1)) AS r
	WHERE deliveries.id = r.id AND state + 0 = 1 AND lane_id = ?2 AND attempt = ?3
	RETURNING deliveries.id, destination_id`

// ending is what results may have in common, as it is stored. Results come in
// bursts that end alike, and a statement for all that do costs a third of one
// for each.
type ending struct {
	attempt  int
	state    stories.DeliveryState
	reason   string
	due      int64
	unknown  int
	doubtful int
	unbegun  int
}

// finished is one of the deliveries that ended alike: its id, the message and
// the time.
type finished [3]any

// settle applies results to rows of the lane that are still being sent under
// the reported attempt, then what they say of destinations, then lets each
// destination's next row forward.
func settle(ctx context.Context, q querier, lane int64, results []stories.Result) error {
	groups := map[ending][]finished{}
	for _, r := range results {
		e, at, err := endingOf(r)
		if err != nil {
			return err
		}
		groups[e] = append(groups[e], finished{r.DeliveryID, clean(r.MessageID), at})
	}
	places := make(map[int64]int64, len(results)) // destinations by delivery
	for e, f := range groups {
		if err := finish(ctx, q, lane, e, f, places); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
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

// endingOf reads a result; at is when its row is finished, 0 for not yet.
func endingOf(r stories.Result) (e ending, at int64, err error) {
	e = ending{attempt: r.Attempt, state: r.State, reason: clean(r.Reason)}
	e.unknown, e.doubtful, e.unbegun = bit(r.Unknown), bit(r.Doubtful), bit(r.Unbegun)
	switch {
	case r.State == stories.Sending:
		return e, 0, fmt.Errorf("result of delivery %d: %w", r.DeliveryID, errNoResult)
	case r.State == stories.Pending && r.Destination == stories.Blocked:
		e.state = stories.Held
	case r.State == stories.Pending && r.Destination == stories.Gone:
		e.state = stories.Skipped
	}
	switch e.state {
	case stories.Pending:
		e.due = millis(r.DueAt)
	case stories.Held:
	default:
		at = millis(r.At)
	}
	return e, at, nil
}

// bit is how a yes or no is stored.
func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// finish writes an ending and adds the rows it wrote to places.
func finish(ctx context.Context, q querier, lane int64, e ending, alike []finished, places map[int64]int64) error {
	each, err := json.Marshal(alike)
	if err != nil {
		return err
	}
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var id, destination int64
		err = r.Scan(&id, &destination)
		places[id] = destination
		return none, err
	}, finishSQL, string(each), lane, e.attempt, int(e.state), bit(e.state == stories.Pending), e.reason, e.due, e.unknown, e.doubtful, e.unbegun)
	return err
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
