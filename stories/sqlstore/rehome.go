package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"storybot/stories"
)

const (
	lockLeaseOfSQL = `SELECT fence FROM leases WHERE name = (SELECT name FROM lanes WHERE id = ?1) /*lock*/`
	voidLeaseSQL   = `UPDATE leases SET fence = fence + 1 WHERE name = (SELECT name FROM lanes WHERE id = ?1)`
	readdressSQL   = `UPDATE destinations SET platform = ?2, workspace = ?3, channel = ?4 WHERE id = ?1`
	// A workspace has one desk: the one it has stays.
	readdressDeskSQL = `
		UPDATE desks SET platform = ?2, workspace = ?3 WHERE destination_id = ?1 AND NOT EXISTS (
			SELECT 1 FROM desks k WHERE k.platform = ?2 AND k.workspace = ?3)`
)

// MoveDestination implements stories.Store.
//
// Who holds the lane has the old address in memory. So its lease is good for
// nothing any more, while it keeps everybody else away until it ends: requests
// may still leave. Its owner may acquire it anew at once, and then reads
// everything anew and settles what was on its way.
func (s *Store) MoveDestination(ctx context.Context, from, to stories.Destination) error {
	if from == to {
		return nil
	}
	return s.change(ctx, func(q querier) error {
		old, err := lockWithLease(ctx, q, from)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // nobody there ever followed anything
		}
		if err != nil {
			return err
		}
		there, err := lockWithLease(ctx, q, to)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			there = old
			err = readdress(ctx, q, old, to)
		case err == nil:
			err = s.unite(ctx, q, old, there)
		}
		if err != nil {
			return err
		}
		for _, lane := range []int64{old.lane, there.lane} {
			if _, err := q.exec(ctx, voidLeaseSQL, lane); err != nil {
				return err
			}
		}
		if old.state == stories.Reachable && there.state == stories.Reachable || old.state == stories.Gone && there == old {
			return nil
		}
		_, _, err = reopen(ctx, q, there, catchUp, s.now()) // the next message tells whether it can be written to
		return err
	})
}

// lockWithLease is lockPlace, with the lease of the lane locked before the lane
// as its holder does. sql.ErrNoRows for an unknown destination.
func lockWithLease(ctx context.Context, q querier, d stories.Destination) (place, error) {
	if err := lockPlanning(ctx, q); err != nil {
		return place{}, err
	}
	p, err := findPlace(ctx, q, d)
	if err != nil {
		return p, err
	}
	var fence int64
	if err := one(ctx, q, lockLeaseOfSQL, []any{p.lane}, &fence); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, err
	}
	return lockPlace(ctx, q, d)
}

// readdress gives a destination another address: what names it by its number
// goes with it.
func readdress(ctx context.Context, q querier, p place, to stories.Destination) error {
	if _, err := q.exec(ctx, readdressSQL, p.id, to.Platform, to.Workspace, to.Channel); err != nil {
		return err
	}
	_, err := q.exec(ctx, readdressDeskSQL, p.id, to.Platform, to.Workspace)
	return err
}

const (
	// bothSQL finds what both of two destinations were owed of the same.
	bothSQL = `
		SELECT f.id, f.state, f.publication_id, t.id, t.state, t.publication_id
		FROM updates u
		CROSS JOIN deliveries f CROSS JOIN deliveries t
		WHERE f.update_id = u.id AND f.destination_id = ?1
			AND t.update_id = u.id AND t.destination_id = ?2 AND t.op = f.op AND t.revision = f.revision
		UNION ALL
		SELECT f.id, f.state, f.publication_id, t.id, t.state, t.publication_id
		FROM notices n CROSS JOIN deliveries f CROSS JOIN deliveries t
		WHERE f.notice_id = n.id AND f.destination_id = ?1
			AND t.notice_id = n.id AND t.destination_id = ?2 AND t.op = f.op AND t.revision = f.revision`
	// moveHistorySQL looks under every update: that is an index's work, where
	// looking for a destination would read the whole table.
	moveHistorySQL = `
		UPDATE deliveries SET destination_id = ?2 WHERE id IN (
			SELECT f.id FROM updates u CROSS JOIN deliveries f
			WHERE f.update_id = u.id AND f.destination_id = ?1 AND NOT EXISTS (
				SELECT 1 FROM deliveries t
				WHERE t.update_id = f.update_id AND t.destination_id = ?2 AND t.op = f.op AND t.revision = f.revision))`
	// moveNoticesSQL is the same of notices.
	moveNoticesSQL = `
		UPDATE deliveries SET destination_id = ?2 WHERE id IN (
			SELECT f.id FROM notices n CROSS JOIN deliveries f
			WHERE f.notice_id = n.id AND f.destination_id = ?1 AND NOT EXISTS (
				SELECT 1 FROM deliveries t
				WHERE t.notice_id = f.notice_id AND t.destination_id = ?2 AND t.op = f.op AND t.revision = f.revision))`
	forgetOneSQL  = `DELETE FROM deliveries WHERE id = ?1`
	uncountOneSQL = `UPDATE publications SET total = total - 1, failed = failed - 1 WHERE id = ?1`
	requeueAtSQL  = `UPDATE queue SET destination_id = ?4 WHERE publication_id = ?1 AND destination_id = ?2 AND delivery_id = ?3`
	// olderSubsSQL forgets of two subscriptions to one target the older.
	olderSubsSQL = `
		DELETE FROM subscriptions WHERE id IN (
			SELECT CASE WHEN f.created_at > t.created_at THEN t.id ELSE f.id END
			FROM subscriptions f JOIN subscriptions t ON t.destination_id = ?2 AND t.kind = f.kind AND t.story_id = f.story_id AND t.topic = f.topic
			WHERE f.destination_id = ?1)`
	moveSubsSQL  = `UPDATE subscriptions SET destination_id = ?2 WHERE destination_id = ?1`
	moveMutesSQL = `
		INSERT INTO mutes (destination_id, story_id) SELECT CAST(?2 AS BIGINT), story_id FROM mutes WHERE destination_id = ?1
		ON CONFLICT (destination_id, story_id) DO NOTHING`
	moveDesksSQL  = `UPDATE desks SET destination_id = ?2 WHERE destination_id = ?1`
	moveMissedSQL = `
		UPDATE destinations SET missed = missed + (SELECT f.missed FROM destinations f WHERE f.id = ?1) WHERE id = ?2`
	leftSQL = `UPDATE destinations SET state = 'gone', reason = 'the channel has another id now', since = ?2, missed = 0 WHERE id = ?1`
)

// unite gives all that old has to there, an address of the same channel: of each
// update it gets one message.
func (s *Store) unite(ctx context.Context, q querier, old, there place) error {
	if err := s.dropDoubles(ctx, q, old, there); err != nil {
		return err
	}
	queued, err := queuedAt(ctx, q, old)
	if err != nil {
		return err
	}
	held, err := heldAt(ctx, q, old)
	if err != nil {
		return err
	}
	for _, text := range []string{moveHistorySQL, moveNoticesSQL} {
		if _, err := q.exec(ctx, text, old.id, there.id); err != nil {
			return err
		}
	}
	if err := owe(ctx, q, there, queued, s.now()); err != nil {
		return err
	}
	if err := changeRows(ctx, q, unholdSQL, held); err != nil {
		return err
	}
	for i := range held {
		held[i].Place = there.id
	}
	if err := changeRows(ctx, q, intoHeldSQL, held); err != nil {
		return err
	}
	if err := divert(ctx, q, old, there); err != nil {
		return err
	}
	for _, text := range []string{olderSubsSQL, moveSubsSQL, moveMutesSQL, moveDesksSQL, moveMissedSQL} {
		if _, err := q.exec(ctx, text, old.id, there.id); err != nil {
			return err
		}
	}
	if _, err := q.exec(ctx, endMutesSQL, old.id); err != nil {
		return err
	}
	_, err = q.exec(ctx, leftSQL, old.id, millis(s.now()))
	return err
}

// double is what is owed at two places: the deliveries with their states and
// publications.
type double struct {
	old, there           waiting
	oldState, thereState stories.DeliveryState
}

// dropDoubles leaves one delivery of what both places were owed: the one that
// has arrived, else the one at there. What is on its way is left alone.
func (s *Store) dropDoubles(ctx context.Context, q querier, old, there place) error {
	found, err := all(ctx, q, func(r row) (d double, err error) {
		err = r.Scan(&d.old.Delivery, &d.oldState, &d.old.Origin, &d.there.Delivery, &d.thereState, &d.there.Origin)
		return d, err
	}, bothSQL, old.id, there.id)
	if err != nil || len(found) == 0 {
		return err
	}
	waits := map[int64]waiting{} // at both places
	for _, p := range []place{old, there} {
		queued, err := queuedAt(ctx, q, p)
		if err != nil {
			return err
		}
		held, err := heldAt(ctx, q, p)
		if err != nil {
			return err
		}
		for _, w := range append(queued, held...) {
			waits[w.Delivery] = w
		}
	}
	for _, d := range found {
		w, waitsThere := waits[d.there.Delivery]
		switch {
		case d.oldState == stories.Sent && waitsThere:
			if err := move(ctx, q, []waiting{w}, stories.Skipped, "", s.now()); err != nil {
				return err
			}
			if _, err := q.exec(ctx, forgetOneSQL, w.Delivery); err != nil {
				return err
			}
			if _, err := q.exec(ctx, uncountOneSQL, w.Origin); err != nil {
				return err
			}
		default:
			if w, ok := waits[d.old.Delivery]; ok {
				if err := move(ctx, q, []waiting{w}, stories.Skipped, "the channel gets it under its new id", s.now()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// divert gives what is on its way to old, and has moved to there, its new place:
// where it did not arrive it is sent there.
func divert(ctx context.Context, q querier, old, there place) error {
	f, err := flightsOf(ctx, q, old.lane)
	if err != nil {
		return err
	}
	var flying []stories.Flight
	for _, flight := range f.byID {
		if flight.Place == old.id {
			var at int64
			if err := one(ctx, q, `SELECT destination_id FROM deliveries WHERE id = ?1`, []any{flight.Delivery}, &at); err != nil {
				return err
			}
			if at == there.id {
				if _, err := q.exec(ctx, requeueAtSQL, flight.Publication, old.id, flight.Delivery, there.id); err != nil {
					return err
				}
				flight.Place = there.id
			}
		}
		flying = append(flying, flight)
	}
	if len(flying) == 0 {
		return nil
	}
	return setFlights(ctx, q, old.lane, f.fence, f.batch, flying, 0)
}
