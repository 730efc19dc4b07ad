package command

import (
	"context"
	"slices"

	"storybot/bot"
	"storybot/stories"
)

// What the answer to the question adds whether a thread is to follow what comes there by the
// channel above it.
const (
	placeMeant = "place"
	thisThread = "thread"
	channelIts = "channel"
)

// comesTwice asks who has a thread follow what comes into threads of the channel above it
// already whether that is meant: each update would come twice. asked is false where it does
// not, or the thread follows it, whose options are changed then.
func (m *joining) comesTwice(ctx context.Context, r request, target stories.Target) (reply bot.Reply, asked bool, err error) {
	channel, ok := r.above()
	if !ok || r.get(placeMeant) != "" {
		return reply, false, nil
	}
	own, err := m.following.Subscriptions(ctx, r.Where)
	if err != nil || slices.ContainsFunc(own, func(s stories.Subscription) bool { return s.Target == target }) {
		return reply, false, err
	}
	subs, err := m.following.Subscriptions(ctx, channel.Where)
	if err != nil {
		return reply, false, err
	}
	by, ok := m.brings(ctx, subs, target)
	if !ok || by.State != stories.Active || !by.Forum && by.Mode != stories.ModeThread {
		return reply, false, nil
	}
	words := "The channel that this thread is in follows " + targetWords(by.Target) + ", and what that brings comes into threads of it. Nothing was changed yet: followed in this thread too, the same updates come here twice."
	answers := []answer{{"Follow it here too", r.values.with(placeMeant, thisThread)}}
	if by.Target == target && len(r.values) > 1 { // options were named
		answers = slices.Insert(answers, 0, answer{"Change the channel's", r.values.with(placeMeant, channelIts)})
	}
	reply, err = m.questions.question(ctx, r, words, answers...)
	return reply, err == nil, err
}

// brings is which of a channel's subscriptions brings what a target names; ok is false where
// none does, or nobody knows the story.
func (m *joining) brings(ctx context.Context, subs []stories.Subscription, target stories.Target) (by stories.Subscription, ok bool) {
	if target.Kind == stories.TargetStory {
		story, err := m.archive.Story(ctx, target.Name)
		if err != nil {
			return by, false
		}
		return stories.Decides(subs, story)
	}
	i := slices.IndexFunc(subs, func(s stories.Subscription) bool { return s.Target == target })
	if i < 0 {
		return by, false
	}
	return subs[i], true
}
