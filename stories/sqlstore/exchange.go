package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

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
			return errors.Join(present(ctx, q, x, &begun), s.targets(ctx, q, x, &begun))
		}
		if err := s.finish(ctx, q, lane, before, x.Results); err != nil {
			return err
		}
		if err := stillOwed(ctx, q, x.Begin, &begun); err != nil {
			return err
		}
		if err := present(ctx, q, x, &begun); err != nil {
			return err
		}
		if err := s.targets(ctx, q, x, &begun); err != nil {
			return err
		}
		flying := slices.Clone(x.Flying)
		for _, f := range x.Begin {
			if begun.Deliveries[f.Delivery] {
				flying = append(flying, f)
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
	stillOwedSQL = `SELECT delivery_id FROM queue WHERE publication_id = ?1 AND destination_id among(?2)`
	presentSQL   = `SELECT id, revision FROM updates WHERE id among(?1) /*share*/`
	targetsSQL   = `
		SELECT e.id, o.state, o.message_id FROM deliveries e JOIN deliveries o ON o.update_id = e.update_id AND o.destination_id = e.destination_id AND o.op = 0
		WHERE e.id among(?1) AND e.op = 1`
)

// stillOwed notes which rows are in the queue.
func stillOwed(ctx context.Context, q querier, begin []stories.Flight, begun *stories.Begun) error {
	there := map[int64]bool{}
	for publication, places := range byPublication(begin, func(f stories.Flight) stories.Ref { return f.Ref }) {
		found, err := all(ctx, q, scanID, stillOwedSQL, publication, list(places))
		if err != nil {
			return err
		}
		for _, id := range found {
			there[id] = true
		}
	}
	for _, f := range begin {
		begun.Deliveries[f.Delivery] = there[f.Delivery]
	}
	return nil
}

// present reads what the begun deliveries are to say now. Whoever revises an
// update waits until they are on their way, and owes each of them an edit.
func present(ctx context.Context, q querier, x stories.Exchange, begun *stories.Begun) error {
	if len(x.Updates) == 0 {
		return nil
	}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var revision int
		err = r.Scan(&id, &revision)
		begun.Revisions[id] = revision
		return none, err
	}, presentSQL, list(x.Updates))
	return err
}

// targets reads which messages are to be edited. An edit waits for its post; one
// whose post will never be there is not owed.
func (s *Store) targets(ctx context.Context, q querier, x stories.Exchange, begun *stories.Begun) error {
	if len(x.Edits) == 0 {
		return nil
	}
	never := map[int64]bool{}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var state stories.DeliveryState
		var message string
		if err := r.Scan(&id, &state, &message); err != nil {
			return none, err
		}
		begun.Targets[id] = message
		never[id] = message == "" && state != stories.Pending
		return none, nil
	}, targetsSQL, list(x.Edits))
	if err != nil {
		return err
	}
	var vain []waiting
	for _, f := range x.Begin {
		if never[f.Delivery] && begun.Deliveries[f.Delivery] {
			vain = append(vain, waiting{f.Ref})
			begun.Deliveries[f.Delivery] = false
		}
	}
	return move(ctx, q, vain, stories.Skipped, "there is no message of it to be edited", s.now(), 0)
}

// finishSQL writes one ending to rows. ?1 holds the platform's id of the message
// by delivery.
const finishSQL = `
	UPDATE deliveries SET message_id = j.value, state = ?2, reason = ?3, unknowns = unknowns + ?4, doubtful = ?5,
		finished_at = ?6, attempt = ?7, first_attempt_at = ?8, last_attempt_at = ?9,
		revision = CASE WHEN op = 0 THEN CAST(?10 AS INTEGER) ELSE revision END
	FROM pairs(?1)
	WHERE deliveries.id = CAST(j.key AS BIGINT)`

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

// alike are results with one ending: the messages by delivery, and when the last
// of them came.
type alike struct {
	messages map[int64]string
	at       int64
}

var errNoResult = errors.New("a result says sent, failed, unknown, held, skipped or pending")

// finish applies results to deliveries that are on their way under the reported
// attempt, and then what they say of destinations.
func (s *Store) finish(ctx context.Context, q querier, lane int64, flying flights, results []stories.Result) error {
	var valid []stories.Result
	groups := map[ending]*alike{}
	for _, r := range results {
		if r.State == stories.Sending {
			return fmt.Errorf("result of delivery %d: %w", r.Delivery, errNoResult)
		}
		f, ok := flying.byID[r.Delivery]
		if !ok || f.Attempt != r.Attempt {
			continue
		}
		delete(flying.byID, r.Delivery) // a second result of the same flight is none
		r.Ref = f.Ref
		r.State = stateAfter(r)
		valid = append(valid, r)
		e := ending{state: r.State, reason: clean(r.Reason), unknown: bit(r.Unknown), doubtful: bit(r.Doubtful), attempt: r.Attempt, revision: r.Revision,
			first: millis(r.FirstAttemptAt), last: millis(r.LastAttemptAt)}
		g := groups[e]
		if g == nil {
			g = &alike{messages: map[int64]string{}}
			groups[e] = g
		}
		g.messages[r.Delivery] = clean(r.MessageID)
		if r.State != stories.Pending && r.State != stories.Held {
			g.at = max(g.at, millis(r.At))
		}
	}
	for e, g := range groups {
		if err := e.write(ctx, q, g); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
	}
	if err := leaveQueue(ctx, q, valid); err != nil {
		return fmt.Errorf("take what has ended from the queue: %w", err)
	}
	for _, r := range valid {
		if err := s.affect(ctx, q, r); err != nil {
			return fmt.Errorf("change a destination: %w", err)
		}
	}
	return nil
}

// write writes an ending.
func (e ending) write(ctx context.Context, q querier, g *alike) error {
	messages, err := json.Marshal(g.messages)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, finishSQL, string(messages), int(e.state), e.reason, e.unknown, e.doubtful, g.at, e.attempt, e.first, e.last, e.revision)
	return err
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

// leaveQueue takes rows that have ended from the queue and counts them.
func leaveQueue(ctx context.Context, q querier, results []stories.Result) error {
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
		t.ended(r.Origin, r.State, 1)
	}
	if err := unqueue(ctx, q, ended); err != nil {
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
