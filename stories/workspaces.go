package stories

import "context"

// Workspaces tells what is followed in a workspace.
type Workspaces struct{ store WorkspaceStore }

// Followed is a channel with what it follows and has not paused.
type Followed struct {
	Place PlaceName
	// Targets are the first of what it follows, stories before topics before all;
	// More is how many there are beside them.
	Targets []Target
	More    int
}

// mostFollowed is how many targets a Followed names.
const mostFollowed = 4

// WorkspaceStore tells what is followed in a workspace.
type WorkspaceStore interface {
	// OpenPlaces returns the channels of a workspace that follow anything and have not
	// paused it, by name, limit behind the first offset; each with at most so many
	// targets. It has only those that everyone in the workspace may know of, as far as
	// their platform said, and whose names are known; total counts all of these.
	OpenPlaces(ctx context.Context, workspace Destination, offset, limit, targets int) (found []Followed, total int, err error)
}

// Open returns the channels of a workspace that follow anything and that everyone there
// may know of, as their platform said it last: by name, limit behind the first offset.
// total counts all.
func (s *Workspaces) Open(ctx context.Context, workspace Destination, offset, limit int) (found []Followed, total int, err error) {
	if workspace.Workspace == "" {
		return nil, 0, nil
	}
	return s.store.OpenPlaces(ctx, workspace.In(), max(0, offset), limit, mostFollowed)
}
