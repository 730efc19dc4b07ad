package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"storybot/stories"
)

var (
	// unmadeSQL are those of the deliveries ?1 that are heads which nothing breaking needs and
	// are not posted at the instant ?2, with their threads. What may have arrived is looked for.
	unmadeSQL = fmt.Sprintf(`
		SELECT h.delivery_id, h.thread_id
		FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN heads h ON h.delivery_id = d.id JOIN stories s ON s.id = h.story_id
			JOIN destinations t ON t.id = d.destination_id LEFT JOIN outcomes o ON o.id = d.id
		WHERE d.id among(?1) AND p.notice_id = 1 AND p.op = 0 AND p.urgency < %[1]d AND coalesce(o.doubtful, 0) = 0
			AND NOT EXISTS (SELECT 1 FROM owed x JOIN publications k ON k.id = (x.id >> 32) WHERE x.on_id > 0 AND x.on_id IN (h.delivery_id, h.thread_id) AND k.update_id > 0 AND k.urgency >= %[1]d)
			AND %[2]s
		ORDER BY d.id`, stories.Breaking, waitsHere)
	// onHeadsSQL are the rows that wait to act on the deliveries ?1.
	onHeadsSQL = `
		SELECT ` + waitsUnderSQL + `, d.destination_id, d.id, d.publication_id, CASE WHEN d.update_id > 0 AND d.op hangs() THEN 1 ELSE 0 END
		FROM owed x JOIN deliveries d ON d.id = x.id
		WHERE x.on_id > 0 AND x.on_id among(?1) AND d.state IN (0, 5) AND d.doubtful = 0 ORDER BY d.id`
)

// unmakeHeadsSQL forgets the heads ?1, but not how often somebody deleted earlier ones.
const unmakeHeadsSQL = `UPDATE heads SET gone = 1, thread_id = 0 WHERE delivery_id among(?1)`

// unmakeHeads has heads among rows, which were to go out, not be posted where nothing may
// be at an instant but what is breaking: what was for them waits for its time, and another
// one is owed then. It returns all that does not go out for that.
func unmakeHeads(ctx context.Context, q querier, lane int64, rows []waiting, at time.Time) (taken []int64, err error) {
	var heads, both []int64
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var head, thread int64
		if err = r.Scan(&head, &thread); err == nil {
			heads, both = append(heads, head), append(both, head)
			if thread > 0 {
				both = append(both, thread)
			}
		}
		return none, err
	}, unmadeSQL, list(deliveriesOf(rows)), millis(at))
	if err != nil || len(heads) == 0 {
		return nil, err
	}
	flying, err := allFlights(ctx, q)
	if err != nil {
		return nil, err
	}
	later, vain, err := onHeads(ctx, q, both, flying)
	if err != nil {
		return nil, err
	}
	if lane != 0 {
		if later, err = inLane(ctx, q, lane, later); err != nil {
			return nil, err
		}
		if vain, err = inLane(ctx, q, lane, vain); err != nil {
			return nil, err
		}
	}
	vain = append(vain, only(rows, heads)...)
	if _, err := q.exec(ctx, unmakeHeadsSQL, list(heads)); err != nil {
		return nil, err
	}
	if err := move(ctx, q, vain, stories.Skipped, because(madeAnew), at); err != nil {
		return nil, err
	}
	return deliveriesOf(slices.Concat(vain, later)), move(ctx, q, later, stories.Deferred, reason{}, at)
}

// onHeads are the rows that wait to act on heads and threads, some deliveries: those that
// bring updates, and the others, which are in vain without these.
func onHeads(ctx context.Context, q querier, heads []int64, flying flights) (bring, others []waiting, err error) {
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var w waiting
		var brings int
		switch err = r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin, &brings); {
		case err != nil || flying.has(w):
		case brings > 0:
			bring = append(bring, w)
		default:
			others = append(others, w)
		}
		return none, err
	}, onHeadsSQL, list(heads))
	return bring, others, err
}
