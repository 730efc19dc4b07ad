package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"storybot/stories"
)

const (
	editStorySQL   = `UPDATE stories SET headline = ?2, summary = ?3, topics = ?4, active_at = ?5 WHERE id = ?1`
	renameStorySQL = `UPDATE stories SET slug = ?2, aliases = ?3, active_at = ?4 WHERE id = ?1`
	slugOwnerSQL   = `SELECT story_id FROM slugs WHERE slug = ?1`
)

// EditStory implements stories.StoryEditStore.
func (s *Store) EditStory(ctx context.Context, a stories.Act, storyID int64, e stories.StoryEdit) (stories.Story, bool, error) {
	done, err := act(ctx, s, a, "edited", func(q querier) (done stateChange, changed bool, err error) {
		story, err := lockStory(ctx, q, storyID)
		if err != nil {
			return done, false, err
		}
		what := e.Changed(story)
		if len(what) == 0 {
			return stateChange{Story: story}, false, nil
		}
		story = e.Apply(story)
		story.ActiveAt = moment(millis(a.At))
		if _, err := q.exec(ctx, editStorySQL, storyID, story.Headline, story.Summary, strings.Join(story.Topics, " "), millis(a.At)); err != nil {
			return done, false, err
		}
		if err := s.indexStory(ctx, q, story); err != nil {
			return done, false, err
		}
		return stateChange{story, true}, true, enter(ctx, q, a, "edited", storyID, strings.Join(what, ", "))
	})
	return done.Story, done.Changed, err
}

// RenameStory implements stories.StoryEditStore.
func (s *Store) RenameStory(ctx context.Context, a stories.Act, storyID int64, slug string) (stories.Story, bool, error) {
	done, err := act(ctx, s, a, "renamed", func(q querier) (done stateChange, changed bool, err error) {
		story, err := lockStory(ctx, q, storyID)
		if err != nil || story.Slug == slug {
			return stateChange{Story: story}, false, err
		}
		if err := takeSlug(ctx, q, storyID, slug); err != nil {
			return done, false, err
		}
		before := story.Slug
		story.Aliases = append(slices.DeleteFunc(story.Aliases, func(alias string) bool { return alias == slug }), before)
		story.Slug, story.ActiveAt = slug, moment(millis(a.At))
		if _, err := q.exec(ctx, renameStorySQL, storyID, slug, strings.Join(story.Aliases, " "), millis(a.At)); err != nil {
			return done, false, err
		}
		if err := s.indexStory(ctx, q, story); err != nil {
			return done, false, err
		}
		return stateChange{story, true}, true, enter(ctx, q, a, "renamed", storyID, before+" "+slug)
	})
	return done.Story, done.Changed, err
}

// takeSlug has a slug lead to a story; it may do so already. CodeExists.
func takeSlug(ctx context.Context, q querier, storyID int64, slug string) error {
	n, err := q.exec(ctx, insertSlugSQL, slug, storyID)
	if err != nil || n > 0 {
		return err
	}
	var owner int64
	err = one(ctx, q, slugOwnerSQL, []any{slug}, &owner)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("the slug %q is taken and not there", slug)
	case err != nil:
		return err
	case owner != storyID:
		return stories.Errorf(stories.CodeExists, "%q is or was another story's slug. Choose another one.", slug)
	}
	return nil
}
