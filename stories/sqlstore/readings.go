package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"storybot/stories"
)

const (
	// keepDueSQL keeps of channels from which wording on they are to be told of the
	// update ?1, in the order in which who counts what they have seen locks them.
	keepDueSQL = `
		INSERT INTO readings (update_id, destination_id, due)
		SELECT CAST(?1 AS BIGINT), CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT) FROM each(?2) WHERE true
		ON CONFLICT (update_id, destination_id) DO UPDATE SET due = excluded.due`
	// showingSQL are those of some publications that owe what shows a revision: edits of
	// copies, of no revision here, and messages beside them; each with its update.
	showingSQL = `
		SELECT p.id, CASE WHEN n.id IS NULL THEN p.update_id ELSE n.update_id END, coalesce(n.revision, 0)
		FROM publications p LEFT JOIN notices n ON n.id = p.notice_id AND n.kind = 'revision'
		WHERE p.id among(?1) AND (p.op = 1 AND p.update_id > 0 OR n.id IS NOT NULL)`
	// keepSeenSQL keeps what channels have seen.
	keepSeenSQL = `
		INSERT INTO readings (update_id, destination_id, seen)
		SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT) FROM each(?1) WHERE true
		ON CONFLICT (update_id, destination_id) DO UPDATE SET seen = excluded.seen WHERE excluded.seen > readings.seen`
)

// keep keeps of the channels whose messages made room for none from where they are to
// be told, and forgets that of those that are told now.
func (f tellings) keep(ctx context.Context, q querier, updateID int64) error {
	due := maps.Clone(f.since)
	if due == nil {
		due = map[int64]int{}
	}
	for _, t := range f.due {
		for _, c := range t.to {
			for _, place := range []int64{c.place, c.was} {
				if c.due {
					due[place] = -1
				} else {
					delete(due, place)
				}
			}
		}
	}
	if len(due) == 0 {
		return nil
	}
	rows := []byte{'['}
	for i, place := range slices.Sorted(maps.Keys(due)) {
		if i > 0 {
			rows = append(rows, ',')
		}
		rows = append(appendNumbers(append(rows, '['), place, int64(due[place])), ']')
	}
	if _, err := q.exec(ctx, keepDueSQL, updateID, string(append(rows, ']'))); err != nil {
		return fmt.Errorf("keep what channels are to be told: %w", err)
	}
	return nil
}

// keepSeen keeps what channels have seen of revisions by results that were written: an
// edit shows the wording it was sent in, and a message the revision it tells of even
// where nobody knows whether it arrived.
func keepSeen(ctx context.Context, q querier, results []stories.Result) error {
	origins := map[int64]bool{}
	for _, r := range results {
		if r.Revision > 0 && (r.State == stories.Sent || r.State == stories.Unknown) {
			origins[r.Origin] = true
		}
	}
	if len(origins) == 0 { // as with most: nothing of it was ever revised
		return nil
	}
	if err := keepDigested(ctx, q, results); err != nil {
		return err
	}
	type shows struct {
		update   int64
		revision int // of a message; 0 for an edit
	}
	of := map[int64]shows{}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var s shows
		err = r.Scan(&id, &s.update, &s.revision)
		of[id] = s
		return none, err
	}, showingSQL, list(slices.Collect(maps.Keys(origins))))
	if err != nil || len(of) == 0 {
		return err
	}
	type channel struct{ update, place int64 }
	seen := map[channel]int{}
	for _, r := range results {
		s, shows := of[r.Origin]
		switch {
		case !shows:
		case s.revision == 0 && r.State == stories.Sent:
			seen[channel{s.update, r.Place}] = max(r.Revision, seen[channel{s.update, r.Place}])
		case s.revision > 0 && (r.State == stories.Sent || r.State == stories.Unknown):
			seen[channel{s.update, r.Place}] = max(s.revision, seen[channel{s.update, r.Place}])
		}
	}
	if len(seen) == 0 {
		return nil
	}
	rows := []byte{'['}
	for _, c := range slices.SortedFunc(maps.Keys(seen), func(a, b channel) int { return cmp.Or(cmp.Compare(a.update, b.update), cmp.Compare(a.place, b.place)) }) {
		if len(rows) > 1 {
			rows = append(rows, ',')
		}
		rows = append(appendNumbers(append(rows, '['), c.update, c.place, int64(seen[c])), ']')
	}
	_, err = q.exec(ctx, keepSeenSQL, string(append(rows, ']')))
	return err
}
