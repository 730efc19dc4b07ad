package stories

import (
	"context"
	"time"
)

// Planned counts the updates that have a time and are open: each is one of Asked,
// HeldUp, Undoing and Ahead.
type Planned struct {
	Asked   int // somebody has to decide about
	PutBack int // of Asked: because the database was put back
	HeldUp  int // are late: something holds them up
	Undoing int // wait for their author to take them back
	Ahead   int // go out by themselves
}

// Total counts all of them.
func (p Planned) Total() int { return p.Asked + p.HeldUp + p.Undoing + p.Ahead }

// Planned counts what is open, of one story or, where that is 0, of all. What waits and is
// overdue by more than late is held up. By moderators. CodeForbidden.
func (s *Health) Planned(ctx context.Context, by User, storyID int64, late time.Duration) (Planned, error) {
	if err := s.rights.Require(ctx, by, Moderator); err != nil {
		return Planned{}, err
	}
	return s.store.CountScheduled(ctx, storyID, s.Now().Add(-late))
}
