package stories

import "context"

// Removal is a story that is removed, and what goes with it.
type Removal struct {
	Story   Story
	Updates int
	// Delivered are copies of its updates that are in channels, or may be, and Underway
	// those that are on their way: with either it is not removed.
	Delivered, Underway int
	Scheduled           int // updates that wait for their time, or for a decision
	// Followers are the channels with a subscription to the story itself, which ends;
	// Direct of them are direct messages.
	Followers, Direct int
	// Changed is false where it had been removed before.
	Changed bool
}

// Refusal says why a story is not removed, nil where it is. CodeInvalid.
func (r Removal) Refusal() error {
	switch slug := r.Story.Slug; {
	case r.Delivered > 0:
		return Errorf(CodeInvalid, "Updates of %s have reached channels, and what was delivered is not taken back by removing its story; nothing was changed. /desk close %s ends it; /desk withdraw takes back an update.", slug, slug)
	case r.Underway > 0:
		return Errorf(CodeInvalid, "Updates of %s are on their way to channels, so it cannot be removed; nothing was changed. /desk close %s ends it.", slug, slug)
	}
	return nil
}

// PlanRemove says what Remove would do of the story of a slug. By admins. CodeForbidden,
// CodeNotFound with Near, CodeInvalid as of Removal.Refusal.
func (s *Editor) PlanRemove(ctx context.Context, by User, slug string) (Removal, error) {
	if err := s.rights.Require(ctx, by, Admin); err != nil {
		return Removal{}, err
	}
	story, err := s.archive.Story(ctx, slug)
	if err != nil {
		return Removal{}, err
	}
	r, err := s.store.PlanRemoval(ctx, story.ID)
	if err == nil {
		err = r.Refusal()
	}
	return r, err
}

// Remove removes a story of which nothing was delivered. It is not undone. By admins.
// CodeForbidden, and the errors of EditorStore.RemoveStory.
func (s *Editor) Remove(ctx context.Context, act Act, storyID int64) (Removal, error) {
	if err := s.rights.Require(ctx, act.By, Admin); err != nil {
		return Removal{}, err
	}
	return s.store.RemoveStory(ctx, s.stamp(act), storyID)
}
