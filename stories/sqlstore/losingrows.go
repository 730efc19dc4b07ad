package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"storybot/stories"
)

// What waits to stand in a thread that is lost or takes nothing: see losing.go.

const (
	onThreadSQL = `SELECT ` + waitsUnderSQL + `, d.destination_id, d.id, d.publication_id FROM owed x JOIN deliveries d ON d.id = x.id WHERE x.on_id > 0 AND x.on_id among(?1) AND d.op inThread() AND d.state IN (0, 5) ORDER BY d.id`
	// newsSinceSQL asks whether an update that the head ?2 is to show has come since its
	// edit ?1 was owed, or with it.
	newsSinceSQL = `
		SELECT CASE WHEN EXISTS (SELECT 1 FROM publications p CROSS JOIN heads h JOIN updates u ON u.story_id = h.story_id AND u.id <= h.through AND u.created_at >= p.created_at
			WHERE p.id = (CAST(?1 AS BIGINT) >> 32) AND h.delivery_id = ?2) THEN 1 ELSE 0 END`
)

// waitingOn is what waits to stand in threads, in its order, and is not on its way.
func waitingOn(ctx context.Context, q querier, threads ...int64) ([]waiting, error) {
	flying, err := allFlights(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, err := all(ctx, q, scanAnyWaiting, onThreadSQL, list(threads))
	return slices.DeleteFunc(rows, flying.has), err
}

// eachWaiting skips what waits to stand in a thread, and does something in the place of
// each that was skipped: the result r is what became of the thread.
func eachWaiting(ctx context.Context, q querier, rows []waiting, why code, r stories.Result, do func(lostOne, stories.Result) error) error {
	rows, err := moveTo(ctx, q, rows, stories.Skipped, because(why), r.At, stories.Ref{})
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b waiting) int { return cmp.Compare(a.Delivery, b.Delivery) })
	for _, w := range rows {
		waiting := lostOne{id: w.Delivery}
		if err := one(ctx, q, lostOnSQL, []any{w.Delivery}, waiting.columns()...); err != nil {
			return err
		}
		r.Ref = w.Ref
		if err := do(waiting, r); err != nil {
			return err
		}
	}
	return nil
}

const onCopySQL = `SELECT CASE WHEN EXISTS (SELECT 1 FROM publications p WHERE p.id = (CAST(?1 AS BIGINT) >> 32) AND p.update_id > 0) THEN 1 ELSE 0 END`

// headless has updates that were to stand in a thread or on a card, which ended without a
// message, stand in the one that there is by now, and where there is none in the channel: the
// next update makes others. In a forum, where each would be a post, another post is tried
// once for all of them. Rows of them have been skipped.
func headless(ctx context.Context, q querier, lane int64, rows []waiting, at time.Time) error {
	for _, w := range rows {
		l := lostOne{id: w.Delivery}
		if err := one(ctx, q, lostOnSQL, []any{w.Delivery}, l.columns()...); err != nil {
			return err
		}
		if l.update == 0 || l.second || !hangsOn(l.op) {
			continue
		}
		var copies bool // it was to stand on a copy, not on a head
		if err := one(ctx, q, onCopySQL, []any{l.on}, &copies); err != nil {
			return err
		}
		if copies {
			continue
		}
		r := stories.Result{At: at}
		r.Ref = w.Ref
		if err := l.elsewhere(ctx, q, lane, r); err != nil {
			return err
		}
	}
	return nil
}

const (
	// usableHereSQL are the head of the story ?1 at the destination ?2 and its thread, where they
	// are there or will be; 0 for one that will not.
	usableHereSQL = `
		SELECT CASE WHEN %[1]s THEN 0 ELSE h.delivery_id END, CASE WHEN h.thread_id > 0 AND NOT %[2]s THEN h.thread_id ELSE 0 END,
			(SELECT t.forum FROM destinations t WHERE t.id = h.destination_id), coalesce((SELECT p.second FROM publications p WHERE p.id = (h.delivery_id >> 32)), 0)
		FROM heads h WHERE h.story_id = ?1 AND h.destination_id = ?2 AND h.gone = 0`
	// maybeOnceSQL says of what is owed as ?1 that what is owed in its place as ?2 may be there,
	// where nobody can look for it.
	maybeOnceSQL = `INSERT INTO outcomes (id, unknowns) SELECT CAST(?2 AS BIGINT), 1 FROM outcomes o WHERE o.id = ?1 AND o.doubtful > 0`
)

var usableHeadSQL = fmt.Sprintf(usableHereSQL, neverThere(`h.delivery_id`), neverThere(`h.thread_id`))

// elsewhere owes what hung on a head, or a thread, that will never be there where it can be.
func (l lostOne) elsewhere(ctx context.Context, q querier, lane int64, r stories.Result) error {
	h := head{story: l.story, place: r.Place}
	var tried bool // another one, for such rows
	err := one(ctx, q, usableHeadSQL, []any{l.story, r.Place}, &h.delivery, &h.thread, &h.forum, &tried)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if known && h.forum && h.delivery == 0 && !tried {
		if h.delivery, err = l.owe(ctx, q, lane, r, stories.OpPost, 0, stories.CardsID, 0, true); err != nil {
			return err
		}
		if _, err := q.exec(ctx, setHeadSQL, h.story, h.place, h.delivery, 0, 0, h.deleted); err != nil {
			return err
		}
	}
	op, on := stories.OpPost, int64(0)
	switch {
	case h.delivery == 0:
	case l.op == stories.OpShow || h.forum:
		op, on = l.op, h.delivery
	case h.thread > 0:
		op, on = l.op, h.thread
	}
	id, err := l.replaced(ctx, q, lane, r, op, on)
	if err != nil {
		return err
	}
	if id == 0 { // it counts for itself
		return nil
	}
	if _, err := q.exec(ctx, maybeOnceSQL, l.id, id); err != nil {
		return err
	}
	_, err = q.exec(ctx, moveReasonSQL, l.id, int(madeAnew))
	return err
}

// unmakes says that a result may end a head without a message. Then planning is locked: what
// was to hang on it is taken away.
func unmakes(results []stories.Result) bool { return slices.ContainsFunc(results, endsUnmade) }

func endsUnmade(r stories.Result) bool {
	return r.Shows && r.MessageID == "" && r.Destination == "" && (r.State == stories.Failed || r.State == stories.Skipped || r.State == stories.Unknown)
}

// unmadeHeadsSQL are those of the deliveries ?1 that were to make heads and ended without a
// message, with the threads that were to be opened on them.
var unmadeHeadsSQL = fmt.Sprintf(`
	SELECT d.id, coalesce((SELECT max(x.id) FROM owed x JOIN publications k ON k.id = (x.id >> 32) WHERE x.on_id > 0 AND x.on_id = d.id AND k.op = %d), 0)
	FROM owed d WHERE d.id among(?1) AND d.on_id = 0 AND %s ORDER BY d.id`, stories.OpThread, neverThere(`d.id`))

// endHeads has all that was to hang on heads which some results ended without a message go
// elsewhere, at once and in its order: what is published from now on makes others.
func endHeads(ctx context.Context, q querier, lane int64, flying flights, results []stories.Result) error {
	var ended []int64
	var at time.Time
	for _, r := range results {
		if f, is := flying.byID[r.Delivery]; is && f.Attempt == r.Attempt && endsUnmade(r) {
			ended, at = append(ended, r.Delivery), r.At
		}
	}
	if len(ended) == 0 {
		return nil
	}
	var both []int64
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var head, thread int64
		if err = r.Scan(&head, &thread); err == nil {
			both = append(both, head)
			if thread > 0 {
				both = append(both, thread)
			}
		}
		return none, err
	}, unmadeHeadsSQL, list(ended))
	if err != nil || len(both) == 0 {
		return err
	}
	bring, vain, err := onHeads(ctx, q, both, flying)
	if err != nil {
		return err
	}
	if err := move(ctx, q, vain, stories.Skipped, because(noMessage), at); err != nil {
		return err
	}
	if bring, err = moveTo(ctx, q, bring, stories.Skipped, because(noMessage), at, stories.Ref{}); err != nil {
		return err
	}
	slices.SortFunc(bring, func(a, b waiting) int { return cmp.Compare(a.Delivery, b.Delivery) })
	return headless(ctx, q, lane, bring, at)
}

// tellHere tells a channel of a change that nobody made.
func tellHere(ctx context.Context, q querier, p place, change stories.Change, at time.Time) error {
	on, told, err := lineOn(ctx, q, p, change.StoryID)
	if err != nil || !told {
		return err
	}
	n := stories.Notice{Kind: stories.StopNotice, Revision: 1, Done: true, CreatedAt: at, Body: stories.NoticeBody{Change: change}}
	if err := insertNotice(ctx, q, &n); err != nil {
		return err
	}
	return oweHere(ctx, q, n, at, p, on)
}

const addressSQL = `SELECT platform, workspace, channel FROM destinations WHERE id = ?1`

// alarmOf tells the desk of a story's head in the channel of a result.
func (s *Store) alarmOf(ctx context.Context, q querier, lane int64, kind stories.AlarmKind, r stories.Result, story int64) error {
	a := stories.Alarm{Kind: kind, At: r.At, StoryID: story, Reason: clean(r.Reason)}
	if err := one(ctx, q, addressSQL, []any{r.Place}, &a.Destination.Platform, &a.Destination.Workspace, &a.Destination.Channel); err != nil {
		return err
	}
	if err := one(ctx, q, `SELECT name FROM lanes WHERE id = ?1`, []any{lane}, &a.Lane); err != nil {
		return err
	}
	return keepAlarms(ctx, q, lane, []stories.Alarm{a})
}
