package sqlstore

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// What waited for its time, or was kept, is hung on its head as it goes. What waited goes
// in the mode that its channel has then. Rows say by their publications what they do and
// when their turn is, so that where another mode holds, or where the head is new, these end
// and others are in their place, behind the head.

const (
	modesOfSQL = `SELECT id, mode, digest FROM subscriptions WHERE id among(?1)`
	// insteadSQL owes in the lane ?1 what the publication ?3 owed to ?5 channels, of which ?6
	// are direct messages, by the operation ?4: it waits for its time, or is kept where ?7 is 1.
	insteadSQL = `
		INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, revision, op, level, urgency, waits, total, deferred, kept, direct, second)
		SELECT CAST(?1 AS BIGINT), CAST(?2 AS BIGINT), p.update_id, u.story_id, p.created_at, p.revision, CAST(?4 AS SMALLINT), p.level, p.level, 1,
			CAST(?5 AS BIGINT), CASE WHEN ?7 = 0 THEN CAST(?5 AS BIGINT) ELSE 0 END, CASE WHEN ?7 = 1 THEN CAST(?5 AS BIGINT) ELSE 0 END, CAST(?6 AS BIGINT), p.second
		FROM publications p JOIN updates u ON u.id = p.update_id WHERE p.id = ?3 RETURNING id`
	// oweInsteadSQL owes what is in ?1: each a row that ends, the one in its place, and where.
	oweInsteadSQL = `INSERT INTO owed (id, destination_id) SELECT CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT) FROM each(?1) ORDER BY 1`
	// missedTooSQL has what is in their places be in the state ?2, and say what these were to
	// say was missed.
	missedTooSQL = `
		INSERT INTO outcomes (id, state, missed, late)
		SELECT CAST(j.value ->> 1 AS BIGINT), CAST(?2 AS SMALLINT), coalesce(o.missed, 0), coalesce(o.late, 0) FROM each(?1) LEFT JOIN outcomes o ON o.id = CAST(j.value ->> 0 AS BIGINT)`
	// uncountAllSQL takes rows from what is counted of publications: each of these, how many
	// they are, and how many to direct messages.
	uncountAllSQL = `
		UPDATE publications SET total = total - CAST(j.value ->> 1 AS BIGINT), direct = direct - CAST(j.value ->> 2 AS BIGINT) FROM each(?1)
		WHERE publications.id = CAST(j.value ->> 0 AS BIGINT)`
)

// way is how an update comes where a subscription decides.
type way struct {
	mode   stories.Mode
	digest stories.Digest
}

// op is what brings an update so.
func (w way) op(r waitingRow) stories.Op {
	switch {
	case r.notice, w.mode == "", w.digest != "", r.level == stories.Breaking: // what was collected until now too
		return r.op
	case w.mode == stories.ModeCard:
		return stories.OpShow
	case w.mode == stories.ModeThread, r.forum:
		return stories.OpReply
	}
	return stories.OpPost
}

// reroute has rows go that waited for their time, as the modes say that hold now. What is
// told of a revision stays beside its copy. It returns them in their order.
func reroute(ctx context.Context, q querier, rows []waitingRow, at time.Time) ([]waitingRow, error) {
	ops, err := opsNow(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	return goAs(ctx, q, rows, ops, stories.Deferred, at)
}

// opsNow are the operations that bring rows as the modes say that hold now.
func opsNow(ctx context.Context, q querier, rows []waitingRow) ([]stories.Op, error) {
	ways, err := waysOf(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	ops := make([]stories.Op, len(rows))
	for i, r := range rows {
		ops[i] = ways[r.sub].op(r)
	}
	return ops, nil
}

// waysOf are the ways of the subscriptions that decide about rows.
func waysOf(ctx context.Context, q querier, rows []waitingRow) (map[int64]way, error) {
	subs := map[int64]bool{}
	for _, r := range rows {
		subs[r.sub] = true
	}
	ways := make(map[int64]way, len(subs))
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var w way
		err = r.Scan(&id, &w.mode, &w.digest)
		ways[id] = w
		return none, err
	}, modesOfSQL, list(slices.Sorted(maps.Keys(subs))))
	return ways, err
}

// rehang has kept copies go as the modes say that hold now, on their heads, and returns them,
// by some in the places of others.
func rehang(ctx context.Context, q querier, kept []waiting, at time.Time) ([]waiting, error) {
	if len(kept) == 0 {
		return nil, nil
	}
	rows, err := all(ctx, q, scanWaitingRow, theseRowsSQL, list(deliveriesOf(kept)))
	if err != nil {
		return nil, err
	}
	ops, err := opsNow(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	rows, err = goAs(ctx, q, rows, ops, stories.Kept, at)
	return plain(rows), err
}

// goAs has rows, which are in a state, go by operations and on heads.
func goAs(ctx context.Context, q querier, rows []waitingRow, ops []stories.Op, from stories.DeliveryState, at time.Time) ([]waitingRow, error) {
	goes := slices.Clone(rows)
	for i := range goes {
		goes[i].op = ops[i]
	}
	hooks, err := hooksFor(ctx, q, goes, at)
	if err != nil {
		return nil, err
	}
	others := map[spot]bool{} // all of a story's in one channel, so that they stay in order
	for i, r := range rows {
		where := spot{r.story, r.Place}
		if ops[i] != r.op || hooks[where] != nil && hooks[where].behind(goes[i]) {
			others[where] = true
		}
	}
	if len(others) > 0 {
		if err := replace(ctx, q, rows, goes, others, from, at); err != nil {
			return nil, err
		}
	}
	var each [][2]int64
	for _, r := range goes {
		if on := hooks[spot{r.story, r.Place}].on(r); on != 0 {
			each = append(each, [2]int64{r.Delivery, on})
		}
	}
	if len(each) == 0 {
		return goes, nil
	}
	return goes, withEach(ctx, q, hangSQL, each)
}

// replace ends those of rows that are at others, and puts what is owed in their places into
// goes.
func replace(ctx context.Context, q querier, rows, goes []waitingRow, others map[spot]bool, from stories.DeliveryState, at time.Time) error {
	places, err := all(ctx, q, scanID, directPlacesSQL)
	if err != nil {
		return err
	}
	direct := make(map[int64]bool, len(places))
	for _, place := range places {
		direct[place] = true
	}
	type share struct {
		update, origin, lane int64
		op                   stories.Op
	}
	shares := map[share][]int{} // which of rows
	for i, r := range goes {
		if !r.notice && others[spot{r.story, r.Place}] {
			of := share{r.update, r.Origin, r.lane, r.op}
			shares[of] = append(shares[of], i)
		}
	}
	order := slices.SortedFunc(maps.Keys(shares), func(a, b share) int {
		return cmp.Or(cmp.Compare(a.update, b.update), cmp.Compare(a.origin, b.origin), cmp.Compare(a.lane, b.lane), cmp.Compare(a.op, b.op))
	})
	for _, of := range order {
		var ended []waiting
		toDirect := 0
		for _, i := range shares[of] {
			ended = append(ended, rows[i].waiting)
			toDirect += bit(direct[rows[i].Place])
		}
		var id int64
		if err := one(ctx, q, insteadSQL, []any{of.lane, newSeed(), of.origin, int(of.op), len(ended), toDirect, bit(from == stories.Kept)}, &id); err != nil {
			return err
		}
		each := make([][3]int64, len(ended))
		for n, i := range shares[of] {
			fresh := deliveryID(id, ended[n].Place)
			each[n] = [3]int64{ended[n].Delivery, fresh, ended[n].Place}
			goes[i].waiting = waiting{stories.Ref{Publication: id, Origin: id, Place: ended[n].Place, Delivery: fresh}}
		}
		if err := withEach(ctx, q, oweInsteadSQL, each); err != nil {
			return err
		}
		if err := withEach(ctx, q, missedTooSQL, each, int(from)); err != nil {
			return err
		}
		if err := endReplaced(ctx, q, ended, toDirect, from, at); err != nil {
			return err
		}
	}
	return nil
}

// endReplaced ends rows of one publication that others are in the place of, which count.
func endReplaced(ctx context.Context, q querier, rows []waiting, toDirect int, from stories.DeliveryState, at time.Time) (err error) {
	if from == stories.Kept {
		err = endKept(ctx, q, rows, stories.Skipped, because(madeAnew), at)
	} else {
		err = move(ctx, q, rows, stories.Skipped, because(madeAnew), at)
	}
	if err != nil {
		return err
	}
	t := tally{}
	t.ended(rows[0].Origin, stories.Skipped, -len(rows))
	if err := t.write(ctx, q); err != nil {
		return err
	}
	return withEach(ctx, q, uncountAllSQL, [][3]int64{{rows[0].Origin, int64(len(rows)), int64(toDirect)}})
}
