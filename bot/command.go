package bot

import (
	"context"

	"storybot/stories"
)

// Command is something a person asked. Exactly one of three forms is set:
// Name with Args (the platform has typed options), Name with Text (it has
// not, or the text came from a mention), or Action with Arg (a pressed button
// or a picked menu entry).
type Command struct {
	// Key identifies the request: the platform's id of the interaction,
	// prefixed with the platform's name. A replay bears the same key.
	Key string

	Where stories.Destination
	// Lane is the rate domain of Where, as the platform's sender counts it.
	Lane string
	User stories.User
	// Manages says that the user may manage Where's subscriptions; ManageCure
	// says, when not, who can mend that and how, in one sentence.
	Manages    bool
	ManageCure string
	// Lacks names the rights the bot itself is missing in Where for posting
	// there, as the platform's settings call them; LacksCure is the sentence
	// that says how to grant them.
	Lacks     []string
	LacksCure string

	Name string // "story", "desk track"
	Args map[string]string
	Text string

	Action string
	Arg    string
}

// Typed says that the command came with typed options rather than text.
func (c Command) Typed() bool { return c.Args != nil }

// Reply is the answer to a Command.
type Reply struct {
	Message Message
	// Public shows the answer to the whole channel. Answers are private to
	// the asker otherwise.
	Public bool
	// Failed marks a refusal: nothing was changed.
	Failed bool
	// Live, when set, says more as time passes: a platform calls it now and
	// then, as often as its limits allow, and shows the newest Message in place
	// of the answer, until done is true or the answer can no longer be edited.
	Live func(context.Context) (m Message, done bool, err error)
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
	// Complete suggests values for the option named arg that begin like or
	// resemble typed, best first, at most 25.
	Complete(ctx context.Context, c Command, arg, typed string) []Choice
}
