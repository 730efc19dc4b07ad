package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"storybot/stories"
)

// What waits to stand in a thread that is lost or takes nothing: see losing.go.

const (
	onThreadSQL = `SELECT ` + waitsUnderSQL + `, d.destination_id, d.id, d.publication_id FROM owed x JOIN deliveries d ON d.id = x.id WHERE x.on_id > 0 AND x.on_id among(?1) AND d.op inThread() AND d.state IN (0, 5) ORDER BY d.id`
	// newsSinceSQL asks whether an update that the head ?2 is to show has come since its
	// edit ?1 was owed, or with it.
	newsSinceSQL = `
		SELECT CASE WHEN EXISTS (SELECT 1 FROM publications p CROSS JOIN heads h JOIN updates u ON u.story_id = h.story_id AND u.id <= h.through AND u.created_at >= p.created_at
			WHERE p.id = (CAST(?1 AS BIGINT) >> 32) AND h.delivery_id = ?2) THEN 1 ELSE 0 END`
)

// waitingOn is what waits to stand in threads, in its order, and is not on its way.
func waitingOn(ctx context.Context, q querier, threads ...int64) ([]waiting, error) {
	flying, err := allFlights(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, err := all(ctx, q, scanAnyWaiting, onThreadSQL, list(threads))
	return slices.DeleteFunc(rows, flying.has), err
}

// eachWaiting skips what waits to stand in a thread, and does something in the place of
// each that was skipped: the result r is what became of the thread.
func eachWaiting(ctx context.Context, q querier, rows []waiting, why code, r stories.Result, do func(lostOne, stories.Result) error) error {
	rows, err := moveTo(ctx, q, rows, stories.Skipped, because(why), r.At, stories.Ref{})
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b waiting) int { return cmp.Compare(a.Delivery, b.Delivery) })
	for _, w := range rows {
		waiting := lostOne{id: w.Delivery}
		if err := one(ctx, q, lostOnSQL, []any{w.Delivery}, waiting.columns()...); err != nil {
			return err
		}
		r.Ref = w.Ref
		if err := do(waiting, r); err != nil {
			return err
		}
	}
	return nil
}

const onCopySQL = `SELECT CASE WHEN EXISTS (SELECT 1 FROM publications p WHERE p.id = (CAST(?1 AS BIGINT) >> 32) AND p.update_id > 0) THEN 1 ELSE 0 END`

// headless has updates that were to stand in a thread or on a card stand in the channel,
// where these ended without a message: the next update makes others. Rows of them have
// been skipped.
func headless(ctx context.Context, q querier, lane int64, rows []waiting, at time.Time) error {
	for _, w := range rows {
		l := lostOne{id: w.Delivery}
		if err := one(ctx, q, lostOnSQL, []any{w.Delivery}, l.columns()...); err != nil {
			return err
		}
		if l.update == 0 || l.second || !hangsOn(l.op) {
			continue
		}
		var copies bool // it was to stand on a copy, not on a head
		if err := one(ctx, q, onCopySQL, []any{l.on}, &copies); err != nil {
			return err
		}
		if copies {
			continue
		}
		r := stories.Result{At: at}
		r.Ref = w.Ref
		if err := l.instead(ctx, q, lane, r, stories.OpPost, 0); err != nil {
			return err
		}
		if _, err := q.exec(ctx, moveReasonSQL, l.id, int(madeAnew)); err != nil {
			return err
		}
	}
	return nil
}

// tellHere tells a channel of a change that nobody made.
func tellHere(ctx context.Context, q querier, p place, change stories.Change, at time.Time) error {
	on, told, err := lineOn(ctx, q, p, change.StoryID)
	if err != nil || !told {
		return err
	}
	n := stories.Notice{Kind: stories.StopNotice, Revision: 1, Done: true, CreatedAt: at, Body: stories.NoticeBody{Change: change}}
	if err := insertNotice(ctx, q, &n); err != nil {
		return err
	}
	return oweHere(ctx, q, n, at, p, on)
}

const addressSQL = `SELECT platform, workspace, channel FROM destinations WHERE id = ?1`

// alarmOf tells the desk of a story's head in the channel of a result.
func (s *Store) alarmOf(ctx context.Context, q querier, lane int64, kind stories.AlarmKind, r stories.Result, story int64) error {
	a := stories.Alarm{Kind: kind, At: r.At, StoryID: story, Reason: clean(r.Reason)}
	if err := one(ctx, q, addressSQL, []any{r.Place}, &a.Destination.Platform, &a.Destination.Workspace, &a.Destination.Channel); err != nil {
		return err
	}
	if err := one(ctx, q, `SELECT name FROM lanes WHERE id = ?1`, []any{lane}, &a.Lane); err != nil {
		return err
	}
	return keepAlarms(ctx, q, lane, []stories.Alarm{a})
}
