package stories

import "time"

// MostTold is how many messages a person may have one channel told by within
// ToldWithin of what it follows: who sets up a channel by hand begins to follow
// something every few seconds at most, and a busy channel takes so many lines in a
// minute. Beyond it all is done as ever, and only the answer says so: buttons pressed
// for fun are no way to fill a channel, or to use up what a platform lets the bot post.
// What is done in other channels is not counted: many may have to be set up at once.
const (
	MostTold   = 10
	ToldWithin = time.Minute
)

// EndedFirst is why the first message of a subscription is skipped that has ended.
const EndedFirst = "what it tells of had ended before it was sent"

// ForChannel is the urgency of what a channel is told of what it follows. It goes
// before no breaking update, for whom it may be of, and in turn with normal ones. What
// is of a story goes before its later updates to the same channel all the same, as its
// earlier updates do.
const ForChannel = Normal

// Change is what a channel is told of what it follows: who changed it, and how.
type Change struct {
	Kind    ChangeKind
	By      User
	Target  Target // as it was called then
	StoryID int64  `json:",omitempty"` // of a TargetStory
	// Level is that of the subscription that began, or of Left.
	Level Level `json:",omitempty"`
	// Left is what brings the story, now that its own subscription or its stop has
	// ended; none where nothing does.
	Left []Target `json:",omitempty"`
	// Options are those of the subscription that began, is tested, or is Left.
	Options Options `json:",omitzero"`
	// Pings is what those were called then whom Options ping; "" where nobody knows.
	Pings string `json:",omitempty"`
	// Why is, of a ThreadShut, what the platform said, in words.
	Why string `json:",omitempty"`
	// Alone says that nobody else is in the channel.
	Alone bool `json:",omitempty"`
}

// ChangeKind is what somebody did to what a channel follows. The names are stored.
type ChangeKind string

// The kinds of change.
const (
	Subscribed   ChangeKind = "subscribed"
	Unsubscribed ChangeKind = "unsubscribed" // Left may still bring the story
	Stopped      ChangeKind = "stopped"      // nothing brings the story any more
	Unstopped    ChangeKind = "unstopped"    // what else the channel follows brings the story again
	Tested       ChangeKind = "tested"       // whether its messages arrive
	// CardLost: the story's card or thread was deleted twice, and Left, which brings it, is
	// paused. Nobody did that: By is nobody.
	CardLost ChangeKind = "card_lost"
	// CardShut: the story's card can be changed no more, nor could the one before it, so
	// that Left brings messages now. Nobody did that either.
	CardShut ChangeKind = "card_shut"
	// ThreadShut: the story's thread takes no messages, nor ever did, so that what Left brings
	// comes in the channel. Nobody did that.
	ThreadShut ChangeKind = "thread_shut"
)

// Comes is c with what decides about its story now, where that lets something through.
func (c Change) Comes(by Decision) Change {
	if by.Serves() {
		c.Left, c.Level, c.Options, c.Pings = []Target{by.By}, by.Level, by.Options, by.Pings.Name
	}
	return c
}
