package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"storybot/stories"
)

const (
	// begunDigestsSQL are those of some deliveries that are digests, but for those that may
	// have been sent: these say what they said then.
	begunDigestsSQL = `
		SELECT n.id, d.id, d.destination_id
		FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN notices n ON n.id = p.notice_id LEFT JOIN outcomes o ON o.id = d.id
		WHERE d.id among(?1) AND p.op = 0 AND n.kind = 'digest'
			AND (coalesce(o.doubtful, 0) = 0 OR NOT EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = d.id)) ORDER BY d.id`
	// entriesSQL are what the digest ?1 is made of; of what is told of revisions since the
	// wording that an earlier digest of the destination ?2 told.
	entriesSQL = `
		SELECT g.part, g.update_id, g.delivery_id,
			CASE WHEN g.part = 2 THEN (SELECT coalesce(max(v), 0) FROM (
				SELECT g.since AS v UNION ALL
				SELECT e.revision FROM gathered e JOIN digests k ON k.notice_id = e.notice_id
				WHERE e.update_id = g.update_id AND e.part = 2 AND e.place > 0 AND e.notice_id < g.notice_id AND k.destination_id = ?2) AS w) ELSE g.since END,
			u.story_id, u.place, u.revision, u.level, u.standing, u.created_at
		FROM gathered g JOIN updates u ON u.id = g.update_id WHERE g.notice_id = ?1 ORDER BY g.part, g.update_id`
	dropEntriesSQL = `DELETE FROM gathered WHERE notice_id = ?1 AND delivery_id among(?2)`
	placeEntrySQL  = `
		UPDATE gathered SET place = CAST(j.value ->> 2 AS BIGINT), revision = CAST(j.value ->> 3 AS BIGINT), since = CAST(j.value ->> 4 AS BIGINT)
		FROM each(?2) WHERE gathered.notice_id = ?1 AND gathered.part = CAST(j.value ->> 0 AS BIGINT) AND gathered.update_id = CAST(j.value ->> 1 AS BIGINT)`
	// showDigestedSQL has a digest found by the updates it shows, and by nothing else of
	// their stories: 0 is no story's number.
	showDigestedSQL = `
		INSERT INTO shown (delivery_id, place, story_id, of_id, update_id)
		SELECT CAST(?1 AS BIGINT), CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), 0, CAST(j.value ->> 2 AS BIGINT) FROM each(?2)`
)

// fixDigests notes what the digests show that x begins. What is not to be said any more
// is left out, and a digest of which nothing is left is not begun: what was breaking its
// channel has.
func (s *Store) fixDigests(ctx context.Context, q querier, x stories.Exchange, begun *stories.Begun) error {
	if len(x.Notices) == 0 {
		return nil
	}
	type digest struct{ notice, delivery, place int64 }
	rows := stillBegun(x, begun)
	found, err := all(ctx, q, func(r row) (d digest, err error) {
		err = r.Scan(&d.notice, &d.delivery, &d.place)
		return d, err
	}, begunDigestsSQL, list(deliveriesOf(rows)))
	if err != nil {
		return err
	}
	for _, d := range found {
		entries, err := s.sayable(ctx, q, d.notice, d.place)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(entries, func(e entry) bool { return e.part != partBreaking }) {
			begun.Deliveries[d.delivery] = false
			if err := move(ctx, q, only(rows, []int64{d.delivery}), stories.Skipped, because(emptyDigest), s.now()); err != nil {
				return err
			}
			continue
		}
		arrange(entries)
		if err := showEntries(ctx, q, d.notice, d.delivery, entries); err != nil {
			return fmt.Errorf("keep what a digest shows: %w", err)
		}
	}
	return nil
}

// sayable are the entries of a digest that may be said now. The others go, and what they
// are made of ends as it would have if it had waited on: what is on hold comes in a later
// one once it is released.
func (s *Store) sayable(ctx context.Context, q querier, notice, place int64) (entries []entry, err error) {
	entries, err = all(ctx, q, func(r row) (e entry, err error) {
		err = r.Scan(&e.part, &e.update, &e.delivery, &e.since, &e.story, &e.number, &e.revision, &e.level, &e.standing, &e.at)
		return e, err
	}, entriesSQL, notice, place)
	if err != nil {
		return nil, err
	}
	rows := make([]waiting, 0, len(entries)) // what waited
	for _, e := range entries {
		if e.part != partBreaking {
			rows = append(rows, waiting{stories.Ref{Delivery: e.delivery, Place: place, Origin: e.delivery >> placeBits}})
		}
	}
	var dropped []int64
	drop := func(ids []int64, to stories.DeliveryState, why code) error {
		dropped = append(dropped, ids...)
		return endGathered(ctx, q, only(rows, ids), to, because(why), s.now())
	}
	vain, err := vainAmong(ctx, q, rows, 0)
	if err != nil {
		return nil, err
	}
	for _, v := range vain {
		if err := drop(deliveriesOf(v.rows), stories.Skipped, v.why); err != nil {
			return nil, err
		}
	}
	var withdrawn, kept, vainly, named []int64
	for _, e := range entries {
		switch {
		case slices.Contains(dropped, e.delivery):
		case e.part == partRetold:
			told, err := all(ctx, q, scanRevision, revisionsSQL, e.update, e.since, e.revision)
			if err != nil {
				return nil, err
			}
			if stories.Tell(told).Kind == "" {
				vainly = append(vainly, e.delivery)
			}
		case !e.standing.Withheld():
		case e.part == partBreaking:
			named = append(named, e.delivery)
		case e.standing == stories.Withdrawn:
			withdrawn = append(withdrawn, e.delivery)
		default:
			kept = append(kept, e.delivery)
		}
	}
	for _, d := range []struct {
		ids []int64
		to  stories.DeliveryState
		why code
	}{{withdrawn, stories.Skipped, wasWithdrawn}, {kept, stories.Kept, keptForCheck}, {vainly, stories.Skipped, needless}} {
		if err := drop(d.ids, d.to, d.why); err != nil {
			return nil, err
		}
	}
	if dropped = append(dropped, named...); len(dropped) == 0 {
		return entries, nil
	}
	if _, err := q.exec(ctx, dropEntriesSQL, notice, list(dropped)); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(entries, func(e entry) bool { return slices.Contains(dropped, e.delivery) }), nil
}

// endGathered has rows that were gathered end in another way: they did not come in a
// digest after all.
func endGathered(ctx context.Context, q querier, rows []waiting, to stories.DeliveryState, why reason, at time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	t := tally{}
	for _, r := range rows {
		t.ended(r.Origin, stories.Gathered, -1)
		t.endedFor(r.Origin, to, why.code)
	}
	if _, err := q.exec(ctx, endKeptSQL, list(deliveriesOf(rows)), int(to), why.words, millis(at), 0, int(why.code)); err != nil {
		return err
	}
	return t.write(ctx, q)
}

// showEntries keeps what a digest shows.
func showEntries(ctx context.Context, q querier, notice, delivery int64, entries []entry) error {
	places := make([][5]int64, len(entries))
	var shown [][3]int64
	for i, e := range entries {
		places[i] = [5]int64{int64(e.part), e.update, int64(e.place), int64(e.revision), int64(e.since)}
		if e.place > 0 && e.part != partRetold {
			shown = append(shown, [3]int64{int64(len(shown)), e.story, e.update})
		}
	}
	text, err := json.Marshal(places)
	if err != nil {
		return err
	}
	if _, err := q.exec(ctx, placeEntrySQL, notice, string(text)); err != nil {
		return err
	}
	if _, err := q.exec(ctx, forgetShownSQL, delivery); err != nil {
		return err
	}
	if len(shown) == 0 { // it shows none, and that is so however often it is begun
		shown = append(shown, [3]int64{})
	}
	if text, err = json.Marshal(shown); err != nil {
		return err
	}
	_, err = q.exec(ctx, showDigestedSQL, delivery, string(text))
	return err
}
