package sqlstore

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"storybot/stories"
)

const (
	putNoteSQL = `
		INSERT INTO notes (id, by_ref, text, at) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (id) DO UPDATE SET by_ref = excluded.by_ref, text = excluded.text, at = excluded.at`
	// dropNotesSQL keeps this note and the newest of the person's others of the
	// kind.
	dropNotesSQL = `
		DELETE FROM notes WHERE by_ref = ?2 AND substr(id, 1, 1) = ?3 AND id <> ?1 AND id NOT IN (
			SELECT id FROM notes WHERE by_ref = ?2 AND substr(id, 1, 1) = ?3 AND id <> ?1 ORDER BY at DESC, id DESC LIMIT ?4)`
	noteSQL     = `SELECT text FROM notes WHERE id = ?1 AND at > ?2`
	sameNoteSQL = `SELECT count(*) FROM notes WHERE id = ?1 AND by_ref = ?2 AND text = ?3 AND at > ?4 AND at <= ?5`
)

// noteFresh is how long a note that is kept again is left as it is: a list is
// turned page by page without a write, and what is shown now still has almost
// all of its time.
const noteFresh = time.Hour

// PutNote implements stories.NotesStore.
func (s *Store) PutNote(ctx context.Context, by, id, text string, now time.Time) error {
	var kept int
	if err := one(ctx, s.reader(), sameNoteSQL, []any{id, by, text, millis(now.Add(-noteFresh)), millis(now)}, &kept); err != nil || kept > 0 {
		return s.told(err)
	}
	_, size := utf8.DecodeRuneInString(id)
	return s.change(ctx, func(q querier) error {
		if _, err := q.exec(ctx, putNoteSQL, id, by, text, millis(now)); err != nil {
			return err
		}
		_, err := q.exec(ctx, dropNotesSQL, id, by, id[:size], stories.MaxNotes-1)
		return err
	})
}

// Note implements stories.NotesStore.
func (s *Store) Note(ctx context.Context, id string, now time.Time) (text string, err error) {
	err = one(ctx, s.reader(), noteSQL, []any{id, millis(now.Add(-stories.NoteAge))}, &text)
	return text, s.told(missing(err, "This question is too old to be answered. Start again."))
}

const (
	// lockUsesSQL makes processes that count for the same person take turns.
	lockUsesSQL = `
		INSERT INTO allowances (person, what, uses, at) VALUES (?1, ?2, '', ?3)
		ON CONFLICT (person, what) DO UPDATE SET uses = allowances.uses RETURNING uses`
	setUsesSQL = `UPDATE allowances SET uses = ?3, at = ?4 WHERE person = ?1 AND what = ?2`
)

// errUsedUp rolls back what a refused use would have written.
var errUsedUp = errors.New("used up")

// Allow implements stories.NotesStore.
func (s *Store) Allow(ctx context.Context, person, what string, most int, per time.Duration, now time.Time) (wait time.Duration, err error) {
	err = s.change(ctx, func(q querier) (err error) {
		if wait, err = allow(ctx, q, person, what, most, per, now); err == nil && wait > 0 {
			err = errUsedUp
		}
		return err
	})
	if errors.Is(err, errUsedUp) {
		return wait, nil
	}
	return 0, err
}

// allow is Allow within a transaction. What is refused is not counted.
func allow(ctx context.Context, q querier, person, what string, most int, per time.Duration, now time.Time) (wait time.Duration, err error) {
	var kept string
	if err := one(ctx, q, lockUsesSQL, []any{person, what, millis(now)}, &kept); err != nil {
		return 0, err
	}
	uses := lately(kept, per, now)
	if len(uses) >= most {
		if most == 0 {
			return per, nil
		}
		return max(moment(uses[len(uses)-most]).Add(per).Sub(now), time.Millisecond), nil
	}
	words := make([]string, 0, len(uses)+1)
	for _, at := range append(uses, millis(now)) {
		words = append(words, strconv.FormatInt(at, 10))
	}
	_, err = q.exec(ctx, setUsesSQL, person, what, strings.Join(words, " "), millis(now))
	return 0, err
}

// lately are the uses within per before now, the oldest first. One that lies
// further ahead was counted by a clock that was wrong, and is forgotten.
func lately(kept string, per time.Duration, now time.Time) (uses []int64) {
	for word := range strings.FieldsSeq(kept) {
		at, err := strconv.ParseInt(word, 10, 64)
		if err == nil && at > millis(now.Add(-per)) && at <= millis(now.Add(per)) {
			uses = append(uses, at)
		}
	}
	slices.Sort(uses)
	return uses
}
