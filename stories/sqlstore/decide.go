package sqlstore

import (
	"context"
	"fmt"
	"strconv"

	"storybot/stories"
)

const (
	waitingLanesSQL = `
		SELECT DISTINCT t.lane_id FROM put_back d JOIN destinations t ON t.id = d.destination_id
		WHERE d.doubtful = 2 AND d.state = 5 AND t.state <> 'blocked' ORDER BY t.lane_id`
	queueLaneSQL = `
		INSERT INTO queue (publication_id, destination_id, delivery_id)
		SELECT CAST(?1 AS BIGINT), d.destination_id, d.id FROM put_back d JOIN destinations t ON t.id = d.destination_id
		WHERE d.doubtful = 2 AND d.state = 5 AND t.lane_id = ?2 AND t.state <> 'blocked'`
	unholdOriginsSQL = `
		UPDATE publications SET held = held - c.n
		FROM (SELECT q.delivery_id >> 32 AS id, count(*) AS n FROM queue q WHERE q.publication_id = ?1 GROUP BY q.delivery_id >> 32) AS c
		WHERE publications.id = c.id`
	setQueuedOfSQL = `UPDATE publications SET queued = ?2 WHERE id = ?1`
	// What adds no message is done whether it was done before or not: Op.Repeatable.
	settleQueuedSQL = `
		UPDATE outcomes SET state = 0, again = 1, reason = '', doubtful = CASE WHEN (SELECT p.op FROM publications p WHERE p.id = (outcomes.id >> 32)) IN (0, 2, 3, 5) THEN 3 ELSE 0 END
		WHERE id IN (SELECT delivery_id FROM queue WHERE publication_id = ?1)`
	releaseQueuedSQL = `
		UPDATE outcomes SET state = 0, again = 1, reason = '', doubtful = 0, attempt = 0, unknowns = 0, first_attempt_at = 0, last_attempt_at = 0
		WHERE id IN (SELECT delivery_id FROM queue WHERE publication_id = ?1)`
	// What goes to a blocked destination is held there like anything else.
	holdBlockedSQL = `
		INSERT INTO held (destination_id, delivery_id)
		SELECT d.destination_id, d.id FROM put_back d JOIN destinations t ON t.id = d.destination_id
		WHERE d.doubtful = 2 AND d.state = 5 AND t.state = 'blocked'`
	settleBlockedSQL = `
		UPDATE outcomes SET reason = (SELECT t.reason FROM destinations t WHERE t.id = (SELECT d.destination_id FROM owed d WHERE d.id = outcomes.id)), doubtful = CASE WHEN (SELECT p.op FROM publications p WHERE p.id = (outcomes.id >> 32)) IN (0, 2, 3, 5) THEN 3 ELSE 0 END
		WHERE doubtful >= 2 AND doubtful = 2 AND state = 5`
	releaseBlockedSQL = `
		UPDATE outcomes SET reason = (SELECT t.reason FROM destinations t WHERE t.id = (SELECT d.destination_id FROM owed d WHERE d.id = outcomes.id)), doubtful = 0, attempt = 0, unknowns = 0,
			first_attempt_at = 0, last_attempt_at = 0
		WHERE doubtful >= 2 AND doubtful = 2 AND state = 5`
)

// SettlePutBack implements stories.PutBackStore.
func (s *Store) SettlePutBack(ctx context.Context, a stories.Act, generation int64) (int, error) {
	return s.decide(ctx, a, generation, "settled", settleQueuedSQL, settleBlockedSQL)
}

// ReleasePutBack implements stories.PutBackStore.
func (s *Store) ReleasePutBack(ctx context.Context, a stories.Act, generation int64) (int, error) {
	return s.decide(ctx, a, generation, "released", releaseQueuedSQL, releaseBlockedSQL)
}

// decide puts all that waits back into the queue, or among what its blocked
// destination holds, as queued and blocked say.
func (s *Store) decide(ctx context.Context, a stories.Act, generation int64, verb, queued, blocked string) (int, error) {
	return act(ctx, s, a, verb+" put back", func(q querier) (n int, changed bool, err error) {
		if err := lockPlanning(ctx, q); err != nil {
			return 0, false, err
		}
		if last, err := lastPutBack(ctx, q); err != nil {
			return 0, false, err
		} else if last.Generation != generation {
			return 0, false, stories.Errorf(stories.CodeExists, "The database has been put back once more since this was shown. /desk status shows what waits now.")
		}
		if err := lockLanes(ctx, q); err != nil {
			return 0, false, err
		}
		lanes, err := all(ctx, q, scanID, waitingLanesSQL)
		if err != nil {
			return 0, false, err
		}
		for _, lane := range lanes {
			again, err := s.decideLane(ctx, q, a, lane, queued)
			if err != nil {
				return 0, false, err
			}
			n += again
		}
		held, err := q.exec(ctx, holdBlockedSQL)
		if err != nil {
			return 0, false, err
		}
		if n += int(held); n == 0 {
			return 0, false, nil
		}
		if _, err := q.exec(ctx, blocked); err != nil {
			return 0, false, err
		}
		if err := editOlder(ctx, q, a); err != nil {
			return 0, false, fmt.Errorf("owe edits of what is looked for: %w", err)
		}
		if err := trimOverfull(ctx, q, a.At); err != nil {
			return 0, false, err
		}
		return n, true, enter(ctx, q, a, verb, 0, deliveriesPutBack(n))
	})
}

// deliveriesPutBack is what the log says was decided about.
func deliveriesPutBack(n int) string {
	if n == 1 {
		return "1 delivery of a database that was put back"
	}
	return strconv.Itoa(n) + " deliveries of a database that was put back"
}

// decideLane is the part of decide that is about one lane. Its publication is the
// least urgent there is: news goes first.
func (s *Store) decideLane(ctx context.Context, q querier, a stories.Act, lane int64, queued string) (n int, err error) {
	var id int64
	if err := one(ctx, q, againSQL, []any{lane, newSeed(), millis(a.At), 0}, &id); err != nil {
		return 0, err
	}
	count, err := q.exec(ctx, queueLaneSQL, id, lane)
	if err != nil {
		return 0, err
	}
	for _, step := range []struct {
		text string
		args []any
	}{{unholdOriginsSQL, []any{id}}, {queued, []any{id}}, {setQueuedOfSQL, []any{id, count}}} {
		if _, err := q.exec(ctx, step.text, step.args...); err != nil {
			return 0, err
		}
	}
	return int(count), nil
}

const (
	// revisedSQL finds updates that have another wording than what was put back, and is
	// looked for, may have shown.
	revisedSQL = `
		SELECT DISTINCT u.id FROM put_back d JOIN updates u ON u.id = d.update_id
		WHERE d.op IN (0, 2, 3, 5) AND d.doubtful = 3 AND d.state IN (0, 5) AND u.revision > 0 ORDER BY u.id`
	// editOlderSQL owes an edit to the revision ?3, under the publications ?2, of what is
	// looked for of the update ?1, unless one is owed already: also where its channel is
	// blocked. One that has ended, undone, is none.
	editOlderSQL = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT (p.id << 32) + t.id, t.id, d.id
		FROM put_back d
		JOIN destinations o ON o.id = d.destination_id
		JOIN destinations t ON t.id = CASE WHEN o.moved_to > 0 THEN o.moved_to ELSE o.id END
		JOIN publications p ON p.id among(?2) AND p.lane_id = t.lane_id
		WHERE d.update_id = ?1 AND d.op IN (0, 2, 3, 5) AND d.doubtful = 3 AND d.state IN (0, 5) AND t.state <> 'gone'
			AND NOT EXISTS (SELECT 1 FROM owed x JOIN publications w ON w.id = (x.id >> 32) LEFT JOIN outcomes e ON e.id = x.id
				WHERE x.on_id > 0 AND x.on_id = d.id AND w.op = 1 AND w.revision = ?3 AND coalesce(e.state, 0) IN (0, 5))
		ORDER BY t.id
		ON CONFLICT DO NOTHING`
)

// editOlder owes an edit to what is looked for, where the update was revised: what is
// found may be of an older wording, or of one that only the database knew which was
// replaced.
func editOlder(ctx context.Context, q querier, a stories.Act) error {
	revised, err := all(ctx, q, scanID, revisedSQL)
	if err != nil || len(revised) == 0 {
		return err
	}
	lanes, err := all(ctx, q, scanID, lanesInUseSQL)
	if err != nil {
		return err
	}
	for _, update := range revised {
		u, err := theOne(ctx, q, scanUpdate, updateByIDSQL, update)
		if err != nil {
			return err
		}
		u.CreatedAt = a.At
		for left := true; left; { // the destinations with two messages are owed the second edit too
			publications, err := insertPublications(ctx, q, lanes, u, stories.OpEdit)
			if err != nil {
				return err
			}
			n, err := q.exec(ctx, editOlderSQL, u.ID, list(publications), u.Revision)
			if err != nil {
				return err
			}
			if err := enqueue(ctx, q, publications, int(n), a.At); err != nil {
				return err
			}
			left = n > 0
		}
	}
	return nil
}
