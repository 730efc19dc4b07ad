package stories

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
)

// Comes is c with what decides about its story now, where that lets something through.
func (c Change) Comes(by Decision) Change {
	if by.Serves() {
		c.Left, c.Level = []Target{by.By}, by.Level
	}
	return c
}
