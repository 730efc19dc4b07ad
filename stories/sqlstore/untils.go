package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"storybot/stories"
)

var untilSQL = `
	SELECT CASE WHEN b.digest <> '' THEN 'digest' ELSE 'quiet hours' END, coalesce(b.due_at, 0)
	FROM destinations t JOIN stories s ON s.id = ?4 JOIN subscriptions b ON b.destination_id = t.id
	WHERE t.platform = ?1 AND t.workspace = ?2 AND t.channel = ?3 AND ` + decidesSQL

// fillDeferred adds to deliveries to d that wait for their time for what, and until when.
func (s *Store) fillDeferred(ctx context.Context, d stories.Destination, found []stories.Delivery) error {
	for i := range found {
		v := &found[i]
		if v.State != stories.Deferred {
			continue
		}
		var due int64
		err := one(ctx, s.reader(), untilSQL, []any{d.Platform, d.Workspace, d.Channel, v.About.StoryID}, &v.Reason, &due)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		v.Tries.DueAt = moment(due)
	}
	return nil
}

// fillWaiting adds to the subscriptions of d how much waits because of each, and until
// when.
func (s *Store) fillWaiting(ctx context.Context, d stories.Destination, subs []stories.Subscription) error {
	p, err := findPlace(ctx, s.reader(), d)
	if err != nil || len(subs) == 0 {
		return missing(err, "This channel is not known.")
	}
	here := list([]int64{p.id})
	due, err := all(ctx, s.reader(), scanWaitingSub, waitingSubsSQL, here)
	if err != nil {
		return err
	}
	rows, err := all(ctx, s.reader(), scanWaitingRow, waitingRowsSQL, here, here)
	if err != nil || len(rows) == 0 {
		return err
	}
	for i := range subs {
		for _, r := range rows {
			if r.sub == subs[i].ID && !r.notice {
				subs[i].Waits.Updates++
			}
		}
		for _, w := range due {
			if w.id == subs[i].ID && subs[i].Waits.Updates > 0 {
				subs[i].Waits.Until = moment(w.due.Int64)
			}
		}
	}
	return nil
}
