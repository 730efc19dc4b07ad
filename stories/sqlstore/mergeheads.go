package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// Heads of a story that is merged pass to the one it goes on as where that has none and
// they were not begun; all others end. What was still to be shown on one that ends, or was
// for one that was not begun, goes as what decides about the one story says. The heads of
// that show at once what came over.

const (
	// passesSQL says that the head h of the story ?1 passes to ?2.
	passesSQL = `h.begun_cards = 0 AND h.gone = 0 AND NOT EXISTS (SELECT 1 FROM heads g WHERE g.story_id = ?2 AND g.destination_id = h.destination_id)`
	// endingHeadsSQL are the heads of ?1 that do not pass, with their threads; 1 for one that
	// was not begun.
	endingHeadsSQL = `SELECT h.delivery_id, h.thread_id, CASE WHEN h.begun_cards = 0 THEN 1 ELSE 0 END FROM heads h WHERE h.story_id = ?1 AND NOT (` + passesSQL + `)`
	// passHeadsSQL has the heads that were not begun of the story ?1 be of ?2, where that
	// has none. All others end: what is shown of them says what they go on as.
	passHeadsSQL = `UPDATE heads AS h SET story_id = ?2 WHERE h.story_id = ?1 AND ` + passesSQL
	endHeadsSQL  = `DELETE FROM heads WHERE story_id = ?1 AND CAST(?2 AS BIGINT) > 0`
)

// showMergedSQL has the heads of the story ?1 show all there is of it, where something
// still brings it so.
var showMergedSQL = `
	UPDATE heads SET through = (SELECT coalesce(max(u.id), 0) FROM updates u WHERE u.story_id = ?1)
	WHERE story_id = ?1 AND gone = 0 AND coalesce((SELECT CASE WHEN b.state = 'active' AND b.digest = '' AND (b.mode <> 'channel' OR t.forum = 1) THEN 1 ELSE 0 END
		FROM destinations t JOIN stories s ON s.id = ?1 JOIN subscriptions b ON b.destination_id = t.id WHERE t.id = heads.destination_id AND ` + decidesSQL + `), 0) = 1`

const (
	// behindSQL says of a head h of the story ?1 that its newest edit was not begun, and that
	// what it is to show is the newest of what passes its level: nothing of it is withheld or
	// waits for a digest.
	behindSQL = `h.story_id = ?1 AND h.begun_cards > 0 AND h.gone = 0 AND h.begun < h.through
		AND NOT EXISTS (SELECT 1 FROM shown w JOIN updates u ON u.id = w.update_id WHERE w.delivery_id = h.delivery_id AND u.standing IN ('hold', 'withdrawn'))
		AND NOT EXISTS (SELECT 1 FROM subscriptions b WHERE b.destination_id = h.destination_id AND b.digest <> '')`
	behindLevelsSQL = `SELECT DISTINCT h.level, h.through FROM heads h WHERE ` + behindSQL + ` ORDER BY 1, 2`
	lastNewsSQL     = `
		SELECT u.id, u.revision FROM updates u
		WHERE u.story_id = ?1 AND u.level >= ?2 AND u.id <= ?3 AND u.standing NOT IN ('hold', 'withdrawn') ORDER BY u.place DESC LIMIT 3`
	forgetBehindSQL = `DELETE FROM shown WHERE delivery_id IN (SELECT h.delivery_id FROM heads h WHERE ` + behindSQL + ` AND h.level = ?2 AND h.through = ?3)`
	keepBehindSQL   = `
		INSERT INTO shown (delivery_id, place, story_id, of_id, update_id, said, live)
		SELECT h.delivery_id, CAST(j.value ->> 0 AS BIGINT), CAST(?1 AS BIGINT), CAST(?1 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT), 1
		FROM heads h CROSS JOIN each(?4)
		WHERE h.level = ?2 AND h.through = ?3 AND ` + behindSQL
)

// fixEnding has the heads of a story that is about to be merged show in their last edit what
// they were to show by then: afterwards nobody knows.
func fixEnding(ctx context.Context, q querier, _ stories.Act, m stories.Merging) error {
	type group struct{ level, through int64 }
	groups, err := all(ctx, q, func(r row) (g group, err error) {
		err = r.Scan(&g.level, &g.through)
		return g, err
	}, behindLevelsSQL, m.From.ID)
	if err != nil {
		return err
	}
	for _, g := range groups {
		var each [][3]int64
		_, err := all(ctx, q, func(r row) (none struct{}, err error) {
			n := [3]int64{int64(len(each))}
			err = r.Scan(&n[1], &n[2])
			each = append(each, n)
			return none, err
		}, lastNewsSQL, m.From.ID, g.level, g.through)
		if err != nil {
			return err
		}
		if len(each) == 0 {
			continue
		}
		news, err := json.Marshal(each)
		if err != nil {
			return err
		}
		if _, err := q.exec(ctx, forgetBehindSQL, m.From.ID, g.level, g.through); err != nil {
			return fmt.Errorf("have ending heads show the newest: %w", err)
		}
		if _, err := q.exec(ctx, keepBehindSQL, m.From.ID, g.level, g.through, string(news)); err != nil {
			return fmt.Errorf("have ending heads show the newest: %w", err)
		}
	}
	return nil
}

// passHeads passes what heads a story that is merged has, and returns what was for those
// that end. It waits for its time now.
func passHeads(ctx context.Context, q querier, m stories.Merging, flying flights, at time.Time) (over []waiting, err error) {
	var shown, unmade, both []int64
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var head, thread int64
		var fresh bool
		if err = r.Scan(&head, &thread, &fresh); err != nil {
			return none, err
		}
		if !fresh {
			shown = append(shown, head)
			return none, nil
		}
		unmade, both = append(unmade, head), append(both, head)
		if thread > 0 {
			both = append(both, thread)
		}
		return none, nil
	}, endingHeadsSQL, m.From.ID, m.Into.ID)
	if err != nil {
		return nil, err
	}
	later, vain, err := onHeads(ctx, q, both, flying)
	if err != nil {
		return nil, err
	}
	heads, err := all(ctx, q, scanAnyWaiting, collectedSQL, list(unmade))
	if err != nil {
		return nil, err
	}
	if err := move(ctx, q, slices.Concat(slices.DeleteFunc(heads, flying.has), vain), stories.Skipped, because(madeAnew), at); err != nil {
		return nil, err
	}
	toShow, _, err := onHeads(ctx, q, shown, flying)
	if err != nil {
		return nil, err
	}
	for _, text := range []string{passHeadsSQL, endHeadsSQL} {
		if _, err := q.exec(ctx, text, m.From.ID, m.Into.ID); err != nil {
			return nil, fmt.Errorf("pass heads: %w", err)
		}
	}
	over = slices.Concat(later, toShow)
	return over, move(ctx, q, over, stories.Deferred, reason{}, at)
}

// showMerged has the heads of the one story show what came over.
func (c cards) showMerged(ctx context.Context, q querier, storyID int64, flying flights, at time.Time) error {
	if _, err := q.exec(ctx, showMergedSQL, storyID); err != nil {
		return fmt.Errorf("have heads show what came over: %w", err)
	}
	return c.owe(ctx, q, stories.OpShow, storyID, 0, list(slices.Collect(maps.Keys(flying.byID))), at)
}

// stillDeferredSQL are those of the deliveries ?1 that wait for their time: what waits in
// other channels too was settled with these just before.
const stillDeferredSQL = `
	SELECT d.id FROM owed d JOIN publications p ON p.id = (d.id >> 32) LEFT JOIN outcomes o ON o.id = d.id WHERE d.id among(?1) AND ` + deferredSQL + ` ORDER BY d.id`

// letGo has rows go that were to wait for their time, but for those whose time has not come.
func (s *Store) letGo(ctx context.Context, q querier, rows []waiting, at time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	waits, err := all(ctx, q, scanID, stillDeferredSQL, list(deliveriesOf(rows)))
	if err != nil {
		return err
	}
	now, _, err := waitNow(ctx, q, 0, only(rows, waits), at)
	if err != nil {
		return err
	}
	found, err := all(ctx, q, scanWaitingRow, theseRowsSQL, list(deliveriesOf(now)))
	if err == nil {
		_, err = s.release(ctx, q, found, at)
	}
	return err
}
