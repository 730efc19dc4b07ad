package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"storybot/stories"
)

// waiting is a delivery that waits: in the queue and not on its way, or held.
type waiting struct{ stories.Ref } // Publication is 0 for one that is held

const (
	// queuedAtSQL begins with the few publications of the lane ?1 that owe
	// something; the destination ?2 tells the rows of each.
	queuedAtSQL = `
		SELECT p.id AS publication_id, d.id AS delivery_id, p.id AS origin_id
		FROM publications p` + ofPublicationSQL + `
		WHERE p.lane_id = ?1 AND p.queued > 0 AND d.id = (p.id << 32) + CAST(?2 AS BIGINT) AND d.destination_id = ?2 AND ` + waitsSQL + `
		UNION ALL
		SELECT q.publication_id, q.delivery_id, q.delivery_id >> 32
		FROM publications p CROSS JOIN queue q
		WHERE p.lane_id = ?1 AND p.queued > 0 AND q.publication_id = p.id AND q.destination_id = ?2
		ORDER BY 2`
	heldAtSQL = `SELECT 0, delivery_id, delivery_id >> 32 FROM held WHERE destination_id = ?1 ORDER BY delivery_id`
)

func scanWaiting(place int64) func(row) (waiting, error) {
	return func(r row) (w waiting, err error) {
		w.Place = place
		err = r.Scan(&w.Publication, &w.Delivery, &w.Origin)
		return w, err
	}
}

// queuedAt returns what waits in the queue for p and is not on its way, oldest
// first. The lane is locked.
func queuedAt(ctx context.Context, q querier, p place) ([]waiting, error) {
	flying, err := flightsOf(ctx, q, p.lane)
	if err != nil {
		return nil, err
	}
	found, err := all(ctx, q, scanWaiting(p.id), queuedAtSQL, p.lane, p.id)
	return slices.DeleteFunc(found, func(w waiting) bool {
		_, is := flying.byID[w.Delivery]
		return is
	}), err
}

// allAt returns what is owed to p and not on its way: what waits in the queue,
// what is held, what waits for its time, and what waits for a person since the database
// was put back.
func allAt(ctx context.Context, q querier, p place) (found []waiting, err error) {
	for _, read := range []func(context.Context, querier, place) ([]waiting, error){queuedAt, heldAt, deferredAt, putBackAt} {
		some, err := read(ctx, q, p)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

// heldAt returns what is held for p, oldest first.
func heldAt(ctx context.Context, q querier, p place) ([]waiting, error) {
	return all(ctx, q, scanWaiting(p.id), heldAtSQL, p.id)
}

// counts are changes of a publication's counters. total falls where another delivery counts
// in the place of one.
type counts struct{ queued, sent, held, failed, unknown, kept, deferred, total, overtaken, withdrawn, unwanted int }

// tally collects changes of counters.
type tally map[int64]*counts

func (t tally) of(publication int64) *counts {
	c := t[publication]
	if c == nil {
		c = &counts{}
		t[publication] = c
	}
	return c
}

// ended counts that a delivery first owed by a publication has gone to a state.
func (t tally) ended(origin int64, state stories.DeliveryState, n int) {
	c := t.of(origin)
	switch state {
	case stories.Sent, stories.Gathered:
		c.sent += n
	case stories.Held:
		c.held += n
	case stories.Unknown:
		c.unknown += n
	case stories.Failed, stories.Skipped:
		c.failed += n
	case stories.Kept:
		c.kept += n
	case stories.Deferred:
		c.deferred += n
	}
}

// endedFor is ended of one delivery, for a reason: what was skipped by design, or because
// people wanted it so, has not failed.
func (t tally) endedFor(origin int64, state stories.DeliveryState, why code) {
	c := t.of(origin)
	switch {
	case state != stories.Skipped:
		t.ended(origin, state, 1)
	case why.overtaken():
		c.overtaken++
	case why == wasWithdrawn:
		c.withdrawn++
	case why.unwanted():
		c.unwanted++
	default:
		t.ended(origin, state, 1)
	}
}

const countSQL = `
	UPDATE publications SET queued = queued + ?2, sent = sent + ?3, held = held + ?4, failed = failed + ?5, unknown = unknown + ?6, kept = kept + ?7, deferred = deferred + ?8, total = total + ?9, overtaken = overtaken + ?10, withdrawn = withdrawn + ?11, unwanted = unwanted + ?12
	WHERE id = ?1`

const (
	intoHeldSQL = `
		INSERT INTO held (destination_id, delivery_id)
		SELECT CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT) FROM each(?1)`
	intoQueueSQL = `
		INSERT INTO queue (publication_id, destination_id, delivery_id)
		SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT) FROM each(?1)`
	// moveSQL also says whether rows are owed again (?5).
	moveSQL = `
		UPDATE outcomes SET state = ?2, code = ?6, reason = ?3, finished_at = ?4, again = CASE WHEN ?5 > 0 THEN 1 ELSE again END WHERE id among(?1)`
)

// refs writes rows as the array the statements above take.
func refs(rows []waiting) (string, error) {
	each := make([][3]int64, len(rows))
	for i, r := range rows {
		each[i] = [3]int64{r.Publication, r.Place, r.Delivery}
	}
	text, err := json.Marshal(each)
	return string(text), err
}

// changeRows adds some rows to one of the tables queue and held.
func changeRows(ctx context.Context, q querier, text string, rows []waiting) error {
	if len(rows) == 0 {
		return nil
	}
	arg, err := refs(rows)
	if err == nil {
		_, err = q.exec(ctx, text, arg)
	}
	return err
}

// move takes waiting deliveries to another state: Held, Deferred, Kept or Skipped.
func move(ctx context.Context, q querier, rows []waiting, to stories.DeliveryState, why reason, at time.Time) error {
	_, err := moveTo(ctx, q, rows, to, why, at, stories.Ref{})
	return err
}

// moveTo is move that knows Pending too: then they are queued again at next, a
// publication and a place, or each at its own where that is 0. It returns those that
// waited still; the others were taken before, and whoever does something in the place of
// rows does it in the place of these alone.
func moveTo(ctx context.Context, q querier, rows []waiting, to stories.DeliveryState, why reason, at time.Time, next stories.Ref) ([]waiting, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	var queued, held []waiting
	for _, r := range rows {
		if r.Publication == 0 {
			held = append(held, r)
		} else {
			queued = append(queued, r)
		}
	}
	queued, deferred, err := unqueue(ctx, q, queued)
	if err != nil {
		return nil, err
	}
	if held, err = unhold(ctx, q, held); err != nil {
		return nil, err
	}
	rows = slices.Concat(queued, held)
	if len(rows) == 0 {
		return nil, nil
	}
	ids, t := make([]int64, len(rows)), tally{}
	for i, r := range rows {
		ids[i] = r.Delivery
		switch {
		case r.Publication == 0:
			t.ended(r.Origin, stories.Held, -1)
		case deferred[r.Delivery]:
			t.ended(r.Origin, stories.Deferred, -1)
		default:
			t.of(r.Publication).queued--
		}
		t.endedFor(r.Origin, to, why.code)
	}
	finished := int64(0)
	switch to {
	case stories.Held:
		if err := changeRows(ctx, q, intoHeldSQL, rows); err != nil {
			return nil, err
		}
	case stories.Pending:
		again := slices.Clone(rows)
		for i := range again {
			again[i].Publication, again[i].Place = next.Publication, cmp.Or(next.Place, again[i].Place)
		}
		if err := changeRows(ctx, q, intoQueueSQL, again); err != nil {
			return nil, err
		}
		if err := (tally{next.Publication: {queued: len(rows)}}).post(ctx, q); err != nil {
			return nil, err
		}
	case stories.Deferred:
	default:
		finished = millis(at)
	}
	slices.SortFunc(ids, cmp.Compare)
	if err := touch(ctx, q, ids); err != nil {
		return nil, err
	}
	if _, err := q.exec(ctx, moveSQL, list(ids), int(to), why.words, finished, bit(to == stories.Pending), int(why.code)); err != nil {
		return nil, err
	}
	return rows, t.write(ctx, q)
}

const againSQL = `
	INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, level, urgency)
	VALUES (?1, ?2, 0, 0, ?3, ?4, ?4) RETURNING id`

// owe queues waiting deliveries of a place anew, in the lane it has now: under
// a publication of its own, for nothing is added to one that was committed. It
// is read before all others, because its rows may come before theirs. What is not breaking
// waits for its time where it does.
func owe(ctx context.Context, q querier, p place, rows []waiting, at time.Time) error {
	rows, err := defers(ctx, q, rows, at)
	if err != nil || len(rows) == 0 {
		return err
	}
	return oweNow(ctx, q, p, rows, at)
}

// oweNow is owe of what waits for no other time.
func oweNow(ctx context.Context, q querier, p place, rows []waiting, at time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	var id int64
	if err := one(ctx, q, againSQL, []any{p.lane, newSeed(), millis(at), int(stories.ForDesk)}, &id); err != nil {
		return err
	}
	_, err := moveTo(ctx, q, rows, stories.Pending, reason{}, at, stories.Ref{Publication: id, Place: p.id})
	return err
}
