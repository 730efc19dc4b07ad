package command

import (
	"context"
	"slices"

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
		case other.Target == sub.Target, other.State == stories.Paused:
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

// besides says what else brings more of the story that sub follows than sub asks
// for, as a sentence of its own; "" when nothing does. subs are all of the channel.
func (m *Mux) besides(ctx context.Context, r request, sub stories.Subscription, subs []stories.Subscription) string {
	if sub.Target.Kind != stories.TargetStory || sub.Level <= stories.Minor {
		return ""
	}
	by, err := m.stories.Brings(ctx, r.Where, sub.StoryID)
	if err != nil { // what was asked is done all the same
		m.log.Debug("what else brings a story was not found out", "err", err)
		return ""
	}
	var more []stories.Target
	every := true
	for _, other := range subs {
		if other.Target != sub.Target && other.Level < sub.Level && slices.Contains(by, other.Target) {
			more = append(more, other.Target)
			every = every && other.Level == stories.Minor
		}
	}
	if len(more) == 0 {
		return ""
	}
	what := "more of it"
	if every {
		what = "every update of it"
	}
	return " " + r.who() + " also " + r.verb() + " " + namesOf(more) + ", which still " + oneOr(len(more), "brings ", "bring ") + what + "."
}
