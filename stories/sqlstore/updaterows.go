package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

const updateColumns = `u.id, u.story_id, u.number, u.revision, u.text, u.sources, u.picture_url, u.picture_alt, u.marks, u.level, u.author_ref, u.author_name, u.at, u.created_at`

func scanUpdate(r row) (u stories.Update, err error) {
	var sources, marks string
	var at, created int64
	err = r.Scan(&u.ID, &u.StoryID, &u.Number, &u.Revision, &u.Text, &sources, &u.Picture.URL, &u.Picture.Alt, &marks, &u.Level, &u.Author.Ref, &u.Author.Name, &at, &created)
	u.Sources = strings.Fields(sources)
	u.At, u.CreatedAt = moment(at), moment(created)
	if err == nil {
		u.Marks, err = readMarks(marks)
	}
	return u, err
}

// readMarks reads what writeMarks wrote.
func readMarks(text string) (m stories.Marks, err error) {
	if text == "{}" {
		return m, nil
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return m, fmt.Errorf("read the marks of an update: %w", err)
	}
	return m, nil
}

func writeMarks(m stories.Marks) (string, error) {
	text, err := json.Marshal(m)
	return string(text), err
}

const (
	newestUpdatesSQL = `SELECT ` + updateColumns + ` FROM updates u WHERE u.story_id = ?1 ORDER BY u.place DESC LIMIT ?2`
	updatesBelowSQL  = `SELECT ` + updateColumns + ` FROM updates u WHERE u.story_id = ?1 AND u.place < ?3 ORDER BY u.place DESC LIMIT ?2`
)

// Updates implements stories.ArchiveStore.
func (s *Store) Updates(ctx context.Context, storyID int64, before, limit int) (found []stories.Update, err error) {
	if before > 0 {
		found, err = all(ctx, s.reader(), scanUpdate, updatesBelowSQL, storyID, limit, before)
	} else {
		found, err = all(ctx, s.reader(), scanUpdate, newestUpdatesSQL, storyID, limit)
	}
	return found, s.told(err)
}

const updateByNumberSQL = `SELECT ` + updateColumns + ` FROM updates u WHERE u.story_id = ?1 AND u.number = ?2`

// UpdateByNumber implements stories.ArchiveStore.
func (s *Store) UpdateByNumber(ctx context.Context, storyID int64, number int) (stories.Update, error) {
	u, err := theOne(ctx, s.reader(), scanUpdate, updateByNumberSQL, storyID, number)
	if errors.Is(err, sql.ErrNoRows) {
		u, err = theOne(ctx, s.reader(), scanUpdate, formerlySQL, storyID, number)
	}
	return u, s.told(missing(err, "This story has no update %d. Its Timeline shows those it has.", number))
}

// sameTextSQL is in the order of the index by time, so that what is older than
// the window is not read, however long the story is.
const sameTextSQL = `
	SELECT ` + updateColumns + ` FROM updates u
	WHERE u.story_id = ?1 AND u.created_at >= ?3 AND u.text = ?2 ORDER BY u.created_at DESC, u.number DESC LIMIT ?4`

// SameText implements stories.PublisherStore.
func (s *Store) SameText(ctx context.Context, storyID int64, text string, since time.Time) (stories.Update, error) {
	u, err := theOne(ctx, s.reader(), scanUpdate, sameTextSQL, storyID, text, millis(since), 1)
	return u, s.told(missing(err, "No update of this story has the same text."))
}

const seenSQL = `SELECT number, at FROM seen WHERE reader = ?1 AND story_id = ?2`

// Seen is the highest number of an update that a reader was shown.
func (s *Store) Seen(ctx context.Context, reader string, storyID int64) (number int, err error) {
	number, _, err = s.seenAt(ctx, reader, storyID)
	return number, err
}

// seenAt tells also when they looked last.
func (s *Store) seenAt(ctx context.Context, reader string, storyID int64) (number int, at time.Time, err error) {
	var ms int64
	err = one(ctx, s.reader(), seenSQL, []any{reader, storyID}, &number, &ms)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, time.Time{}, nil
	}
	return number, moment(ms), s.told(err)
}

const markSeenSQL = `
	INSERT INTO seen (reader, story_id, number, at) VALUES (?1, ?2, ?3, ?4)
	ON CONFLICT (reader, story_id) DO UPDATE SET number = CASE WHEN seen.number < excluded.number THEN excluded.number ELSE seen.number END, at = excluded.at`

// MarkSeen implements stories.ArchiveStore.
func (s *Store) MarkSeen(ctx context.Context, reader string, storyID int64, number int) error {
	now := s.now()
	before, at, err := s.seenAt(ctx, reader, storyID)
	if err != nil || before >= number && now.Sub(at) <= seenAgain {
		return err // most looks bring nothing new, and need not write
	}
	return s.change(ctx, func(q querier) error {
		_, err := q.exec(ctx, markSeenSQL, reader, storyID, number, millis(now))
		return err
	})
}

const updateByIDSQL = `SELECT ` + updateColumns + ` FROM updates u WHERE u.id = ?1`

// updateContent returns the story as it is now and the update in that wording.
// CodeNotFound.
func (s *Store) updateContent(ctx context.Context, updateID int64, revision int) (stories.Story, stories.Update, error) {
	fail := func(err error) (stories.Story, stories.Update, error) {
		return stories.Story{}, stories.Update{}, s.told(missing(err, "This update is not there any more."))
	}
	u, err := theOne(ctx, s.reader(), scanUpdate, updateByIDSQL, updateID)
	if err != nil {
		return fail(err)
	}
	if u.Revision != revision {
		r, err := theOne(ctx, s.reader(), scanRevision, revisionSQL, updateID, revision)
		if err != nil {
			return fail(err)
		}
		u = u.Worded(r)
	}
	story, err := theOne(ctx, s.reader(), scanStory, storyByIDSQL, u.StoryID)
	if err != nil {
		return fail(err)
	}
	return story, u, nil
}
