package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"storybot/stories"
)

const (
	// earlierSQL finds what a task owes already: a destination has one message of
	// each kind of an update. earlierOnSQL does for what adds none: one operation of
	// each kind on a message.
	earlierSQL = `
		SELECT d.id FROM deliveries d
		WHERE d.id IN (` + ofPlaceSQL + `) AND d.update_id = ?1 AND d.destination_id = ?2 AND d.op = ?3 ORDER BY d.id LIMIT 1`
	earlierOnSQL = `
		SELECT x.id FROM owed x JOIN publications p ON p.id = (x.id >> 32)
		WHERE x.on_id > 0 AND x.on_id = ?1 AND x.destination_id = ?2 AND p.op = ?3 AND p.revision = ?4 ORDER BY x.id LIMIT 1`
	// ofPlaceSQL are rows among which those of the update ?1 and the operation ?3 for
	// the destination ?2 are.
	ofPlaceSQL = `
		SELECT (p.id << 32) + CAST(?2 AS BIGINT) FROM publications p WHERE p.update_id = ?1 AND p.op = ?3
		UNION ALL
		SELECT id FROM owed WHERE destination_id = ?2 AND destination_id <> (id & 4294967295)`
	// actedOnSQL tells too at which destination the message is written to now, under
	// which publication its delivery waits, and whether it may be there all the same.
	actedOnSQL = `
		SELECT d.destination_id, CASE WHEN t.moved_to > 0 THEN t.moved_to ELSE t.id END, d.state, ` + waitsUnderSQL + `, d.publication_id, CASE WHEN d.state IN (0, 5) AND d.doubtful IN (1, 3) THEN 1 ELSE 0 END
		FROM deliveries d JOIN destinations t ON t.id = d.destination_id WHERE d.id = ?1`
	// waitsUnderSQL is 0 for a row d that does not wait.
	waitsUnderSQL = `
		CASE WHEN d.state = 8 THEN d.publication_id WHEN d.state <> 0 THEN 0 ELSE coalesce((SELECT q.publication_id FROM publications r CROSS JOIN queue q
			WHERE r.queued > 0 AND q.publication_id = r.id AND q.destination_id = d.destination_id AND q.delivery_id = d.id), d.publication_id) END`
	// waitingOnSQL are operations on a message that wait, in the queue or held.
	waitingOnSQL = `
		SELECT ` + waitsUnderSQL + `, d.destination_id, d.id, d.publication_id
		FROM owed x JOIN deliveries d ON d.id = x.id
		WHERE x.on_id > 0 AND x.on_id = ?1 AND d.update_id = ?2 AND d.destination_id among(?3) AND d.op tends() AND d.state IN (0, 5)`
	movedToSQL     = `SELECT t.id, t.lane_id, t.state FROM destinations o JOIN destinations t ON t.id = o.moved_to WHERE o.id = ?1`
	publishTaskSQL = `
		INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, revision, op, level, urgency, queued, total, held)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, 1, ?10) RETURNING id`
	insertOwedSQL = `INSERT INTO owed (id, destination_id, on_id) VALUES (?1, ?2, ?3)`
	insertHeldSQL = `INSERT INTO outcomes (id, state) VALUES (?1, 5)`
)

// Owe owes operations of an update beside those that publishing and revising it
// owe, and returns their deliveries in order: an earlier one where the same is
// owed already, 0 where the destination is gone or nothing is left to be done.
//
// What is to be taken away and waits is not sent; what waits to be done to it is
// not done. CodeNotFound for an update, a destination or a message that is not
// there.
func (s *Store) Owe(ctx context.Context, updateID int64, tasks []stories.Task, at time.Time) (ids []int64, err error) {
	err = s.change(ctx, func(q querier) error {
		ids = nil
		var planning int
		if err := one(ctx, q, sharePlanningSQL, nil, &planning); err != nil {
			return err
		}
		// As for Revise: who begins something of it shares this row.
		u, err := theOne(ctx, q, scanUpdate, lockedUpdateSQL, updateID)
		if err != nil {
			return missing(err, "This update is not there any more.")
		}
		flying, err := allFlights(ctx, q)
		if err != nil {
			return err
		}
		u.CreatedAt = at
		for _, t := range tasks {
			id, err := oweTask(ctx, q, u, t, flying)
			if err != nil {
				return fmt.Errorf("owe %s: %w", t.Op, err)
			}
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

// oweTask owes one.
func oweTask(ctx context.Context, q querier, u stories.Update, t stories.Task, flying flights) (id int64, err error) {
	p, err := findPlace(ctx, q, t.Destination)
	if err != nil {
		return 0, missing(err, "This channel is not known.")
	}
	if p.state == stories.Gone { // maybe it has another address now
		if err := one(ctx, q, movedToSQL, []any{p.id}, &p.id, &p.lane, &p.state); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, err
		}
	}
	if p.state == stories.Gone {
		return 0, nil
	}
	if t.Op != stories.OpEdit {
		u.Revision = 0 // it is done once, in whatever wording
	}
	if t.Op.Says() {
		err = one(ctx, q, earlierSQL, []any{u.ID, p.id, int(t.Op)}, &id)
	} else {
		err = one(ctx, q, earlierOnSQL, []any{t.On, p.id, int(t.Op), u.Revision}, &id)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	if t.Op.Acts() {
		if left, err := actOn(ctx, q, u, t, p, flying); err != nil || !left {
			return 0, err
		}
	}
	state, queued := stories.Pending, 1
	if p.state == stories.Blocked {
		state, queued = stories.Held, 0
	}
	w := waiting{stories.Ref{Place: p.id}}
	args := []any{p.lane, newSeed(), u.ID, u.StoryID, millis(u.CreatedAt), u.Revision, int(t.Op), int(u.Level), queued, 1 - queued}
	if err := one(ctx, q, publishTaskSQL, args, &w.Publication); err != nil {
		return 0, err
	}
	w.Delivery = deliveryID(w.Publication, p.id)
	if _, err := q.exec(ctx, insertOwedSQL, w.Delivery, p.id, t.On); err != nil {
		return 0, err
	}
	if state != stories.Held {
		return w.Delivery, nil
	}
	if _, err := q.exec(ctx, insertHeldSQL, w.Delivery); err != nil {
		return 0, err
	}
	return w.Delivery, changeRows(ctx, q, intoHeldSQL, []waiting{w})
}

// actOn looks at the message a task acts on; left is false when nothing is left
// to be done to it. Of what is taken away nothing else is done any more, and when
// it was not sent yet, it is not.
func actOn(ctx context.Context, q querier, u stories.Update, t stories.Task, p place, flying flights) (left bool, err error) {
	on := waiting{stories.Ref{Delivery: t.On}}
	var at int64
	var state stories.DeliveryState
	var doubted bool
	if err := one(ctx, q, actedOnSQL, []any{t.On}, &on.Place, &at, &state, &on.Publication, &on.Origin, &doubted); err != nil {
		return false, missing(err, "This message is not known.")
	}
	if at != p.id {
		return false, stories.Errorf(stories.CodeNotFound, "This message is in another channel.")
	}
	if t.Op != stories.OpDelete {
		return true, nil
	}
	vain, err := all(ctx, q, func(r row) (w waiting, err error) {
		err = r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin)
		return w, err
	}, waitingOnSQL, t.On, u.ID, list([]int64{on.Place, p.id}))
	if err != nil {
		return false, err
	}
	vain = slices.DeleteFunc(vain, func(w waiting) bool { return flying.has(w) })
	if err := move(ctx, q, vain, stories.Skipped, because(takenAway), u.CreatedAt); err != nil {
		return false, err
	}
	if waits := state == stories.Pending || state == stories.Held; !waits || doubted || flying.has(on) {
		return true, nil
	}
	return false, move(ctx, q, []waiting{on}, stories.Skipped, because(takenBack), u.CreatedAt)
}

// has says that a row is on its way.
func (f flights) has(w waiting) bool {
	_, is := f.byID[w.Delivery]
	return is
}
