package sqlstore

import (
	"context"
	"fmt"
	"slices"
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

// Search implements stories.IndexStore.
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
	slugsOfSQL = `SELECT slug FROM slugs WHERE story_id = ?1 ORDER BY slug`
	// Somebody may look for a story by the headline of one that was merged into it.
	mergedHeadlinesSQL = `SELECT headline FROM merged WHERE into_id = ?1 ORDER BY id`
)

// indexStory makes a story findable by its own words, and suggested by its
// slugs and headline.
func (s *Store) indexStory(ctx context.Context, q querier, story stories.Story) error {
	slugs, err := all(ctx, q, func(r row) (slug string, err error) { return slug, r.Scan(&slug) }, slugsOfSQL, story.ID)
	if err != nil {
		return err
	}
	merged, err := all(ctx, q, func(r row) (headline string, err error) { return headline, r.Scan(&headline) }, mergedHeadlinesSQL, story.ID)
	if err != nil {
		return err
	}
	texts := slices.Concat(slugs, merged, []string{story.Headline, story.Summary, strings.Join(story.Topics, " ")})
	if err := s.index(ctx, q, story.ID, 0, texts...); err != nil {
		return err
	}
	return s.name(ctx, q, story, slugs)
}
