package sqlstore

import (
	"context"
	"encoding/json"
	"strings"

	"storybot/stories"
)

// progressSQL counts an update's deliveries: all, those on their way, and those
// that ended in each state but sent. What remains was sent. The bound on
// destination_id lets it read the index of what is unfinished.
const progressSQL = `
	SELECT -1, count(*) FROM deliveries WHERE update_id = ?1
	UNION ALL
	SELECT 0, count(*) FROM deliveries WHERE destination_id > 0 AND update_id = ?1 AND open = 1
	UNION ALL
	SELECT state, count(*) FROM deliveries WHERE update_id = ?1 AND state > 2 GROUP BY state`

// ProgressOf implements stories.Store.
func (s *Store) ProgressOf(ctx context.Context, updateID int64) (stories.Progress, error) {
	p := stories.Progress{UpdateID: updateID}
	_, err := all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var state stories.DeliveryState
		var n int
		if err := r.Scan(&state, &n); err != nil {
			return none, err
		}
		switch state {
		case -1:
			p.Total = n
		case stories.Pending:
			p.Waiting = n
		case stories.Held:
			p.Held = n
		case stories.Unknown:
			p.Unknown = n
		default:
			p.Failed += n
		}
		return none, nil
	}, progressSQL, updateID)
	p.Sent = p.Total - p.Waiting - p.Held - p.Unknown - p.Failed
	return p, s.told(err)
}

const (
	deliveriesOfSQL = `
		SELECT ` + deliveryColumns + ` FROM ` + deliveryTables + `
		WHERE t.platform = ?1 AND t.workspace = ?2 AND t.channel = ?3 AND u.story_id = ?4 AND u.number = ?5
		ORDER BY d.revision DESC, d.id DESC LIMIT ?6`
	newestDeliveriesSQL = `
		SELECT ` + deliveryColumns + ` FROM ` + deliveryTables + `
		WHERE t.platform = ?1 AND t.workspace = ?2 AND t.channel = ?3 AND u.story_id = ?4
		ORDER BY u.number DESC, d.revision DESC, d.id DESC LIMIT ?5`
)

// DeliveriesTo implements stories.Store.
func (s *Store) DeliveriesTo(ctx context.Context, d stories.Destination, storyID int64, number, limit int) (found []stories.Delivery, err error) {
	if number > 0 {
		found, err = all(ctx, s.reader(), s.plainDelivery, deliveriesOfSQL, d.Platform, d.Workspace, d.Channel, storyID, number, limit)
	} else {
		found, err = all(ctx, s.reader(), s.plainDelivery, newestDeliveriesSQL, d.Platform, d.Workspace, d.Channel, storyID, limit)
	}
	return found, s.told(err)
}

// queueSQL counts what is not finished. The bounds on destination_id let it
// read the indexes of unfinished rows instead of the table.
const queueSQL = `
	SELECT l.name, sum(w.pending), sum(w.sending), sum(w.held), coalesce(min(w.due), 0)
	FROM (
		SELECT lane_id, CASE state WHEN 0 THEN 1 ELSE 0 END AS pending, state AS sending, 0 AS held, CASE WHEN due_at <= ?1 THEN due_at END AS due
		FROM deliveries WHERE destination_id > 0 AND open = 1
		UNION ALL
		SELECT lane_id, 0, 0, 1, NULL FROM deliveries WHERE destination_id > 0 AND state = 5
	) AS w JOIN lanes l ON l.id = w.lane_id
	GROUP BY l.name ORDER BY l.name`

// Queue implements stories.Store.
func (s *Store) Queue(ctx context.Context) ([]stories.LaneStatus, error) {
	found, err := all(ctx, s.reader(), func(r row) (l stories.LaneStatus, err error) {
		var oldest int64
		err = r.Scan(&l.Lane, &l.Pending, &l.Sending, &l.Held, &oldest)
		l.OldestDue = moment(oldest)
		return l, err
	}, queueSQL, millis(s.now()))
	return found, s.told(err)
}

const (
	failingSQL = `
		SELECT t.platform, t.workspace, t.channel, t.state, t.reason, t.since,
			(SELECT count(*) FROM deliveries d WHERE d.destination_id = t.id AND d.state = 5)
		FROM destinations t WHERE t.state = 'blocked' ORDER BY t.since, t.id LIMIT ?1`
	countFailingSQL = `SELECT count(*) FROM destinations WHERE state = 'blocked'`
)

// Failing implements stories.Store.
func (s *Store) Failing(ctx context.Context, limit int) (failing []stories.FailingDestination, total int, err error) {
	failing, err = all(ctx, s.reader(), func(r row) (f stories.FailingDestination, err error) {
		var since int64
		err = r.Scan(&f.Destination.Platform, &f.Destination.Workspace, &f.Destination.Channel, &f.State, &f.Reason, &since, &f.Held)
		f.Since = moment(since)
		return f, err
	}, failingSQL, limit)
	if err == nil {
		err = one(ctx, s.reader(), countFailingSQL, nil, &total)
	}
	return failing, total, s.told(err)
}

// recentSQL narrows by states (?1, a JSON array, [] for any), lane (?2, ” for
// any) and the beginning of the address (?3, a LIKE pattern).
const recentSQL = `
	SELECT ` + deliveryColumns + ` FROM ` + deliveryTables + `
	WHERE (?1 = '[]' OR d.state among(?1))
		AND (?2 = '' OR l.name = ?2)
		AND t.platform || ':' || CASE t.workspace WHEN '' THEN '' ELSE t.workspace || '/' END || t.channel LIKE ?3 ESCAPE '\'
	ORDER BY d.id DESC LIMIT ?4`

// Deliveries returns the newest deliveries that f lets through, newest first,
// for operators.
func (s *Store) Deliveries(ctx context.Context, f stories.DeliveryFilter, limit int) ([]stories.Delivery, error) {
	states, err := json.Marshal(append([]stories.DeliveryState{}, f.States...))
	if err != nil {
		return nil, err
	}
	literal := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(f.Destination)
	found, err := all(ctx, s.reader(), s.plainDelivery, recentSQL, string(states), f.Lane, literal+"%", limit)
	return found, s.told(err)
}
