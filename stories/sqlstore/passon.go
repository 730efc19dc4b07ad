package sqlstore

import (
	"context"
	"fmt"
	"time"

	"storybot/stories"
)

// Where the subscription that decides says publish:, a breaking update goes on to the
// channels that follow its own: that is an operation on the copy there, owed in the
// transaction that owes the copy, and begun once that has been sent. An edit of a message
// that went on reaches those channels by itself, which is the platform's; what is told
// beside it does not, so what tells of a correction, a withdrawal, a hold or a release of
// what went on goes on as well.

const (
	isPublishingSQL = `SELECT count(*) FROM (SELECT 1 FROM subscriptions WHERE publish > 0 LIMIT 1) AS b`
	// publishedSQL finds the rows x, under r and with the outcome o, by which the message of
	// the delivery named behind it goes on.
	publishedSQL = `SELECT 1 FROM owed x JOIN publications r ON r.id = (x.id >> 32) LEFT JOIN outcomes o ON o.id = x.id WHERE r.op = 6 AND x.on_id > 0 AND x.on_id = `
)

var (
	// decidesToPublishSQL says of the channel t that what decides there about the story s
	// has its messages go on.
	decidesToPublishSQL = `coalesce((SELECT CASE WHEN b.state = 'active' THEN b.publish ELSE 0 END
			FROM subscriptions b WHERE b.destination_id = t.id AND ` + decidesSQL + `), 0) > 0`
	// publishCopiesSQL owes under the publications ?2 that the copies of the update ?1 in
	// their channels go on: those that wait or were sent, and of which that is not owed. It
	// is owed anew where nothing came of it because the update was on hold.
	publishCopiesSQL = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT (p.id << 32) + t.id, t.id, c.id
		FROM (SELECT DISTINCT destination_id FROM subscriptions WHERE publish > 0) AS y
			JOIN destinations t ON t.id = y.destination_id AND t.state <> 'gone'
			JOIN publications p ON p.id among(?2) AND p.lane_id = t.lane_id
			JOIN publications w ON w.update_id = ?1 AND w.op = 0
			JOIN owed c ON c.id = (w.id << 32) + t.id AND c.destination_id = t.id
			LEFT JOIN outcomes e ON e.id = c.id
			JOIN stories s ON s.id = w.story_id
		WHERE coalesce(e.state, 0) IN (0, 2, 5) AND ` + decidesToPublishSQL + `
			AND NOT EXISTS (` + publishedSQL + `c.id AND NOT (coalesce(o.state, 0) = 6 AND o.code among(?3)))
		ON CONFLICT DO NOTHING`
	// publishTellingsSQL owes under the publications ?2 that the messages beside copies which
	// the publications ?1 owe go on: where that by which the copy does is in one of the
	// states ?3.
	publishTellingsSQL = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT (p.id << 32) + t.id, t.id, d.id
		FROM publications w CROSS JOIN owed d
			JOIN destinations t ON t.id = d.destination_id
			JOIN publications p ON p.id among(?2) AND p.lane_id = t.lane_id
			JOIN stories s ON s.id = w.story_id
		WHERE w.id among(?1) AND d.id >= (w.id << 32) AND d.id < ((w.id + 1) << 32) AND ` + decidesToPublishSQL + `
			AND EXISTS (` + publishedSQL + `d.on_id AND coalesce(o.state, 0) among(?3))
		ON CONFLICT DO NOTHING`
)

// publishCopies owes that the copies of u go on, where they are to.
func publishCopies(ctx context.Context, q querier, u stories.Update, at time.Time) error {
	return publishBy(ctx, q, u, at, func(publications []int64) (int64, error) {
		return q.exec(ctx, publishCopiesSQL, u.ID, list(publications), list([]int64{int64(noMessage), int64(keptForCheck)}))
	})
}

// publish owes that the message which is owed under tellings goes on, beside copies that do.
func (t besideAll) publish(ctx context.Context, q querier, u stories.Update, tellings []int64, at time.Time) error {
	if t.op != int64(stories.OpPost) {
		return nil
	}
	states := []int64{int64(stories.Sent)}
	if t.Kind == stories.Correction || t.Kind == stories.Withdrawal { // what is about to go on may still do so in the old wording
		states = append(states, int64(stories.Pending), int64(stories.Held))
	}
	return publishBy(ctx, q, u, at, func(publications []int64) (int64, error) {
		return q.exec(ctx, publishTellingsSQL, list(tellings), list(publications), list(states))
	})
}

// publishBy makes the publications of u under which owe owes that messages go on. Nothing
// but breaking updates does.
func publishBy(ctx context.Context, q querier, u stories.Update, at time.Time, owe func(publications []int64) (int64, error)) error {
	var any bool
	if u.Level != stories.Breaking {
		return nil
	}
	if err := one(ctx, q, isPublishingSQL, nil, &any); err != nil || !any {
		return err
	}
	lanes, err := all(ctx, q, scanID, lanesInUseSQL)
	if err != nil || len(lanes) == 0 {
		return err
	}
	u.CreatedAt, u.Revision = at, 0 // it is done once, in whatever wording
	publications, err := insertPublications(ctx, q, lanes, u, stories.OpPublish, false)
	if err != nil {
		return err
	}
	n, err := owe(publications)
	if err != nil {
		return fmt.Errorf("owe that messages are published: %w", err)
	}
	return enqueue(ctx, q, publications, int(n), at)
}

// publishingOfSQL are those of the rows ?1 by which copies of the updates ?2 go on.
const publishingOfSQL = `
	SELECT e.id, p.update_id FROM owed e JOIN publications p ON p.id = (e.id >> 32) JOIN publications c ON c.id = (e.on_id >> 32)
	WHERE e.id among(?1) AND p.op = 6 AND p.update_id among(?2) AND c.update_id = p.update_id`

// withholdPublishing takes out of what x begins that by which a copy of what is on hold or
// withdrawn would go on. A release owes it anew.
func (s *Store) withholdPublishing(ctx context.Context, q querier, x stories.Exchange, standings map[int64]stories.Standing, begun *stories.Begun) error {
	if len(standings) == 0 {
		return nil
	}
	rows, updates := stillBegun(x, begun), make([]int64, 0, len(standings))
	for id := range standings {
		updates = append(updates, id)
	}
	by := map[stories.Standing][]int64{}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id, update int64
		err = r.Scan(&id, &update)
		by[standings[update]] = append(by[standings[update]], id)
		return none, err
	}, publishingOfSQL, list(deliveriesOf(rows)), list(updates))
	if err != nil {
		return err
	}
	for standing, ids := range by {
		_, why := withheld(stories.Update{Marks: stories.Marks{Standing: standing}})
		for _, id := range ids {
			begun.Deliveries[id] = false
		}
		if err := move(ctx, q, only(rows, ids), stories.Skipped, why, s.now()); err != nil {
			return err
		}
	}
	return nil
}

// passedOnSQL tells of the deliveries ?1 how that stands by which their messages go on, the
// newest last.
const passedOnSQL = `
	SELECT x.on_id, coalesce(o.state, 0), coalesce(o.code, 0), coalesce(o.reason, '')
	FROM owed x JOIN publications r ON r.id = (x.id >> 32) LEFT JOIN outcomes o ON o.id = x.id
	WHERE x.on_id > 0 AND x.on_id among(?1) AND r.op = 6 ORDER BY x.id`

// fillPassedOn adds to deliveries whose messages are to go on what became of that.
func (s *Store) fillPassedOn(ctx context.Context, found []stories.Delivery) error {
	if len(found) == 0 {
		return nil
	}
	at := make(map[int64]int, len(found))
	ids := make([]int64, len(found))
	for i, d := range found {
		at[d.ID], ids[i] = i, d.ID
	}
	_, err := all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var on int64
		var passed stories.PassedOn
		var why reason
		err = r.Scan(&on, &passed.State, &why.code, &why.words)
		passed.Reason = why.String()
		found[at[on]].PassedOn = &passed
		return none, err
	}, passedOnSQL, list(ids))
	return err
}
