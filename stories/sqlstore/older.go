package sqlstore

import (
	"context"
	"slices"

	"storybot/stories"
)

// What is looked for since the database was put back may stand in its channel in an older
// wording than its update has, or in one that only the database knew which was replaced.
// It is owed an edit where its update was ever revised, and its channel is told of what it
// was revised for while it waited: nobody was told of it then.

const (
	// lockRevisedSQL locks the updates that were revised of which copies wait for a person,
	// or are looked for.
	lockRevisedSQL = `
		SELECT u.id FROM updates u WHERE u.revision > 0
			AND u.id IN (SELECT d.update_id FROM put_back d WHERE d.update_id > 0 AND d.op says() AND d.state IN (0, 5))
		ORDER BY u.id /*lock*/`
	// lookedForSQL are the copies of the update ?1 that are looked for.
	lookedForSQL = `SELECT d.id FROM put_back d WHERE d.update_id = ?1 AND d.op says() AND d.doubtful = 3 AND d.state IN (0, 5)`
	// editOlderSQL owes an edit to the revision ?3, under the publications ?2, of what is
	// looked for of the update ?1, unless one is owed already: also where its channel is
	// blocked. One that has ended, undone, is none.
	editOlderSQL = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT (p.id << 32) + t.id, t.id, d.id
		FROM put_back d
		JOIN destinations o ON o.id = d.destination_id
		JOIN destinations t ON t.id = CASE WHEN o.moved_to > 0 THEN o.moved_to ELSE o.id END
		JOIN publications p ON p.id among(?2) AND p.lane_id = t.lane_id
		WHERE d.update_id = ?1 AND d.op says() AND d.doubtful = 3 AND d.state IN (0, 5) AND t.state <> 'gone'
			AND NOT EXISTS (SELECT 1 FROM owed x JOIN publications w ON w.id = (x.id >> 32) LEFT JOIN outcomes e ON e.id = x.id
				WHERE x.on_id > 0 AND x.on_id = d.id AND w.op = 1 AND w.revision = ?3 AND coalesce(e.state, 0) IN (0, 5))
		ORDER BY t.id
		ON CONFLICT DO NOTHING`
)

// lockRevised locks the revised updates of what waits for a person, and the notices that
// tell of their revisions, in the order in which who revises them does.
func lockRevised(ctx context.Context, q querier) ([]int64, error) {
	revised, err := all(ctx, q, scanID, lockRevisedSQL)
	if err != nil || len(revised) == 0 {
		return nil, err
	}
	_, err = all(ctx, q, scanID, lockTellingsSQL, list(revised))
	return revised, err
}

// mendOlder owes an edit to what is looked for of an update, and the message that tells
// of it. The update is locked, and what tells of its revisions.
func mendOlder(ctx context.Context, q querier, a stories.Act, update int64) error {
	copies, err := all(ctx, q, scanID, lookedForSQL, update)
	if err != nil || len(copies) == 0 {
		return err
	}
	u, err := theOne(ctx, q, scanUpdate, updateByIDSQL, update)
	if err != nil {
		return err
	}
	flying, err := allFlights(ctx, q)
	if err != nil {
		return err
	}
	if err := editOlder(ctx, q, a, u); err != nil {
		return err
	}
	wordings, err := all(ctx, q, scanRevision, revisionsSQL, u.ID, 0, u.Revision)
	if err != nil {
		return err
	}
	told, err := planTellings(ctx, q, u, wordings, flying)
	if err != nil {
		return err
	}
	told = told.beside(copies)
	if err := told.owe(ctx, q, u, a); err != nil {
		return err
	}
	return told.keep(ctx, q, u.ID)
}

// beside is what of f is told beside some copies, and is not told there yet.
func (f tellings) beside(copies []int64) tellings {
	var waits []int64 // channels where it is
	for _, w := range f.drop {
		waits = append(waits, w.Place)
	}
	for i := range f.due {
		t := &f.due[i]
		t.to = slices.DeleteFunc(t.to, func(c beside) bool {
			return !slices.Contains(copies, c.copy) || slices.Contains(waits, c.place) || slices.Contains(waits, c.was)
		})
		t.Channels = len(t.to)
	}
	f.due = slices.DeleteFunc(f.due, func(t besideAll) bool { return len(t.to) == 0 })
	f.drop, f.since = nil, nil
	return f
}

// editOlder owes u's present wording to what is looked for of it.
func editOlder(ctx context.Context, q querier, a stories.Act, u stories.Update) error {
	lanes, err := all(ctx, q, scanID, lanesInUseSQL)
	if err != nil {
		return err
	}
	u.CreatedAt = a.At
	for left := true; left; { // the destinations with two messages are owed the second edit too
		publications, err := insertPublications(ctx, q, lanes, u, stories.OpEdit, false)
		if err != nil {
			return err
		}
		n, err := q.exec(ctx, editOlderSQL, u.ID, list(publications), u.Revision)
		if err != nil {
			return err
		}
		if err := enqueue(ctx, q, publications, int(n), a.At); err != nil {
			return err
		}
		left = n > 0
	}
	return nil
}
