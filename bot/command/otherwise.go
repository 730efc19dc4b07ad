package command

import (
	"context"
	"fmt"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// maxOtherwise is how many other subscriptions an answer names.
const maxOtherwise = 4

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
	var named []string
	left := 0
	for _, other := range subs {
		switch {
		case other.ID == sub.ID, other.State == stories.Paused:
		case sub.Target.Kind == stories.TargetStory && !covers(other, story):
		case len(named) < maxOtherwise:
			named = append(named, other.Target.String())
		default:
			left++
		}
	}
	if len(named) == 0 {
		return "", nil
	}
	list := strings.Join(named, ", ")
	if left > 0 {
		list += fmt.Sprintf(" and %s more", bot.Count(left))
	}
	return ", except by what else it follows: " + list, nil
}
