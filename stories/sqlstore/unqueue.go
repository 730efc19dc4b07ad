package sqlstore

import (
	"context"
	"slices"

	"storybot/stories"
)

const (
	unqueueAgainSQL = `
		DELETE FROM queue WHERE (publication_id, destination_id, delivery_id) IN (
			SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT) FROM each(?1))
		RETURNING delivery_id`
	unholdSQL = `
		DELETE FROM held WHERE (destination_id, delivery_id) IN (
			SELECT CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT) FROM each(?1))
		RETURNING delivery_id`
	// decidedBySQL are those of some rows that are held for a person to decide
	// on, not for their destination to heal.
	decidedBySQL = `SELECT id FROM outcomes WHERE id among(?1) AND state = 5 AND doubtful = 2 /*lock*/`
)

// removeRows removes some rows from one of the tables queue and held, and returns
// which were there.
func removeRows(ctx context.Context, q querier, text string, rows []waiting) (gone []int64, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	arg, err := refs(rows)
	if err != nil {
		return nil, err
	}
	return all(ctx, q, scanID, text, arg)
}

// unqueue returns those of rows that wait, in the queue or under their own
// publications, and takes the former out of it. Of the latter it is the outcome
// that says they do not wait any more, which is written next: nobody else changes
// it meanwhile. deferred are those that wait for their time.
func unqueue(ctx context.Context, q querier, rows []waiting) (left []waiting, deferred map[int64]bool, err error) {
	var own, again []waiting
	for _, r := range rows {
		if r.Origin == r.Publication {
			own = append(own, r)
		} else {
			again = append(again, r)
		}
	}
	gone, err := removeRows(ctx, q, unqueueAgainSQL, again)
	if err != nil {
		return nil, nil, err
	}
	before, err := claim(ctx, q, deliveriesOf(own))
	if err != nil {
		return nil, nil, err
	}
	deferred = map[int64]bool{}
	for _, r := range own {
		was := before[r.Delivery]
		deferred[r.Delivery] = was.state == stories.Deferred
		if was.waits() || deferred[r.Delivery] {
			gone = append(gone, r.Delivery)
		}
	}
	return only(rows, gone), deferred, nil
}

// only returns those of rows whose deliveries are among ids.
func only(rows []waiting, ids []int64) []waiting {
	if len(rows) == 0 || len(ids) == 0 {
		return nil
	}
	is := make(map[int64]bool, len(ids))
	for _, id := range ids {
		is[id] = true
	}
	found := make([]waiting, 0, len(ids))
	for _, r := range rows {
		if is[r.Delivery] {
			found = append(found, r)
			delete(is, r.Delivery) // one named twice is there once
		}
	}
	return found
}

// unhold takes rows from what is held and returns those that were: who plans
// beside us may have taken some. What a person decides on is held in its row
// alone.
func unhold(ctx context.Context, q querier, rows []waiting) ([]waiting, error) {
	gone, err := removeRows(ctx, q, unholdSQL, rows)
	if err != nil || len(gone) == len(rows) {
		return only(rows, gone), err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Delivery
	}
	back, err := all(ctx, q, scanID, decidedBySQL, list(ids))
	return only(rows, append(gone, back...)), err
}

// inLaneSQL are those of the publications ?1 that a lane ?2 reads.
const inLaneSQL = `SELECT id FROM publications WHERE id among(?1) AND lane_id = ?2`

// inLane are those of waiting rows that wait in a lane, which alone is locked, or in none.
// What came back in a lane that a channel has left waits there still, and is found out about
// when it is begun.
func inLane(ctx context.Context, q querier, lane int64, rows []waiting) ([]waiting, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	under := make([]int64, len(rows))
	for i, r := range rows {
		under[i] = r.Publication
	}
	slices.Sort(under)
	here, err := all(ctx, q, scanID, inLaneSQL, list(slices.Compact(under)), lane)
	return slices.DeleteFunc(rows, func(r waiting) bool { return r.Publication != 0 && !slices.Contains(here, r.Publication) }), err
}
