package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"storybot/stories"
	"storybot/stories/search"
)

const (
	indexName    = "indexed" // the setting that says how words were spelt last
	indexVersion = "5"       // 5: by two characters that stand side by side, where no space does
	// indexBatch is how many stories are spelt anew in one transaction, textsAtOnce
	// how many updates: what is published meanwhile waits for one of them at most.
	indexBatch = 50
)

// respelt says how far the words of all rows were spelt as this program does.
// Stories are taken from the newest on, then the updates of each from its newest on:
// so a story's words are written together, each once. What is written meanwhile is
// spelt so by itself. As a setting it is the version once all is done, else the
// version, the table, the story above which it is and of updates the number.
type respelt struct {
	table         string
	below, number int64
}

const (
	tableStories = "stories"
	tableUpdates = "updates"
)

// parseRespelt reads a setting; done is true when nothing is left. What another
// version wrote says nothing.
func parseRespelt(value string) (r respelt, done bool) {
	if value == indexVersion {
		return r, true
	}
	parts := strings.Fields(value)
	if len(parts) == 4 && parts[0] == indexVersion && (parts[1] == tableStories || parts[1] == tableUpdates) {
		below, err := strconv.ParseInt(parts[2], 10, 64)
		number, wrong := strconv.ParseInt(parts[3], 10, 64)
		if err == nil && wrong == nil {
			return respelt{parts[1], below, number}, false
		}
	}
	return respelt{table: tableStories, below: math.MaxInt64}, false
}

func (r respelt) String() string {
	return fmt.Sprintf("%s %s %d %d", indexVersion, r.table, r.below, r.number)
}

const (
	lockIndexSQL = `
		INSERT INTO settings (name, value) VALUES ('` + indexName + `', '')
		ON CONFLICT (name) DO UPDATE SET value = settings.value RETURNING value`
	// The newest come first and are locked last, as by everybody who locks several.
	storiesBelowSQL   = `SELECT ` + storyColumns + ` FROM stories s WHERE s.id IN (SELECT b.id FROM stories b WHERE b.id < ?1 ORDER BY b.id DESC LIMIT ?2) ORDER BY s.id /*lock*/`
	haveTextsBelowSQL = `
		SELECT DISTINCT b.story_id FROM (
			SELECT u.story_id FROM updates u WHERE (u.story_id, u.number) < (?1, ?2) ORDER BY u.story_id DESC, u.number DESC LIMIT ?3) AS b`
	lockStoriesSQL = `SELECT id FROM stories WHERE id among(?1) ORDER BY id /*lock*/`
	textsBelowSQL  = `
		SELECT u.story_id, u.number, u.id, u.text FROM updates u WHERE (u.story_id, u.number) < (?1, ?2) AND (u.story_id + 0) among(?3)
		ORDER BY u.story_id DESC, u.number DESC LIMIT ?4`
	anyStorySQL = `SELECT count(*) FROM (SELECT id FROM stories LIMIT ?1) AS any_story`
)

// Reindex makes everything findable that another version of the program wrote,
// a few rows at a time. It goes on where it was interrupted, by whatever process
// of the installation, and returns at once when nothing is left. Until then
// Searchable is false.
func (s *Store) Reindex(ctx context.Context) (err error) {
	began, rows := time.Now(), 0
	if ready, err := s.Searchable(ctx); err != nil || ready {
		return err
	}
	if err := s.room(ctx, true); err != nil {
		return err
	}
	// Also of a program that stops: what it still writes is little.
	defer func() { err = errors.Join(err, s.room(context.WithoutCancel(ctx), false)) }()
	for {
		n, done, err := s.respellSome(ctx)
		switch {
		case err != nil:
			return err
		case done:
			if rows > 0 {
				s.log.Info("search index rebuilt", "rows", rows, "took", time.Since(began).Round(time.Millisecond))
			}
			return nil
		case rows == 0 && n > 0:
			s.log.Info("search index is being rebuilt; searches may miss older stories meanwhile")
		}
		rows += n
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// room is roomy in a transaction of its own.
func (s *Store) room(ctx context.Context, is bool) error {
	return s.change(ctx, func(q querier) error { return s.roomy(ctx, q, is) })
}

// respellSome makes the next rows findable and tells how many; done is true when
// there was nothing left. Of several processes one waits for the other.
func (s *Store) respellSome(ctx context.Context) (n int, done bool, err error) {
	err = s.change(ctx, func(q querier) error {
		n = 0
		var value string
		if err := one(ctx, q, lockIndexSQL, nil, &value); err != nil {
			return err
		}
		var r respelt
		if r, done = parseRespelt(value); done {
			return nil
		}
		if n, err = s.respell(ctx, q, &r); err != nil {
			return err
		}
		next := r.String()
		if n == 0 && r.table == tableUpdates {
			next = indexVersion
		} else if n == 0 {
			next = respelt{tableUpdates, math.MaxInt64, 0}.String()
		}
		_, err := q.exec(ctx, rememberSQL, indexName, next)
		return err
	})
	return n, done && err == nil, err
}

// respell makes a batch of one table's rows findable and moves r on.
func (s *Store) respell(ctx context.Context, q querier, r *respelt) (int, error) {
	if r.table == tableUpdates {
		return respellTexts(ctx, q, r)
	}
	found, err := all(ctx, q, scanStory, storiesBelowSQL, r.below, indexBatch)
	for _, story := range found {
		// What its updates were found by before comes with them.
		if _, err := q.exec(ctx, dropFoundSQL, story.ID, 0); err != nil {
			return 0, err
		}
		if err := s.indexStory(ctx, q, story); err != nil {
			return 0, err
		}
		r.below = min(r.below, story.ID)
	}
	return len(found), err
}

// respellTexts makes updates findable, those of one story together, under the locks of
// their stories: nobody gives them another wording meanwhile.
func respellTexts(ctx context.Context, q querier, r *respelt) (int, error) {
	of, err := all(ctx, q, scanID, haveTextsBelowSQL, r.below, r.number, textsAtOnce)
	if err != nil || len(of) == 0 {
		return 0, err
	}
	if _, err := all(ctx, q, scanID, lockStoriesSQL, list(of)); err != nil {
		return 0, err
	}
	updates, err := all(ctx, q, func(r row) (u stories.Update, err error) {
		return u, r.Scan(&u.StoryID, &u.Number, &u.ID, &u.Text)
	}, textsBelowSQL, r.below, r.number, list(of), textsAtOnce)
	if err != nil {
		return 0, err
	}
	if len(updates) == 0 { // they were merged into another story meanwhile: see indexPassed
		r.below, r.number = slices.Min(of), 0
		return len(of), nil
	}
	known := map[string]bool{} // of the story at hand
	for i, u := range updates {
		if i > 0 && updates[i-1].StoryID != u.StoryID {
			clear(known)
		}
		words := slices.DeleteFunc(search.Words(u.Text), func(w string) bool { return known[w] })
		if err := addWords(ctx, q, 0, u.StoryID, u.ID, words); err != nil {
			return 0, err
		}
		for _, w := range words {
			known[w] = true
		}
		r.below, r.number = u.StoryID, int64(u.Number)
	}
	return len(updates), nil
}

// passedTextsSQL are updates of the story ?1 with numbers above ?2.
const passedTextsSQL = `SELECT number, id, text FROM updates WHERE story_id = ?1 AND number > ?2 ORDER BY number LIMIT ?3`

// indexPassed makes what was merged into a story findable while the index is made anew:
// who does that may have passed the story already, and has not come to the one that goes.
func (s *Store) indexPassed(ctx context.Context, q querier, m stories.Merging) error {
	if s.searchable.Load() {
		return nil
	}
	value, err := recall(ctx, q, indexName)
	if err != nil {
		return err
	}
	if _, done := parseRespelt(value); done {
		return nil
	}
	for above := m.Into.Updates; ; {
		passed, err := all(ctx, q, scanNumbered, passedTextsSQL, m.Into.ID, above, textsAtOnce)
		if err != nil || len(passed) == 0 {
			return err
		}
		for _, u := range passed {
			if err := addWords(ctx, q, 0, m.Into.ID, u.ID, search.Words(u.Text)); err != nil {
				return err
			}
			above = u.Number
		}
	}
}

// Searchable implements stories.IndexStore.
func (s *Store) Searchable(ctx context.Context) (bool, error) {
	if s.searchable.Load() {
		return true, nil
	}
	value, err := s.Recall(ctx, indexName)
	if err != nil {
		return false, err
	}
	_, done := parseRespelt(value)
	if done {
		s.searchable.Store(true)
	}
	return done, nil
}

// beginIndex marks the index of an empty database as whole.
func (s *Store) beginIndex(ctx context.Context) error {
	if value, err := s.Recall(ctx, indexName); err != nil || value != "" {
		return err
	}
	return s.change(ctx, func(q querier) error {
		var value string
		if err := one(ctx, q, lockIndexSQL, nil, &value); err != nil || value != "" {
			return err
		}
		var some int
		if err := one(ctx, q, anyStorySQL, []any{1}, &some); err != nil || some > 0 {
			return err
		}
		_, err := q.exec(ctx, rememberSQL, indexName, indexVersion)
		return err
	})
}
