package command

import (
	"context"
	"fmt"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// Of what a channel follows one alone decides about a story: stories.Decides. What else
// covers it brings nothing more, which nobody expects who is not told.

// otherwise says of a subscription that is paused what still brings the same, and what
// does not although it is followed as well; "" when there is neither.
func (m *follows) otherwise(ctx context.Context, sub stories.Subscription) (string, error) {
	subs, err := m.following.Subscriptions(ctx, sub.Destination)
	if err != nil {
		return "", err
	}
	covers := func(stories.Subscription) bool { return true }
	if sub.Target.Kind == stories.TargetStory {
		story, err := m.archive.StoryByID(ctx, sub.StoryID)
		if err != nil {
			return "", err
		}
		covers = func(s stories.Subscription) bool { return s.Covers(story) }
	}
	var before, behind []stories.Target
	for _, other := range subs {
		switch {
		case other.Target == sub.Target, other.State == stories.Paused, !covers(other):
		case other.Before(sub):
			before = append(before, other.Target)
		default:
			behind = append(behind, other.Target)
		}
	}
	words := ""
	if len(behind) > 0 {
		words += ", not even by " + namesOf(behind)
	}
	if len(before) > 0 {
		words += ", except by what else is followed here: " + namesOf(before)
	}
	return words, nil
}

// besides says what sub changes about what else a channel follows, and what it does not,
// as sentences of their own; "" where there is nothing to be said. subs are what the
// channel followed before, story is the one sub follows, if it follows one.
func besides(sub stories.Subscription, story stories.Story, subs []stories.Subscription) string {
	var less, unlike, kept []stories.Target
	for _, other := range subs {
		switch {
		case other.Target == sub.Target:
		case other.Before(sub) && other.Target.Kind == sub.Target.Kind: // of few stories both say something
		case other.Before(sub):
			if other.State == stories.Paused || other.Options != sub.Options {
				kept = append(kept, other.Target)
			}
		case sub.Target.Kind == stories.TargetStory && !other.Covers(story):
		case other.State == stories.Active && other.Level < sub.Level:
			less = append(less, other.Target)
		case other.State == stories.Active && other.Options != sub.Options:
			unlike = append(unlike, other.Target)
		}
	}
	words := ""
	of, counts := "its stories", "the topic"
	if sub.Target.Kind == stories.TargetStory {
		of, counts = "it", "the story itself"
	}
	if len(unlike) > 0 {
		words = fmt.Sprintf(" For %s the options of %s do not apply: those of %s do.", of, namesOf(unlike), counts)
	}
	if len(less) > 0 {
		words += fmt.Sprintf(" From now on %s %s no more of %s: what is asked for %s counts.", namesOf(less), oneOr(len(less), "brings", "bring"), of, counts)
	}
	if len(kept) > 0 {
		words += fmt.Sprintf(" What was asked for %s stays as it is.", namesOf(kept))
	}
	return words
}

// byWords says by what a story comes, how much of it and how: "all: every update".
func byWords(by stories.Decision) string {
	return by.By.String() + ": " + bot.OptionsWords(by.Options, groupWords(by.Pings))
}

// nobodyWords says why no channel gets an update: n are those that follow its story.
func nobodyWords(n stories.Spared) string {
	if n.Total() == 0 {
		return "No channel follows it."
	}
	var parts []string
	for _, p := range []struct {
		n         int
		one, more string
	}{
		{n.Breaking, "follows it for breaking updates only", "follow it for breaking updates only"},
		{n.Normal, "follows it for normal and breaking updates", "follow it for normal and breaking updates"},
		{n.Paused, "has paused it", "have paused it"},
		{n.Stopped, "has stopped it", "have stopped it"},
	} {
		if p.n > 0 {
			parts = append(parts, bot.Count(p.n)+" "+oneOr(p.n, p.one, p.more))
		}
	}
	return "No channel gets it: " + strings.Join(parts, ", ") + "."
}
