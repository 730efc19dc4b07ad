package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// What was on hold when a head was begun that was to show it stands on no head: a release
// owes these an edit.

// headsWithoutSQL are the heads h, posted as the deliveries d, that are to show the update
// ?1 once it is released and do not: it is among the newest that they are for, and their
// channels, t, still have it come to a thread or card. Where what waits there is that edit it
// is not owed beside it. ?2 are requests on their way.
var headsWithoutSQL = fmt.Sprintf(`
	FROM updates u JOIN stories s ON s.id = u.story_id JOIN heads h ON h.story_id = u.story_id
		JOIN owed d ON d.id = h.delivery_id LEFT JOIN outcomes o ON o.id = d.id JOIN destinations t ON t.id = h.destination_id
	WHERE u.id = ?1 AND h.begun_cards > 0 AND h.gone = 0 AND h.through >= u.id AND h.level <= u.level
		AND t.state <> 'gone' AND (o.state = 2 OR %[1]s)
		AND NOT EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = h.delivery_id AND w.update_id = u.id)
		AND (SELECT count(*) FROM (SELECT 1 FROM updates v WHERE v.story_id = u.story_id AND v.place > u.place AND v.id <= h.through AND v.level >= h.level
			AND v.standing NOT IN ('hold', 'withdrawn') LIMIT 3) AS newer) < 3
		AND coalesce((SELECT CASE WHEN b.state = 'active' AND b.level <= u.level AND (b.digest = '' OR u.level = %[2]d) AND (b.mode = 'thread' OR t.forum = 1 OR b.mode = 'card') AND NOT (b.mode = 'card' AND u.level < %[2]d AND EXISTS (
				SELECT 1 FROM publications p JOIN owed x ON x.id = (p.id << 32) + h.destination_id LEFT JOIN outcomes e ON e.id = x.id
				WHERE p.update_id = u.id AND p.op carries() AND coalesce(e.state, p.waits * 8) IN (0, 5, 7, 8))) THEN 1 ELSE 0 END
			FROM subscriptions b WHERE b.destination_id = t.id AND %[3]s), 0) = 1
		AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id = t.id AND m.story_id = s.id)`,
	maybeThere("d", "o", "?2"), stories.Breaking, decidesSQL)

var (
	countHeadsWithoutSQL = `SELECT count(*) ` + headsWithoutSQL
	// showReleasedSQL owes an edit, under the publications ?3, to headsWithoutSQL, unless one
	// waits already.
	showReleasedSQL = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT (p.id << 32) + z.place, z.place, z.head
		FROM (SELECT h.destination_id AS place, h.delivery_id AS head, t.lane_id AS lane ` + headsWithoutSQL + ` AND NOT ` + showWaits("?2") + `) AS z
		JOIN publications p ON p.id among(?3) AND p.lane_id = z.lane
		ORDER BY z.place`
)

// countUnshown is how many heads a release of an update has show it that did not before.
func countUnshown(ctx context.Context, q querier, updateID int64, on string) (n int, err error) {
	if err = one(ctx, q, countHeadsWithoutSQL, []any{updateID, on}, &n); err != nil {
		err = fmt.Errorf("count heads that are to show what is released: %w", err)
	}
	return n, err
}

// showReleased has the heads show an update that was released which did not before, and
// returns how many these are. Planning is shared, and what was kept of it is owed again.
func (c cards) showReleased(ctx context.Context, q querier, updateID int64, flying flights, at time.Time) (n int, err error) {
	on := list(slices.Collect(maps.Keys(flying.byID)))
	if n, err = countUnshown(ctx, q, updateID, on); err != nil || n == 0 {
		return 0, err
	}
	lanes, err := all(ctx, q, scanID, lanesInUseSQL)
	if err != nil {
		return 0, err
	}
	publications, err := publishHeads(ctx, q, lanes, 0, stories.OpShow, stories.CardsNotice.Urgency(), c.revision, at)
	if err != nil {
		return 0, err
	}
	owed, err := q.exec(ctx, showReleasedSQL, updateID, on, list(publications))
	if err != nil {
		return 0, fmt.Errorf("have heads show what is released: %w", err)
	}
	return n, enqueue(ctx, q, publications, int(owed), at)
}
