package sqlstore

import (
	"context"
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

// Revisions implements stories.Store.
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
		WHERE n.kind = 'revision' AND n.update_id = ?1 AND n.revision = ?2`
)

// SpreadOf implements stories.Store.
func (s *Store) SpreadOf(ctx context.Context, updateID int64, revision int) (found stories.Spread, err error) {
	if found.Edits, err = countersOf(ctx, s.reader(), updateID, editsProgressSQL, updateID, revision); err == nil {
		found.Told, err = countersOf(ctx, s.reader(), updateID, tellingProgressSQL, updateID, revision)
	}
	if err == nil {
		found.Again, err = s.ProgressOf(ctx, updateID)
	}
	return found, s.told(err)
}
