package stories

import (
	"context"
	"log/slog"
)

// Subscriber changes who follows what.
type Subscriber struct {
	base
	archive *Archive
	places  *Places
	store   SubscriberStore
}

// Following tells who follows what, and what came of it.
type Following struct {
	log   *slog.Logger
	store FollowingStore
}

// Follow is a channel that wants to follow something.
type Follow struct {
	Destination Destination
	Lane        string
	Forum       bool // Destination is one
	Target      Target
	Changes     Changes // to its options, or to the defaults where it is new
	Direct      bool    // the channel is a conversation of act.By with the bot alone
	// Manages is the platform's word on whether act.By may manage the channel's
	// subscriptions: an error, in words, when they may not or when it cannot be
	// checked. Nobody may where it is nil.
	Manages func(context.Context) error
}

// Subscribe makes a channel follow a story, a topic or everything, and has it told
// there when that is new; where it was followed already, f.Changes alone are changed.
// story is zero unless a story is followed. CodeForbidden,
// CodeInvalid, CodeNotFound with Near, CodeLimited when it follows MaxSubscriptions,
// CodeReplaced.
func (s *Subscriber) Subscribe(ctx context.Context, act Act, f Follow) (sub Subscription, story Story, made Made, err error) {
	if err := f.mayManage(ctx); err != nil {
		return sub, story, made, err
	}
	if err := f.Changes.Check(); err != nil {
		return sub, story, made, err
	}
	sub = Subscription{Destination: f.Destination, Forum: f.Forum, Target: f.Target, State: Active, CreatedBy: act.By}
	if f.Target.Kind == TargetStory {
		if story, err = s.archive.Story(ctx, f.Target.Name); err != nil {
			return sub, story, made, err
		}
		sub.Target.Name, sub.StoryID = story.Slug, story.ID
	}
	if sub, made, err = s.store.Subscribe(ctx, s.aloud(act, f), sub, f.Lane, f.Changes...); err != nil {
		return sub, story, made, err
	}
	// A channel that is asked to follow can be written to: what was held back
	// goes out first.
	s.planned()
	return sub, story, made, nil
}

// aloud is an act that the channel is told of.
func (s *Subscriber) aloud(act Act, f Follow) Act {
	if act.Audience = Everyone; f.Direct {
		act.Audience = Oneself
	}
	return s.stamp(act)
}

// Posted returns what became of the message that a channel is told something by or,
// with OpDelete, of its removal. CodeNotFound.
func (s *Following) Posted(ctx context.Context, noticeID int64, op Op) (Delivery, error) {
	return s.store.NoticeDelivery(ctx, noticeID, op)
}

// Unsubscribe ends it, or act.Subscription whatever that follows. CodeForbidden,
// CodeNotFound, CodeReplaced.
func (s *Subscriber) Unsubscribe(ctx context.Context, act Act, f Follow) (Left, error) {
	if err := f.mayManage(ctx); err != nil {
		return Left{}, err
	}
	target := f.Target
	if act.Subscription == 0 {
		var err error
		if target, err = s.currentName(ctx, target); err != nil {
			return Left{}, err
		}
	}
	sub, err := s.store.Unsubscribe(ctx, s.aloud(act, f), f.Destination, target)
	if CodeOf(err) == CodeNotFound {
		what := target.String()
		if target.Kind == TargetAll {
			what = "all stories"
		}
		who := "This channel does"
		if f.Direct {
			who = "You do"
		}
		return sub, Errorf(CodeNotFound, "%s not follow %s. /subscriptions lists what is followed here.", who, what)
	}
	if err == nil {
		s.planned()
	}
	return sub, err
}

// currentName replaces an older slug by the story's present one.
func (s *Subscriber) currentName(ctx context.Context, t Target) (Target, error) {
	if t.Kind != TargetStory {
		return t, nil
	}
	story, err := s.archive.Story(ctx, t.Name)
	t.Name = story.Slug
	return t, err
}

// Stop ends what brings a story's updates to a channel: its own subscription
// if there is one, and, when a topic or all would still bring them, it mutes
// this one story. CodeForbidden, CodeNotFound.
func (s *Subscriber) Stop(ctx context.Context, act Act, f Follow, storyID int64) (story Story, ended Ended, err error) {
	if err := f.mayManage(ctx); err != nil {
		return story, ended, err
	}
	if story, err = s.store.StoryByID(ctx, storyID); err != nil {
		return story, ended, err
	}
	if ended, err = s.store.Stop(ctx, s.aloud(act, f), f.Destination, storyID); err == nil {
		s.planned()
	}
	return story, ended, err
}

// Unstop lets a story come again that Stop muted, and returns what decides about it
// now.
// CodeForbidden, CodeNotFound.
func (s *Subscriber) Unstop(ctx context.Context, act Act, f Follow, storyID int64) (story Story, by Brought, err error) {
	if err := f.mayManage(ctx); err != nil {
		return story, by, err
	}
	if story, err = s.store.StoryByID(ctx, storyID); err != nil {
		return story, by, err
	}
	if by, err = s.store.Unstop(ctx, s.aloud(act, f), f.Destination, storyID); err == nil {
		s.planned()
	}
	return story, by, err
}

// Brings returns what decides now which updates of a story come to a channel, with its
// Past.
func (s *Following) Brings(ctx context.Context, d Destination, storyID int64) (Decision, error) {
	return s.store.Brings(ctx, d, storyID)
}

// Mutes returns the stories that were stopped in a channel although a topic or all
// that it follows would bring them, the newest stop first: at most MaxMutes.
func (s *Following) Mutes(ctx context.Context, d Destination) ([]Mute, error) {
	return s.store.Mutes(ctx, d, MaxMutes)
}

// Pause stops serving a subscription until Resume: that of f.Target, or
// act.Subscription. CodeForbidden, CodeNotFound, CodeReplaced.
func (s *Subscriber) Pause(ctx context.Context, act Act, f Follow) (Subscription, error) {
	return s.setSubscription(ctx, act, f, Paused)
}

// Resume serves a paused subscription again and lifts the block of a channel
// that refused the bot: its newest held deliveries go out. CodeForbidden,
// CodeNotFound, CodeReplaced.
func (s *Subscriber) Resume(ctx context.Context, act Act, f Follow) (Subscription, error) {
	sub, err := s.setSubscription(ctx, act, f, Active)
	if err != nil {
		return sub, err
	}
	if _, _, err := s.places.Healed(ctx, f.Destination); err != nil {
		// It is resumed all the same, and a block is looked at again by itself.
		s.log.Warn("a resumed channel's block was not lifted", "err", err)
	}
	return sub, nil
}

// Test has the channel of a subscription shown a message that says it is a test, and
// taken away again: that of f.Target, or act.Subscription. CodeForbidden, CodeNotFound,
// CodeReplaced.
func (s *Subscriber) Test(ctx context.Context, act Act, f Follow) (Trial, error) {
	if err := f.mayManage(ctx); err != nil {
		return Trial{}, err
	}
	trial, err := s.store.TestSubscription(ctx, s.aloud(act, f), f.Destination, f.Target)
	if err == nil {
		s.planned()
	}
	return trial, err
}

func (s *Subscriber) setSubscription(ctx context.Context, act Act, f Follow, state SubscriptionState) (Subscription, error) {
	if err := f.mayManage(ctx); err != nil {
		return Subscription{}, err
	}
	return s.store.SetSubscriptionState(ctx, s.stamp(act), f.Destination, f.Target, state)
}

// Subscriptions returns what a channel follows.
func (s *Following) Subscriptions(ctx context.Context, d Destination) ([]Subscription, error) {
	return s.store.Subscriptions(ctx, d)
}

// whyDeliveries is how many of its deliveries Why returns at most: those of several
// updates, of which each may have come in parts.
const whyDeliveries = 20

// Why tells what became of a story's update (number 0: the newest ones) in a
// channel: its deliveries, newest first.
func (s *Following) Why(ctx context.Context, d Destination, storyID int64, number int) ([]Delivery, error) {
	return s.store.DeliveriesTo(ctx, d, storyID, number, whyDeliveries)
}

func (f Follow) mayManage(ctx context.Context) error {
	if f.Manages == nil {
		return Errorf(CodeForbidden, "Only people who manage this channel can change what is followed here.")
	}
	return f.Manages(ctx)
}
