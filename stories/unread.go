package stories

import "context"

// Unread is what of a story a reader was not shown and stands: not what was withdrawn.
type Unread struct {
	Story Story
	New   int // how many updates that is
	// Since is the number up to which they were shown the story: 0 for one they never
	// looked at. What they were shown of a story that was merged into it is not counted.
	Since   int
	Updates []Update // some of them, the highest number first
}

// What a catch-up shows.
const (
	UnreadStories = 4 // stories on a page
	UnreadUpdates = 3 // updates of each at most
)

// Unread returns the stories of which reader was not shown all updates that stand, among those
// that a channel follows, paused or not, and that were not stopped there: the newest
// activity first, at most UnreadStories, each with its newest UnreadUpdates. total
// counts all of them.
func (s *Following) Unread(ctx context.Context, reader User, d Destination) (found []Unread, total int, err error) {
	return s.store.Unread(ctx, reader.Ref, d, UnreadStories, UnreadUpdates)
}

// UnreadOf returns what reader was not shown of a story when they had been shown it up
// to the number since, -1 for now: limit of it behind the first offset.
func (s *Following) UnreadOf(ctx context.Context, reader User, story Story, since, offset, limit int) (Unread, error) {
	u, err := s.store.UnreadOf(ctx, reader.Ref, story.ID, since, offset, limit)
	u.Story = story
	return u, err
}
