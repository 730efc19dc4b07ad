package command

import (
	"context"
	"fmt"
	"slices"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/latin"
)

// anyway is what the answer to a question adds to what was typed: it is no option
// that anybody types.
const anyway = "anyway"

// topicDoubt asks whether a topic that no story has is meant, where one resembles it
// that stories have: updates of a mistyped one never come. ok is false when there is
// nothing to ask. What cannot be looked up is not asked about.
func (m *joining) topicDoubt(ctx context.Context, r request, target stories.Target) (reply bot.Reply, ok bool, err error) {
	if target.Kind != stories.TargetTopic || r.get(anyway) != "" {
		return reply, false, nil
	}
	near := nearTopics(target.Name, m.completing.topics(ctx))
	if len(near) == 0 {
		return reply, false, nil
	}
	if err := mayPost(ctx, r); err != nil {
		return reply, false, err
	}
	subs, err := m.following.Subscriptions(ctx, r.Where)
	if err != nil || slices.ContainsFunc(subs, func(s stories.Subscription) bool { return s.Target == target }) {
		return reply, false, err // it was meant once
	}
	var answers []answer
	for _, topic := range near {
		t := stories.Target{Kind: stories.TargetTopic, Name: topic}
		label, _ := bot.Cut("Follow "+t.String(), maxLabel)
		answers = append(answers, answer{label, r.values.with(targetArg.Name, t.String())})
	}
	label := "Follow " + target.String() + " anyway"
	if bot.Units(label) > maxLabel {
		label = "Follow it anyway"
	}
	answers = append(answers, answer{label, r.values.with(anyway, "yes")})
	reply, err = m.questions.question(ctx, r, fmt.Sprintf("No story has the topic %s.%s Nothing was changed yet.", target.Name, didYouMean(near)), answers...)
	return reply, err == nil, err
}

// nearTopics are those of the known topics that somebody may have meant who typed
// one there is not; none when it is known.
func nearTopics(typed string, known []string) []string {
	if slices.Contains(known, typed) {
		return nil
	}
	near := slices.DeleteFunc(slices.Clone(known), func(topic string) bool { return !latin.Near(typed, stories.Story{Slug: topic}) })
	return near[:min(len(near), maxNear)]
}

// newTopics says of the topics of a story that nothing had them before, where one
// resembles another: "" when none does. known are the topics there were.
func newTopics(topics, known []string) string {
	said := ""
	for _, topic := range topics {
		if near := nearTopics(topic, known); len(near) > 0 {
			said += fmt.Sprintf(" New topic: %s. Other stories have %s.", topic, listed(near))
		}
	}
	return said
}

// others are the topics there are once a story has been given its own, but for those
// that it brought: one that it alone had, and has no more, is no other story's.
func others(now, own, before []string) []string {
	return slices.DeleteFunc(slices.Clone(now), func(topic string) bool {
		return slices.Contains(own, topic) && !slices.Contains(before, topic)
	})
}
