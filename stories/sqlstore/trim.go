package sqlstore

import (
	"context"
	"time"

	"storybot/stories"
)

// What is held at a blocked destination is bounded: its messages of updates, and apart
// from them those of notices (what a channel is told of its subscriptions, alarms of a
// desk), which never take the place of an update. What mends a message that is there is
// not bounded, an edit and what is told of a revision: there is one of each for a message.
// Nor is a digest: it stands for all that it collected, and while the channel is blocked no
// other one is made. Nor is what may be there: it is looked for, however old it is; nor a story's head, which
// its replies hang on.

const (
	missedSQL = `
		UPDATE outcomes SET missed = missed + (SELECT t.missed FROM destinations t WHERE t.id = ?2) WHERE id = ?1`
	// missMoreSQL counts at destinations the updates among what is about to be skipped
	// for them (?1), and what those rows were to say was missed before them.
	missMoreSQL = `
		UPDATE destinations SET missed = destinations.missed + g.n
		FROM (SELECT d.destination_id, sum(d.missed + 1) AS n FROM deliveries d
			WHERE d.id among(?1) AND d.notice_id IS NULL AND d.op says() GROUP BY d.destination_id) AS g
		WHERE destinations.id = g.destination_id`
	// lockPlacesSQL keeps others who plan from trimming the same destinations.
	lockPlacesSQL = `SELECT id FROM destinations WHERE id among(?1) ORDER BY id /*lock*/`
	// bounded says of a held row x of the publication p that it is one of so many.
	bounded = `NOT EXISTS (SELECT 1 FROM notices n WHERE n.id = p.notice_id AND n.kind IN ('revision', 'digest'))
				AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.id = x.delivery_id AND o.doubtful > 0)
				AND (p.notice_id IS NULL OR p.notice_id <> 1)
				AND NOT EXISTS (SELECT 1 FROM heads h WHERE h.delivery_id = x.delivery_id)`
	// heldMessagesSQL are the messages that are held at ?1 and bounded, oldest first, and
	// whether each is of a notice.
	heldMessagesSQL = `
		SELECT 0, x.delivery_id, p.id, CASE WHEN p.notice_id IS NULL THEN 0 ELSE 1 END
		FROM held x CROSS JOIN publications p
		WHERE x.destination_id = ?1 AND p.id = (x.delivery_id >> 32) AND p.op says()
			AND ` + bounded + `
		ORDER BY x.delivery_id`
	// overfullSQL finds the destinations that hold more than ?1 messages of updates, or
	// of notices, by now. Only those that hold more than that of anything are looked at.
	overfullSQL = `
		SELECT DISTINCT g.id FROM (
			SELECT x.destination_id AS id FROM (SELECT destination_id FROM held GROUP BY destination_id HAVING count(*) > ?1) AS f
				CROSS JOIN held x CROSS JOIN publications p
			WHERE x.destination_id = f.destination_id AND p.id = (x.delivery_id >> 32) AND p.op says()
				AND ` + bounded + `
			GROUP BY x.destination_id, p.notice_id IS NULL HAVING count(*) > ?1) AS g
		ORDER BY g.id`
)

// heldMessages returns the messages that are held for p, oldest first: those of
// updates and those of notices.
func heldMessages(ctx context.Context, q querier, p place) (updates, notices []waiting, err error) {
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		w := waiting{stories.Ref{Place: p.id}}
		var notice int
		err = r.Scan(&w.Publication, &w.Delivery, &w.Origin, &notice)
		if notice == 1 {
			notices = append(notices, w)
		} else {
			updates = append(updates, w)
		}
		return none, err
	}, heldMessagesSQL, p.id)
	return updates, notices, err
}

// trim skips messages that are held for each of some destinations: of updates and of
// notices all but the newest keep. It returns how many updates that were. Two who plan
// at once may both find too much held at one: the second waits.
func trim(ctx context.Context, q querier, places []int64, keep int, at time.Time) (skipped int, err error) {
	if len(places) == 0 {
		return 0, nil
	}
	if _, err := all(ctx, q, scanID, lockPlacesSQL, list(places)); err != nil {
		return 0, err
	}
	var updates, notices []waiting
	for _, id := range places {
		u, n, err := heldMessages(ctx, q, place{id: id})
		if err != nil {
			return 0, err
		}
		updates, notices = append(updates, u[:max(0, len(u)-keep)]...), append(notices, n[:max(0, len(n)-keep)]...)
	}
	if len(updates) > 0 {
		if _, err := q.exec(ctx, missMoreSQL, list(deliveriesOf(updates))); err != nil {
			return 0, err
		}
	}
	if err := move(ctx, q, updates, stories.Skipped, keeping(tooOld, keep), at); err != nil {
		return 0, err
	}
	return len(updates), move(ctx, q, notices, stories.Skipped, keeping(tooOldNotice, keep), at)
}

// trimNow keeps what blocked destinations hold bounded.
func trimNow(ctx context.Context, q querier, at time.Time) error {
	full, err := all(ctx, q, scanID, overfullSQL, catchUp)
	if err != nil {
		return err
	}
	_, err = trim(ctx, q, full, catchUp, at)
	return err
}

// reopen makes a destination reachable; what was held goes out, of updates and of
// notices the newest keep each. The older ones are skipped, and the updates among them
// counted: the first update that goes out says so. resumed counts all that goes out.
func reopen(ctx context.Context, q querier, p place, keep int, at time.Time) (resumed, skipped int, err error) {
	if skipped, err = trim(ctx, q, []int64{p.id}, max(keep, 0), at); err != nil {
		return 0, 0, err
	}
	updates, _, err := heldMessages(ctx, q, p)
	if err != nil {
		return 0, 0, err
	}
	if len(updates) > 0 {
		if _, err := q.exec(ctx, missedSQL, updates[0].Delivery, p.id); err != nil {
			return 0, 0, err
		}
	}
	if _, err := q.exec(ctx, unblockedSQL, p.id); err != nil {
		return 0, 0, err
	}
	rows, err := heldAt(ctx, q, p)
	if err != nil {
		return 0, 0, err
	}
	return len(rows), skipped, owe(ctx, q, p, rows, at)
}
