package sqlstore

import (
	"context"
	"maps"
	"slices"
	"strings"

	"storybot/stories"
)

// WouldRevise implements stories.RevisionStore. It counts by the statements that Revise owes by,
// and writes nothing: who asks what a revision would do holds nobody up.
func (s *Store) WouldRevise(ctx context.Context, a stories.Act, updateID int64, w stories.Rewording) (done stories.Revised, err error) {
	q := s.reader()
	if done.Before, err = theOne(ctx, q, scanUpdate, updateByIDSQL, updateID); err != nil {
		return done, s.told(missing(err, "This update is not there any more."))
	}
	if done.Update, err = done.Before.Revise(w, moment(millis(a.At))); err != nil {
		return done, err
	}
	return done, s.told(wouldReach(ctx, q, a, w, &done))
}

// wouldReach counts what a revision would do, as things are.
func wouldReach(ctx context.Context, q querier, a stories.Act, w stories.Rewording, done *stories.Revised) error {
	u, reach := done.Update, &done.Reach
	wordings, err := all(ctx, q, scanRevision, revisionsSQL, u.ID, 0, u.Revision)
	if err != nil {
		return err
	}
	if len(wordings) == 0 { // it was never revised
		wordings = append(wordings, done.Before.Wording(stories.Original, "", done.Before.Author, done.Before.CreatedAt))
	}
	wordings = append(wordings, u.Wording(w.Kind, strings.TrimSpace(w.Reason), a.By, a.At))
	flying, err := allFlights(ctx, q)
	if err != nil {
		return err
	}
	on := list(slices.Collect(maps.Keys(flying.byID)))
	if err := one(ctx, q, countCopiesSQL, []any{u.ID, on}, &reach.Edits); err != nil {
		return err
	}
	if err := reachOfCopies(ctx, q, u, on, reach); err != nil {
		return err
	}
	rows, kept, err := toWithhold(ctx, q, u, flying)
	if err != nil {
		return err
	}
	if reach.Waiting, err = waitingOf(ctx, q, u, rows, kept); err != nil {
		return err
	}
	told, err := planTellings(ctx, q, u, wordings, flying)
	if err != nil {
		return err
	}
	reach.Kind = told.kind
	done.Tells, reach.Told = told.tells()
	if w.Kind == stories.Release {
		again, err := toRelease(ctx, q, u)
		if err != nil {
			return err
		}
		reach.Again = again.count()
		unshown, err := countUnshown(ctx, q, u.ID, on)
		if err != nil {
			return err
		}
		reach.Cards += unshown
	}
	return one(ctx, q, oldCopiesSQL, []any{u.ID}, &reach.Old)
}
