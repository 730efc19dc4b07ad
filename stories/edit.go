package stories

import (
	"context"
	"slices"
	"strings"
)

// StoryEdit is what changes of a story's own words; nil for what stays.
type StoryEdit struct {
	Headline *string
	Summary  *string // "" takes it away
	Topics   *[]string
}

// StoryEditStore is what changing a story asks of a database. See Store.
type StoryEditStore interface {
	// EditStory changes a story's own words. changed is false when it has these
	// already. Who follows one of its topics is asked anew at each update. CodeNotFound.
	EditStory(ctx context.Context, act Act, storyID int64, e StoryEdit) (s Story, changed bool, err error)
	// RenameStory gives a story another slug; the one it had leads to it for good.
	// changed is false when it is called so. CodeNotFound, CodeExists when another
	// story is or was called so.
	RenameStory(ctx context.Context, act Act, storyID int64, slug string) (s Story, changed bool, err error)
}

// Edit changes a story's own words. By moderators. changed is false when it has
// these already. CodeForbidden, CodeInvalid, CodeNotFound with Near.
func (s *Service) Edit(ctx context.Context, act Act, slug string, e StoryEdit) (story Story, changed bool, err error) {
	if err := s.require(ctx, act.By, Moderator); err != nil {
		return Story{}, false, err
	}
	if e, err = e.checked(); err != nil {
		return Story{}, false, err
	}
	if story, err = s.Story(ctx, slug); err != nil {
		return Story{}, false, err
	}
	return s.store.EditStory(ctx, s.stamp(act), story.ID, e)
}

// Check refuses an edit that changes nothing of any story, or gives it what no story
// can have. CodeInvalid.
func (e StoryEdit) Check() error {
	_, err := e.checked()
	return err
}

// checked is e as it is stored. CodeInvalid.
func (e StoryEdit) checked() (StoryEdit, error) {
	if e == (StoryEdit{}) {
		return e, Errorf(CodeInvalid, "Say what is to change: headline:, summary: or topics:.")
	}
	if e.Headline != nil {
		headline := strings.TrimSpace(*e.Headline)
		if err := CheckHeadline(headline); err != nil {
			return e, err
		}
		e.Headline = &headline
	}
	if e.Summary != nil {
		summary := strings.TrimSpace(*e.Summary)
		if err := CheckSummary(summary); err != nil {
			return e, err
		}
		e.Summary = &summary
	}
	if e.Topics != nil {
		topics, err := CheckTopics(*e.Topics)
		if err != nil {
			return e, err
		}
		e.Topics = &topics
	}
	return e, nil
}

// Changed says which of a story's words e changes, in the order headline, summary,
// topics.
func (e StoryEdit) Changed(s Story) (what []string) {
	if e.Headline != nil && *e.Headline != s.Headline {
		what = append(what, "headline")
	}
	if e.Summary != nil && *e.Summary != s.Summary {
		what = append(what, "summary")
	}
	if e.Topics != nil && !slices.Equal(*e.Topics, s.Topics) {
		what = append(what, "topics")
	}
	return what
}

// Apply returns s with the words of e.
func (e StoryEdit) Apply(s Story) Story {
	if e.Headline != nil {
		s.Headline = *e.Headline
	}
	if e.Summary != nil {
		s.Summary = *e.Summary
	}
	if e.Topics != nil {
		s.Topics = *e.Topics
	}
	return s
}

// Rename gives a story another slug; its older ones lead to it for good. By
// moderators. changed is false when it is called so. CodeForbidden, CodeInvalid,
// CodeNotFound with Near, CodeExists.
func (s *Service) Rename(ctx context.Context, act Act, slug, to string) (story Story, changed bool, err error) {
	if err := s.require(ctx, act.By, Moderator); err != nil {
		return Story{}, false, err
	}
	if err := CheckSlug(to); err != nil {
		return Story{}, false, err
	}
	if story, err = s.Story(ctx, slug); err != nil {
		return Story{}, false, err
	}
	return s.store.RenameStory(ctx, s.stamp(act), story.ID, to)
}
