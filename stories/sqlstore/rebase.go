package sqlstore

import (
	"context"
	"fmt"
	"time"

	"storybot/stories"
)

const (
	// rebaseDelaysSQL drops delays of destinations but the shortest. A row that
	// is tried again has its own time and keeps its place before the others.
	rebaseDelaysSQL = `UPDATE destinations SET not_before = ?2 WHERE lane_id = ?1 AND not_before > ?3`

	// rebaseSQL brings the waiting rows of the lane ?1 back to now, ?2. A row
	// that was published or tried after now bears witness that the clock was
	// set back, and by how much at least: its wait comes as much earlier. A row
	// never tried has its wait from its destination, and no retry waits longer
	// than ?3.
	rebaseSQL = `
		UPDATE deliveries SET
			due_at = CASE
				WHEN due_at <= ?2 THEN due_at
				WHEN last_attempt_at = 0 THEN ?2
				WHEN last_attempt_at > ?2 AND due_at > last_attempt_at THEN due_at - last_attempt_at + ?2
				WHEN due_at - last_attempt_at > ?3 THEN ?2
				ELSE due_at END,
			created_at = CASE WHEN created_at > ?2 THEN ?2 ELSE created_at END,
			first_attempt_at = CASE WHEN first_attempt_at > ?2 THEN ?4 ELSE first_attempt_at END,
			last_attempt_at = CASE WHEN last_attempt_at > ?2 THEN ?2 ELSE last_attempt_at END
		WHERE open = 1 AND state = 0 AND destination_id IN (SELECT id FROM destinations WHERE lane_id = ?1)
			AND (due_at > ?2 OR created_at > ?2 OR last_attempt_at > ?2)`
)

const (
	keptDelay      = 10 * time.Second // of a destination
	longestRetry   = time.Hour
	rebasedToFirst = 2 * time.Hour // before now, for a first request of the future
)

// Rebase brings times of l's lane back that lie after now because the clock was
// set back since, so that nothing waits until it has caught up. Rows that are
// being sent keep their times, which say when their requests left. ErrLeaseLost.
func (s *Store) Rebase(ctx context.Context, l stories.Lease, now time.Time) error {
	return s.change(ctx, func(q querier) error {
		lane, err := holdLane(ctx, q, l)
		if err != nil || lane == 0 {
			return err
		}
		if _, err := q.exec(ctx, rebaseDelaysSQL, lane, millis(now), millis(now.Add(keptDelay))); err != nil {
			return fmt.Errorf("bring delays back: %w", err)
		}
		if _, err := q.exec(ctx, rebaseSQL, lane, millis(now), longestRetry.Milliseconds(), millis(now.Add(-rebasedToFirst))); err != nil {
			return fmt.Errorf("bring waiting deliveries back: %w", err)
		}
		return nil
	})
}
