package sqlstore

import (
	"context"
	"errors"
	"time"

	"storybot/stories"
)

// Advance writes what became of claimed deliveries and claims up to max more,
// in one transaction: both are durable when it returns.
//
// A result is applied when its row is still being sent under the same attempt;
// it moves the row and, as Result says, its destination. Claimed are rows that
// are due now, the most urgent first, then the longest due; with oldestFirst
// the longest due whatever their urgency, so that a worker who asks for it now
// and then lets nothing starve. A destination has one row in the air at a time
// and its rows go out most urgent first, then in the order of their ids, in
// either case. ErrLeaseLost.
//
// After an error that leaves open whether it was committed (CodeUnavailable on
// PostgreSQL) the same results may be given again, and Recover tells what is
// claimed.
func (s *Store) Advance(ctx context.Context, l stories.Lease, results []stories.Result, max int, oldestFirst bool, now time.Time) (stories.Batch, error) {
	var batch stories.Batch
	err := s.change(ctx, func(q querier) error {
		batch = stories.Batch{}
		lane, err := holdLane(ctx, q, l)
		if err != nil || lane == 0 {
			return err
		}
		if err := settle(ctx, q, lane, results); err != nil {
			return err
		}
		batch, err = s.claim(ctx, q, claim{lane: lane, max: max, oldestFirst: oldestFirst, now: now})
		return err
	})
	if err != nil {
		return stories.Batch{}, err
	}
	return batch, nil
}

const recoverSQL = `
	SELECT ` + deliveryColumns + ` FROM ` + deliveryTables + `
	WHERE d.lane_id = ?1 AND d.destination_id > 0 AND d.state = 1
	ORDER BY d.level DESC, d.id`

// Recover returns the deliveries of l's lane that are being sent, whoever
// claimed them; they are l's now. ErrLeaseLost.
func (s *Store) Recover(ctx context.Context, l stories.Lease) (found []stories.Delivery, err error) {
	err = s.change(ctx, func(q querier) error {
		lane, err := holdLane(ctx, q, l)
		if err != nil {
			return err
		}
		found, err = all(ctx, q, s.plainDelivery, recoverSQL, lane)
		return err
	})
	return found, err
}

var errNoResult = errors.New("a result says sent, failed, unknown, held, skipped or pending")
