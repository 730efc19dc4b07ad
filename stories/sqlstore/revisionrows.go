package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"storybot/stories"
)

const (
	revisionColumns   = `v.update_id, v.revision, v.kind, v.text, v.sources, v.picture_url, v.picture_alt, v.reason, v.marks, v.author_ref, v.author_name, v.at`
	insertRevisionSQL = `
		INSERT INTO revisions (update_id, revision, kind, text, sources, picture_url, picture_alt, reason, marks, author_ref, author_name, at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`
	revisionSQL        = `SELECT ` + revisionColumns + ` FROM revisions v WHERE v.update_id = ?1 AND v.revision = ?2`
	newestRevisionsSQL = `SELECT ` + revisionColumns + ` FROM revisions v WHERE v.update_id = ?1 ORDER BY v.revision DESC LIMIT ?2`
	revisionsSQL       = `SELECT ` + revisionColumns + ` FROM revisions v WHERE v.update_id = ?1 AND v.revision BETWEEN ?2 AND ?3 ORDER BY v.revision`
)

func scanRevision(r row) (v stories.Revision, err error) {
	var sources, marks string
	var at int64
	err = r.Scan(&v.UpdateID, &v.Revision, &v.Kind, &v.Text, &sources, &v.Picture.URL, &v.Picture.Alt, &v.Reason, &marks, &v.Author.Ref, &v.Author.Name, &at)
	v.Sources, v.At = strings.Fields(sources), moment(at)
	if err == nil {
		v.Marks, err = readMarks(marks)
	}
	return v, err
}

func insertRevision(ctx context.Context, q querier, v stories.Revision) error {
	marks, err := writeMarks(v.Marks)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, insertRevisionSQL, v.UpdateID, v.Revision, string(v.Kind), v.Text, strings.Join(v.Sources, "\n"), v.Picture.URL, v.Picture.Alt,
		v.Reason, marks, v.Author.Ref, v.Author.Name, millis(v.At))
	return err
}

// Revisions implements stories.RevisionStore.
func (s *Store) Revisions(ctx context.Context, updateID int64, limit int) ([]stories.Revision, error) {
	found, err := all(ctx, s.reader(), scanRevision, newestRevisionsSQL, updateID, limit)
	if err == nil && len(found) == 0 { // it was never revised
		var u stories.Update
		if u, err = theOne(ctx, s.reader(), scanUpdate, updateByIDSQL, updateID); err == nil {
			found = []stories.Revision{u.Wording(stories.Original, "", u.Author, u.CreatedAt)}
		}
	}
	slices.Reverse(found)
	return found, s.told(missing(err, "This update is not there any more."))
}

const (
	editsProgressSQL   = `SELECT ` + countersSQL + ` FROM publications p WHERE p.update_id = ?1 AND p.op = 1 AND p.revision = ?2`
	tellingProgressSQL = `
		SELECT ` + countersSQL + ` FROM notices n JOIN publications p ON p.notice_id = n.id
		WHERE n.kind = 'revision' AND n.update_id = ?1 AND n.revision = ?2 AND p.second = 0`
	// putBackEditsSQL and putBackTellingsSQL count what of a revision waits for a person,
	// and is counted as held.
	putBackEditsSQL = `
		SELECT count(*) FROM put_back d JOIN publications p ON p.id = d.publication_id
		WHERE d.doubtful = 2 AND d.state = 5 AND d.update_id = ?1 AND d.op = 1 AND p.revision = ?2`
	putBackTellingsSQL = `
		SELECT count(*) FROM put_back d JOIN publications p ON p.id = d.publication_id JOIN notices n ON n.id = p.notice_id
		WHERE d.doubtful = 2 AND d.state = 5 AND n.kind = 'revision' AND n.update_id = ?1 AND n.revision = ?2 AND p.second = 0`
	// newerEditsSQL and newerTellingsSQL count what of a revision was skipped for a newer
	// one, for the reason ?3, and what was to be done no more, for one of the reasons ?4.
	newerEditsSQL = `
		SELECT ` + skippedSQL + ` FROM publications p CROSS JOIN owed d JOIN outcomes o ON o.id = d.id
		WHERE p.update_id = ?1 AND p.op = 1 AND p.revision = ?2 AND p.failed + p.unwanted > 0 AND ` + inPublicationSQL + ` AND o.state = 6`
	newerTellingsSQL = `
		SELECT ` + skippedSQL + ` FROM notices n JOIN publications p ON p.notice_id = n.id CROSS JOIN owed d JOIN outcomes o ON o.id = d.id
		WHERE n.kind = 'revision' AND n.update_id = ?1 AND n.revision = ?2 AND p.second = 0 AND p.failed + p.unwanted > 0 AND ` + inPublicationSQL + ` AND o.state = 6`
	skippedSQL = `coalesce(sum(CASE WHEN o.code = ?3 THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN o.code among(?4) THEN 1 ELSE 0 END), 0)`
)

// skippedFor tells apart of some work, which text counts, what was skipped for that of a
// newer revision, and what was not to be done after all: neither has failed.
func skippedFor(ctx context.Context, q querier, p stories.Progress, text string, updateID int64, revision int, newer code, none []int64) (stories.Progress, error) {
	p.Failed, p.Unwanted = p.Failed+p.Unwanted, 0 // of this it is needless
	if p.Failed == 0 {
		return p, nil
	}
	err := one(ctx, q, text, []any{updateID, revision, int(newer), list(none)}, &p.Newer, &p.Needless)
	p.Newer = min(p.Newer, p.Failed) // it is read a little later
	p.Needless = min(p.Needless, p.Failed-p.Newer)
	p.Failed -= p.Newer + p.Needless
	return p, err
}

// undecided is p with what waits for a person told as such, which text counts.
func undecided(ctx context.Context, q querier, p stories.Progress, text string, args ...any) (stories.Progress, error) {
	if p.Held == 0 {
		return p, nil
	}
	var waits int
	err := one(ctx, q, text, args, &waits)
	waits = min(waits, p.Held) // it is read a little later
	p.Held, p.Waiting = p.Held-waits, p.Waiting+waits
	return p, err
}

// othersSQL is what was written down of an update's copies that a release does not send.
const othersSQL = `SELECT body FROM notices WHERE kind = 'progress' AND update_id = ?1 AND since = ?2 ORDER BY id LIMIT 1`

// withoutOthers is p, which counts all copies of an update, without those that a
// revision does not send again.
func withoutOthers(ctx context.Context, q querier, p stories.Progress, revision int) (stories.Progress, error) {
	var text string
	err := one(ctx, q, othersSQL, []any{p.UpdateID, revision}, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	var body stories.NoticeBody
	if err == nil {
		err = json.Unmarshal([]byte(text), &body)
	}
	return p.Without(body.Others), err
}

// SpreadOf implements stories.RevisionStore.
func (s *Store) SpreadOf(ctx context.Context, updateID int64, revision int) (found stories.Spread, err error) {
	if found.Edits, err = countersOf(ctx, s.reader(), updateID, editsProgressSQL, updateID, revision); err == nil {
		found.Told, err = countersOf(ctx, s.reader(), updateID, tellingProgressSQL, updateID, revision)
	}
	if err == nil {
		found.Edits, err = skippedFor(ctx, s.reader(), found.Edits, newerEditsSQL, updateID, revision, replaced, needlessEdits())
	}
	if err == nil {
		found.Told, err = skippedFor(ctx, s.reader(), found.Told, newerTellingsSQL, updateID, revision, retold, needlessTellings())
	}
	if err == nil {
		found.Edits, err = undecided(ctx, s.reader(), found.Edits, putBackEditsSQL, updateID, revision)
	}
	if err == nil {
		found.Told, err = undecided(ctx, s.reader(), found.Told, putBackTellingsSQL, updateID, revision)
	}
	if err == nil && found.Told.Total > 0 {
		found.Told.Direct, err = directTellings(ctx, s.reader(), updateID, revision)
	}
	if err == nil {
		found.Again, err = s.ProgressOf(ctx, updateID)
	}
	if err == nil {
		found.Again, err = withoutOthers(ctx, s.reader(), found.Again, revision)
	}
	return found, s.told(err)
}
