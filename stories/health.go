package stories

import (
	"context"
	"time"
)

// Health tells how deliveries stand, and what is planned.
type Health struct {
	base
	rights *Rights
	store  HealthStore
}

// DeskStatus is what the desk sees of the machinery.
type DeskStatus struct {
	Lanes   []LaneStatus
	Failing []FailingDestination
	// FailingTotal counts all of them, Failing lists the first.
	FailingTotal int
	Untold       []FailedTelling // lately, the newest first; UntoldTotal counts all
	UntoldTotal  int
	Followers    int // channels that follow anything
	// Closed are threads that take no messages, the longest first; ClosedTotal counts all.
	Closed      []ClosedThread
	ClosedTotal int
	Deferred    int // messages that wait for quiet hours to end or for a digest
	At          time.Time
}

// ClosedThread is a story's thread in a channel that takes no messages: what belongs there
// goes to the channel.
type ClosedThread struct {
	Destination Destination
	StoryID     int64
	Slug        string
	Reason      string // in words
	Since       time.Time
}

const (
	// maxFailing is how many failing destinations a status lists, and how many
	// messages of what channels follow.
	maxFailing = 100
	// untoldFor is for how long the latter are listed: whoever waited for one has
	// looked by then, and nothing mends it.
	untoldFor = 24 * time.Hour
)

// Status tells what is queued and what fails. By moderators. CodeForbidden.
func (s *Health) Status(ctx context.Context, by User) (DeskStatus, error) {
	status := DeskStatus{At: s.Now()}
	err := s.rights.Require(ctx, by, Moderator)
	if err == nil {
		status.Lanes, err = s.store.Queue(ctx)
	}
	if err == nil {
		status.Failing, status.FailingTotal, err = s.store.Failing(ctx, maxFailing)
	}
	if err == nil {
		status.Untold, status.UntoldTotal, err = s.store.FailedTellings(ctx, status.At.Add(-untoldFor), maxFailing)
	}
	if err == nil {
		status.Followers, err = s.store.Followers(ctx)
	}
	if err == nil {
		status.Closed, status.ClosedTotal, err = s.store.ClosedThreads(ctx, maxFailing)
	}
	if err == nil {
		status.Deferred, err = s.store.Deferred(ctx)
	}
	if err != nil {
		return DeskStatus{}, err
	}
	return status, nil
}
