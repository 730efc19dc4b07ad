package stories

import (
	"cmp"
	"slices"
	"time"
)

// Decision is what alone decides which updates of a story come to a channel: one of
// the subscriptions there that cover the story, and whether it was stopped there.
type Decision struct {
	By    Target // what the subscription follows; its Kind is "" where none covers the story
	Level Level  // the least level that it lets through
	State SubscriptionState
	Muted bool // the story was stopped there: nothing of it comes, whatever By says
	// Options are those of the subscription, Level among them, and Pings is what is known of
	// Options.Mention.
	Options Options
	Pings   Group
	// Past is filled in by those who say so.
	Past Past
}

// Past is when what there is no trace of in the subscriptions and mutes of a channel
// changed what decides about a story there, as far as the log reaches; zero for never.
type Past struct {
	// Changed is when a subscription that covered the story, or may have, ended there, when
	// the story was let come again, or when its topics became others.
	Changed time.Time
	// Merged is when another story went over to it, with those who had stopped that.
	Merged time.Time
}

// Serves says that some updates of the story come.
func (d Decision) Serves() bool { return d.By.Kind != "" && d.State == Active && !d.Muted }

// Lets says that updates of this level come.
func (d Decision) Lets(l Level) bool { return d.Serves() && d.Level <= l }

// Decides returns which of a channel's subscriptions decides alone, level and state
// included, what comes there of a story: the story's own before a topic's before all,
// of topics the oldest. One that is paused decides too. ok is false when none covers
// the story.
func Decides(subs []Subscription, story Story) (sub Subscription, ok bool) {
	covering := slices.DeleteFunc(slices.Clone(subs), func(s Subscription) bool { return !s.Covers(story) })
	if len(covering) == 0 {
		return sub, false
	}
	return slices.MinFunc(covering, before), true
}

// Covers says that s follows the story, one of its topics, or all.
func (s Subscription) Covers(story Story) bool {
	switch s.Target.Kind {
	case TargetAll:
		return true
	case TargetTopic:
		return slices.Contains(story.Topics, s.Target.Name)
	}
	return s.StoryID == story.ID
}

// Before says that s goes before other where both cover a story.
func (s Subscription) Before(other Subscription) bool { return before(s, other) < 0 }

// before compares subscriptions of one channel: the one that goes before is less.
func before(a, b Subscription) int {
	return cmp.Or(cmp.Compare(a.Target.Kind.place(), b.Target.Kind.place()), a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
}

// place is a kind's place in the order in which subscriptions decide.
func (k TargetKind) place() int {
	return slices.Index([]TargetKind{TargetStory, TargetTopic, TargetAll}, k)
}

// Decision is what s decides about a story that was stopped in its channel or not.
func (s Subscription) Decision(muted bool) Decision {
	return Decision{By: s.Target, Level: s.Level, State: s.State, Muted: muted, Options: s.Options, Pings: s.Pings}
}

// Spared counts the channels that follow a story and do not get an update of it, each
// by what decides there.
type Spared struct {
	Normal   int // asked for normal and breaking updates
	Breaking int // asked for breaking ones only
	Paused   int
	Stopped  int // stopped this story
}

// Total is how many there are.
func (s Spared) Total() int { return s.Normal + s.Breaking + s.Paused + s.Stopped }
