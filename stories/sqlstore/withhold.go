package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// What of an update was not begun when it is put on hold is kept: it leaves the queue,
// or what its blocked channel holds, and a release owes it again. Of one that is
// withdrawn it is not sent at all. What may have arrived is in neither case touched:
// it is settled, and edited like any other copy.

const (
	// waitingCopiesSQL are copies of an update that wait: under their publications, owed
	// again, or held; but for those that may have arrived.
	waitingCopiesSQL = `
		SELECT p.id AS publication_id, d.destination_id, d.id AS delivery_id, p.id AS origin_id
		FROM publications p` + ofPublicationSQL + `
		WHERE p.update_id = ?1 AND p.op carries() AND p.queued > 0 AND ` + inPublicationSQL + ` AND ` + waitsSQL + ` AND coalesce(o.doubtful, 0) = 0
		UNION ALL ` + deferredOfSQL + `
		UNION ALL
		SELECT q.publication_id, q.destination_id, q.delivery_id, p.id
		FROM publications r CROSS JOIN queue q JOIN publications p ON p.id = (q.delivery_id >> 32) LEFT JOIN outcomes o ON o.id = q.delivery_id
		WHERE r.queued > 0 AND r.update_id = 0 AND r.notice_id IS NULL AND q.publication_id = r.id
			AND p.update_id = ?1 AND p.op carries() AND coalesce(o.doubtful, 0) = 0
		UNION ALL
		SELECT 0, h.destination_id, d.id, p.id
		FROM publications p` + ofPublicationSQL + ` JOIN held h ON h.destination_id = d.destination_id AND h.delivery_id = d.id
		WHERE p.update_id = ?1 AND p.op carries() AND p.held > 0 AND ` + inPublicationSQL + ` AND coalesce(o.doubtful, 0) = 0`
	keptCopiesSQL = `
		SELECT p.id, d.destination_id, d.id, p.id FROM publications p CROSS JOIN owed d JOIN outcomes o ON o.id = d.id
		WHERE p.update_id = ?1 AND p.kept > 0 AND ` + inPublicationSQL + ` AND o.state = 7 ORDER BY d.id`
)

// withheld is where copies of u go that are not to be sent now, and why.
func withheld(u stories.Update) (stories.DeliveryState, reason) {
	if u.Marks.Standing == stories.Withdrawn {
		return stories.Skipped, because(wasWithdrawn)
	}
	return stories.Kept, because(keptForCheck)
}

// toWithhold are the copies of u that wait, and those that were kept before.
func toWithhold(ctx context.Context, q querier, u stories.Update, flying flights) (rows, kept []waiting, err error) {
	if rows, err = all(ctx, q, scanAnyWaiting, waitingCopiesSQL, u.ID); err != nil {
		return nil, nil, err
	}
	kept, err = all(ctx, q, scanAnyWaiting, keptCopiesSQL, u.ID)
	return slices.DeleteFunc(rows, flying.has), kept, err
}

// waitingOf is how many channels get u later, or never if it is withdrawn: those of rows,
// which wait, and of those of kept, which were kept before, all that are given up with a
// withdrawal, or as many as a release would send now.
func waitingOf(ctx context.Context, q querier, u stories.Update, rows, kept []waiting) (int, error) {
	switch u.Marks.Standing {
	case stories.Withdrawn:
		return len(rows) + len(kept), nil
	case stories.OnHold:
		found, err := toRelease(ctx, q, u)
		return len(rows) + found.count(), err
	}
	return len(rows), nil
}

// withholdCopies takes copies of u that wait out of the queue where u is on hold or
// withdrawn, and returns what waitingOf does.
func withholdCopies(ctx context.Context, q querier, u stories.Update, flying flights, at time.Time) (int, error) {
	rows, kept, err := toWithhold(ctx, q, u, flying)
	if err != nil {
		return 0, err
	}
	n, err := waitingOf(ctx, q, u, rows, kept)
	if err != nil {
		return 0, err
	}
	if u.Marks.Standing.Withheld() {
		state, why := withheld(u)
		if err := move(ctx, q, rows, state, why, at); err != nil {
			return 0, err
		}
	}
	if u.Marks.Standing == stories.Withdrawn {
		_, err = endKept(ctx, q, kept, stories.Skipped, because(wasWithdrawn), at)
	}
	return n, err
}

const endFromSQL = `UPDATE outcomes SET state = ?2, code = ?6, reason = ?3, finished_at = ?4, again = CASE WHEN ?5 > 0 THEN 1 ELSE again END WHERE id among(?1) AND state = ?7 RETURNING id`

// endKept takes kept rows to another state, and returns those that were kept still.
func endKept(ctx context.Context, q querier, rows []waiting, to stories.DeliveryState, why reason, at time.Time) ([]waiting, error) {
	return endFrom(ctx, q, rows, stories.Kept, to, why, at)
}

// endFrom takes rows that are in no queue from one state to another, and returns those
// that were in it still.
func endFrom(ctx context.Context, q querier, rows []waiting, from, to stories.DeliveryState, why reason, at time.Time) ([]waiting, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	finished := millis(at)
	if to == stories.Held || to == stories.Pending || to == stories.Deferred {
		finished = 0
	}
	ended, err := all(ctx, q, scanID, endFromSQL, list(deliveriesOf(rows)), int(to), why.words, finished, bit(to == stories.Pending), int(why.code), int(from))
	if err != nil {
		return nil, err
	}
	rows = only(rows, ended)
	t := tally{}
	for _, r := range rows {
		t.ended(r.Origin, from, -1)
		t.endedFor(r.Origin, to, why.code)
	}
	return rows, t.write(ctx, q)
}

const (
	// keptForSQL are the channels that some rows are for.
	keptForSQL = `SELECT id, lane_id, state FROM destinations WHERE id among(?1) ORDER BY id`
	// keptElsewhereSQL are those of some kept copies of the update ?2 whose channels have
	// another address now, each with that and whether it is owed the update there too.
	keptElsewhereSQL = `
		SELECT d.id, t.moved_to, CASE WHEN EXISTS (
			SELECT 1 FROM publications p JOIN owed e ON e.id = (p.id << 32) + t.moved_to WHERE p.update_id = ?2 AND p.op carries()) THEN 1 ELSE 0 END
		FROM owed d JOIN destinations t ON t.id = d.destination_id
		WHERE d.id among(?1) AND t.moved_to > 0`
	// followKeptSQL has rows go to the addresses that their channels have now.
	followKeptSQL = `UPDATE owed SET destination_id = t.moved_to FROM destinations t WHERE owed.id among(?1) AND t.id = owed.destination_id AND t.moved_to > 0`
)

// released is what becomes of copies that were kept, once they are not any more.
type released struct {
	vain         []vain              // are skipped: nothing brings them any more
	double, gone []waiting           // so are these: owed at another address, or the channel is gone
	held         []waiting           // wait for their blocked channels
	again        map[int64][]waiting // are owed again, by lane
	moved        []int64             // of all those that go to another address
}

// count is how many are sent, at once or later.
func (r released) count() int {
	n := len(r.held)
	for _, rows := range r.again {
		n += len(rows)
	}
	return n
}

// toRelease finds what becomes of the copies of u that are kept: they go to whom they
// were owed and who follows still. It changes nothing.
func toRelease(ctx context.Context, q querier, u stories.Update) (found released, err error) {
	rows, err := all(ctx, q, scanAnyWaiting, keptCopiesSQL, u.ID)
	if err != nil || len(rows) == 0 {
		return found, err
	}
	if found.vain, err = vainAmong(ctx, q, rows, 0); err != nil {
		return found, err
	}
	for _, v := range found.vain {
		rows = without(rows, deliveriesOf(v.rows))
	}
	if rows, err = found.follow(ctx, q, u, rows); err != nil {
		return found, err
	}
	places, err := placesOf(ctx, q, rows)
	if err != nil {
		return found, err
	}
	found.again = map[int64][]waiting{}
	for _, r := range rows {
		switch p := places[r.Place]; p.state {
		case stories.Gone:
			found.gone = append(found.gone, r)
		case stories.Blocked:
			found.held = append(found.held, r)
		default:
			found.again[p.lane] = append(found.again[p.lane], r)
		}
	}
	return found, nil
}

// follow has kept copies go to the addresses that their channels have now. A channel
// that is owed the update under that too gets it once.
func (f *released) follow(ctx context.Context, q querier, u stories.Update, rows []waiting) ([]waiting, error) {
	to := map[int64]int64{}
	var double []int64
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id, place int64
		var got int
		if err = r.Scan(&id, &place, &got); got > 0 {
			double = append(double, id)
		} else {
			to[id] = place
			f.moved = append(f.moved, id)
		}
		return none, err
	}, keptElsewhereSQL, list(deliveriesOf(rows)), u.ID)
	if err != nil {
		return nil, err
	}
	f.double = only(rows, double)
	rows = without(rows, double)
	for i, r := range rows {
		if place, moves := to[r.Delivery]; moves {
			rows[i].Place = place
		}
	}
	return rows, nil
}

// without are those of rows whose deliveries are not among ids.
func without(rows []waiting, ids []int64) []waiting {
	is := make(map[int64]bool, len(ids))
	for _, id := range ids {
		is[id] = true
	}
	return slices.DeleteFunc(slices.Clone(rows), func(w waiting) bool { return is[w.Delivery] })
}

// releaseKept owes again what was kept of u, to whom it was owed and who follows
// still, and returns how many these are, and of how many the channels do not ask for it.
func releaseKept(ctx context.Context, q querier, u stories.Update, at time.Time) (n, unwanted int, err error) {
	found, err := toRelease(ctx, q, u)
	if err != nil {
		return 0, 0, err
	}
	for _, v := range append(found.vain, vain{found.double, underOther}, vain{found.gone, channelGone}) {
		ended, err := endKept(ctx, q, v.rows, stories.Skipped, because(v.why), at)
		if err != nil {
			return 0, 0, err
		}
		if v.why.unwanted() {
			unwanted += len(ended)
		}
	}
	if len(found.moved) > 0 {
		if _, err := q.exec(ctx, followKeptSQL, list(found.moved)); err != nil {
			return 0, 0, err
		}
	}
	held, err := rehang(ctx, q, found.held, at)
	if err == nil {
		err = holdKept(ctx, q, held, at)
	}
	if err != nil {
		return 0, 0, err
	}
	for _, lane := range slices.Sorted(maps.Keys(found.again)) {
		now, err := keptLater(ctx, q, found.again[lane], at)
		if err == nil {
			now, err = rehang(ctx, q, now, at)
		}
		if err != nil {
			return 0, 0, err
		}
		if err := queueAgain(ctx, q, lane, u, now, at); err != nil {
			return 0, 0, fmt.Errorf("queue what was kept: %w", err)
		}
	}
	return found.count(), unwanted, publishCopies(ctx, q, u, at)
}

// placesOf are the channels that rows are for, by their numbers.
func placesOf(ctx context.Context, q querier, rows []waiting) (map[int64]place, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Place
	}
	found := make(map[int64]place, len(rows))
	_, err := all(ctx, q, func(r row) (p place, err error) {
		err = r.Scan(&p.id, &p.lane, &p.state)
		found[p.id] = p
		return p, err
	}, keptForSQL, list(ids))
	return found, err
}

// holdKept has kept rows wait for their blocked channels.
func holdKept(ctx context.Context, q querier, rows []waiting, at time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	rows, err := endKept(ctx, q, rows, stories.Held, because(unwritable), at)
	if err != nil {
		return err
	}
	if err := changeRows(ctx, q, intoHeldSQL, rows); err != nil {
		return err
	}
	return trimOverfull(ctx, q, at)
}

const (
	withheldUpdatesSQL = `SELECT p.id, p.update_id FROM publications p WHERE p.id among(?1) AND p.update_id among(?2) AND p.op carries()`
	maybeSentSQL       = `SELECT id FROM outcomes WHERE id among(?1) AND doubtful > 0`
)

// withhold takes out of what x begins the copies of updates that are on hold or
// withdrawn, but for those that are to be settled: they came back from a request, or
// a person had them sent again.
func (s *Store) withhold(ctx context.Context, q querier, x stories.Exchange, standings map[int64]stories.Standing, begun *stories.Begun) error {
	if len(standings) == 0 {
		return nil
	}
	rows := stillBegun(x, begun)
	origins := make([]int64, len(rows))
	for i, r := range rows {
		origins[i] = r.Origin
	}
	update := map[int64]int64{} // by publication
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var publication, id int64
		err = r.Scan(&publication, &id)
		update[publication] = id
		return none, err
	}, withheldUpdatesSQL, list(origins), list(slices.Collect(maps.Keys(standings))))
	if err != nil || len(update) == 0 {
		return err
	}
	doubtful, err := all(ctx, q, scanID, maybeSentSQL, list(deliveriesOf(rows)))
	if err != nil {
		return err
	}
	by := map[stories.Standing][]waiting{}
	for _, r := range without(rows, doubtful) {
		if id, is := update[r.Origin]; is {
			by[standings[id]] = append(by[standings[id]], r)
			begun.Deliveries[r.Delivery] = false
		}
	}
	for standing, rows := range by {
		state, why := withheld(stories.Update{Marks: stories.Marks{Standing: standing}})
		if err := move(ctx, q, rows, state, why, s.now()); err != nil {
			return err
		}
	}
	return nil
}
