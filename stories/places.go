package stories

import (
	"context"
	"slices"
	"time"
)

// maxCatchUp is how many held updates a channel gets when it can be written to
// again; older ones are counted in a line above them.
const maxCatchUp = 5

// Places changes destinations as their platforms do.
type Places struct {
	base
	store PlacesStore
}

// Healed tells that a blocked destination may be reachable again, or, without
// a channel, that those of a workspace may be. It returns how many held
// deliveries go out now and how many were too old for that.
func (s *Places) Healed(ctx context.Context, d Destination) (resumed, skipped int, err error) {
	blocked, err := s.meant(ctx, d, Blocked)
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		if resumed > 0 { // also where a later one failed
			s.planned()
		}
	}()
	for _, d := range blocked {
		r, k, err := s.store.ReopenDestination(ctx, d, maxCatchUp, s.Now())
		if err != nil {
			return resumed, skipped, err
		}
		resumed, skipped = resumed+r, skipped+k
	}
	return resumed, skipped, nil
}

// LanesOf returns the lanes in which messages go to d: a channel, or without one
// a whole workspace, or without that too all of a platform.
func (s *Places) LanesOf(ctx context.Context, d Destination) ([]string, error) {
	return s.store.LanesOf(ctx, d)
}

// Ended tells that a destination no longer exists, or, without a channel, that
// none of a workspace does. News of neither ends nothing: CodeInvalid.
func (s *Places) Ended(ctx context.Context, d Destination, reason string) error {
	if d.Channel == "" && d.Workspace == "" {
		return Errorf(CodeInvalid, "Neither a channel nor a workspace was named, so nothing was ended.")
	}
	for _, state := range []DestinationState{Reachable, Blocked} {
		ended, err := s.meant(ctx, d, state)
		if err != nil {
			return err
		}
		for _, d := range ended {
			if err := s.store.EndDestination(ctx, d, reason, s.Now()); err != nil {
				return err
			}
		}
		if d.Channel != "" {
			return nil
		}
	}
	return nil
}

// Obstacle is why a destination takes nothing of the bot for now.
type Obstacle struct {
	Reason string // for people, as the end of "This channel …"
	Cure   string // for people: who can mend it, and how
	Heals  bool   // the platform tells when it is mended
	Left   bool   // the bot was removed from the workspace: after KeepLeft what is followed there ends
}

// KeepLeft is how long what is followed stays in a workspace that the bot was removed
// from: whoever invites it again within that time finds all as it was.
const KeepLeft = 30 * 24 * time.Hour

// Blocked tells that a destination takes nothing for now, or, without a channel, that
// none of a workspace does: what they follow stays, what waits is held. News of neither
// blocks nothing: CodeInvalid.
func (s *Places) Blocked(ctx context.Context, d Destination, o Obstacle) error {
	if d.Channel == "" && d.Workspace == "" {
		return Errorf(CodeInvalid, "Neither a channel nor a workspace was named, so nothing was paused.")
	}
	states := []DestinationState{Reachable}
	if o.Left && d.Channel == "" { // also what was blocked before
		states = append(states, Blocked)
	}
	for _, state := range states {
		met, err := s.meant(ctx, d, state)
		if err != nil {
			return err
		}
		for _, d := range met {
			if err := s.store.BlockDestination(ctx, d, o, s.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}

// Joined tells that the bot is in these workspaces of a platform: what is blocked in one
// because it was removed from there goes on, as Healed says.
func (s *Places) Joined(ctx context.Context, platform string, workspaces []string) (resumed, skipped int, err error) {
	left, err := s.store.Workspaces(ctx, platform, true)
	if err != nil || len(left) == 0 {
		return 0, 0, err
	}
	for _, workspace := range workspaces {
		if !slices.Contains(left, workspace) {
			continue
		}
		r, k, err := s.Healed(ctx, Destination{Platform: platform, Workspace: workspace})
		if resumed, skipped = resumed+r, skipped+k; err != nil {
			return resumed, skipped, err
		}
	}
	return resumed, skipped, nil
}

// InOnly tells that the bot is in no other workspaces of a platform than these: what follows
// something in another is blocked, as Blocked says. It returns in how many.
func (s *Places) InOnly(ctx context.Context, platform string, workspaces []string, o Obstacle) (left int, err error) {
	known, err := s.store.Workspaces(ctx, platform, false)
	if err != nil {
		return 0, err
	}
	for _, workspace := range known {
		if slices.Contains(workspaces, workspace) {
			continue
		}
		if err := s.Blocked(ctx, Destination{Platform: platform, Workspace: workspace}, o); err != nil {
			return left, err
		}
		left++
	}
	return left, nil
}

// MoveDestination tells that a channel has another address now, where all goes on. News that
// does not name both moves nothing: CodeInvalid.
func (s *Places) MoveDestination(ctx context.Context, from, to Destination) error {
	if from.Channel == "" || to.Channel == "" || from.Platform != to.Platform {
		return Errorf(CodeInvalid, "The channel's old and new address were not both named, so nothing was moved.")
	}
	if err := s.store.MoveDestination(ctx, from, to); err != nil {
		return err
	}
	s.planned()
	return nil
}

// meant returns d, or, when it names no channel, those of its workspace in a
// state; none when neither is named.
func (s *Places) meant(ctx context.Context, d Destination, state DestinationState) ([]Destination, error) {
	if d.Channel != "" {
		return []Destination{d}, nil
	}
	if d.Workspace == "" { // not all that have none
		return nil, nil
	}
	return s.store.DestinationsIn(ctx, d.Platform, d.Workspace, state)
}

// Refusing lists destinations that refuse the bot, the longest blocked first.
func (s *Places) Refusing(ctx context.Context, limit int) ([]FailingDestination, error) {
	failing, _, err := s.store.Failing(ctx, limit)
	return failing, err
}
