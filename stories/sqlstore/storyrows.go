package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"storybot/stories"
)

const storyColumns = `s.id, s.slug, s.aliases, s.headline, s.summary, s.topics, s.state, s.updates, s.created_at, s.active_at`

func scanStory(r row) (s stories.Story, err error) {
	var aliases, topics string
	var created, active int64
	err = r.Scan(&s.ID, &s.Slug, &aliases, &s.Headline, &s.Summary, &topics, &s.State, &s.Updates, &created, &active)
	s.Aliases, s.Topics = strings.Fields(aliases), strings.Fields(topics)
	s.CreatedAt, s.ActiveAt = moment(created), moment(active)
	return s, err
}

// also is a row with more behind what is read of it.
type also struct {
	row
	more []any
}

func (a also) Scan(to ...any) error { return a.row.Scan(append(to, a.more...)...) }

// theOne runs a query for one row of a kind.
func theOne[T any](ctx context.Context, q querier, scan func(row) (T, error), text string, args ...any) (v T, err error) {
	found, err := all(ctx, q, scan, text, args...)
	if err == nil && len(found) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return v, err
	}
	return found[0], nil
}

const storyBySlugSQL = `SELECT ` + storyColumns + ` FROM slugs k JOIN stories s ON s.id = k.story_id WHERE k.slug = ?1`

// StoryBySlug implements stories.ArchiveStore.
func (s *Store) StoryBySlug(ctx context.Context, slug string) (stories.Story, error) {
	story, err := theOne(ctx, s.reader(), scanStory, storyBySlugSQL, slug)
	return story, s.told(missing(err, "No story is called %q. /stories lists those there are.", slug))
}

// storyByIDSQL finds a story by the number it has, or that one had which was merged
// into it.
const storyByIDSQL = `SELECT ` + storyColumns + ` FROM stories s WHERE s.id = coalesce((SELECT g.into_id FROM merged g WHERE g.id = ?1), ?1)`

// StoryByID implements stories.ArchiveStore.
func (s *Store) StoryByID(ctx context.Context, id int64) (stories.Story, error) {
	story, err := theOne(ctx, s.reader(), scanStory, storyByIDSQL, id)
	return story, s.told(missingStory(err))
}

func missingStory(err error) error {
	return missing(err, "This story is not there any more. /stories lists those that are.")
}

const lockedStorySQL = `SELECT ` + storyColumns + ` FROM stories s WHERE s.id = ?1 /*lock*/`

// lockStory reads a story that is about to change; a second one who wants to
// change it waits. Where it was merged, perhaps while we waited, it is the story it
// went on as: what is done next is done to the one that is returned.
func lockStory(ctx context.Context, q querier, id int64) (stories.Story, error) {
	for {
		story, err := theOne(ctx, q, scanStory, lockedStorySQL, id)
		if !errors.Is(err, sql.ErrNoRows) {
			return story, err
		}
		var was string
		if err := one(ctx, q, mergedIntoSQL, []any{id}, &id, &was); err != nil {
			return story, missingStory(err)
		}
	}
}

const (
	insertStorySQL = `
		INSERT INTO stories (slug, headline, summary, topics, state, created_at, active_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (slug) DO NOTHING RETURNING id`
	insertSlugSQL = `INSERT INTO slugs (slug, story_id, of_id) VALUES (?1, ?2, ?2) ON CONFLICT (slug) DO NOTHING`
	// ownSlugSQL gives a slug that was taken for a story to come to it.
	ownSlugSQL = `UPDATE slugs SET story_id = ?2, of_id = ?2 WHERE slug = ?1`
)

// CreateStory implements stories.EditorStore.
func (s *Store) CreateStory(ctx context.Context, a stories.Act, story stories.Story) (stories.Story, error) {
	return act(ctx, s, a, "tracked", func(q querier) (tracked stories.Story, changed bool, err error) {
		taken := stories.Errorf(stories.CodeExists, "%q is another story's slug already. Choose another one.", story.Slug)
		if err := endDraft(ctx, q, a); err != nil {
			return stories.Story{}, false, err
		}
		if story.State == "" {
			story.State = stories.Developing
		}
		// The slug first, as whoever renames a story takes it: two who want one at once
		// wait for each other one way.
		switch n, err := q.exec(ctx, insertSlugSQL, story.Slug, 0); {
		case err != nil:
			return stories.Story{}, false, err
		case n == 0:
			return stories.Story{}, false, taken
		}
		args := []any{story.Slug, story.Headline, story.Summary, strings.Join(story.Topics, " "), string(story.State), millis(a.At)}
		var id int64
		err = one(ctx, q, insertStorySQL, args, &id)
		if errors.Is(err, sql.ErrNoRows) {
			return stories.Story{}, false, taken
		}
		if err != nil {
			return stories.Story{}, false, err
		}
		if _, err := q.exec(ctx, ownSlugSQL, story.Slug, id); err != nil {
			return stories.Story{}, false, err
		}
		made, err := theOne(ctx, q, scanStory, storyByIDSQL, id)
		if err != nil {
			return stories.Story{}, false, err
		}
		if err := s.indexStory(ctx, q, made); err != nil {
			return stories.Story{}, false, err
		}
		return made, true, enter(ctx, q, a, "tracked", id, story.Headline)
	})
}

// stateVerb is what the desk's log calls a change to a state.
func stateVerb(state stories.State) string {
	if state == stories.Closed {
		return "closed"
	}
	return "reopened"
}

const storyStateSQL = `UPDATE stories SET state = ?2, active_at = ?3 WHERE id = ?1`

// stateChange is what SetStoryState returns, in a form that can be kept.
type stateChange struct {
	Story   stories.Story
	Changed bool
}

// SetStoryState sets a story's state, and returns whether it was another one.
func (s *Store) SetStoryState(ctx context.Context, a stories.Act, storyID int64, state stories.State) (stories.Story, bool, error) {
	verb := stateVerb(state)
	done, err := act(ctx, s, a, verb, func(q querier) (done stateChange, changed bool, err error) {
		story, err := lockStory(ctx, q, storyID)
		if err != nil || story.State == state {
			return stateChange{Story: story}, false, err
		}
		if state == stories.Closed {
			if err := noneToUndo(ctx, q, story); err != nil {
				return stateChange{Story: story}, false, err
			}
		}
		story.State, story.ActiveAt = state, moment(millis(a.At))
		if _, err := q.exec(ctx, storyStateSQL, story.ID, string(state), millis(a.At)); err != nil {
			return done, false, err
		}
		if err := s.indexStory(ctx, q, story); err != nil { // its name says whether it is closed
			return done, false, err
		}
		if _, err := s.editCards(ctx, q, story.ID, a.At); err != nil {
			return done, false, err
		}
		return stateChange{story, true}, true, enter(ctx, q, a, verb, story.ID, story.Headline)
	})
	return done.Story, done.Changed, err
}
