package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// A story's updates come to each channel in their order, and whoever sends reads the most
// urgent publications first, then the earlier ones: what is read later may come later. So
// what of a story is owed a channel again takes along whatever else of it waits there, and
// all of that is as urgent as the most urgent of it. A publication that owes again names the
// story: what is published behind it raises it like any other.

const (
	againOfSQL = `
		INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, level, urgency)
		VALUES (?1, ?2, 0, ?5, ?3, ?4, ?4) RETURNING id`
	// waitingWithSQL are the messages of updates of the stories ?3 that stand in the queue of the
	// lane ?1 for the destinations ?2 and, the same again, ?4: each with its story and how urgent
	// it is there. What may have arrived is looked for where it is.
	waitingWithSQL = `
		SELECT p.id AS publication_id, d.destination_id, d.id AS delivery_id, p.id AS origin_id, p.story_id, p.urgency
		FROM publications p CROSS JOIN each(?2) CROSS JOIN owed d LEFT JOIN outcomes o ON o.id = d.id
		WHERE p.story_id among(?3) AND p.lane_id = ?1 AND p.queued > 0 AND p.update_id > 0 AND p.op says()
			AND d.id = (p.id << 32) + CAST(j.value AS BIGINT) AND d.destination_id = CAST(j.value AS BIGINT) AND ` + waitsSQL + ` AND coalesce(o.doubtful, 0) = 0
		UNION ALL
		SELECT q.publication_id, q.destination_id, q.delivery_id, p.id, u.story_id, r.urgency
		FROM publications r CROSS JOIN queue q JOIN publications p ON p.id = (q.delivery_id >> 32) JOIN updates u ON u.id = p.update_id LEFT JOIN outcomes o ON o.id = q.delivery_id
		WHERE r.lane_id = ?1 AND r.queued > 0 AND r.update_id = 0 AND r.notice_id IS NULL AND q.publication_id = r.id AND q.destination_id among(?4)
			AND u.story_id among(?3) AND p.op says() AND coalesce(o.doubtful, 0) = 0
		ORDER BY 3`
)

// storyAt is a story in a channel.
type storyAt struct{ place, story int64 }

// ofStory is a row that waits, of a story.
type ofStory struct {
	waiting
	story   int64
	urgency stories.Level // of what it waits under
}

func (r ofStory) at() storyAt { return storyAt{r.Place, r.story} }

// waitingWith is what else of the stories of rows, which are in no queue, stands in the queue
// of a lane for their channels. The lane is locked where there is any: nothing of it is begun
// before the transaction ends.
func waitingWith(ctx context.Context, q querier, lane int64, rows []ofStory) ([]ofStory, error) {
	are := map[storyAt]bool{}
	places, of := map[int64]bool{}, map[int64]bool{}
	for _, r := range rows {
		are[r.at()], places[r.Place], of[r.story] = true, true, true
	}
	at := list(slices.Sorted(maps.Keys(places)))
	read := func() ([]ofStory, error) {
		found, err := all(ctx, q, func(r row) (w ofStory, err error) {
			err = r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin, &w.story, &w.urgency)
			return w, err
		}, waitingWithSQL, lane, at, list(slices.Sorted(maps.Keys(of))), at)
		return slices.DeleteFunc(found, func(w ofStory) bool { return !are[w.at()] }), err
	}
	found, err := read()
	if err != nil || len(found) == 0 {
		return nil, err
	}
	if err := lockLanes(ctx, q); err != nil {
		return nil, err
	}
	flying, err := flightsOf(ctx, q, lane)
	if err != nil {
		return nil, err
	}
	if found, err = read(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(w ofStory) bool { return flying.has(w.waiting) }), nil
}

// again is what one publication owes again: rows that were in no queue, and what stood in it
// and is taken along.
type again struct {
	story        int64
	urgency      stories.Level
	fresh, along []waiting
}

// divide divides rows, which are in no queue, among the publications that owe them again in
// a lane, the most urgent first: by their stories, and by how urgent what is taken along is,
// or they are themselves.
func divide(ctx context.Context, q querier, lane int64, rows []ofStory) ([]again, error) {
	along, err := waitingWith(ctx, q, lane, rows)
	if err != nil {
		return nil, fmt.Errorf("read what waits of the same stories: %w", err)
	}
	urgency := map[storyAt]stories.Level{}
	for _, r := range slices.Concat(rows, along) {
		urgency[r.at()] = max(urgency[r.at()], r.urgency)
	}
	var found []again
	in := func(r ofStory) *again {
		level := urgency[r.at()]
		i := slices.IndexFunc(found, func(a again) bool { return a.story == r.story && a.urgency == level })
		if i < 0 {
			i = len(found)
			found = append(found, again{story: r.story, urgency: level})
		}
		return &found[i]
	}
	for _, r := range rows {
		a := in(r)
		a.fresh = append(a.fresh, r.waiting)
	}
	for _, r := range along {
		a := in(r)
		a.along = append(a.along, r.waiting)
	}
	slices.SortStableFunc(found, func(a, b again) int { return int(b.urgency - a.urgency) })
	return found, nil
}

// publish makes the publication that owes a again in a lane, and moves what is taken along
// to it.
func (a again) publish(ctx context.Context, q querier, lane int64, at time.Time) (id int64, err error) {
	if err := one(ctx, q, againOfSQL, []any{lane, newSeed(), millis(at), int(a.urgency), a.story}, &id); err != nil {
		return 0, err
	}
	_, err = moveTo(ctx, q, a.along, stories.Pending, reason{}, at, stories.Ref{Publication: id})
	return id, err
}
