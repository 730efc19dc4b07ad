package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

const (
	scheduledColumns = `c.id, c.story_id, c.level, c.text, c.sources, c.picture_url, c.picture_alt, c.unverified, c.author_ref, c.author_name, c.at,
		c.due, c.undo, c.created_at, c.state, c.ended_at, c.ended_ref, c.ended_name, c.update_id, c.notice_id`
	insertScheduledSQL = `
		INSERT INTO scheduled (story_id, level, text, sources, picture_url, picture_alt, author_ref, author_name, at, due, undo, created_at, unverified)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) RETURNING id`
	// scheduledOfStorySQL counts those of the story ?1 that wait for their time, and those
	// about which somebody decides.
	scheduledOfStorySQL = `
		SELECT coalesce(sum(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN state <> 'waiting' THEN 1 ELSE 0 END), 0)
		FROM scheduled WHERE story_id = ?1 AND undo = 0 AND ` + isOpenSQL
	scheduledSQL     = `SELECT ` + scheduledColumns + ` FROM scheduled c WHERE c.id = ?1`
	openScheduledSQL = `
		SELECT ` + scheduledColumns + ` FROM scheduled c
		WHERE c.state NOT IN ('published', 'cancelled', 'drafted') ORDER BY c.due, c.id LIMIT ?1 OFFSET ?2`
	storiesAmongSQL   = `SELECT ` + storyColumns + ` FROM stories s WHERE s.id among(?1)`
	scheduledTextsSQL = `
		SELECT ` + scheduledColumns + ` FROM scheduled c
		WHERE c.story_id = ?1 AND c.created_at >= ?2 AND c.state NOT IN ('published', 'cancelled', 'drafted') ORDER BY c.created_at DESC, c.id DESC LIMIT ?3`
	isOpenSQL         = `state NOT IN ('published', 'cancelled', 'drafted')`
	otherActSQL       = `SELECT count(*) FROM acts WHERE key = ?1 AND verb = ?2`
	countScheduledSQL = `SELECT count(*) FROM scheduled WHERE ` + isOpenSQL
	nextScheduledSQL  = `SELECT ` + scheduledColumns + ` FROM scheduled c WHERE c.state = 'waiting' ORDER BY c.due, c.id LIMIT 1`
	endScheduledSQL   = `UPDATE scheduled SET state = ?2, ended_at = ?3, ended_ref = ?4, ended_name = ?5, update_id = ?6 WHERE id = ?1`
	// lockNoticeSQL locks a notice behind that of cards, which what is published may need.
	lockNoticeSQL   = `SELECT id FROM notices WHERE id IN (1, ?1) ORDER BY id /*lock*/`
	askScheduledSQL = `UPDATE scheduled SET state = ?2, notice_id = ?3 WHERE id = ?1`
)

// scheduledRow is a row of scheduled with what only this package asks of it.
type scheduledRow struct {
	stories.Scheduled
	notice int64
}

func scanScheduled(r row) (s scheduledRow, err error) {
	var sources string
	var at, due, undo, created, ended, unverified int64
	u := &s.Update
	err = r.Scan(&s.ID, &u.StoryID, &u.Level, &u.Text, &sources, &u.Picture.URL, &u.Picture.Alt, &unverified, &u.Author.Ref, &u.Author.Name, &at,
		&due, &undo, &created, &s.State, &ended, &s.EndedBy.Ref, &s.EndedBy.Name, &u.ID, &s.notice)
	u.Sources, u.At, u.CreatedAt = strings.Fields(sources), moment(at), moment(created)
	s.Due, s.EndedAt, s.Undo = moment(due), moment(ended), undo != 0
	if unverified != 0 {
		u.Marks = stories.Marks{Standing: stories.Unverified, Since: u.CreatedAt}
	}
	return s, err
}

// ScheduleUpdate implements stories.ScheduleStore.
func (s *Store) ScheduleUpdate(ctx context.Context, a stories.Act, u stories.Update, due time.Time, undo bool) (stories.Scheduled, error) {
	return act(ctx, s, a, "scheduled", func(q querier) (made stories.Scheduled, changed bool, err error) {
		story, err := lockStory(ctx, q, u.StoryID)
		if err != nil {
			return made, false, err
		}
		if err := onlyOne(ctx, q, a, "published"); err != nil {
			return made, false, err
		}
		if err := endDraft(ctx, q, a); err != nil {
			return made, false, err
		}
		if err := s.takesUpdates(ctx, q, a, &story); err != nil {
			return made, false, err
		}
		var ahead, asked int
		if err := one(ctx, q, scheduledOfStorySQL, []any{story.ID}, &ahead, &asked); err != nil {
			return made, false, err
		}
		if open := ahead + asked; open >= stories.MaxScheduled && !undo {
			return made, false, stories.Errorf(stories.CodeLimited, "%d updates of %s wait for their time, or for a decision, already, which is as many as may. /desk scheduled lists them, each with a button to cancel it.", open, story.Slug)
		}
		u.StoryID, u.At, u.CreatedAt = story.ID, moment(millis(u.At)), moment(millis(a.At))
		unverified := u.Marks.Standing == stories.Unverified
		if unverified {
			u.Marks.Since = u.CreatedAt
		}
		made = stories.Scheduled{Story: story, Update: u, Due: moment(millis(due)), Undo: undo, State: stories.ScheduleWaiting}
		args := []any{u.StoryID, u.Level, u.Text, strings.Join(u.Sources, "\n"), u.Picture.URL, u.Picture.Alt, u.Author.Ref, u.Author.Name, millis(u.At), millis(due), bit(undo), millis(a.At), bit(unverified)}
		if err := one(ctx, q, insertScheduledSQL, args, &made.ID); err != nil {
			return made, false, err
		}
		if undo { // to who reads the log it was never scheduled: it is published, or taken back
			return made, true, nil
		}
		return made, true, enter(ctx, q, a, "scheduled", u.StoryID, scheduledDetail(made))
	})
}

// onlyOne refuses an act that has done the other of two things already, publish or
// schedule: which of them a command asks for may depend on when it comes. The story is
// locked, so that what another transaction did under the key is seen. CodeExists.
func onlyOne(ctx context.Context, q querier, a stories.Act, other string) error {
	if a.Key == "" {
		return nil
	}
	var done int
	err := one(ctx, q, otherActSQL, []any{a.Key, other}, &done)
	if err == nil && done > 0 {
		err = stories.Errorf(stories.CodeExists, "This command was carried out already, and nothing is done twice.")
	}
	return err
}

// scheduledDetail is what the desk's log keeps of one: its level, that it is not verified
// where it is not, and its time, in a form that is put into words when it is read.
func scheduledDetail(s stories.Scheduled) string {
	level := s.Update.Level.String()
	if s.Update.Marks.Standing == stories.Unverified {
		level += " unverified"
	}
	return fmt.Sprintf("%s, %s", level, s.Due.UTC().Format(time.RFC3339))
}

// Scheduled implements stories.ScheduleStore.
func (s *Store) Scheduled(ctx context.Context, offset, limit int) (open []stories.Scheduled, total int, err error) {
	if err := one(ctx, s.reader(), countScheduledSQL, nil, &total); err != nil {
		return nil, 0, s.told(err)
	}
	found, err := all(ctx, s.reader(), scanScheduled, openScheduledSQL, limit, offset)
	if err != nil {
		return nil, 0, s.told(err)
	}
	var ids []int64
	for _, c := range found {
		ids = append(ids, c.Update.StoryID)
	}
	of := map[int64]stories.Story{}
	about, err := all(ctx, s.reader(), scanStory, storiesAmongSQL, list(ids))
	for _, story := range about {
		of[story.ID] = story
	}
	for _, c := range found {
		c.Story = of[c.Update.StoryID]
		open = append(open, c.Scheduled)
	}
	return open, total, s.told(err)
}

// ScheduledOf implements stories.PublisherStore.
func (s *Store) ScheduledOf(ctx context.Context, storyID int64, since time.Time) ([]stories.Update, error) {
	found, err := all(ctx, s.reader(), func(r row) (stories.Update, error) {
		c, err := scanScheduled(r)
		return c.Update, err
	}, scheduledTextsSQL, storyID, millis(since), stories.MaxScheduled)
	return found, s.told(err)
}

// NextScheduled implements stories.DueStore.
func (s *Store) NextScheduled(ctx context.Context) (next stories.Scheduled, now time.Time, ok bool, err error) {
	row, err := theOne(ctx, s.reader(), scanScheduled, nextScheduledSQL)
	if errors.Is(err, sql.ErrNoRows) {
		return next, now, false, nil
	}
	if err == nil {
		now = s.now()
	}
	return row.Scheduled, now, err == nil, s.told(err)
}

// ScheduledByID implements stories.ScheduleStore.
func (s *Store) ScheduledByID(ctx context.Context, id int64) (stories.Scheduled, error) {
	c, err := theOne(ctx, s.reader(), scanScheduled, scheduledSQL, id)
	if err == nil {
		err = fillScheduled(ctx, s.reader(), &c)
	}
	return c.Scheduled, s.told(missing(err, "This scheduled update is not there any more."))
}

// ScheduledUnder implements stories.ScheduleStore.
func (s *Store) ScheduledUnder(ctx context.Context, key string) (made stories.Scheduled, ok bool, err error) {
	err = replay(ctx, s.reader(), key, "scheduled", &made)
	if errors.Is(err, sql.ErrNoRows) {
		return made, false, nil
	}
	return made, err == nil, s.told(err)
}

// fillScheduled adds the story and, once it is published, the update.
func fillScheduled(ctx context.Context, q querier, c *scheduledRow) (err error) {
	if c.Story, err = theOne(ctx, q, scanStory, storyByIDSQL, c.Update.StoryID); err != nil {
		return err
	}
	if c.Update.ID != 0 {
		c.Update, err = theOne(ctx, q, scanUpdate, updateByIDSQL, c.Update.ID)
	}
	return err
}

// lockScheduled reads one that is about to change. Its story is locked first, as
// whoever publishes and whoever merges does. CodeNotFound.
func lockScheduled(ctx context.Context, q querier, id int64) (c scheduledRow, err error) {
	gone := func(err error) error { return missing(err, "This scheduled update is not there any more.") }
	if c, err = theOne(ctx, q, scanScheduled, scheduledSQL, id); err != nil {
		return c, gone(err)
	}
	if _, err = lockStory(ctx, q, c.Update.StoryID); err != nil {
		return c, err
	}
	if c, err = theOne(ctx, q, scanScheduled, scheduledSQL+` /*lock*/`, id); err != nil {
		return c, gone(err)
	}
	return c, fillScheduled(ctx, q, &c)
}

// PublishDue implements stories.DueStore.
func (s *Store) PublishDue(ctx context.Context, a stories.Act, id int64, why stories.ScheduleState) (done stories.Scheduled, err error) {
	err = s.changeAtHome(ctx, func(q querier) error {
		c, err := lockScheduled(ctx, q, id)
		switch {
		case err != nil:
		case c.State != stories.ScheduleWaiting || c.Due.After(a.At):
		case why != "":
			err = s.askScheduled(ctx, q, a, &c, why)
		case c.Story.State == stories.Closed:
			err = s.askScheduled(ctx, q, a, &c, stories.ScheduleClosed)
		case a.At.Sub(c.Due) > stories.MaxLate:
			err = s.askScheduled(ctx, q, a, &c, stories.ScheduleLate)
		default:
			err = s.publishScheduled(ctx, q, a, &c, stories.User{})
			if late := a.At.Sub(c.Due); err == nil && late > stories.ToldLate {
				err = enter(ctx, q, a, "late", c.Story.ID, fmt.Sprintf("update %d, %s", c.Update.Number, late.Round(time.Second)))
			}
		}
		done = c.Scheduled
		return err
	})
	return done, err
}
