package sqlstore

import (
	"context"
	"slices"

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
// each: the result r is what became of the thread.
func eachWaiting(ctx context.Context, q querier, rows []waiting, why code, r stories.Result, do func(lostOne, stories.Result) error) error {
	if err := move(ctx, q, rows, stories.Skipped, because(why), r.At); err != nil {
		return err
	}
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
