package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"storybot/stories"
)

// A channel's end is learnt from the platform's own news of it, or from what a
// message there is answered with; whichever comes first tells the desk.

const (
	// missedPlaceSQL says whether anybody has to do with the destination ?1: it
	// follows something, or is the desk's. The end of others is no news.
	missedPlaceSQL = `
		SELECT l.name FROM destinations t JOIN lanes l ON l.id = t.lane_id
		WHERE t.id = ?1 AND (EXISTS (SELECT 1 FROM subscriptions s WHERE s.destination_id = t.id) OR EXISTS (SELECT 1 FROM desks k WHERE k.destination_id = t.id))`
)

// keepEnd stores the alarm that p is about to end, which the platform has told.
func keepEnd(ctx context.Context, q querier, p place, d stories.Destination, reason string, at time.Time) error {
	return keepMissed(ctx, q, p, stories.Alarm{Kind: stories.AlarmGone, At: at, Destination: d, Reason: reason})
}

// keepBlock stores the alarm that p is about to be blocked, unless the desk was told so
// lately.
func keepBlock(ctx context.Context, q querier, p place, d stories.Destination, o stories.Obstacle, at time.Time) error {
	a := stories.Alarm{Kind: stories.AlarmBlocked, At: at, Destination: d, Reason: o.Reason, Cure: o.Cure}
	if known, err := refusedLately(ctx, q, a); err != nil || known {
		return err
	}
	return keepMissed(ctx, q, p, a)
}

// keepMissed stores an alarm about p, unless nobody has to do with it.
func keepMissed(ctx context.Context, q querier, p place, a stories.Alarm) error {
	err := one(ctx, q, missedPlaceSQL, []any{p.id}, &a.Lane)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if _, err := q.exec(ctx, insertAlarmSQL, string(body)); err != nil {
		return fmt.Errorf("keep an alarm: %w", err)
	}
	return nil
}

// goneAlready says that a destination had ended before, which was told then.
func goneAlready(ctx context.Context, q querier, d stories.Destination) (bool, error) {
	p, err := findPlace(ctx, q, d)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && p.state == stories.Gone, err
}
