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
	slugOwnerSQL   = `SELECT story_id, of_id FROM slugs WHERE slug = ?1`
)

// EditStory implements stories.EditorStore.
func (s *Store) EditStory(ctx context.Context, a stories.Act, storyID int64, e stories.StoryEdit) (stories.Told, error) {
	return act(ctx, s, a, "edited", func(q querier) (done stories.Told, changed bool, err error) {
		story, err := lockStory(ctx, q, storyID)
		if err != nil {
			return done, false, err
		}
		if err := e.Meets(story); err != nil {
			return done, false, err
		}
		if err := endDraft(ctx, q, a); err != nil {
			return done, false, err
		}
		what := e.Changed(story)
		if len(what) == 0 {
			return stories.Told{Story: story}, false, nil
		}
		before := story
		story = e.Apply(story)
		story.ActiveAt = moment(millis(a.At))
		if _, err := q.exec(ctx, editStorySQL, story.ID, story.Headline, story.Summary, strings.Join(story.Topics, " "), millis(a.At)); err != nil {
			return done, false, err
		}
		if err := s.indexStory(ctx, q, story); err != nil {
			return done, false, err
		}
		topics := !slices.Equal(story.Topics, before.Topics)
		if topics {
			if err := lockPlanning(ctx, q); err != nil {
				return done, false, err
			}
		}
		if onCards(story, before) {
			if done.Cards, err = s.editCards(ctx, q, story.ID, a.At); err != nil {
				return done, false, err
			}
		}
		if topics { // other subscriptions may decide now; behind the cards, as lanes are locked
			if err := s.settleOf(ctx, q, story.ID, a.At); err != nil {
				return done, false, err
			}
		}
		done.Story, done.Changed = story, true
		return done, true, enter(ctx, q, a, "edited", story.ID, editDetail(before, what))
	})
}

// onCards says that a card shows what differs between two states of a story: no card
// shows topics.
func onCards(a, b stories.Story) bool { return a.Headline != b.Headline || a.Summary != b.Summary }

// WouldEdit implements stories.EditorStore.
func (s *Store) WouldEdit(ctx context.Context, storyID int64, e stories.StoryEdit) (would stories.Told, err error) {
	q := s.reader()
	before, err := theOne(ctx, q, scanStory, storyByIDSQL, storyID)
	if err != nil {
		return would, s.told(missingStory(err))
	}
	would.Story, would.Changed = e.Apply(before), len(e.Changed(before)) > 0
	if onCards(would.Story, before) {
		would.Cards, err = cardsOf(ctx, q, before.ID)
	}
	return would, s.told(err)
}

// topicsLine begins the line of an edit's detail that says what the topics were.
const topicsLine = "topics"

// editDetail is what the desk's log keeps of an edit, in a form that is put into words
// when it is read: what changed and, a line each, what that said before.
func editDetail(before stories.Story, what []string) string {
	lines := []string{strings.Join(what, ", ")}
	for _, name := range what {
		was := map[string]string{"headline": before.Headline, "summary": before.Summary, topicsLine: strings.Join(before.Topics, ", ")}[name]
		lines = append(lines, name+" "+strings.Join(strings.Fields(was), " "))
	}
	return strings.Join(lines, "\n")
}

// RenameStory implements stories.EditorStore.
func (s *Store) RenameStory(ctx context.Context, a stories.Act, storyID int64, slug string) (stories.Told, error) {
	return act(ctx, s, a, "renamed", func(q querier) (done stories.Told, changed bool, err error) {
		story, err := lockStory(ctx, q, storyID)
		if err != nil || story.Slug == slug {
			return stories.Told{Story: story}, false, err
		}
		if len(story.Aliases) >= stories.MaxAliases && !slices.Contains(story.Aliases, slug) {
			return done, false, stories.Errorf(stories.CodeLimited, "%d older slugs lead to %s already, which is as many as may. Choose one of them.", len(story.Aliases), story.Slug)
		}
		if err := takeSlug(ctx, q, story.ID, slug); err != nil {
			return done, false, err
		}
		before := story.Slug
		story.Aliases = append(slices.DeleteFunc(story.Aliases, func(alias string) bool { return alias == slug }), before)
		story.Slug, story.ActiveAt = slug, moment(millis(a.At))
		if _, err := q.exec(ctx, renameStorySQL, story.ID, slug, strings.Join(story.Aliases, " "), millis(a.At)); err != nil {
			return done, false, err
		}
		if err := s.indexStory(ctx, q, story); err != nil {
			return done, false, err
		}
		if done.Cards, err = s.editCards(ctx, q, story.ID, a.At); err != nil {
			return done, false, err
		}
		done.Story, done.Changed = story, true
		return done, true, enter(ctx, q, a, "renamed", story.ID, before+" "+slug)
	})
}

// takeSlug has a slug lead to a story; it may do so already. CodeExists.
func takeSlug(ctx context.Context, q querier, storyID int64, slug string) error {
	n, err := q.exec(ctx, insertSlugSQL, slug, storyID)
	if err != nil || n > 0 {
		return err
	}
	var owner, of int64
	err = one(ctx, q, slugOwnerSQL, []any{slug}, &owner, &of)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("the slug %q is taken and not there", slug)
	case err != nil:
		return err
	case owner != storyID:
		return stories.Errorf(stories.CodeExists, "%q is or was another story's slug. Choose another one.", slug)
	case of != storyID: // else its numbers would be this story's
		return stories.Errorf(stories.CodeExists, "%q was the slug of a story that was merged into this one, and leads to its updates by the numbers they had. Choose another one.", slug)
	}
	return nil
}

// EndStory implements stories.EditorStore.
func (s *Store) EndStory(ctx context.Context, a stories.Act, u stories.Update) (stories.Told, error) {
	return s.tellState(ctx, a, "ended", u, func(q querier, told *stories.Told) error {
		if told.Story.State == stories.Closed {
			if u.Text != "" {
				return stories.Errorf(stories.CodeClosed, "%s is closed.", told.Story.Slug)
			}
			return nil
		}
		if err := noneToUndo(ctx, q, told.Story); err != nil {
			return err
		}
		if err := s.tellUpdate(ctx, q, a, told, u); err != nil {
			return err
		}
		return s.setState(ctx, q, a, told, stories.Closed)
	})
}

// BeginStory implements stories.EditorStore.
func (s *Store) BeginStory(ctx context.Context, a stories.Act, u stories.Update) (stories.Told, error) {
	return s.tellState(ctx, a, "begun", u, func(q querier, told *stories.Told) error {
		if told.Story.State == stories.Closed {
			if err := s.setState(ctx, q, a, told, stories.Developing); err != nil {
				return err
			}
		}
		return s.tellUpdate(ctx, q, a, told, u)
	})
}

const undoableSQL = `SELECT count(*) FROM scheduled WHERE story_id = ?1 AND state = 'waiting' AND undo = 1`

// noneToUndo refuses to close a story of which an update is about to go out: it would
// stay behind, and what is published with the end would go before it. CodeInvalid.
func noneToUndo(ctx context.Context, q querier, story stories.Story) error {
	var n int
	err := one(ctx, q, undoableSQL, []any{story.ID}, &n)
	if err == nil && n > 0 {
		err = stories.Errorf(stories.CodeInvalid, "%s is not closed: an update of it is about to go out, and can still be taken back. Close it after that. /desk scheduled shows it.", story.Slug)
	}
	return err
}

// tellUpdate publishes u, if it has a text, in a story that is locked.
func (s *Store) tellUpdate(ctx context.Context, q querier, a stories.Act, told *stories.Told, u stories.Update) (err error) {
	if u.Text == "" {
		return nil
	}
	told.Update, err = s.publish(ctx, q, a, told.Story, u)
	told.Story.Updates = max(told.Story.Updates, told.Update.Number)
	return err
}

// tellState does what changes a story's state and publishes u, in one act.
func (s *Store) tellState(ctx context.Context, a stories.Act, verb string, u stories.Update, do func(querier, *stories.Told) error) (told stories.Told, err error) {
	var p stories.Progress
	told, err = act(ctx, s, a, verb, func(q querier) (told stories.Told, changed bool, err error) {
		if told.Story, err = lockStory(ctx, q, u.StoryID); err != nil {
			return told, false, err
		}
		if err := sharePlanning(ctx, q); err != nil {
			return told, false, err
		}
		// Before the destinations and publications, as everybody locks it.
		if _, err := lockCards(ctx, q); err != nil {
			return told, false, err
		}
		if err := do(q, &told); err != nil {
			return told, false, err
		}
		err = one(ctx, q, scheduledOfStorySQL, []any{told.Story.ID}, &told.Waiting, &told.Asked)
		return told, told.Changed || told.Update.ID != 0, err
	}, func(q querier, told stories.Told) (err error) {
		p = stories.Progress{}
		if told.Update.ID != 0 {
			p, err = plannedOf(ctx, q, told.Update)
		}
		return err
	})
	told.Progress = p
	return told, err
}

// setState changes the state of a story that is locked.
func (s *Store) setState(ctx context.Context, q querier, a stories.Act, told *stories.Told, state stories.State) error {
	told.Changed = true
	told.Story.State, told.Story.ActiveAt = state, moment(millis(a.At))
	if _, err := q.exec(ctx, storyStateSQL, told.Story.ID, string(state), millis(a.At)); err != nil {
		return err
	}
	if err := s.indexStory(ctx, q, told.Story); err != nil {
		return err
	}
	var err error
	if told.Cards, err = s.editCards(ctx, q, told.Story.ID, a.At); err != nil {
		return err
	}
	return enter(ctx, q, a, stateVerb(state), told.Story.ID, told.Story.Headline)
}
