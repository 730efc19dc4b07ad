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
	case bot.ActionWhy:
		is = channel.followsAlone(ctx, following, r) || channel.gotAlone(ctx, following, r, args.Number(0))
	case bot.ActionList, bot.ActionCatchUp:
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

// gotAlone says that updates of the story were owed to the place, and none to the other,
// and that the other follows nothing which brings it: what the place no longer follows is
// in its threads all the same.
func (r request) gotAlone(ctx context.Context, following Following, other request, story int64) bool {
	own, err := following.Why(ctx, other.Where, story, 0)
	if err != nil || len(own) > 0 || other.followsStory(ctx, following, story) {
		return false
	}
	got, err := following.Why(ctx, r.Where, story, 0)
	return err == nil && len(got) > 0
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

// inThreads has what is asked in a thread be about the channel above it, by which its
// messages come, unless the thread follows it, or something of its own where nothing is
// named.
type inThreads struct{ joining *joining }

// ofAbove, besideOwn and cameAbove say at the head of an answer which of the two it is
// about: where the thread follows nothing, where it follows something else, and where the
// channel may follow nothing any more either.
const (
	ofAbove   = "This thread follows nothing of its own: what comes here is what the channel above it follows, and this is about that channel."
	besideOwn = "This thread does not follow it: what comes here of it comes by the channel above, and this is about that channel."
	cameAbove = "What came here of it came by the channel above, and this is about that channel."
)

// ofChannel is run about the channel above a thread where that is meant, and says so if
// told is set.
func (t inThreads) ofChannel(run func(context.Context, request) (bot.Reply, error), told bool) func(context.Context, request) (bot.Reply, error) {
	return func(ctx context.Context, r request) (bot.Reply, error) {
		channel, ok := r.above()
		if !ok || r.get(channelArg) != "" {
			return run(ctx, r)
		}
		note := ofAbove
		if !channel.followsAlone(ctx, t.joining.following, r) {
			if !t.named(ctx, r, channel) {
				return run(ctx, r)
			}
			note = besideOwn
		}
		reply, err := run(ctx, channel)
		if err == nil && told {
			reply.Message = headed(small(bot.Text(note)), reply.Message)
		}
		return reply, err
	}
}

// ofRecords is ofChannel for what tells what became of a story's updates, which is known
// also once neither of the two follows it.
func (t inThreads) ofRecords(run func(context.Context, request) (bot.Reply, error)) func(context.Context, request) (bot.Reply, error) {
	return func(ctx context.Context, r request) (bot.Reply, error) {
		following := t.joining.following
		channel, ok := r.above()
		if ok && !channel.followsAlone(ctx, following, r) && !t.named(ctx, r, channel) {
			story, err := t.joining.archive.Story(ctx, r.get(storyArg.Name))
			if err == nil && channel.gotAlone(ctx, following, r, story.ID) {
				reply, err := run(ctx, channel)
				if err == nil {
					reply.Message = headed(small(bot.Text(cameAbove)), reply.Message)
				}
				return reply, err
			}
		}
		return t.ofChannel(run, true)(ctx, r)
	}
}

// named says that the channel follows what a request names, and the thread does not.
func (t inThreads) named(ctx context.Context, r, channel request) bool {
	following, slug := t.joining.following, r.get(storyArg.Name)
	target, err := r.target()
	if slug == "" && err == nil && target.Kind == stories.TargetStory {
		slug = target.Name
	}
	if slug != "" {
		story, err := t.joining.archive.Story(ctx, slug)
		return err == nil && channel.followsStory(ctx, following, story.ID) && !r.followsStory(ctx, following, story.ID)
	}
	own, failed := following.Subscriptions(ctx, r.Where)
	subs, failing := following.Subscriptions(ctx, channel.Where)
	of := func(s stories.Subscription) bool { return s.Target == target }
	return err == nil && failed == nil && failing == nil && slices.ContainsFunc(subs, of) && !slices.ContainsFunc(own, of)
}
