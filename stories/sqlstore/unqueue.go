package sqlstore

import (
	"context"
	"slices"

	"storybot/stories"
)

const (
	unqueueSQL    = `DELETE FROM queue WHERE publication_id = ?1 AND destination_id among(?2) AND delivery_id among(?3) RETURNING delivery_id`
	nearPlacesSQL = `
		SELECT coalesce(string_agg(CAST(delivery_id AS TEXT), ','), '') FROM queue
		WHERE publication_id = ?1 AND destination_id BETWEEN ?2 AND ?3`
	unqueueRunSQL   = `DELETE FROM queue WHERE publication_id = ?1 AND destination_id BETWEEN ?2 AND ?3`
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
	decidedBySQL = `SELECT id FROM deliveries WHERE id among(?1) AND state = 5 AND doubtful = 2 /*lock*/`
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

// byPublication groups rows: those of one lie together in the queue.
func byPublication[T any](rows []T, ref func(T) stories.Ref) map[int64][]stories.Ref {
	groups := map[int64][]stories.Ref{}
	for _, r := range rows {
		groups[ref(r).Publication] = append(groups[ref(r).Publication], ref(r))
	}
	return groups
}

// unqueue takes rows from the queue and returns those that were there.
func unqueue(ctx context.Context, q querier, rows []waiting) ([]waiting, error) {
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
		return nil, err
	}
	for publication, refs := range byPublication(own, func(w waiting) stories.Ref { return w.Ref }) {
		near, others := runs(refs, placeOf)
		for _, run := range near {
			whole, err := unqueueRun(ctx, q, publication, run)
			if err != nil {
				return nil, err
			}
			if whole {
				gone = append(gone, numbersOf(run, deliveryOf)...)
			} else {
				others = append(others, run...)
			}
		}
		if len(others) == 0 {
			continue
		}
		some, err := all(ctx, q, scanID, unqueueSQL, publication, list(numbersOf(others, placeOf)), list(numbersOf(others, deliveryOf)))
		if err != nil {
			return nil, err
		}
		gone = append(gone, some...)
	}
	return only(rows, gone), nil
}

// unqueueRun takes what a publication owes places from the queue, from the first
// place to the last, if it owes nothing else between them; whole says that it did.
// Nobody adds to a publication, and the lane is locked.
func unqueueRun(ctx context.Context, q querier, publication int64, run []stories.Ref) (whole bool, err error) {
	var text string
	first, last := run[0].Place, run[len(run)-1].Place
	if err := one(ctx, q, nearPlacesSQL, []any{publication, first, last}, &text); err != nil {
		return false, err
	}
	there, err := numbers(text)
	if err != nil {
		return false, err
	}
	asked := numbersOf(run, deliveryOf)
	slices.Sort(asked)
	if !slices.Equal(there, asked) {
		return false, nil
	}
	_, err = q.exec(ctx, unqueueRunSQL, publication, first, last)
	return err == nil, err
}

func placeOf(r stories.Ref) int64 { return r.Place }

func deliveryOf(r stories.Ref) int64 { return r.Delivery }

// numbersOf returns a number of each row.
func numbersOf(rows []stories.Ref, number func(stories.Ref) int64) []int64 {
	found := make([]int64, len(rows))
	for i, r := range rows {
		found[i] = number(r)
	}
	return found
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
