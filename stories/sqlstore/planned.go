package sqlstore

import (
	"context"
	"time"

	"storybot/stories"
)

// plannedSQL counts what is open, of the story ?1 where that is not 0: what somebody has
// to decide about, what of that the database brought that was put back, what should have
// gone out before ?2, what can be undone, and the rest.
const plannedSQL = `
	SELECT coalesce(sum(CASE WHEN state <> 'waiting' THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN state = 'put back' THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN state = 'waiting' AND due < ?2 THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN state = 'waiting' AND due >= ?2 AND undo = 1 THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN state = 'waiting' AND due >= ?2 AND undo = 0 THEN 1 ELSE 0 END), 0)
	FROM scheduled WHERE ` + isOpenSQL + ` AND (CAST(?1 AS BIGINT) = 0 OR story_id = ?1)`

// CountScheduled implements stories.HealthStore.
func (s *Store) CountScheduled(ctx context.Context, storyID int64, late time.Time) (p stories.Planned, err error) {
	err = one(ctx, s.reader(), plannedSQL, []any{storyID, millis(late)}, &p.Asked, &p.PutBack, &p.HeldUp, &p.Undoing, &p.Ahead)
	return p, s.told(err)
}
