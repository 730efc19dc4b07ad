package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"storybot/stories"
)

// maxQueryWords is how many words are looked for; the rest of a longer query is
// ignored.
const maxQueryWords = 16

// index makes a story's own words (updateID 0) or an update's findable.
func (s *Store) index(ctx context.Context, q querier, storyID, updateID int64, texts ...string) error {
	return s.addWords(ctx, q, storyID, updateID, indexed(texts...))
}

const (
	foundSQL   = `SELECT ` + storyColumns + ` FROM stories s %s ORDER BY s.active_at DESC, s.id DESC LIMIT ?1 OFFSET ?2`
	countedSQL = `SELECT count(*) FROM stories s %s`
)

// Search implements stories.Store.
func (s *Store) Search(ctx context.Context, query string, offset, limit int) (found []stories.Story, total int, err error) {
	words := wordsOf(query)
	if len(words) == 0 && strings.TrimSpace(query) != "" {
		return nil, 0, nil // nothing in it that could be found
	}
	if len(words) > maxQueryWords {
		words = words[:maxQueryWords]
	}
	where, args := s.holdingAll(words, 3)
	found, err = all(ctx, s.reader(), scanStory, fmt.Sprintf(foundSQL, where), append([]any{limit, offset}, args...)...)
	if err != nil {
		return nil, 0, s.told(err)
	}
	where, args = s.holdingAll(words, 1)
	err = one(ctx, s.reader(), fmt.Sprintf(countedSQL, where), args, &total)
	return found, total, s.told(err)
}

// holdingAll is the condition that a story holds all words, with parameters
// numbered from first on.
func (s *Store) holdingAll(words []word, first int) (where string, args []any) {
	if len(words) == 0 {
		return "", nil
	}
	var sets []string
	for i, word := range words {
		sets = append(sets, s.holding(fmt.Sprintf("?%d", first+i)))
		args = append(args, s.anyOf(word, i == len(words)-1))
	}
	return "WHERE s.id IN (" + strings.Join(sets, " INTERSECT ") + ")", args
}

// anyOf asks for one of several words, or of what begins with one of them.
func (s *Store) anyOf(words []string, prefix bool) string {
	terms := make([]string, len(words))
	for i, w := range words {
		terms[i] = s.term(w, prefix)
	}
	return s.either(terms...)
}

// either asks for what one of the parts asks for, both for what all of them do.
func (s *Store) either(parts ...string) string { return "(" + strings.Join(parts, s.or()) + ")" }
func (s *Store) both(parts ...string) string   { return "(" + strings.Join(parts, s.and()) + ")" }

const (
	indexName    = "indexed" // the setting that says how words were spelt last
	indexVersion = "3"       // 3: by the words of a slug too
	indexBatch   = 200
)

const (
	lockIndexSQL = `
		INSERT INTO settings (name, value) VALUES ('` + indexName + `', '')
		ON CONFLICT (name) DO UPDATE SET value = settings.value RETURNING value`
	storiesAfterSQL = `SELECT ` + storyColumns + ` FROM stories s WHERE s.id > ?1 ORDER BY s.id LIMIT ?2`
	updatesAfterSQL = `SELECT ` + updateColumns + ` FROM updates u WHERE u.id > ?1 ORDER BY u.id LIMIT ?2`
)

// reindex makes everything findable as this program spells words, once. Of two
// processes one waits for the other.
func (s *Store) reindex(ctx context.Context) error {
	if have, err := s.Recall(ctx, indexName); err != nil || have == indexVersion {
		return err
	}
	return s.change(ctx, func(q querier) error {
		var have string
		if err := one(ctx, q, lockIndexSQL, nil, &have); err != nil || have == indexVersion {
			return err
		}
		if err := inBatches(ctx, q, scanStory, storiesAfterSQL, func(story stories.Story) (int64, error) { return story.ID, s.indexStory(ctx, q, story) }); err != nil {
			return err
		}
		if err := inBatches(ctx, q, scanUpdate, updatesAfterSQL, func(u stories.Update) (int64, error) { return u.ID, s.index(ctx, q, u.StoryID, u.ID, u.Text) }); err != nil {
			return err
		}
		_, err := q.exec(ctx, rememberSQL, indexName, indexVersion)
		return err
	})
}

// inBatches does something with every row of a table, a few at a time in the
// memory. do returns the row's id.
func inBatches[T any](ctx context.Context, q querier, scan func(row) (T, error), text string, do func(T) (int64, error)) error {
	for last := int64(0); ; {
		batch, err := all(ctx, q, scan, text, last, indexBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, v := range batch {
			if last, err = do(v); err != nil {
				return err
			}
		}
	}
}

const slugsOfSQL = `SELECT slug FROM slugs WHERE story_id = ?1 ORDER BY slug`

// indexStory makes a story findable by its own words, and suggested by its
// slugs and headline.
func (s *Store) indexStory(ctx context.Context, q querier, story stories.Story) error {
	slugs, err := all(ctx, q, func(r row) (slug string, err error) { return slug, r.Scan(&slug) }, slugsOfSQL, story.ID)
	if err != nil {
		return err
	}
	texts := append(slugs, story.Headline, story.Summary, strings.Join(story.Topics, " "))
	if err := s.index(ctx, q, story.ID, 0, texts...); err != nil {
		return err
	}
	return s.name(ctx, q, story, slugs)
}
