package stories

import (
	"context"
	"strings"
)

// Merging is a story with the one it goes on as, and what goes over to that.
type Merging struct {
	From Story // as it was last
	Into Story // as it is now
	// Updates of From get the numbers after Into's own.
	Updates int
	// Followers are the channels with a subscription to From itself; Own of them have
	// one to Into too, or stopped it, and keep that instead.
	Followers int
	Own       int
	Stopped   int // channels that stopped From
	Scheduled int // updates of From that wait for their time
	Asked     int // updates of From whose time is over, and about which somebody decides
	Cards     int // posted cards of From that are edited
	// Of Followers, Own and Stopped so many are direct messages, as far as they are
	// known to be.
	DirectFollowers, DirectOwn, DirectStopped int
	// Changed is false where From had been merged before, into whatever Into is.
	Changed bool
}

// First is the number in Into of From's first update.
func (m Merging) First() int { return m.Into.Updates + 1 }

// Former is what a story that was merged into another was called, and an update's
// number in it; Number is 0 where no update is meant.
type Former struct {
	Slug   string
	Number int
}

// MergeStore is what merging stories asks of a database. See store.go.
type MergeStore interface {
	// MergeStories makes one story of two: everything of from goes over to into, with
	// the numbers behind into's own and the places that the times have, and every slug
	// and number of from still leads to it. Nothing is owed to anybody by it; what
	// waits is kept from those channels whose own subscription or stop of into does not
	// let it through. Merging.Into is as it was before, but where from had been merged
	// already. CodeNotFound, CodeClosed when that alone would end from, CodeReplaced
	// when into was merged into another.
	MergeStories(ctx context.Context, act Act, fromID, intoID int64) (Merging, error)
	// PlanMerge tells what MergeStories would do, as things are. The same errors.
	PlanMerge(ctx context.Context, fromID, intoID int64) (Merging, error)
	// Formerly finds what the story was called that had this slug, where it was
	// merged into another; ok is false where it was not.
	Formerly(ctx context.Context, slug string) (was Former, ok bool, err error)
	// FormerNumber is what an update was when it was published, in a story that was
	// merged since; ok is false where its story was not.
	FormerNumber(ctx context.Context, updateID int64) (was Former, ok bool, err error)
}

// Merger makes one story of two, and knows what that changed.
type Merger struct {
	base
	rights  *Rights
	archive *Archive
	store   MergeStore
}

// PlanMerge says what Merge would do of two stories by their slugs. By moderators.
// CodeForbidden, CodeNotFound with Near, CodeInvalid when they are one story, CodeClosed.
func (s *Merger) PlanMerge(ctx context.Context, by User, from, into string) (Merging, error) {
	if err := s.rights.Require(ctx, by, Moderator); err != nil {
		return Merging{}, err
	}
	source, err := s.archive.Story(ctx, from)
	if err != nil {
		return Merging{}, err
	}
	target, err := s.archive.Story(ctx, into)
	if err != nil {
		return Merging{}, err
	}
	if source.ID == target.ID {
		return Merging{}, s.oneStory(ctx, target, strings.ToLower(strings.TrimSpace(from)), strings.ToLower(strings.TrimSpace(into)))
	}
	return s.store.PlanMerge(ctx, source.ID, target.ID)
}

// oneStory refuses to merge what two slugs lead to, which is the same. CodeInvalid.
func (s *Merger) oneStory(ctx context.Context, story Story, from, into string) error {
	if from == into {
		return Errorf(CodeInvalid, "A story cannot be merged into itself. Name the story that %s is to go on as behind it.", from)
	}
	for _, slug := range []string{from, into} {
		was, ok, err := s.store.Formerly(ctx, slug)
		if err != nil {
			return err
		}
		if ok {
			return Errorf(CodeInvalid, "%s was merged into %s already; nothing was changed.", was.Slug, story.Slug)
		}
	}
	older := from
	if from == story.Slug {
		older = into
	}
	return Errorf(CodeInvalid, "%s is an older slug of %s: they are one story already, and nothing was changed.", older, story.Slug)
}

// Merge makes one story of two. It is not undone. By moderators. CodeForbidden,
// CodeNotFound, CodeClosed, CodeReplaced: see MergeStore.
func (s *Merger) Merge(ctx context.Context, act Act, fromID, intoID int64) (Merging, error) {
	if err := s.rights.Require(ctx, act.By, Moderator); err != nil {
		return Merging{}, err
	}
	done, err := s.store.MergeStories(ctx, s.stamp(act), fromID, intoID)
	if err == nil {
		s.planned() // some of what waited may not wait any more
	}
	return done, err
}

// UpdateOf finds an update as somebody names it, by any slug its story has or had. A
// number behind the slug of a story that was merged is the one it had there: was says
// so. CodeInvalid, CodeNotFound; of a story that is there with that story.
func (s *Archive) UpdateOf(ctx context.Context, slug string, number int) (story Story, u Update, was Former, err error) {
	if story, err = s.Story(ctx, slug); err != nil {
		return story, u, was, err
	}
	u, was, err = s.store.UpdateBySlug(ctx, strings.ToLower(strings.TrimSpace(slug)), number)
	return story, u, was, err
}

// Formerly finds what the story was called that had this slug, where it was merged into
// another; ok is false where it was not.
func (s *Merger) Formerly(ctx context.Context, slug string) (was Former, ok bool, err error) {
	return s.store.Formerly(ctx, slug)
}

// FormerNumber is what an update was in a story that was merged since it was
// published; ok is false where its story was not.
func (s *Merger) FormerNumber(ctx context.Context, updateID int64) (was Former, ok bool, err error) {
	return s.store.FormerNumber(ctx, updateID)
}
