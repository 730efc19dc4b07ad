package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"storybot/stories"
)

const (
	draftColumns   = `d.id, d.by_ref, d.story_id, d.fields, d.version, d.form, d.state, d.changed_at`
	draftSQL       = `SELECT ` + draftColumns + ` FROM drafts d WHERE d.id = ?1 AND d.by_ref = ?2 AND d.changed_at > ?3`
	lockedDraftSQL = `SELECT ` + draftColumns + ` FROM drafts d WHERE d.id = ?1 /*lock*/`
	draftsOfSQL    = `
		SELECT ` + draftColumns + ` FROM drafts d
		WHERE d.by_ref = ?1 AND d.state = 'begun' AND d.changed_at > ?2 ORDER BY d.changed_at DESC, d.id LIMIT ?3`
	insertDraftSQL = `
		INSERT INTO drafts (id, by_ref, story_id, fields, version, state, changed_at, form) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7)
		ON CONFLICT (id) DO NOTHING`
	setDraftSQL = `UPDATE drafts SET story_id = ?2, fields = ?3, version = version + 1, state = 'begun', changed_at = ?4, form = ?5 WHERE id = ?1`
	// dropOpenedSQL keeps this one and the newest of the person's others that were
	// never submitted.
	dropOpenedSQL = `
		DELETE FROM drafts WHERE by_ref = ?2 AND state = 'opened' AND id <> ?1 AND id NOT IN (
			SELECT id FROM drafts WHERE by_ref = ?2 AND state = 'opened' AND id <> ?1 ORDER BY changed_at DESC, id DESC LIMIT ?3)`
	discardDraftSQL = `UPDATE drafts SET state = 'discarded', changed_at = ?3 WHERE id = ?1 AND by_ref = ?2 AND state IN ('opened', 'begun') AND (CAST(?4 AS BIGINT) = 0 OR version = ?4)`
	postDraftSQL    = `UPDATE drafts SET state = 'posted', changed_at = ?4 WHERE id = ?1 AND by_ref = ?2 AND version = ?3 AND state IN ('opened', 'begun')`
)

func scanDraft(r row) (d stories.Draft, err error) {
	var fields string
	var changed int64
	if err = r.Scan(&d.ID, &d.By, &d.StoryID, &fields, &d.Version, &d.Form, &d.State, &changed); err != nil {
		return d, err
	}
	d.Changed = moment(changed)
	if err = json.Unmarshal([]byte(fields), &d.Fields); err != nil {
		return d, fmt.Errorf("read the fields of a draft: %w", err)
	}
	return d, nil
}

// missingDraft says that a draft is not there, or not this person's.
func missingDraft(err error) error {
	return missing(err, "This draft is not there any more: drafts are forgotten after a week. /desk drafts lists those you have.")
}

// SaveDraft implements stories.DraftStore.
func (s *Store) SaveDraft(ctx context.Context, d stories.Draft, now time.Time) (kept stories.Draft, err error) {
	fields, err := json.Marshal(d.Fields)
	if err != nil {
		return kept, err
	}
	err = s.change(ctx, func(q querier) error {
		n, err := q.exec(ctx, insertDraftSQL, d.ID, d.By, d.StoryID, string(fields), string(d.State), millis(now), d.Form)
		if err != nil {
			return err
		}
		was, err := theOne(ctx, q, scanDraft, lockedDraftSQL, d.ID)
		switch {
		case err != nil:
			return err
		case n == 1:
			kept = was
			_, err := q.exec(ctx, dropOpenedSQL, d.ID, d.By, stories.MaxOpened-1)
			return err
		case was.By != d.By:
			return missingDraft(sql.ErrNoRows)
		case was.State == stories.DraftPosted:
			return stories.Errorf(stories.CodeExists, "This was posted already.")
		case was.State == stories.DraftDiscarded:
			return stories.Errorf(stories.CodeExists, "This was discarded already.")
		case d.State == stories.DraftOpened, was.State == stories.DraftBegun && was.StoryID == d.StoryID && maps.Equal(was.Fields, d.Fields):
			kept = was
			return nil
		case d.Version != was.Version && (d.Form == "" || d.Form != was.Form):
			return stories.Errorf(stories.CodeReplaced, "This draft was changed meanwhile, by another press or on another device; it was left as it is. /desk drafts shows it.")
		}
		if _, err := q.exec(ctx, setDraftSQL, d.ID, d.StoryID, string(fields), millis(now), d.Form); err != nil {
			return err
		}
		kept, err = theOne(ctx, q, scanDraft, lockedDraftSQL, d.ID)
		return err
	})
	return kept, err
}

// Draft implements stories.DraftStore.
func (s *Store) Draft(ctx context.Context, by, id string, now time.Time) (stories.Draft, error) {
	d, err := theOne(ctx, s.reader(), scanDraft, draftSQL, id, by, millis(now.Add(-stories.DraftAge)))
	return d, s.told(missingDraft(err))
}

// Drafts implements stories.DraftStore.
func (s *Store) Drafts(ctx context.Context, by string, now time.Time) ([]stories.Draft, error) {
	found, err := all(ctx, s.reader(), scanDraft, draftsOfSQL, by, millis(now.Add(-stories.DraftAge)), stories.MaxDrafts+stories.MaxOpened)
	return found, s.told(err)
}

// DiscardDraft implements stories.DraftStore.
func (s *Store) DiscardDraft(ctx context.Context, by, id string, version int, now time.Time) (changed bool, err error) {
	if _, err := s.Draft(ctx, by, id, now); err != nil {
		return false, err
	}
	err = s.change(ctx, func(q querier) error {
		n, err := q.exec(ctx, discardDraftSQL, id, by, millis(now), version)
		changed = n == 1
		return err
	})
	return changed && err == nil, err
}

// endDraft ends the draft that an act posts. CodeExists when it is not as it was
// shown any more: then nothing is posted.
func endDraft(ctx context.Context, q querier, a stories.Act) error {
	if a.Draft == (stories.DraftRef{}) {
		return nil
	}
	n, err := q.exec(ctx, postDraftSQL, a.Draft.ID, a.By.Ref, a.Draft.Version, millis(a.At))
	if err == nil && n == 0 {
		err = stories.Errorf(stories.CodeExists, "This draft was changed, posted or discarded since it was shown here; nothing was posted. /desk drafts shows it as it is now.")
	}
	return err
}
