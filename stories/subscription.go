package stories

import (
	"strings"
	"time"
)

// TargetKind says what a subscription follows.
type TargetKind string

// The kinds of target.
const (
	TargetStory TargetKind = "story"
	TargetTopic TargetKind = "topic"
	TargetAll   TargetKind = "all"
)

// Target is what a subscription follows: one story (Name is its slug), one
// topic (Name is the topic) or everything (Name is empty).
type Target struct {
	Kind TargetKind
	Name string
}

// String writes the target as it is written in a command: sony-hack,
// topic:security or all.
func (t Target) String() string {
	switch t.Kind {
	case TargetTopic:
		return "topic:" + t.Name
	case TargetAll:
		return "all"
	}
	return t.Name
}

// ParseTarget reads what String writes. It checks the form, not whether the
// story exists. Error: CodeInvalid.
func ParseTarget(s string) (Target, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "all" {
		return Target{Kind: TargetAll}, nil
	}
	if topic, ok := strings.CutPrefix(s, "topic:"); ok {
		return Target{TargetTopic, topic}, CheckTopic(topic)
	}
	return Target{TargetStory, s}, CheckSlug(s)
}

// SubscriptionState says whether a subscription is served.
type SubscriptionState string

// The states of a subscription.
const (
	Active SubscriptionState = "active"
	Paused SubscriptionState = "paused" // by a channel manager; nothing is planned for it meanwhile
)

// Made is what subscribing did.
type Made struct {
	Created bool
	Before  Options // of the subscription that was there; zero for none
	Pinged  Group   // what is known of Before.Mention
	Resumed bool    // it was paused
	// Notice tells the channel of the new subscription; 0 where none does.
	Notice int64
	// Untold says that none does because the person had many told there lately: MostTold.
	Untold bool
}

// Trial is a test of a subscription.
type Trial struct {
	Subscription
	// Notice is the message of the test; 0 where the channel cannot be written to.
	Notice int64
	// Op makes it: OpPost, or OpReply in a forum, where it stands in a post that is there.
	Op Op
}

// Ended is what stopping a story did.
type Ended struct {
	Changed bool
	Level   Level        // of the story's own subscription, which ended; 0 when there was none
	Own     Subscription // of the story, which ended; zero when there was none
	Muted   bool         // a topic or all would bring the story, and it is muted
	Untold  bool         // the channel is not told: see Made
}

// Left is a subscription that has ended.
type Left struct {
	Subscription
	By     Decision // what still brings its story
	Untold bool     // see Made
}

// Brought is what brings a story that had been muted, now.
type Brought struct {
	By     Decision
	Untold bool // see Made
}

// Mute is a story stopped in a channel that a topic or all would bring there.
type Mute struct {
	Story Story
	By    User // who stopped it
	At    time.Time
}

// MaxMutes is how many mutes are listed at most.
const MaxMutes = 200

// MaxSubscriptions is how much one destination follows at most.
const MaxSubscriptions = 200

// Subscription is a destination following a target. It belongs to the channel,
// not to the person who made it.
type Subscription struct {
	ID          int64
	Destination Destination
	// Forum says that Destination is one, where every story has a post of its own. Of a
	// destination that was one it is not taken back.
	Forum   bool
	Target  Target
	StoryID int64 // of a TargetStory, else 0
	Options
	Pings     Group // what is known of Mention
	State     SubscriptionState
	CreatedBy User
	CreatedAt time.Time
	// ChangedAt is when a pause, its end, another level or a merge of stories last changed
	// what it lets through; zero for never.
	ChangedAt time.Time

	// DestinationState and Reason are the destination's, for those who list
	// subscriptions: a blocked destination says here why and since when.
	DestinationState DestinationState
	Reason           string
	Heals            bool // once that is mended nobody need try again
	BlockedSince     time.Time
	// Waits is what waits for its quiet hours to end, or for its digest; told to those who
	// list the subscriptions of one channel.
	Waits Waits
	// Closed is why a story's thread that it brings takes no messages, "" where none does:
	// what belongs there comes in the channel. Told to the same.
	Closed string
}

// Waits is how many updates wait for their time, and until when.
type Waits struct {
	Updates int
	Until   time.Time
}
