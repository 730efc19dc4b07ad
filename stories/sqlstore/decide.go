package sqlstore

import (
	"context"
	"fmt"
	"strconv"
	"time"

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
	// undecidedCopiesSQL are the copies of updates that wait for a person.
	undecidedCopiesSQL = `
		SELECT 0, d.destination_id, d.id, d.publication_id FROM put_back d
		WHERE d.doubtful = 2 AND d.state = 5 AND d.update_id > 0 AND d.op says() ORDER BY d.id`
	// What adds no message is done whether it was done before or not: Op.Repeatable.
	settleQueuedSQL = `
		UPDATE outcomes SET state = 0, again = 1, code = 0, reason = '', doubtful = CASE WHEN (SELECT p.op FROM publications p WHERE p.id = (outcomes.id >> 32)) says() THEN 3 ELSE 0 END
		WHERE id IN (SELECT delivery_id FROM queue WHERE publication_id = ?1)`
	releaseQueuedSQL = `
		UPDATE outcomes SET state = 0, again = 1, code = 0, reason = '', doubtful = 0, attempt = 0, unknowns = 0, first_attempt_at = 0, last_attempt_at = 0
		WHERE id IN (SELECT delivery_id FROM queue WHERE publication_id = ?1)`
	// What goes to a blocked destination is held there like anything else.
	holdBlockedSQL = `
		INSERT INTO held (destination_id, delivery_id)
		SELECT d.destination_id, d.id FROM put_back d JOIN destinations t ON t.id = d.destination_id
		WHERE d.doubtful = 2 AND d.state = 5 AND t.state = 'blocked'`
	settleBlockedSQL = `
		UPDATE outcomes SET code = 0, reason = (SELECT t.reason FROM destinations t WHERE t.id = (SELECT d.destination_id FROM owed d WHERE d.id = outcomes.id)), doubtful = CASE WHEN (SELECT p.op FROM publications p WHERE p.id = (outcomes.id >> 32)) says() THEN 3 ELSE 0 END
		WHERE doubtful >= 2 AND doubtful = 2 AND state = 5`
	releaseBlockedSQL = `
		UPDATE outcomes SET code = 0, reason = (SELECT t.reason FROM destinations t WHERE t.id = (SELECT d.destination_id FROM owed d WHERE d.id = outcomes.id)), doubtful = 0, attempt = 0, unknowns = 0,
			first_attempt_at = 0, last_attempt_at = 0
		WHERE doubtful >= 2 AND doubtful = 2 AND state = 5`
)

// SettlePutBack implements stories.PutBackStore.
func (s *Store) SettlePutBack(ctx context.Context, a stories.Act, generation int64) (int, error) {
	return s.decide(ctx, a, generation, ruling{verb: "settled", queued: settleQueuedSQL, blocked: settleBlockedSQL})
}

// ReleasePutBack implements stories.PutBackStore.
func (s *Store) ReleasePutBack(ctx context.Context, a stories.Act, generation int64) (int, error) {
	return s.decide(ctx, a, generation, ruling{verb: "released", queued: releaseQueuedSQL, blocked: releaseBlockedSQL, absent: true})
}

// ruling is what a person decides of what waits: how it is called in the log, and what
// that makes of what goes into the queue and of what its blocked destination holds. absent
// says that it is taken for not being there.
type ruling struct {
	verb, queued, blocked string
	absent                bool
}

// decide puts all that waits back into the queue, or among what its blocked
// destination holds.
func (s *Store) decide(ctx context.Context, a stories.Act, generation int64, by ruling) (int, error) {
	return act(ctx, s, a, by.verb+" put back", func(q querier) (n int, changed bool, err error) {
		if err := lockPlanning(ctx, q); err != nil {
			return 0, false, err
		}
		if last, err := lastPutBack(ctx, q); err != nil {
			return 0, false, err
		} else if last.Generation != generation {
			return 0, false, stories.Errorf(stories.CodeExists, "The database has been put back once more since this was shown. /desk status shows what waits now.")
		}
		revised, err := lockRevised(ctx, q)
		if err != nil {
			return 0, false, err
		}
		if err := lockLanes(ctx, q); err != nil {
			return 0, false, err
		}
		if by.absent {
			if err := skipUndecided(ctx, q, a.At); err != nil {
				return 0, false, err
			}
		}
		lanes, err := all(ctx, q, scanID, waitingLanesSQL)
		if err != nil {
			return 0, false, err
		}
		for _, lane := range lanes {
			again, err := s.decideLane(ctx, q, a, lane, by.queued)
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
		if _, err := q.exec(ctx, by.blocked); err != nil {
			return 0, false, err
		}
		for _, update := range revised {
			if err := mendOlder(ctx, q, a, update); err != nil {
				return 0, false, fmt.Errorf("owe edits of what is looked for: %w", err)
			}
		}
		if err := trimOverfull(ctx, q, a.At); err != nil {
			return 0, false, err
		}
		return n, true, enter(ctx, q, a, by.verb, 0, deliveriesPutBack(n))
	})
}

// skipUndecided skips of the copies that wait for a person those that nothing brings any
// more. As long as they might be found they were kept.
func skipUndecided(ctx context.Context, q querier, at time.Time) error {
	copies, err := all(ctx, q, scanAnyWaiting, undecidedCopiesSQL)
	if err != nil {
		return err
	}
	return skipVainIn(ctx, q, copies, putBackWaits, at)
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
