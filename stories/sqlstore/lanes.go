package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// keepRefusals is for how long platforms count invalid requests, keepSpent what they
// count in a channel; spentWithin is how long after it was owed that is looked for.
const (
	keepRefusals = 10 * time.Minute
	keepSpent    = time.Hour
	spentWithin  = 24 * time.Hour
)

const (
	setWaitSQL = `
		INSERT INTO lane_waits (lane_id, method, until, asked, reason) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (lane_id, method) DO UPDATE SET until = excluded.until, asked = excluded.asked, reason = excluded.reason`
	liftWaitSQL = `DELETE FROM lane_waits WHERE lane_id = ?1 AND method = ?2`
	refusedSQL  = `
		INSERT INTO lane_refusals (lane_id, minute, count) VALUES (?1, ?2, ?3)
		ON CONFLICT (lane_id, minute) DO UPDATE SET count = lane_refusals.count + excluded.count`
	dropRefusalsSQL = `DELETE FROM lane_refusals WHERE lane_id = ?1 AND minute < ?2`
	workedSQL       = `
		INSERT INTO lane_work (lane_id, at, boot, up) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (lane_id) DO UPDATE SET at = excluded.at, boot = excluded.boot, up = excluded.up`
	laneWaitsSQL = `
		SELECT w.method, w.until, w.asked, w.reason FROM lane_waits w JOIN lanes l ON l.id = w.lane_id WHERE l.name = ?1 AND w.until > ?2 ORDER BY w.method`
	laneRefusalsSQL = `
		SELECT r.minute, r.count FROM lane_refusals r JOIN lanes l ON l.id = r.lane_id WHERE l.name = ?1 AND r.minute > ?2 ORDER BY r.minute`
	laneSpentSQL = `
		SELECT t.platform, t.workspace, t.channel, p.op, o.finished_at, o.attempt
		FROM lanes l JOIN publications p ON p.lane_id = l.id AND p.op = 6 AND p.created_at > ?2` + ofPublicationSQL + `
			JOIN destinations t ON t.id = d.destination_id
		WHERE l.name = ?1 AND ` + inPublicationSQL + ` AND o.state = 2 AND o.finished_at > ?3 ORDER BY o.finished_at, d.id`
	laneWorkSQL = `SELECT w.at, w.boot, w.up FROM lane_work w JOIN lanes l ON l.id = w.lane_id WHERE l.name = ?1`
)

// noteLane writes down what an exchange says of its lane.
func (s *Store) noteLane(ctx context.Context, q querier, lane int64, n stories.LaneNote) error {
	at := millis(n.At)
	for _, w := range n.Waits {
		text, args := setWaitSQL, []any{lane, w.Method, at + w.For.Milliseconds(), w.For.Milliseconds(), clean(w.Reason)}
		if w.For <= 0 {
			text, args = liftWaitSQL, []any{lane, w.Method}
		}
		if _, err := q.exec(ctx, text, args...); err != nil {
			return fmt.Errorf("write down how long a lane waits: %w", err)
		}
	}
	if n.Invalid > 0 {
		minute := at / time.Minute.Milliseconds()
		if _, err := q.exec(ctx, refusedSQL, lane, minute, n.Invalid); err != nil {
			return fmt.Errorf("count invalid requests: %w", err)
		}
		if _, err := q.exec(ctx, dropRefusalsSQL, lane, minute-int64(keepRefusals/time.Minute)); err != nil {
			return fmt.Errorf("forget invalid requests: %w", err)
		}
	}
	if n.Working {
		// By the database's clock: the next holder may be another machine's, and
		// ours may be an hour off.
		now, err := s.clock(ctx, q)
		if err != nil {
			return fmt.Errorf("read the clock: %w", err)
		}
		boot, up := s.uptime()
		if _, err := q.exec(ctx, workedSQL, lane, millis(now), boot, up.Milliseconds()); err != nil {
			return fmt.Errorf("write down that a lane works: %w", err)
		}
	}
	return nil
}

// LanePast returns what is written down of a lane: how long it is still to wait,
// how many requests were invalid lately, what of a channel's own budgets is spent,
// and, by the database's clock, when it last worked. However the clock was set since, nothing is longer than it was
// asked for.
func (s *Store) LanePast(ctx context.Context, lane string) (past stories.LanePast, err error) {
	now, q := millis(s.now()), s.reader()
	past.Waits, err = all(ctx, q, func(r row) (w stories.LaneWait, err error) {
		var until, asked int64
		err = r.Scan(&w.Method, &until, &asked, &w.Reason)
		w.For = time.Duration(min(until-now, asked)) * time.Millisecond
		return w, err
	}, laneWaitsSQL, lane, now)
	if err != nil {
		return past, s.told(err)
	}
	const minute = int64(time.Minute / time.Millisecond)
	past.Invalid, err = all(ctx, q, func(r row) (f stories.Refusals, err error) {
		var at int64
		err = r.Scan(&at, &f.Count)
		f.Ago = max(0, time.Duration(now-at*minute)*time.Millisecond)
		return f, err
	}, laneRefusalsSQL, lane, now/minute-int64(keepRefusals/time.Minute))
	if err != nil {
		return past, s.told(err)
	}
	past.Spent, err = all(ctx, q, func(r row) (f stories.Spent, err error) {
		var at int64
		err = r.Scan(&f.Destination.Platform, &f.Destination.Workspace, &f.Destination.Channel, &f.Op, &at, &f.Requests)
		f.Ago = max(0, time.Duration(now-at)*time.Millisecond)
		return f, err
	}, laneSpentSQL, lane, now-spentWithin.Milliseconds(), now-keepSpent.Milliseconds())
	if err != nil {
		return past, s.told(err)
	}
	var worked, up int64
	var boot string
	if err = one(ctx, q, laneWorkSQL, []any{lane}, &worked, &boot, &up); err == nil {
		clock, err := s.clock(ctx, q)
		if err != nil {
			return past, s.told(err)
		}
		past.Idle = s.since(clock.Sub(time.UnixMilli(worked)), boot, time.Duration(up)*time.Millisecond)
	} else if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return past, s.told(err)
}

// since returns how long ago something was: passed by the clock people set, and
// no longer than the machine has been up since then, when it was not started anew.
func (s *Store) since(passed time.Duration, boot string, up time.Duration) time.Duration {
	same, now := s.uptime()
	if boot != "" && boot == same && now >= up {
		passed = min(passed, now-up)
	}
	return max(0, passed)
}

const (
	// olderSQL are the posts that wait in the lane ?1 behind the newest ?3 of their
	// story at their destination, and the oldest of those in front of them. What is
	// on its way (?2), or may have arrived, is neither.
	olderSQL = `
		SELECT publication_id, destination_id, delivery_id, origin_id, missed, nth FROM (
			SELECT w.publication_id, d.destination_id, d.id AS delivery_id, d.publication_id AS origin_id, d.missed, u.story_id,
				row_number() OVER (PARTITION BY d.destination_id, u.story_id ORDER BY d.id DESC) AS nth,
				count(*) OVER (PARTITION BY d.destination_id, u.story_id) AS those
			FROM (
				SELECT p.id AS publication_id, d.id AS delivery_id FROM publications p` + ofPublicationSQL + `
				WHERE p.lane_id = ?1 AND p.queued > 0 AND ` + inPublicationSQL + ` AND ` + waitsSQL + `
				UNION ALL
				SELECT p.id, q.delivery_id FROM publications p CROSS JOIN queue q WHERE p.lane_id = ?1 AND p.queued > 0 AND q.publication_id = p.id
			) AS w CROSS JOIN deliveries d JOIN updates u ON u.id = d.update_id
			WHERE d.id = w.delivery_id AND d.op says() AND d.doubtful = 0 AND NOT d.id among(?2)
		) AS ranked
		WHERE nth >= ?3 AND those > ?3 ORDER BY destination_id, story_id, nth`
	missedMoreSQL = `
		UPDATE outcomes SET missed = missed + CAST(j.value ->> 1 AS BIGINT) FROM each(?1) WHERE outcomes.id = CAST(j.value ->> 0 AS BIGINT)`
)

// SkipOlder bounds what a lane owes after nothing could be sent for long: each
// destination gets the newest keep posts of a story, each older one is skipped and
// counted with the oldest of those. What is on its way is left alone.
// ErrLeaseLost.
func (s *Store) SkipOlder(ctx context.Context, l stories.Lease, keep int, at time.Time) (skipped int, err error) {
	err = s.change(ctx, func(q querier) error {
		skipped = 0
		if err := lockPlanning(ctx, q); err != nil {
			return err
		}
		lane, err := holdLane(ctx, q, l)
		if err != nil || lane == 0 {
			return err
		}
		older, missed, err := olderThan(ctx, q, lane, keep)
		if err != nil || len(older) == 0 {
			return err
		}
		skipped = len(older)
		if err := touch(ctx, q, slices.Collect(maps.Keys(missed))); err != nil {
			return err
		}
		var more [][2]int64
		for id, n := range missed {
			more = append(more, [2]int64{id, int64(n)})
		}
		text, err := json.Marshal(more)
		if err != nil {
			return err
		}
		if _, err := q.exec(ctx, missedMoreSQL, string(text)); err != nil {
			return err
		}
		return move(ctx, q, older, stories.Skipped, keeping(tooLate, keep), at)
	})
	return skipped, err
}

// olderThan returns what is to be skipped, and by how many more have been missed
// before which delivery.
func olderThan(ctx context.Context, q querier, lane int64, keep int) (older []waiting, missed map[int64]int, err error) {
	flying, err := flightsOf(ctx, q, lane)
	if err != nil {
		return nil, nil, err
	}
	missed = map[int64]int{}
	var first int64 // the oldest that is kept
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var w waiting
		var before, nth int
		if err := r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin, &before, &nth); err != nil {
			return none, err
		}
		if nth == keep {
			first = w.Delivery
			return none, nil
		}
		older = append(older, w)
		missed[first] += 1 + before
		return none, nil
	}, olderSQL, lane, list(slices.Collect(maps.Keys(flying.byID))), keep)
	return older, missed, err
}
