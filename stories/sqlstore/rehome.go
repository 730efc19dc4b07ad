package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"storybot/stories"
)

const (
	lockLeaseOfSQL = `SELECT fence FROM leases WHERE name = (SELECT name FROM lanes WHERE id = ?1) /*lock*/`
	voidLeaseSQL   = `UPDATE leases SET fence = fence + 1 WHERE name = (SELECT name FROM lanes WHERE id = ?1)`
	laneAtSQL      = `SELECT l.name, t.moved_to FROM destinations t JOIN lanes l ON l.id = t.lane_id WHERE t.id = ?1`
	readdressSQL   = `UPDATE destinations SET platform = ?2, workspace = ?3, channel = ?4 WHERE id = ?1`
	// A workspace has one desk: the one it has stays.
	readdressDeskSQL = `
		UPDATE desks SET platform = ?2, workspace = ?3 WHERE destination_id = ?1 AND NOT EXISTS (
			SELECT 1 FROM desks k WHERE k.platform = ?2 AND k.workspace = ?3)`
)

// MoveDestination implements stories.PlacesStore.
//
// Who holds the lane has the old address in memory. So its lease is good for
// nothing any more, while it keeps everybody else away until it ends: requests
// may still leave. Its owner may acquire it anew at once, and then reads
// everything anew and settles what was on its way.
//
// An address that is served by another lane is a destination of its own, also one
// that nobody followed anything at: what was sent, or may have been, was sent by
// whom the old lane is, who alone can settle it.
func (s *Store) MoveDestination(ctx context.Context, from, to stories.Destination) error {
	if from == to {
		return nil
	}
	if _, err := findPlace(ctx, s.reader(), from); errors.Is(err, sql.ErrNoRows) {
		return nil // nobody there ever followed anything
	} else if err != nil {
		return s.told(err)
	}
	return s.change(ctx, func(q querier) error {
		old, err := lockWithLease(ctx, q, from)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		var lane string
		var movedTo int64
		if err := one(ctx, q, laneAtSQL, []any{old.id}, &lane, &movedTo); err != nil {
			return err
		}
		there, err := lockWithLease(ctx, q, to)
		if err == nil && old.state == stories.Gone && movedTo == there.id {
			return nil // told before
		}
		if beyond := stories.LaneTo(lane, to); errors.Is(err, sql.ErrNoRows) && beyond != lane {
			if _, err = enterPlace(ctx, q, to, beyond, s.now()); err == nil {
				there, err = lockWithLease(ctx, q, to)
			}
		}
		switch {
		case errors.Is(err, sql.ErrNoRows):
			there = old
			err = readdress(ctx, q, old, to)
		case err == nil:
			err = s.unite(ctx, q, old, there)
		}
		if err == nil {
			_, err = q.exec(ctx, takeNameSQL, from.Platform, from.Workspace, from.Channel, to.Workspace, to.Channel)
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
	// sameAtSQL says that a delivery d and another, e, at the destination ?2 are of
	// the same: whatever wording posts were in, or are to be in, and whether an update comes
	// as a message, in a thread or on a card. Each edit of a card is of another message.
	sameAtSQL = `
		(EXISTS (SELECT 1 FROM deliveries e WHERE e.id IN (
					SELECT (p.id << 32) + CAST(?2 AS BIGINT) FROM publications p WHERE p.update_id = d.update_id AND (p.op = d.op OR p.op carries())
					UNION ALL
					SELECT id FROM owed WHERE destination_id = ?2 AND destination_id <> (id & 4294967295))
				AND e.update_id = d.update_id AND e.update_id > 0 AND e.destination_id = ?2
				AND (d.op carries() AND e.op carries() OR e.op = d.op AND e.on_id = d.on_id) %[1]s)
			OR d.notice_id <> 1 AND EXISTS (SELECT 1 FROM deliveries e WHERE e.notice_id = d.notice_id AND e.destination_id = ?2 AND e.op = d.op %[1]s))`
	// uniteSQL tells of waiting deliveries whether they were tried, are in doubt and
	// are owed at ?2 too.
	uniteSQL = `SELECT d.id, d.attempt, d.doubtful, CASE WHEN %s THEN 1 ELSE 0 END FROM deliveries d WHERE d.id among(?1)`
	// arrivedSQL are those of some posts that have arrived at ?2 or may arrive there
	// yet; ?3 are those on their way. A card is edited all the same: it shows what there is.
	arrivedSQL = `SELECT d.id FROM deliveries d WHERE d.id among(?1) AND d.op says() AND d.doubtful < 2 AND %s`
	arrivingIs = `AND (e.state IN (2, 4) OR e.state IN (0, 5) AND (e.doubtful > 0 OR e.id among(?3)))`

	moveRowsSQL = `UPDATE owed SET destination_id = ?2 WHERE id among(?1)`
	// olderSubsSQL forgets of two subscriptions to one target the older.
	olderSubsSQL = `
		DELETE FROM subscriptions WHERE id IN (
			SELECT CASE WHEN f.created_at > t.created_at THEN t.id ELSE f.id END
			FROM subscriptions f JOIN subscriptions t ON t.destination_id = ?2 AND t.kind = f.kind AND t.story_id = f.story_id AND t.topic = f.topic
			WHERE f.destination_id = ?1)`
	moveSubsSQL  = `UPDATE subscriptions SET destination_id = ?2 WHERE destination_id = ?1`
	moveMutesSQL = `
		INSERT INTO mutes (destination_id, story_id, by_ref, by_name, at) SELECT CAST(?2 AS BIGINT), story_id, by_ref, by_name, at FROM mutes WHERE destination_id = ?1
		ON CONFLICT (destination_id, story_id) DO NOTHING`
	// moveHeadsSQL has the heads of the one address be those of the other, where that has none.
	moveHeadsSQL = `
		UPDATE heads SET destination_id = ?2 WHERE destination_id = ?1
			AND NOT EXISTS (SELECT 1 FROM heads g WHERE g.destination_id = ?2 AND g.story_id = heads.story_id)`
	dropHeadsSQL  = `DELETE FROM heads WHERE destination_id = ?1 AND CAST(?2 AS BIGINT) > 0`
	moveDesksSQL  = `UPDATE desks SET destination_id = ?2 WHERE destination_id = ?1`
	moveMissedSQL = `
		UPDATE destinations SET missed = missed + (SELECT f.missed FROM destinations f WHERE f.id = ?1) WHERE id = ?2`
	// followSQL keeps whoever led to the one address leading to the other.
	followSQL = `UPDATE destinations SET moved_to = CASE WHEN id = ?2 THEN 0 ELSE CAST(?2 AS BIGINT) END WHERE moved_to = ?1 OR id = ?2`
	leftSQL   = `UPDATE destinations SET state = 'gone', reason = 'the channel has another id now', since = ?3, missed = 0, moved_to = ?2 WHERE id = ?1`
)

var (
	uniteRowsSQL = fmt.Sprintf(uniteSQL, fmt.Sprintf(sameAtSQL, ""))
	arrivingSQL  = fmt.Sprintf(arrivedSQL, fmt.Sprintf(sameAtSQL, arrivingIs))
)

// unite gives what old follows and is owed to there, an address of the same
// channel: of each update it gets one message.
//
// What old has had stays its history, with the places and keys it was sent under,
// and so does what was tried there: it ends there. What was not is owed at there,
// unless that is owed the same.
func (s *Store) unite(ctx context.Context, q querier, old, there place) error {
	flying, err := flightsOf(ctx, q, old.lane)
	if err != nil {
		return err
	}
	var onWay []int64
	for id, f := range flying.byID {
		if f.Place == old.id {
			onWay = append(onWay, id)
		}
	}
	if err := s.dropArriving(ctx, q, old, there, onWay); err != nil {
		return err
	}
	// What decides goes first: by it what waits for its time waits on.
	for _, text := range []string{olderSubsSQL, moveSubsSQL, moveMutesSQL, moveHeadsSQL, dropHeadsSQL} {
		if _, err := q.exec(ctx, text, old.id, there.id); err != nil {
			return err
		}
	}
	if err := s.moveWaiting(ctx, q, old, there); err != nil {
		return err
	}
	for _, text := range []string{moveDesksSQL, moveMissedSQL, followSQL} {
		if _, err := q.exec(ctx, text, old.id, there.id); err != nil {
			return err
		}
	}
	if _, err := q.exec(ctx, endMutesSQL, old.id); err != nil {
		return err
	}
	if _, err := q.exec(ctx, leftSQL, old.id, there.id, millis(s.now())); err != nil {
		return err
	}
	if err := skipUnfollowed(ctx, q, there, s.now()); err != nil { // what the other followed or stopped decides now
		return err
	}
	_, err = s.settle(ctx, q, []int64{there.id}, s.now())
	return err
}

// waitsAt returns what waits at p: in the queue, held, and for its time.
func waitsAt(ctx context.Context, q querier, p place) ([]waiting, error) {
	queued, err := queuedAt(ctx, q, p)
	if err != nil {
		return nil, err
	}
	held, err := heldAt(ctx, q, p)
	if err != nil {
		return nil, err
	}
	deferred, err := deferredAt(ctx, q, p)
	return slices.Concat(queued, held, deferred), err
}

// deliveriesOf returns the numbers of rows.
func deliveriesOf(rows []waiting) []int64 {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Delivery
	}
	return ids
}

// dropArriving takes away what waits at there and has arrived at old, or may
// arrive there yet.
func (s *Store) dropArriving(ctx context.Context, q querier, old, there place, onWay []int64) error {
	rows, err := waitsAt(ctx, q, there)
	if err != nil || len(rows) == 0 {
		return err
	}
	found, err := all(ctx, q, scanID, arrivingSQL, list(deliveriesOf(rows)), old.id, list(onWay))
	if err != nil {
		return err
	}
	return move(ctx, q, only(rows, found), stories.Skipped, because(underOld), s.now())
}

// moveWaiting moves from old to there what waits and is not owed there.
func (s *Store) moveWaiting(ctx context.Context, q querier, old, there place) error {
	rows, err := waitsAt(ctx, q, old)
	if err != nil || len(rows) == 0 {
		return err
	}
	held := map[int64]bool{}
	for _, r := range rows {
		held[r.Delivery] = r.Publication == 0
	}
	var moving, settling, doubles []int64
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var attempt, doubtful, same int
		if err := r.Scan(&id, &attempt, &doubtful, &same); err != nil {
			return none, err
		}
		switch {
		case doubtful > 0 && held[id]: // nothing waits any more at old
			settling = append(settling, id)
		case doubtful > 0:
		case same == 1:
			doubles = append(doubles, id)
		case attempt == 0 || held[id]: // what is held was refused, if it was tried
			moving = append(moving, id)
		}
		return none, nil
	}, uniteRowsSQL, list(deliveriesOf(rows)), there.id)
	if err != nil {
		return err
	}
	if err := move(ctx, q, only(rows, doubles), stories.Skipped, because(underOther), s.now()); err != nil {
		return err
	}
	if err := owe(ctx, q, old, only(rows, settling), s.now()); err != nil {
		return err
	}
	if len(moving) == 0 {
		return nil
	}
	if _, err := q.exec(ctx, moveRowsSQL, list(moving), there.id); err != nil {
		return err
	}
	return owe(ctx, q, there, only(rows, moving), s.now())
}
