package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"storybot/stories"
	"time"
)

// waitedKeep is how many updates of a story go out at the end of quiet hours.
const waitedKeep = 5

const (
	// waitedSQL notes of rows that they waited for their time.
	waitedSQL = `
		INSERT INTO outcomes (id, state, late) SELECT d.id, 8, CASE WHEN p.op onCard() THEN 0 ELSE 1 END FROM owed d JOIN publications p ON p.id = (d.id >> 32) WHERE d.id among(?1)
		ON CONFLICT (id) DO UPDATE SET late = excluded.late`
	missedLateSQL = `UPDATE outcomes SET missed = missed + ?2 WHERE id = ?1`
)

// ready has rows that waited be what goes out of them, in their order: in the mode that holds
// now, and of a story's updates the newest, the first of which says how many do not go. What
// nobody follows any more does not go.
func ready(ctx context.Context, q querier, rows []waitingRow, at time.Time) ([]waitingRow, error) {
	rows, err := followedStill(ctx, q, rows, at)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if rows, err = reroute(ctx, q, rows, at); err != nil {
		return nil, fmt.Errorf("have what waited go another way: %w", err)
	}
	if _, err := q.exec(ctx, waitedSQL, list(numbersOf(rows))); err != nil {
		return nil, err
	}
	rows, older, missed := newestOf(rows)
	if err := move(ctx, q, older, stories.Skipped, keeping(waitedOver, waitedKeep), at); err != nil {
		return nil, err
	}
	for _, first := range slices.Sorted(maps.Keys(missed)) {
		if _, err := q.exec(ctx, missedLateSQL, first, missed[first]); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// release has rows that waited go out as ready says, under a publication for each story in
// each lane; see inorder.go.
func (s *Store) release(ctx context.Context, q querier, rows []waitingRow, at time.Time) (int, error) {
	rows, err := ready(ctx, q, rows, at)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	var gone, held []waiting
	again := map[int64][]waitingRow{}
	for _, r := range rows {
		switch r.state {
		case stories.Gone:
			gone = append(gone, r.waiting)
		case stories.Blocked:
			held = append(held, r.waiting)
		default:
			again[r.lane] = append(again[r.lane], r)
		}
	}
	if err := move(ctx, q, gone, stories.Skipped, because(channelGone), at); err != nil {
		return 0, err
	}
	if len(held) > 0 {
		if err := move(ctx, q, held, stories.Held, because(unwritable), at); err != nil {
			return 0, err
		}
		if err := trimOverfull(ctx, q, at); err != nil {
			return 0, err
		}
	}
	for _, lane := range slices.Sorted(maps.Keys(again)) {
		if err := queueLate(ctx, q, lane, again[lane], at); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// queueLate owes rows that waited again, in one lane. They are no more urgent than news
// that is not breaking, but where such news of their story waits behind them.
func queueLate(ctx context.Context, q querier, lane int64, rows []waitingRow, at time.Time) error {
	late := make([]ofStory, len(rows))
	for i, r := range rows {
		late[i] = ofStory{r.waiting, r.story, stories.Normal}
	}
	found, err := divide(ctx, q, lane, late)
	if err != nil {
		return err
	}
	for _, a := range found {
		id, err := a.publish(ctx, q, lane, at)
		if err != nil {
			return err
		}
		if _, err := moveTo(ctx, q, a.fresh, stories.Pending, reason{}, at, stories.Ref{Publication: id}); err != nil {
			return err
		}
	}
	return nil
}

// queueAgain owes kept rows of an update again, in one lane.
func queueAgain(ctx context.Context, q querier, lane int64, u stories.Update, rows []waiting, at time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	kept := make([]ofStory, len(rows))
	for i, r := range rows {
		kept[i] = ofStory{r, u.StoryID, u.Level}
	}
	found, err := divide(ctx, q, lane, kept)
	if err != nil {
		return err
	}
	for _, a := range found {
		id, err := a.publish(ctx, q, lane, at)
		if err != nil {
			return err
		}
		queued, err := endKept(ctx, q, a.fresh, stories.Pending, reason{}, at)
		if err != nil {
			return err
		}
		queued = slices.Clone(queued)
		for i := range queued {
			queued[i].Publication = id
		}
		if err := changeRows(ctx, q, intoQueueSQL, queued); err != nil {
			return err
		}
		if err := (tally{id: {queued: len(queued)}}).post(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// followedStill are those of rows that something brings still; the others are skipped.
func followedStill(ctx context.Context, q querier, rows []waitingRow, at time.Time) ([]waitingRow, error) {
	found, err := vainAmong(ctx, q, plain(rows), 0)
	if err != nil {
		return nil, err
	}
	for _, v := range found {
		if err := move(ctx, q, v.rows, stories.Skipped, because(v.why), at); err != nil {
			return nil, err
		}
		is := map[int64]bool{}
		for _, r := range v.rows {
			is[r.Delivery] = true
		}
		rows = slices.DeleteFunc(rows, func(r waitingRow) bool { return is[r.Delivery] })
	}
	return rows, nil
}

// newestOf divides rows, which are in order, into those that go and the updates that are
// too many of their story, counted by the first row that goes after them.
func newestOf(rows []waitingRow) (newest []waitingRow, older []waiting, missed map[int64]int) {
	left, over := map[storyAt]int{}, map[storyAt]int{}
	for _, r := range rows {
		if !r.notice && r.op != stories.OpShow {
			left[storyAt{r.Place, r.story}]++
		}
	}
	missed = map[int64]int{}
	for _, r := range rows {
		at := storyAt{r.Place, r.story}
		switch {
		case r.notice, r.op == stories.OpShow: // a card shows the newest
			newest = append(newest, r)
		case left[at] > waitedKeep:
			left[at]--
			over[at]++
			older = append(older, r.waiting)
		default:
			if over[at] > 0 {
				missed[r.Delivery], over[at] = over[at], 0
			}
			newest = append(newest, r)
		}
	}
	return newest, older, missed
}

func plain(rows []waitingRow) []waiting {
	found := make([]waiting, len(rows))
	for i, r := range rows {
		found[i] = r.waiting
	}
	return found
}

func numbersOf(rows []waitingRow) []int64 { return deliveriesOf(plain(rows)) }
