package sqlstore

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	indexName    = "indexed" // the setting that says how words were spelt last
	indexVersion = "4"       // 4: by the words of a slug, which no soft sign divides
	// indexBatch is how many rows are spelt anew in one transaction: what is
	// published meanwhile waits for one of them at most.
	indexBatch = 50
)

// respelt says how far the words of all rows were spelt as this program does.
// Rows are taken from the newest on, stories before updates; what is written
// meanwhile is spelt so by itself. As a setting it is the version once all is
// done, else the version, the table and the row above which it is.
type respelt struct {
	table string
	below int64
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
	if len(parts) == 3 && parts[0] == indexVersion && (parts[1] == tableStories || parts[1] == tableUpdates) {
		if below, err := strconv.ParseInt(parts[2], 10, 64); err == nil {
			return respelt{parts[1], below}, false
		}
	}
	return respelt{tableStories, math.MaxInt64}, false
}

func (r respelt) String() string { return fmt.Sprint(indexVersion, " ", r.table, " ", r.below) }

const (
	lockIndexSQL = `
		INSERT INTO settings (name, value) VALUES ('` + indexName + `', '')
		ON CONFLICT (name) DO UPDATE SET value = settings.value RETURNING value`
	// The newest come first and are locked last, as by everybody who locks several.
	storiesBelowSQL    = `SELECT ` + storyColumns + ` FROM stories s WHERE s.id IN (SELECT b.id FROM stories b WHERE b.id < ?1 ORDER BY b.id DESC LIMIT ?2) ORDER BY s.id /*lock*/`
	allUpdatesBelowSQL = `SELECT ` + updateColumns + ` FROM updates u WHERE u.id IN (SELECT b.id FROM updates b WHERE b.id < ?1 ORDER BY b.id DESC LIMIT ?2) ORDER BY u.id /*lock*/`
	anyStorySQL        = `SELECT count(*) FROM (SELECT id FROM stories LIMIT ?1) AS any_story`
)

// Reindex makes everything findable that another version of the program wrote,
// a few rows at a time. It goes on where it was interrupted, by whatever process
// of the installation, and returns at once when nothing is left. Until then
// Searchable is false.
func (s *Store) Reindex(ctx context.Context) error {
	began, rows := time.Now(), 0
	if ready, err := s.Searchable(ctx); err != nil || ready {
		return err
	}
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
			next = respelt{tableUpdates, math.MaxInt64}.String()
		}
		_, err := q.exec(ctx, rememberSQL, indexName, next)
		return err
	})
	return n, done && err == nil, err
}

// respell makes a batch of one table's rows findable and moves r on.
func (s *Store) respell(ctx context.Context, q querier, r *respelt) (int, error) {
	if r.table == tableUpdates {
		updates, err := all(ctx, q, scanUpdate, allUpdatesBelowSQL, r.below, indexBatch)
		for _, u := range updates {
			if err = s.index(ctx, q, u.StoryID, u.ID, u.Text); err != nil {
				return 0, err
			}
			r.below = min(r.below, u.ID)
		}
		return len(updates), err
	}
	found, err := all(ctx, q, scanStory, storiesBelowSQL, r.below, indexBatch)
	for _, story := range found {
		if err = s.indexStory(ctx, q, story); err != nil {
			return 0, err
		}
		r.below = min(r.below, story.ID)
	}
	return len(found), err
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
