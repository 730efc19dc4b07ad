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
	// Seen is the story as who edits it saw it; nil for whatever it says. What it says
	// otherwise by now is not overwritten.
	Seen *Story
}

// Editor begins, changes and ends stories.
type Editor struct {
	base
	rights  *Rights
	archive *Archive
	store   EditorStore
}

// Told is a change of a story, with the update that was published with one of its
// state.
type Told struct {
	Story    Story
	Changed  bool // false where it was so already
	Cards    int  // posted cards that are edited for it
	Update   Update
	Progress Progress
	// Waiting is how many updates of the story wait for their time, Asked about how many
	// whose time is over somebody decides. Those that can be undone are neither.
	Waiting, Asked int
}

// MaxAliases is how many older slugs lead to a story.
const MaxAliases = 50

// End closes a story, after a last update where there is a text, in one act; Begin
// takes one up again, with an update. By moderators. It was written for this moment, so that nobody asks whether
// it was said before, and it cannot be undone. CodeForbidden, CodeInvalid, CodeNotFound
// with Near, CodeClosed.
func (s *Editor) End(ctx context.Context, act Act, slug, text string) (Told, error) {
	return s.tell(ctx, act, slug, text, s.store.EndStory)
}

// Begin takes a story up again with an update. See End.
func (s *Editor) Begin(ctx context.Context, act Act, slug, text string) (Told, error) {
	return s.tell(ctx, act, slug, text, s.store.BeginStory)
}

func (s *Editor) tell(ctx context.Context, act Act, slug, text string, do func(context.Context, Act, Update) (Told, error)) (Told, error) {
	if err := s.rights.Require(ctx, act.By, Moderator); err != nil {
		return Told{}, err
	}
	act = s.stamp(act)
	u := Append{Text: text}.update(act)
	if u.Text != "" {
		if err := checkUpdate(u, act.At); err != nil {
			return Told{}, err
		}
	}
	story, err := s.archive.Story(ctx, slug)
	if err != nil {
		return Told{}, err
	}
	u.StoryID = story.ID
	told, err := do(ctx, act, u)
	if CodeOf(err) == CodeClosed {
		return told, closed(story)
	}
	if err == nil {
		s.planned()
	}
	return told, err
}

// Edit changes a story's own words. By moderators. Told.Changed is false when it has
// these already. CodeForbidden, CodeInvalid, CodeNotFound with Near, CodeExists when what
// it changes reads otherwise than in e.Seen.
func (s *Editor) Edit(ctx context.Context, act Act, slug string, e StoryEdit) (told Told, err error) {
	if err := s.rights.Require(ctx, act.By, Moderator); err != nil {
		return Told{}, err
	}
	if e, err = e.checked(); err != nil {
		return Told{}, err
	}
	story, err := s.archive.Story(ctx, slug)
	if err != nil {
		return Told{}, err
	}
	if told, err = s.store.EditStory(ctx, s.stamp(act), story.ID, e); err == nil {
		s.planned() // its cards follow
	}
	return told, err
}

// WouldEdit is what Edit would tell now. By moderators. CodeForbidden, CodeInvalid,
// CodeNotFound with Near.
func (s *Editor) WouldEdit(ctx context.Context, by User, slug string, e StoryEdit) (told Told, err error) {
	if err := s.rights.Require(ctx, by, Moderator); err != nil {
		return Told{}, err
	}
	if e, err = e.checked(); err != nil {
		return Told{}, err
	}
	story, err := s.archive.Story(ctx, slug)
	if err != nil {
		return Told{}, err
	}
	return s.store.WouldEdit(ctx, story.ID, e)
}

// Check refuses an edit that changes nothing of any story, or gives it what no story
// can have. CodeInvalid.
func (e StoryEdit) Check() error {
	_, err := e.checked()
	return err
}

// checked is e as it is stored. CodeInvalid.
func (e StoryEdit) checked() (StoryEdit, error) {
	if e.Headline == nil && e.Summary == nil && e.Topics == nil {
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

// Meets refuses an edit of what somebody else has changed since it was seen, or of a story
// that was merged into s since. CodeExists.
func (e StoryEdit) Meets(s Story) error {
	switch over := e.Overtaken(s); {
	case e.Seen != nil && e.Seen.ID != s.ID:
		return Errorf(CodeExists, "%s was merged into %s since you saw it; nothing was changed.", e.Seen.Slug, s.Slug)
	case len(over) > 0:
		return Errorf(CodeExists, "Somebody changed the %s of %s since you saw it; nothing was changed. Look at it again, then change what it says now.", strings.Join(over, " and the "), s.Slug)
	}
	return nil
}

// Overtaken says which words that e changes read otherwise than in Seen, in the order of
// Changed.
func (e StoryEdit) Overtaken(s Story) []string {
	if e.Seen == nil {
		return nil
	}
	same := map[string]bool{"headline": s.Headline == e.Seen.Headline, "summary": s.Summary == e.Seen.Summary, "topics": slices.Equal(s.Topics, e.Seen.Topics)}
	return slices.DeleteFunc(e.Changed(s), func(name string) bool { return same[name] })
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
// moderators. Told.Changed is false when it is called so. CodeForbidden, CodeInvalid,
// CodeNotFound with Near, CodeExists.
func (s *Editor) Rename(ctx context.Context, act Act, slug, to string) (told Told, err error) {
	if err := s.rights.Require(ctx, act.By, Moderator); err != nil {
		return Told{}, err
	}
	if err := CheckSlug(to); err != nil {
		return Told{}, err
	}
	story, err := s.archive.Story(ctx, slug)
	if err != nil {
		return Told{}, err
	}
	if told, err = s.store.RenameStory(ctx, s.stamp(act), story.ID, to); err == nil {
		s.planned() // its cards follow
	}
	return told, err
}
