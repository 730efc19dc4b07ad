package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"storybot/stories"
)

const (
	storyOfUpdateSQL = `SELECT story_id FROM updates WHERE id = ?1`
	lockedUpdateSQL  = updateByIDSQL + ` /*lock*/`
	setWordingSQL    = `
		UPDATE updates SET revision = ?2, text = ?3, sources = ?4, picture_url = ?5, picture_alt = ?6, standing = ?7, marks = ?8 WHERE id = ?1`
	// olderEditsSQL are edits of an update that wait: under their publications, owed
	// again, held, or for a person since the database was put back.
	olderEditsSQL = `
		SELECT p.id AS publication_id, d.destination_id, d.id AS delivery_id, p.id AS origin_id
		FROM publications p` + ofPublicationSQL + `
		WHERE p.update_id = ?1 AND p.op = 1 AND p.queued > 0 AND ` + inPublicationSQL + ` AND ` + waitsSQL + `
		UNION ALL
		SELECT q.publication_id, q.destination_id, q.delivery_id, p.id
		FROM publications r CROSS JOIN queue q JOIN publications p ON p.id = (q.delivery_id >> 32)
		WHERE r.queued > 0 AND r.update_id = 0 AND r.notice_id IS NULL AND q.publication_id = r.id AND p.update_id = ?1 AND p.op = 1
		UNION ALL
		SELECT 0, h.destination_id, d.id, p.id
		FROM publications p CROSS JOIN owed d JOIN held h ON h.destination_id = d.destination_id AND h.delivery_id = d.id
		WHERE p.update_id = ?1 AND p.op = 1 AND p.held > 0 AND ` + inPublicationSQL + `
		UNION ALL
		SELECT 0, d.destination_id, d.id, d.publication_id FROM put_back d WHERE d.update_id = ?1 AND d.op = 1 AND d.doubtful = 2 AND d.state = 5`
	// copyKindsSQL tells by which operations copies of an update were made.
	copyKindsSQL = `SELECT DISTINCT op FROM publications WHERE update_id = ?1 AND op says() ORDER BY op`
	// toldKindsSQL is that of those too that a live card shows: their channels are told of a
	// revision, and the card is edited like any other.
	toldKindsSQL   = `SELECT DISTINCT op FROM publications WHERE update_id = ?1 AND op carries() ORDER BY op`
	isElsewhereSQL = `SELECT count(*) FROM (SELECT 1 FROM destinations WHERE moved_to > 0 LIMIT 1) AS t`
	// notYetSQL is of those copies that are not owed the edit to the revision ?5.
	notYetSQL = `
			AND NOT EXISTS (SELECT 1 FROM owed x JOIN publications w ON w.id = (x.id >> 32) WHERE x.on_id > 0 AND x.on_id = d.id AND w.op = 1 AND w.revision = ?5)`
	// oldCopiesSQL counts the copies that were sent, and of which is not kept any more
	// which messages they are.
	oldCopiesSQL = `
		SELECT coalesce(sum(p.sent), 0) - (
			SELECT count(*) FROM publications w CROSS JOIN owed d JOIN outcomes o ON o.id = d.id
			WHERE w.update_id = ?1 AND w.op says() AND d.id >= (w.id << 32) AND d.id < ((w.id + 1) << 32) AND o.state IN (2, 9))
		FROM publications p WHERE p.update_id = ?1 AND p.op says()`
)

var (
	// eachCopySQL owes an edit, under the publications ?2, to every destination that
	// has a copy of the update made by ?4, or may get one from a request on its way
	// (?3) or have got one from an earlier one. A copy that is to be taken away is left
	// alone. One in a channel that has another address now is edited there; where there
	// are two of one channel only the first is.
	eachCopySQL = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT (p.id << 32) + t.id, t.id, d.id
		FROM deliveries d
		JOIN destinations o ON o.id = d.destination_id
		JOIN destinations t ON t.id = CASE WHEN o.moved_to > 0 THEN o.moved_to ELSE o.id END
		JOIN publications p ON p.id among(?2) AND p.lane_id = t.lane_id
		WHERE d.update_id = ?1 AND d.op = ?4 AND (d.state = 2 OR ` + maybeThere("d", "d", "?3") + `) AND t.state <> 'gone'
			AND d.id NOT IN (` + takenAwaySQL + `)%s
		ORDER BY t.id
		ON CONFLICT DO NOTHING`
	// copiesSQL is eachCopySQL of a revision that nothing is owed for yet, as a new one;
	// copiesLeftSQL of one that is owed to some.
	copiesSQL     = fmt.Sprintf(eachCopySQL, "")
	copiesLeftSQL = fmt.Sprintf(eachCopySQL, notYetSQL)
	// countCopiesSQL counts the copies that are to be edited.
	countCopiesSQL = `
		SELECT count(*) FROM deliveries d
		JOIN destinations o ON o.id = d.destination_id
		JOIN destinations t ON t.id = CASE WHEN o.moved_to > 0 THEN o.moved_to ELSE o.id END
		WHERE d.update_id = ?1 AND d.op says() AND (d.state = 2 OR ` + maybeThere("d", "d", "?2") + `) AND t.state <> 'gone'
			AND d.id NOT IN (` + takenAwaySQL + `)`
)

// Revise implements stories.RevisionStore.
func (s *Store) Revise(ctx context.Context, a stories.Act, updateID int64, w stories.Rewording) (stories.Revised, error) {
	return act(ctx, s, a, "revised", func(q querier) (done stories.Revised, changed bool, err error) {
		if err := endDraft(ctx, q, a); err != nil {
			return done, false, err
		}
		before, err := countersOf(ctx, q, updateID, progressSQL, updateID)
		if err != nil {
			return done, false, err
		}
		unwanted := 0
		if done, unwanted, err = s.revise(ctx, q, a, updateID, w); err != nil {
			return done, false, err
		}
		if reach := done.Reach; reach.Edits+reach.Told+reach.Again > 0 { // the desk follows that as it does a push
			n := stories.Notice{Kind: stories.ProgressNotice, UpdateID: updateID, Since: done.Update.Revision, Body: stories.NoticeBody{Beside: reach.Kind}, CreatedAt: a.At}
			if reach.Again > 0 {
				n.Body.Again, n.Body.Others = true, notAgain(before, unwanted, reach.Again)
			}
			if err := insertNotice(ctx, q, &n); err != nil {
				return done, false, fmt.Errorf("begin the notice of its progress: %w", err)
			}
		}
		return done, true, enter(ctx, q, a, string(w.Kind), done.Update.StoryID, revisedDetail(done.Update, w))
	})
}

// notAgain are of an update's copies those that are not among the n which are owed
// again: what else was kept is not sent any more, so much of it because its channels do
// not ask for it.
func notAgain(all stories.Progress, unwanted, n int) stories.Progress {
	all.Total -= n
	all.Unwanted += unwanted
	all.Failed += all.Kept - n - unwanted
	all.Kept = 0
	return all
}

// revisedDetail is what the log keeps of a revision, beside its kind and story.
func revisedDetail(u stories.Update, w stories.Rewording) string {
	detail := fmt.Sprintf("update %d", u.Number)
	if why := strings.TrimSpace(w.Reason); why != "" {
		detail += ": " + why
	}
	return detail
}

// revise gives an update another wording, or standing, and owes it to its copies. unwanted
// are those that a release does not send because their channels do not ask for them.
func (s *Store) revise(ctx context.Context, q querier, a stories.Act, updateID int64, w stories.Rewording) (done stories.Revised, unwanted int, err error) {
	// The story first, as by everybody who locks it: what it is found by is changed.
	var storyID int64
	if err := one(ctx, q, storyOfUpdateSQL, []any{updateID}, &storyID); err != nil {
		return done, 0, missing(err, "This update is not there any more.")
	}
	if _, err := lockStory(ctx, q, storyID); err != nil {
		return done, 0, err
	}
	if err := sharePlanning(ctx, q); err != nil {
		return done, 0, err
	}
	// Who begins a delivery of it shares this row: it has either begun it, and
	// we see it on its way, or reads the new wording.
	was, err := theOne(ctx, q, scanUpdate, lockedUpdateSQL, updateID)
	if err != nil {
		return done, 0, missing(err, "This update is not there any more.")
	}
	u, err := was.Revise(w, moment(millis(a.At)))
	if err != nil {
		return done, 0, err
	}
	done.Before, done.Update = was, u
	if err := keepWordings(ctx, q, was, u, w, a); err != nil {
		return done, 0, err
	}
	if u.Text != was.Text {
		if err := s.index(ctx, q, u.StoryID, u.ID, u.Text); err != nil {
			return done, 0, err
		}
	}
	cards, err := lockCards(ctx, q)
	if err != nil {
		return done, 0, err
	}
	// Who begins a message beside a copy shares its notice, not the update.
	if _, err := all(ctx, q, scanID, lockTellingsSQL, list([]int64{u.ID})); err != nil {
		return done, 0, err
	}
	flying, err := allFlights(ctx, q)
	if err != nil {
		return done, 0, err
	}
	if done.Reach.Waiting, err = withholdCopies(ctx, q, u, flying, a.At); err != nil {
		return done, 0, fmt.Errorf("withhold copies: %w", err)
	}
	if done.Reach.Edits, err = planEdits(ctx, q, u, a, flying); err != nil {
		return done, 0, fmt.Errorf("owe edits: %w", err)
	}
	wordings, err := all(ctx, q, scanRevision, revisionsSQL, u.ID, 0, u.Revision)
	if err != nil {
		return done, 0, err
	}
	told, err := planTellings(ctx, q, u, wordings, flying)
	if err == nil {
		err = told.owe(ctx, q, u, a)
	}
	if err != nil {
		return done, 0, fmt.Errorf("owe what is told of the revision: %w", err)
	}
	done.Reach.Kind = told.kind
	done.Tells, done.Reach.Told = told.tells()
	if w.Kind == stories.Release {
		if done.Reach.Again, unwanted, err = releaseKept(ctx, q, u, a.At); err != nil {
			return done, 0, fmt.Errorf("owe again what was kept: %w", err)
		}
	}
	if done.Reach.Cards, err = cards.edit(ctx, q, u.StoryID, u.ID, flying, a.At); err != nil {
		return done, 0, err
	}
	if w.Kind == stories.Release {
		more, err := cards.showReleased(ctx, q, u.ID, flying, a.At)
		if err != nil {
			return done, 0, err
		}
		done.Reach.Cards += more
	}
	if err := countDigests(ctx, q, u, list(slices.Collect(maps.Keys(flying.byID))), &done.Reach); err != nil {
		return done, 0, err
	}
	if err := reachOfEdits(ctx, q, u, &done.Reach); err != nil {
		return done, 0, err
	}
	if err := told.keep(ctx, q, u.ID); err != nil { // behind all outcomes, as who writes results does
		return done, 0, err
	}
	return done, unwanted, one(ctx, q, oldCopiesSQL, []any{u.ID}, &done.Reach.Old)
}

// keepWordings stores the wording that u has now, and the one it had where that is
// its first.
func keepWordings(ctx context.Context, q querier, was, u stories.Update, w stories.Rewording, a stories.Act) error {
	if was.Revision == 0 {
		if err := insertRevision(ctx, q, was.Wording(stories.Original, "", was.Author, was.CreatedAt)); err != nil {
			return err
		}
	}
	if err := insertRevision(ctx, q, u.Wording(w.Kind, strings.TrimSpace(w.Reason), a.By, a.At)); err != nil {
		return err
	}
	marks, err := writeMarks(u.Marks)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, setWordingSQL, u.ID, u.Revision, u.Text, strings.Join(u.Sources, "\n"), u.Picture.URL, u.Picture.Alt, string(u.Marks.Standing), marks)
	return err
}

// planEdits owes u's present wording to its copies, and returns to how many.
func planEdits(ctx context.Context, q querier, u stories.Update, a stories.Act, flying flights) (n int, err error) {
	older, err := all(ctx, q, func(r row) (w waiting, err error) {
		err = r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin)
		return w, err
	}, olderEditsSQL, u.ID)
	if err != nil {
		return 0, err
	}
	older = slices.DeleteFunc(older, flying.has)
	if err := move(ctx, q, older, stories.Skipped, because(replaced), a.At); err != nil {
		return 0, err
	}
	lanes, err := all(ctx, q, scanID, lanesInUseSQL)
	if err != nil || len(lanes) == 0 {
		return 0, err
	}
	u.CreatedAt = a.At
	kinds, err := all(ctx, q, scanID, copyKindsSQL, u.ID)
	if err != nil {
		return 0, err
	}
	for _, kind := range kinds {
		more, err := planEditsOf(ctx, q, u, kind, lanes, flying)
		if err != nil {
			return 0, err
		}
		n += more
	}
	return n, nil
}

// planEditsOf owes u's present wording to the copies made by one kind of
// operation, under publications of their own: one owes a destination one row. A
// channel that was two may have two copies: their edits are of two publications.
func planEditsOf(ctx context.Context, q querier, u stories.Update, kind int64, lanes []int64, flying flights) (total int, err error) {
	var elsewhere bool
	if err := one(ctx, q, isElsewhereSQL, nil, &elsewhere); err != nil {
		return 0, err
	}
	for {
		publications, err := insertPublications(ctx, q, lanes, u, stories.OpEdit, false)
		if err != nil {
			return 0, err
		}
		text, args := copiesSQL, []any{u.ID, list(publications), list(slices.Collect(maps.Keys(flying.byID))), kind}
		if total > 0 {
			text, args = copiesLeftSQL, append(args, u.Revision)
		}
		n, err := q.exec(ctx, text, args...)
		if err != nil {
			return 0, err
		}
		total += int(n)
		if err := enqueue(ctx, q, publications, int(n), u.CreatedAt); err != nil || n == 0 || !elsewhere {
			return total, err
		}
	}
}
