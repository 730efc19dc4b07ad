package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"storybot/stories"
)

const (
	// deferredSQL says that a row with the outcome o, or with none, of the publication p
	// waits for its time.
	deferredSQL = `(o.state = 8 OR o.id IS NULL AND p.waits = 1)`
	// deferredAtSQL are the rows that wait at destinations: ?1 and ?2 are these in an array of
	// their numbers. Where one has another address now its rows are found by that.
	deferredAtSQL = `
		SELECT p.id AS publication_id, d.destination_id, d.id AS delivery_id
		FROM publications p CROSS JOIN each(?1) CROSS JOIN owed d LEFT JOIN outcomes o ON o.id = d.id
		WHERE p.deferred > 0 AND d.id = (p.id << 32) + CAST(j.value AS BIGINT) AND d.destination_id = CAST(j.value AS BIGINT) AND ` + deferredSQL + `
		UNION ALL
		SELECT p.id, d.destination_id, d.id
		FROM owed d JOIN publications p ON p.id = (d.id >> 32) LEFT JOIN outcomes o ON o.id = d.id
		WHERE d.destination_id among(?2) AND d.destination_id <> (d.id & 4294967295) AND p.deferred > 0 AND ` + deferredSQL
	deferredHereSQL = `SELECT w.publication_id, w.destination_id, w.delivery_id, w.publication_id FROM (` + deferredAtSQL + `) AS w ORDER BY w.delivery_id`
	// deferredOfSQL are the copies of the update ?1 that wait for their time, as
	// waitingCopiesSQL has others.
	deferredOfSQL = `
		SELECT p.id AS publication_id, d.destination_id, d.id AS delivery_id, p.id AS origin_id
		FROM publications p` + ofPublicationSQL + `
		WHERE p.update_id = ?1 AND p.op carries() AND p.deferred > 0 AND ` + inPublicationSQL + ` AND ` + deferredSQL
)

var (
	// waitingRowsSQL are the rows of deferredAtSQL with what decides about each.
	waitingRowsSQL = decidedRows(deferredAtSQL)
	// theseRowsSQL are the deliveries ?1 so.
	theseRowsSQL = decidedRows(`SELECT d.id >> 32 AS publication_id, d.destination_id, d.id AS delivery_id FROM owed d WHERE d.id among(?1)`)
)

// decidedRows selects what scanWaitingRow reads of some rows, which are of updates or tell
// of their revisions.
func decidedRows(rows string) string {
	return `
	SELECT w.publication_id, w.destination_id, w.delivery_id, w.publication_id, p.created_at, s.id, CASE WHEN p.notice_id IS NULL THEN 0 ELSE 1 END, t.lane_id, t.state,
		coalesce((SELECT b.id FROM subscriptions b WHERE b.destination_id = t.id AND ` + decidesSQL + `), 0), p.op, u.id, u.level, t.forum
	FROM (` + rows + `) AS w JOIN publications p ON p.id = w.publication_id JOIN destinations t ON t.id = w.destination_id
		LEFT JOIN notices n ON n.id = p.notice_id JOIN updates u ON u.id = CASE WHEN p.update_id > 0 THEN p.update_id ELSE n.update_id END JOIN stories s ON s.id = u.story_id
	ORDER BY w.destination_id, w.delivery_id`
}

// deferredAt returns what waits at p for its time, oldest first.
func deferredAt(ctx context.Context, q querier, p place) ([]waiting, error) {
	return all(ctx, q, scanAnyWaiting, deferredHereSQL, list([]int64{p.id}), list([]int64{p.id}))
}

// waitingRow is a row that waits for its time.
type waitingRow struct {
	waiting
	created, story, lane, sub int64 // sub is the subscription that decides about it, 0 for none
	notice                    bool
	state                     stories.DestinationState
	does
}

// does is what a row does, and where.
type does struct {
	op     stories.Op
	update int64 // or the one whose revision is told
	level  stories.Level
	forum  bool
}

func scanWaitingRow(r row) (w waitingRow, err error) {
	var notice, forum int
	err = r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin, &w.created, &w.story, &notice, &w.lane, &w.state, &w.sub, &w.op, &w.update, &w.level, &forum)
	w.notice, w.forum = notice > 0, forum > 0
	return w, err
}

var (
	anyWaitsSQL = `SELECT CASE WHEN EXISTS (SELECT 1 FROM subscriptions WHERE waits_from <= ?1) THEN 1 ELSE 0 END`
	// waitNowSQL are those of the deliveries ?1 that go out later where they are owed, at the
	// instant ?2: messages of updates, and what is told of their revisions, that are not
	// breaking, nor taken along by what is. What may have arrived is looked for
	// at once. A card that is there is edited at any time.
	waitNowSQL = fmt.Sprintf(`
		SELECT d.id FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN destinations t ON t.id = d.destination_id LEFT JOIN outcomes o ON o.id = d.id
			LEFT JOIN notices n ON n.id = p.notice_id AND n.kind = 'revision'
			JOIN updates u ON u.id = CASE WHEN p.update_id > 0 THEN p.update_id ELSE n.update_id END JOIN stories s ON s.id = u.story_id
		WHERE d.id among(?1) AND (p.op says() OR p.op onCard() AND p.update_id > 0 AND NOT %[3]s) AND p.urgency < %[1]d AND coalesce(o.doubtful, 0) = 0
			AND %[2]s`, stories.Breaking, waitsHere, headedAt("s.id", "d.destination_id"))
	// waitsHere says that what is not breaking of the story s waits at the destination t, at
	// the instant ?2.
	waitsHere = `EXISTS (SELECT 1 FROM subscriptions w WHERE w.destination_id IN (t.id, t.moved_to) AND w.waits_from <= ?2)
			AND (SELECT b.waits_from FROM subscriptions b WHERE b.destination_id IN (t.id, t.moved_to) AND ` + decidesSQL + `) <= ?2`
)

// waitNow are those of rows, which were to go out, that wait for another time. Heads among
// them are not made before that: these and what was to hang on them are taken from rows. lane
// is the one that is locked, 0 for all.
func waitNow(ctx context.Context, q querier, lane int64, rows []waiting, at time.Time) (now, later []waiting, err error) {
	if len(rows) == 0 {
		return nil, nil, nil
	}
	var somebody bool
	if err := one(ctx, q, anyWaitsSQL, []any{millis(at)}, &somebody); err != nil || !somebody {
		return rows, nil, err
	}
	taken, err := unmakeHeads(ctx, q, lane, rows, at)
	if err != nil {
		return nil, nil, err
	}
	rows = without(rows, taken)
	found, err := all(ctx, q, scanID, waitNowSQL, list(deliveriesOf(rows)), millis(at))
	return without(rows, found), only(rows, found), err
}

// defers has those of waiting rows wait for their time that do, and returns the others.
func defers(ctx context.Context, q querier, rows []waiting, at time.Time) ([]waiting, error) {
	now, later, err := waitNow(ctx, q, 0, rows, at)
	if err != nil {
		return nil, err
	}
	return now, move(ctx, q, later, stories.Deferred, reason{}, at)
}

// keptLater is defers of rows that were kept.
func keptLater(ctx context.Context, q querier, rows []waiting, at time.Time) ([]waiting, error) {
	now, later, err := waitNow(ctx, q, 0, rows, at)
	if err != nil {
		return nil, err
	}
	_, err = endKept(ctx, q, later, stories.Deferred, reason{}, at)
	return now, err
}

// postpone has what x begins wait for its time where that has come since it was owed: it
// stood in the queue until then. What is to be settled does not wait.
func postpone(ctx context.Context, q querier, lane int64, x stories.Exchange, begun *stories.Begun) error {
	if x.Lane.At.IsZero() {
		return nil
	}
	doubted := map[int64]bool{}
	for _, id := range x.Doubted {
		doubted[id] = true
	}
	rows := slices.DeleteFunc(stillBegun(x, begun), func(r waiting) bool { return doubted[r.Delivery] })
	now, later, err := waitNow(ctx, q, lane, rows, x.Lane.At)
	if err != nil {
		return err
	}
	for _, r := range without(rows, deliveriesOf(now)) {
		begun.Deliveries[r.Delivery] = false
	}
	return move(ctx, q, later, stories.Deferred, reason{}, x.Lane.At)
}
