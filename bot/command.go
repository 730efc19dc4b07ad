package bot

import (
	"context"
	"time"

	"storybot/stories"
)

// Command is something a person asked.
type Command struct {
	// Key identifies the request: the platform's id of the interaction,
	// prefixed with the platform's name. A replay bears the same key.
	Key  string
	User stories.User

	Where stories.Destination
	// Direct says that Where is a conversation of the person with the bot alone.
	Direct bool
	// Lane is the rate domain of Where, as the platform's sender counts it: the
	// platform, or platform:workspace.
	Lane string

	Input Input
	// Asker tells what only the platform knows of the person and the place.
	Asker Asker
}

// Asker is what a platform knows of who asked a command, where. It asks its far
// side when a method is called, not before, so that a command which needs
// nothing of it costs nothing. What it cannot find out is an error: nothing is
// allowed because a platform did not answer.
type Asker interface {
	// Name is what the person is called by those who read along, as far as
	// that can be found out; what the command came with otherwise.
	Name(ctx context.Context) string
	// Manages returns nil when the person may manage the subscriptions of the
	// place. CodeForbidden says who may, CodeUnavailable that it cannot be
	// checked now; both are *stories.Error in words.
	Manages(ctx context.Context) error
	// Posts returns nil when the bot can post to the place, and do there what else is
	// needed. CodeForbidden says what it lacks and who can mend that, CodeInvalid what is
	// not possible in such a place, CodeUnavailable that it cannot be checked now; all
	// are *stories.Error in words.
	Posts(ctx context.Context, needs ...Need) error
	// Pings returns how the role or group is written that whom is, once the person may
	// have it pinged at the place and the bot can: Ref is that of a mention, or how a ping
	// of before is written (stories.Ping), or it is "" and Name what was typed. CodeInvalid for what is never pinged, CodeForbidden and
	// CodeUnavailable as above.
	Pings(ctx context.Context, whom Mention) (stories.Ping, error)
}

// Viewer is an Asker that knows which channels of the workspace a person may know of.
type Viewer interface {
	// Sees returns those of the places that the person surely may know of, as their
	// platform says now.
	Sees(ctx context.Context, places []stories.Destination) []stories.Destination
}

// Zoned is an Asker that knows in which zone its platform shows the person times.
type Zoned interface {
	// Zone is that zone, nil where it is not known: it is never guessed.
	Zone(ctx context.Context) *time.Location
}

// InThread is an Asker of a platform whose threads are places of their own.
type InThread interface {
	// Above is the channel or forum that the place, a thread, is in, and the same person
	// there, who may manage its subscriptions where they manage the thread's; ok is false
	// where it is in none.
	Above() (channel stories.Destination, there Asker, ok bool)
}

// Forums is an Asker of a platform that has forums.
type Forums interface {
	// Forum says that the place is one: a post there opens a thread of its own.
	Forum() bool
}

// Elsewhere is an Asker that can speak of other channels of the workspace.
type Elsewhere interface {
	// At returns the channel that the value of an Arg with Place names, as a mention's
	// reference or as it was typed, what it is called by who sees it, and the same person
	// there. Whether the bot can post there only a post can tell, where the platform does
	// not say. CodeInvalid for what names no channel here, CodeForbidden where the person
	// may not know of it, CodeUnavailable where that cannot be checked now.
	At(ctx context.Context, channel string) (where stories.Destination, name string, there Asker, err error)
	// AtLater says that At can be asked as well when a button is pressed that the answer
	// to the command has: else the platform told of the channel with the command alone.
	AtLater() bool
}

// Reply is the answer to a Command.
type Reply struct {
	Message Message
	// Public shows the answer to the whole channel. Answers are private to
	// the asker otherwise.
	Public bool
	// Failed marks a refusal: nothing was changed.
	Failed bool
	// Form, when set, is opened for the asker to fill in. Message is shown instead
	// where that cannot be: it has a button that opens it. The answer to a Submission
	// that has one with problems leaves what was submitted as it stands and says what
	// is wrong at its fields, where a platform can; where its Message has no button, the
	// form is all that keeps them.
	Form *Form
	// Kept says of the answer to a Submission that what was filled in is kept: it can be
	// gone on with, whatever came of it else.
	Kept bool
	// InPlace shows the answer in place of the message whose button was pressed, where
	// the platform can and the asker alone sees that: what it offered is over.
	InPlace bool
	// Live, when set, says more as time passes: a platform calls it now and
	// then, as often as its limits allow, and shows the newest Message in place
	// of the answer, until done is true or the answer can no longer be edited.
	// Once it is done, the Tone is Success where all ended well. The last time before
	// nobody looks any more its context says why (PartingOf): that message stays.
	Live func(context.Context) (m Message, done bool, err error)
	// Ending is what Live says as a message of its own, which names what it is
	// about, for where the answer cannot be replaced. nil: Live's own message. One of
	// no blocks says nothing: whoever asked has been told already.
	Ending func(context.Context) (Message, error)
}

// Choice is one suggestion while an option is typed: Value is filled in, Label
// shown.
type Choice struct {
	Value string
	Label string
}

// Handler answers commands. It never panics and never returns an empty Reply;
// it may be called from many goroutines.
type Handler interface {
	Handle(ctx context.Context, c Command) Reply
	// Complete suggests values for the option named arg of the command called
	// name that begin like or resemble typed, best first, at most 25.
	Complete(ctx context.Context, name, arg, typed string) []Choice
}
