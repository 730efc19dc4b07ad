package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"storybot/stories"
)

// overdueSQL are the scheduled updates that the desk was to be asked about and that
// wait for a decision, those that were due last first.
const overdueSQL = `
	SELECT ` + scheduledColumns + ` FROM scheduled c
	WHERE c.notice_id > 0 AND c.state NOT IN ('waiting', 'published', 'cancelled', 'drafted')
	ORDER BY c.due DESC, c.id DESC LIMIT ?1`

// lockOverdueSQL locks what the desk was asked about them.
const lockOverdueSQL = `
	SELECT n.id FROM notices n WHERE n.id IN (
		SELECT c.notice_id FROM scheduled c WHERE c.notice_id > 0 AND c.state NOT IN ('waiting', 'published', 'cancelled', 'drafted'))
	ORDER BY n.id /*lock*/`

// askOverdue asks a channel that has become the desk's about what waits for a decision
// already, the newest stories.MostAsked of it. Planning is locked, and what was asked.
func askOverdue(ctx context.Context, q querier, at time.Time) error {
	found, err := all(ctx, q, scanScheduled, overdueSQL, stories.MostAsked)
	if err != nil {
		return err
	}
	for _, c := range slices.Backward(found) {
		// Whoever decides about it now waits for us, or has done so.
		n, err := theOne(ctx, q, func(r row) (stories.Notice, error) { return scanNotice(r) }, noticeSQL, c.notice)
		if errors.Is(err, sql.ErrNoRows) || err == nil && (n.Body.Scheduled == nil || !n.Body.Scheduled.Open()) {
			continue
		}
		if err != nil {
			return err
		}
		if err := fillScheduled(ctx, q, &c); err != nil { // the story may be called otherwise by now
			return err
		}
		n.Body.Scheduled = asked(c.Scheduled)
		body, err := json.Marshal(n.Body)
		if err != nil {
			return err
		}
		n.Revision++ // what is owed of one is found by it
		if _, err := q.exec(ctx, setNoticeSQL, n.ID, n.Revision, 1, string(body)); err != nil {
			return err
		}
		if _, err := owePosts(ctx, q, n, nil, at); err != nil {
			return err
		}
	}
	return nil
}
