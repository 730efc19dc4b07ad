package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// What waits for its time and is for a story's thread or card hangs on nothing yet: it is
// hung on the head that there is when it goes, and where there is none, one is owed then.
// So no head is posted at an hour at which nothing may be, whatever is deleted, merged or
// chosen meanwhile; and where something breaking has made one, that is taken.

const (
	hangSQL = `UPDATE owed SET on_id = CAST(j.value ->> 1 AS BIGINT) FROM each(?1) WHERE owed.id = CAST(j.value ->> 0 AS BIGINT)`
	// headsAtSQL are the heads at the destinations ?1 that are there or will be.
	headsAtSQL = `
		SELECT h.story_id, h.destination_id, h.delivery_id, CASE WHEN h.thread_id > 0 AND NOT %s THEN h.thread_id ELSE 0 END,
			coalesce((SELECT max(o.id) FROM outcomes o WHERE o.id IN (h.delivery_id, h.thread_id) AND o.message_id <> ''), 0)
		FROM heads h WHERE h.destination_id among(?1) AND h.gone = 0 AND NOT %s`
	// oweHeadsSQL owes what is in ?1, each a destination, its lane and what is acted on, under
	// the publications ?2.
	oweHeadsSQL = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT (p.id << 32) + CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 2 AS BIGINT)
		FROM each(?1) JOIN publications p ON p.id among(?2) AND p.lane_id = CAST(j.value ->> 1 AS BIGINT)
		ORDER BY 1`
	// showNewestSQL has heads show what there is of their stories, from a level on.
	showNewestSQL = `
		UPDATE heads SET through = (SELECT coalesce(max(u.id), 0) FROM updates u WHERE u.story_id = heads.story_id), level = CAST(j.value ->> 2 AS SMALLINT) FROM each(?1)
		WHERE heads.story_id = CAST(j.value ->> 0 AS BIGINT) AND heads.destination_id = CAST(j.value ->> 1 AS BIGINT)`
)

var usableHeadsSQL = fmt.Sprintf(headsAtSQL, neverThere(`h.thread_id`), neverThere(`h.delivery_id`))

// hook is where the rows of one story at one destination hang.
type hook struct {
	story, place, lane, sub int64
	head, thread            int64         // deliveries; 0 for none yet
	threaded                bool          // they need the thread
	there                   int64         // the one of the two whose message is there, the thread before the head
	level                   stories.Level // of the most urgent of them
}

// hooksFor finds the heads, and threads on them, that rows hang on, and owes what is not
// there. Who publishes and who begins something of their stories is kept away: planning is
// locked and the lanes are, or the stories and the notice of cards.
func hooksFor(ctx context.Context, q querier, rows []waitingRow, at time.Time) (map[spot]*hook, error) {
	hooks, err := hooksOf(ctx, q, rows)
	if err != nil || len(hooks) == 0 {
		return nil, err
	}
	for _, step := range []struct {
		op    stories.Op
		keep  string
		lacks func(*hook) bool
	}{
		{stories.OpPost, keepHeadsSQL, func(h *hook) bool { return h.head == 0 }},
		{stories.OpThread, keepThreadsSQL, func(h *hook) bool { return h.threaded && h.thread == 0 }},
	} {
		if err := oweHooks(ctx, q, hooks, step.op, step.keep, step.lacks, at); err != nil {
			return nil, fmt.Errorf("owe a %s for what waited: %w", step.op, err)
		}
	}
	return hooks, showNewest(ctx, q, hooks)
}

// on is what a row hangs on, 0 for nothing.
func (h *hook) on(r waitingRow) int64 {
	switch {
	case h == nil || !hangs(r):
		return 0
	case r.op == stories.OpShow || r.forum:
		return h.head
	}
	return h.thread
}

// behind says that a row was owed before what it hangs on, which is not there yet: in one
// channel nothing leaves before what was owed earlier, and that would wait for this row.
func (h *hook) behind(r waitingRow) bool {
	on := h.on(r)
	return on > h.there && on>>placeBits > r.Origin
}

// hangs says that a row is for a head.
func hangs(r waitingRow) bool {
	return !r.notice && r.state != stories.Gone && hangsOn(r.op)
}

// hangsOn says that an operation brings its update to a thread or card.
func hangsOn(o stories.Op) bool {
	return o == stories.OpReply || o == stories.OpBroadcast || o == stories.OpShow
}

// spot is one story at one destination.
type spot struct{ story, place int64 }

// hooksOf are the hooks that rows need, as they are there.
func hooksOf(ctx context.Context, q querier, rows []waitingRow) (map[spot]*hook, error) {
	hooks := map[spot]*hook{}
	places := map[int64]bool{}
	for _, r := range rows {
		if !hangs(r) {
			continue
		}
		at := spot{r.story, r.Place}
		h := hooks[at]
		if h == nil {
			h = &hook{story: r.story, place: r.Place, lane: r.lane, sub: r.sub}
			hooks[at] = h
		}
		h.threaded = h.threaded || r.op != stories.OpShow && !r.forum
		h.level = max(h.level, r.level)
		places[r.Place] = true
	}
	if len(hooks) == 0 {
		return nil, nil
	}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var found hook
		if err = r.Scan(&found.story, &found.place, &found.head, &found.thread, &found.there); err == nil {
			if h := hooks[spot{found.story, found.place}]; h != nil {
				h.head, h.thread, h.there = found.head, found.thread, found.there
			}
		}
		return none, err
	}, usableHeadsSQL, list(slices.Sorted(maps.Keys(places))))
	return hooks, err
}

// inOrder are hooks in the order of their stories, levels and places.
func inOrder(hooks map[spot]*hook) []*hook {
	return slices.SortedFunc(maps.Values(hooks), func(a, b *hook) int {
		return cmp.Or(cmp.Compare(a.story, b.story), cmp.Compare(a.level, b.level), cmp.Compare(a.place, b.place))
	})
}

// oweHooks owes what some hooks lack, the heads or the threads of all, and notes it.
func oweHooks(ctx context.Context, q querier, hooks map[spot]*hook, op stories.Op, keep string, lacks func(*hook) bool, at time.Time) error {
	wanting := slices.DeleteFunc(inOrder(hooks), func(h *hook) bool { return !lacks(h) })
	for len(wanting) > 0 {
		n := slices.IndexFunc(wanting, func(h *hook) bool { return h.story != wanting[0].story || h.level != wanting[0].level })
		if n < 0 {
			n = len(wanting)
		}
		some := wanting[:n]
		wanting = wanting[n:]
		lanes := map[int64]bool{}
		each := make([][3]int64, n)
		for i, h := range some {
			lanes[h.lane] = true
			each[i] = [3]int64{h.place, h.lane}
			if op == stories.OpThread {
				each[i][2] = h.head
			}
		}
		publications, err := publishHeads(ctx, q, slices.Sorted(maps.Keys(lanes)), some[0].story, op, some[0].level, 0, at)
		if err != nil {
			return err
		}
		if err := withEach(ctx, q, oweHeadsSQL, each, list(publications)); err != nil {
			return err
		}
		if _, err := q.exec(ctx, keep, some[0].story, list(publications)); err != nil {
			return err
		}
		if err := enqueue(ctx, q, publications, n, at); err != nil {
			return err
		}
		if err := noteOwed(ctx, q, some, publications, op); err != nil {
			return err
		}
	}
	return nil
}

const owedUnderSQL = `SELECT d.destination_id, d.id FROM publications p CROSS JOIN owed d WHERE p.id among(?1) AND ` + inPublicationSQL

// noteOwed notes on hooks of one story what was owed for them.
func noteOwed(ctx context.Context, q querier, hooks []*hook, publications []int64, op stories.Op) error {
	under := map[int64]int64{} // by destination
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var place, id int64
		err = r.Scan(&place, &id)
		under[place] = id
		return none, err
	}, owedUnderSQL, list(publications))
	for _, h := range hooks {
		if op == stories.OpThread {
			h.thread = under[h.place]
		} else {
			h.head, h.thread = under[h.place], 0
		}
	}
	return err
}

const levelsOfSQL = `SELECT id, level FROM subscriptions WHERE id among(?1)`

// showNewest has the heads of hooks show what there is of their stories at the levels of
// what decides there.
func showNewest(ctx context.Context, q querier, hooks map[spot]*hook) error {
	levels := map[int64]int64{}
	subs := map[int64]bool{}
	for _, h := range hooks {
		subs[h.sub] = true
	}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id, level int64
		err = r.Scan(&id, &level)
		levels[id] = level
		return none, err
	}, levelsOfSQL, list(slices.Sorted(maps.Keys(subs))))
	if err != nil {
		return err
	}
	var each [][3]int64
	for _, h := range inOrder(hooks) {
		each = append(each, [3]int64{h.story, h.place, cmp.Or(levels[h.sub], int64(stories.Minor))})
	}
	return withEach(ctx, q, showNewestSQL, each)
}

// withEach runs a statement on an array and what else it takes.
func withEach[T any](ctx context.Context, q querier, text string, each []T, more ...any) error {
	body, err := json.Marshal(each)
	if err == nil {
		_, err = q.exec(ctx, text, append([]any{string(body)}, more...)...)
	}
	return err
}
