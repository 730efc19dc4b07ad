package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"storybot/stories"
)

// Exchange writes what became of requests and begins others, in one
// transaction: both are durable when it returns, before a request leaves.
//
// A result is applied when its delivery is on its way under the same attempt; it
// ends the row or leaves it in the queue and, as Result says, changes its
// destination. What was to be begun and is not among Begun.Deliveries is not
// owed any more. Neither x nor an error changes rows of another lane.
//
// After an error that leaves open whether it was committed the same exchange may
// be made again under its number. ErrLeaseLost is of the whole exchange: then
// nothing was changed.
func (s *Store) Exchange(ctx context.Context, l stories.Lease, x stories.Exchange) (begun stories.Begun, err error) {
	err = s.change(ctx, func(q querier) error {
		begun = stories.Begun{Deliveries: map[int64]bool{}, Revisions: map[int64]int{}, Targets: map[int64]string{}}
		if turnsAway(x.Results) {
			if err := lockPlanning(ctx, q); err != nil {
				return err
			}
		}
		lane, err := holdLane(ctx, q, l)
		if err != nil || lane == 0 {
			return err
		}
		before, err := flightsOf(ctx, q, lane)
		if err != nil {
			return err
		}
		if before.fence == l.Fence && before.batch == x.Batch { // it was committed already
			for _, f := range x.Begin {
				_, flying := before.byID[f.Delivery]
				begun.Deliveries[f.Delivery] = flying
			}
			return present(ctx, q, x.Begin, &begun)
		}
		if err := s.finish(ctx, q, lane, before, x.Results); err != nil {
			return err
		}
		if err := stillOwed(ctx, q, x.Begin, &begun); err != nil {
			return err
		}
		if err := present(ctx, q, x.Begin, &begun); err != nil {
			return err
		}
		flying := x.Flying
		for _, f := range x.Begin {
			if begun.Deliveries[f.Delivery] {
				flying = append(flying[:len(flying):len(flying)], f)
			}
		}
		return setFlights(ctx, q, lane, l.Fence, x.Batch, flying)
	})
	if err != nil {
		return stories.Begun{}, err
	}
	return begun, nil
}

// turnsAway says that a result takes waiting rows away. Then planning is locked,
// before the lane as everywhere.
func turnsAway(results []stories.Result) bool {
	for _, r := range results {
		if r.Destination != "" {
			return true
		}
	}
	return false
}

const (
	stillOwedSQL = `
		SELECT q.delivery_id
		FROM (SELECT CAST(j.value ->> 1 AS BIGINT) AS publication_id, CAST(j.value ->> 2 AS BIGINT) AS destination_id, CAST(j.value ->> 0 AS BIGINT) AS delivery_id FROM each(?1)) AS f
		JOIN queue q ON q.publication_id = f.publication_id AND q.destination_id = f.destination_id AND q.delivery_id = f.delivery_id`
	presentSQL = `SELECT id, revision FROM updates WHERE id IN (SELECT update_id FROM deliveries WHERE id among(?1)) /*share*/`
	targetsSQL = `
		SELECT e.id, o.message_id FROM deliveries e JOIN deliveries o ON o.update_id = e.update_id AND o.destination_id = e.destination_id AND o.op = 0
		WHERE e.id among(?1) AND e.op = 1`
)

// stillOwed notes which rows are in the queue.
func stillOwed(ctx context.Context, q querier, begin []stories.Flight, begun *stories.Begun) error {
	if len(begin) == 0 {
		return nil
	}
	text, err := encodeFlights(begin)
	if err != nil {
		return err
	}
	found, err := all(ctx, q, scanID, stillOwedSQL, text)
	for _, id := range found {
		begun.Deliveries[id] = true
	}
	return err
}

// present reads what the begun deliveries are to say now. Whoever revises an
// update waits until they are on their way, and owes each of them an edit.
func present(ctx context.Context, q querier, begin []stories.Flight, begun *stories.Begun) error {
	if len(begin) == 0 {
		return nil
	}
	ids := make([]int64, len(begin))
	for i, f := range begin {
		ids[i] = f.Delivery
	}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var revision int
		err = r.Scan(&id, &revision)
		begun.Revisions[id] = revision
		return none, err
	}, presentSQL, list(ids))
	return err
}

// finishSQL writes one ending to rows that wait. ?1 holds of each its id, the
// platform's id of the message, when it ended, the attempt, when the first and
// the newest request were begun, and the revision shown.
const finishSQL = `
	UPDATE deliveries SET state = ?2, reason = ?3, unknowns = unknowns + ?4, doubtful = ?5,
		message_id = r.message, finished_at = r.at, attempt = r.attempt, first_attempt_at = r.first, last_attempt_at = r.last, revision = r.revision
	FROM (SELECT CAST(j.value ->> 0 AS BIGINT) AS id, j.value ->> 1 AS message, CAST(j.value ->> 2 AS BIGINT) AS at, CAST(j.value ->> 3 AS INTEGER) AS attempt,
		CAST(j.value ->> 4 AS BIGINT) AS first, CAST(j.value ->> 5 AS BIGINT) AS last, CAST(j.value ->> 6 AS INTEGER) AS revision FROM each(?1)) AS r
	WHERE deliveries.id = r.id
	RETURNING deliveries.id, publication_id`

// ending is what results may have in common, as it is stored. Results come in
// bursts that end alike, and a statement for all that do costs a third of one
// for each.
type ending struct {
	state    stories.DeliveryState
	reason   string
	unknown  int
	doubtful int
}

var errNoResult = errors.New("a result says sent, failed, unknown, held, skipped or pending")

// finish applies results to deliveries that are on their way under the reported
// attempt, and then what they say of destinations.
func (s *Store) finish(ctx context.Context, q querier, lane int64, flying flights, results []stories.Result) error {
	var valid []stories.Result
	groups := map[ending][]any{}
	for _, r := range results {
		if r.State == stories.Sending {
			return fmt.Errorf("result of delivery %d: %w", r.Delivery, errNoResult)
		}
		f, ok := flying.byID[r.Delivery]
		if !ok || f.Attempt != r.Attempt {
			continue
		}
		r.Ref = f.Ref
		r.State = stateAfter(r)
		at := int64(0)
		if r.State != stories.Pending && r.State != stories.Held {
			at = millis(r.At)
		}
		valid = append(valid, r)
		e := ending{state: r.State, reason: clean(r.Reason), unknown: bit(r.Unknown), doubtful: bit(r.Doubtful)}
		groups[e] = append(groups[e], []any{r.Delivery, clean(r.MessageID), at, r.Attempt, millis(r.FirstAttemptAt), millis(r.LastAttemptAt), r.Revision})
		delete(flying.byID, r.Delivery) // a second result of the same flight is none
	}
	if len(valid) == 0 {
		return nil
	}
	origins := map[int64]int64{}
	for e, rows := range groups {
		if err := endAlike(ctx, q, e, rows, origins); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
	}
	if err := leaveQueue(ctx, q, valid, origins); err != nil {
		return fmt.Errorf("take what has ended from the queue: %w", err)
	}
	for _, r := range valid {
		if err := s.affect(ctx, q, r); err != nil {
			return fmt.Errorf("change a destination: %w", err)
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

// endAlike writes an ending and notes which publications first owed the rows.
func endAlike(ctx context.Context, q querier, e ending, rows []any, origins map[int64]int64) error {
	each, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var id, origin int64
		err = r.Scan(&id, &origin)
		origins[id] = origin
		return none, err
	}, finishSQL, string(each), int(e.state), e.reason, e.unknown, e.doubtful)
	return err
}

// leaveQueue takes rows that have ended from the queue and counts them.
func leaveQueue(ctx context.Context, q querier, results []stories.Result, origins map[int64]int64) error {
	var ended, held []waiting
	t := tally{}
	for _, r := range results {
		if r.State == stories.Pending {
			continue
		}
		w := waiting{Ref: r.Ref}
		ended = append(ended, w)
		if r.State == stories.Held {
			held = append(held, w)
		}
		t.of(r.Publication).queued--
		t.ended(origins[r.Delivery], r.State, 1)
	}
	if err := changeRows(ctx, q, unqueueSQL, ended); err != nil {
		return err
	}
	if err := changeRows(ctx, q, intoHeldSQL, held); err != nil {
		return err
	}
	return t.write(ctx, q)
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
