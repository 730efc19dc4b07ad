package command

import (
	"context"

	"storybot/stories"
)

// otherwise says which other subscriptions of the channel may go on bringing
// what sub brought; "" when none does. It is what makes "updates of this do not
// come" true in a channel that follows the same story twice.
func (m *Mux) otherwise(ctx context.Context, sub stories.Subscription) (string, error) {
	subs, err := m.stories.Subscriptions(ctx, sub.Destination)
	if err != nil {
		return "", err
	}
	var story stories.Story
	if sub.Target.Kind == stories.TargetStory {
		if story, err = m.stories.StoryByID(ctx, sub.StoryID); err != nil {
			return "", err
		}
	}
	var others []stories.Target
	for _, other := range subs {
		switch {
		case other.ID == sub.ID, other.State == stories.Paused:
		case sub.Target.Kind == stories.TargetStory && !covers(other, story):
		default:
			others = append(others, other.Target)
		}
	}
	if len(others) == 0 {
		return "", nil
	}
	return ", except by what else is followed here: " + namesOf(others), nil
}
