package command

import (
	"context"
	"slices"

	"storybot/bot"
	"storybot/stories"
)

// above is the request as if it had been made in the channel above the thread that it
// was made in; ok is false where that is none.
func (r request) above() (request, bool) {
	in, ok := r.Asker.(bot.InThread)
	if !ok {
		return r, false
	}
	channel, there, ok := in.Above()
	if !ok {
		return r, false
	}
	r.Where, r.Asker, r.fromThread = channel, there, true
	return r, true
}

// inThread says that the request was made in a thread, whichever of the two places it is
// about.
func (r request) inThread() bool {
	_, ok := r.above()
	return ok || r.fromThread
}

// meant is a press that may have been made in a thread as if it had been made in the place
// that it is about: what a channel follows comes into threads as well, and a thread can
// follow something itself. A press that says nothing of that is about where it was made.
func (r request) meant(ctx context.Context, following Following, action bot.Action, args bot.Args) request {
	channel, ok := r.above()
	if !ok {
		return r
	}
	var is bool
	switch action {
	case bot.ActionStop:
		is = channel.followsStory(ctx, following, args.Number(0)) && !r.followsStory(ctx, following, args.Number(0)) || channel.followsAlone(ctx, following, r)
	case bot.ActionEnd, bot.ActionPause, bot.ActionResume, bot.ActionTest, bot.ActionChoose:
		subs, err := following.Subscriptions(ctx, channel.Where)
		is = err == nil && slices.ContainsFunc(subs, func(s stories.Subscription) bool { return s.ID == args.Number(0) })
	case bot.ActionList, bot.ActionCatchUp, bot.ActionWhy:
		is = channel.followsAlone(ctx, following, r)
	}
	if is {
		return channel
	}
	return r
}

// followsStory says that something which the place follows covers the story, also where
// that is paused or the story was stopped.
func (r request) followsStory(ctx context.Context, following Following, story int64) bool {
	by, err := following.Brings(ctx, r.Where, story)
	return err == nil && (by.By.Kind != "" || by.Muted)
}

// followsAlone says that the place follows something, and the other nothing.
func (r request) followsAlone(ctx context.Context, following Following, other request) bool {
	own, err := following.Subscriptions(ctx, other.Where)
	if err != nil || len(own) > 0 {
		return false
	}
	subs, err := following.Subscriptions(ctx, r.Where)
	return err == nil && len(subs) > 0
}

// at is the request as if it had been made at the place that it is about, which may be
// the thread or the channel above it; ok is false for any other.
func (r request) at(where stories.Destination) (at request, ok bool) {
	if r.Where == where {
		return r, true
	}
	if channel, ok := r.above(); ok && channel.Where == where {
		return channel, true
	}
	return r, false
}

// inThreads has what readers ask in a thread be about the channel above it, by which its
// messages come, unless the thread follows something of its own.
type inThreads struct{ joining *joining }

// ofAbove says at the head of an answer which of the two it is about.
const ofAbove = "This thread follows nothing of its own: what comes here is what the channel above it follows, and this is about that channel."

func (t inThreads) ofChannel(run func(context.Context, request) (bot.Reply, error), note string) func(context.Context, request) (bot.Reply, error) {
	return func(ctx context.Context, r request) (bot.Reply, error) {
		channel, ok := r.above()
		if !ok || !channel.followsAlone(ctx, t.joining.following, r) {
			return run(ctx, r)
		}
		reply, err := run(ctx, channel)
		if err == nil && note != "" {
			reply.Message = headed(small(bot.Text(note)), reply.Message)
		}
		return reply, err
	}
}
