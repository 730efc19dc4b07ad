package sqlstore

import (
	"context"
	"maps"
	"slices"
	"strings"

	"storybot/stories"
)

const (
	lockedUpdateSQL = updateByIDSQL + ` /*lock*/`
	keepWordingSQL  = `
		INSERT INTO revisions (update_id, revision, kind, text, sources, reason, author_ref, author_name, at)
		SELECT id, revision, kind, text, sources, '', author_ref, author_name, ?2 FROM updates WHERE id = ?1
		ON CONFLICT (update_id, revision) DO NOTHING`
	setWordingSQL = `UPDATE updates SET revision = ?2, kind = ?3, text = ?4, sources = ?5 WHERE id = ?1`
	// olderEditsSQL are edits of an update that wait, under their publications or held.
	olderEditsSQL = `
		SELECT p.id AS publication_id, d.destination_id, d.id AS delivery_id, p.id AS origin_id
		FROM publications p` + ofPublicationSQL + `
		WHERE p.update_id = ?1 AND p.op = 1 AND p.queued > 0 AND ` + inPublicationSQL + ` AND ` + waitsSQL + `
		UNION ALL
		SELECT 0, h.destination_id, d.id, p.id
		FROM publications p CROSS JOIN owed d JOIN held h ON h.destination_id = d.destination_id AND h.delivery_id = d.id
		WHERE p.update_id = ?1 AND p.op = 1 AND p.held > 0 AND ` + inPublicationSQL + ``
	// copyKindsSQL tells by which operations copies of an update were made.
	copyKindsSQL   = `SELECT DISTINCT op FROM publications WHERE update_id = ?1 AND op IN (0, 2, 3, 5)`
	isElsewhereSQL = `SELECT count(*) FROM (SELECT 1 FROM destinations WHERE moved_to > 0 LIMIT 1) AS t`
	// copiesSQL owes an edit, under the publications ?2, to every destination that
	// has a copy of the update made by ?5, or may get one from a request on its way
	// (?4) or have got one from an earlier one, unless it is owed the edit to the
	// revision ?3. A copy that is to be taken away is left alone. One in a channel
	// that has another address now is edited there; where there are two of one
	// channel only the first is.
	copiesSQL = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT (p.id << 32) + t.id, t.id, d.id
		FROM deliveries d
		JOIN destinations o ON o.id = d.destination_id
		JOIN destinations t ON t.id = CASE WHEN o.moved_to > 0 THEN o.moved_to ELSE o.id END
		JOIN publications p ON p.id among(?2) AND p.lane_id = t.lane_id
		WHERE d.update_id = ?1 AND d.op = ?5 AND (d.state = 2 OR d.state = 0 AND (d.doubtful > 0 OR d.id among(?4))) AND t.state <> 'gone'
			AND NOT EXISTS (SELECT 1 FROM owed x JOIN publications w ON w.id = (x.id >> 32) WHERE x.on_id > 0 AND x.on_id = d.id AND (w.op = 7 OR w.op = 1 AND w.revision = ?3))
		ORDER BY t.id
		ON CONFLICT DO NOTHING`
	replaced = "a newer wording replaced it before it was sent"
)

// Revise gives an update another wording and owes it to every copy: what waits
// goes out in the newest wording, what has arrived or is on its way is edited. Of
// edits that wait the newest is kept alone. kind is stored with the wording it
// begins. CodeNotFound.
func (s *Store) Revise(ctx context.Context, a stories.Act, updateID int64, kind, text string, sources []string) (stories.Update, error) {
	return act(ctx, s, a, "revised", func(q querier) (u stories.Update, changed bool, err error) {
		var id int
		if err := one(ctx, q, sharePlanningSQL, nil, &id); err != nil {
			return u, false, err
		}
		// Who begins a delivery of it shares this row: it has either begun it, and
		// we see it on its way, or reads the new wording.
		if u, err = theOne(ctx, q, scanUpdate, lockedUpdateSQL, updateID); err != nil {
			return u, false, missing(err, "This update is not there any more.")
		}
		if _, err := q.exec(ctx, keepWordingSQL, u.ID, millis(a.At)); err != nil {
			return u, false, err
		}
		u.Revision, u.Text, u.Sources = u.Revision+1, text, sources
		if _, err := q.exec(ctx, setWordingSQL, u.ID, u.Revision, kind, u.Text, strings.Join(u.Sources, "\n")); err != nil {
			return u, false, err
		}
		if err := s.index(ctx, q, u.StoryID, u.ID, u.Text); err != nil {
			return u, false, err
		}
		if err := planEdits(ctx, q, u, a); err != nil {
			return u, false, err
		}
		return u, true, enter(ctx, q, a, "revised", u.StoryID, kind)
	})
}

// planEdits owes u's present wording to its copies.
func planEdits(ctx context.Context, q querier, u stories.Update, a stories.Act) error {
	flying, err := allFlights(ctx, q)
	if err != nil {
		return err
	}
	older, err := all(ctx, q, func(r row) (w waiting, err error) {
		err = r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin)
		return w, err
	}, olderEditsSQL, u.ID)
	if err != nil {
		return err
	}
	older = slices.DeleteFunc(older, func(w waiting) bool {
		_, is := flying.byID[w.Delivery]
		return is
	})
	if err := move(ctx, q, older, stories.Skipped, replaced, a.At); err != nil {
		return err
	}
	lanes, err := all(ctx, q, scanID, lanesInUseSQL)
	if err != nil || len(lanes) == 0 {
		return err
	}
	u.CreatedAt = a.At
	kinds, err := all(ctx, q, scanID, copyKindsSQL, u.ID)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		if err := planEditsOf(ctx, q, u, kind, lanes, flying); err != nil {
			return err
		}
	}
	return nil
}

// planEditsOf owes u's present wording to the copies made by one kind of
// operation, under publications of their own: one owes a destination one row. A
// channel that was two may have two copies: their edits are of two publications.
func planEditsOf(ctx context.Context, q querier, u stories.Update, kind int64, lanes []int64, flying flights) error {
	var elsewhere bool
	if err := one(ctx, q, isElsewhereSQL, nil, &elsewhere); err != nil {
		return err
	}
	for {
		publications, err := insertPublications(ctx, q, lanes, u, stories.OpEdit)
		if err != nil {
			return err
		}
		n, err := q.exec(ctx, copiesSQL, u.ID, list(publications), u.Revision, list(slices.Collect(maps.Keys(flying.byID))), kind)
		if err != nil {
			return err
		}
		if err := enqueue(ctx, q, publications, int(n), u.CreatedAt); err != nil || n == 0 || !elsewhere {
			return err
		}
	}
}
