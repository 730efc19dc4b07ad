package stories

import "context"

// RevisionStore keeps the wordings of updates, and owes each to the copies.
type RevisionStore interface {
	// Revise does w to an update (see Update.Revise) and owes that, in the same
	// transaction, to every copy: what has arrived or is on its way is edited, what
	// waits goes out as the update reads then, or not. Of edits that wait the newest is
	// kept alone. Channels that have a copy and still follow are owed the message that
	// Tell makes of what they have not been told. CodeNotFound, and the errors of
	// Update.Revise.
	Revise(ctx context.Context, act Act, updateID int64, w Rewording) (Revised, error)
	// WouldRevise is what Revise would do now. It changes nothing. Revised.Story is
	// told by neither.
	WouldRevise(ctx context.Context, act Act, updateID int64, w Rewording) (Revised, error)
	// Revisions returns all wordings an update has had, the first one first, the one it
	// has last; at most limit of them, the newest.
	Revisions(ctx context.Context, updateID int64, limit int) ([]Revision, error)
	// SpreadOf counts what a revision of an update has owed.
	SpreadOf(ctx context.Context, updateID int64, revision int) (Spread, error)
	// RevisionsTo returns d's edits of an update and the messages beside it, newest
	// first, at most limit.
	RevisionsTo(ctx context.Context, d Destination, updateID int64, limit int) ([]Delivery, error)
}

// Reviser corrects, withdraws and holds updates.
type Reviser struct {
	base
	rights  *Rights
	archive *Archive
	store   RevisionStore
}

// Revise corrects, fixes, withdraws, holds or releases an update, in every copy. By
// moderators. CodeForbidden, CodeNotFound, and the errors of Update.Revise.
func (s *Reviser) Revise(ctx context.Context, act Act, slug string, number int, w Rewording) (Revised, error) {
	act = s.stamp(act)
	done, err := s.revise(ctx, act, slug, number, w, s.store.Revise)
	if err == nil {
		s.planned()
		u := done.Update
		s.log.Info("an update was revised", "update_id", u.ID, "story", done.Story.Slug, "update", u.Number, "revision", u.Revision, "kind", string(w.Kind),
			"by", act.By.Ref, "copies", done.Reach.Edits, "told", done.Reach.Told)
	}
	return done, err
}

// WouldRevise is what Revise would do now: how many copies it would edit, and how
// many channels it would tell. By moderators. Errors are those of Revise.
func (s *Reviser) WouldRevise(ctx context.Context, by User, slug string, number int, w Rewording) (Revised, error) {
	return s.revise(ctx, s.stamp(Act{By: by}), slug, number, w, s.store.WouldRevise)
}

// CheckRevise says what Revise would refuse, without counting what it would do. By
// moderators. Errors are those of Revise.
func (s *Reviser) CheckRevise(ctx context.Context, by User, slug string, number int, w Rewording) error {
	if err := s.rights.Require(ctx, by, Moderator); err != nil {
		return err
	}
	_, u, _, err := s.archive.UpdateOf(ctx, slug, number)
	if err != nil {
		return err
	}
	w = w.neat()
	if err := w.check(); err != nil {
		return err
	}
	_, err = u.Revise(w, s.Now())
	return err
}

func (s *Reviser) revise(ctx context.Context, act Act, slug string, number int, w Rewording, do func(context.Context, Act, int64, Rewording) (Revised, error)) (Revised, error) {
	if err := s.rights.Require(ctx, act.By, Moderator); err != nil {
		return Revised{}, err
	}
	story, u, _, err := s.archive.UpdateOf(ctx, slug, number)
	if err != nil {
		return Revised{}, err
	}
	w = w.neat()
	if err := w.check(); err != nil {
		return Revised{}, err
	}
	done, err := do(ctx, act, u.ID, w)
	done.Story = story
	return done, err
}

// History returns the wordings an update has had, the first one first; at most limit,
// the newest of them.
func (s *Reviser) History(ctx context.Context, updateID int64, limit int) ([]Revision, error) {
	return s.store.Revisions(ctx, updateID, limit)
}

// Spread counts what a revision of an update has owed.
func (s *Reviser) Spread(ctx context.Context, updateID int64, revision int) (Spread, error) {
	return s.store.SpreadOf(ctx, updateID, revision)
}

// WhyRevised returns d's edits of an update and the messages beside it, newest first.
func (s *Reviser) WhyRevised(ctx context.Context, d Destination, updateID int64) ([]Delivery, error) {
	return s.store.RevisionsTo(ctx, d, updateID, toldRevisions)
}

// toldRevisions is how many deliveries of an update's revisions to one channel are told:
// an edit and a message each.
const toldRevisions = 400
