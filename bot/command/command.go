// Package command is what the bot understands: one table of commands, the
// parsing of what people type, and the answers.
//
// table.go is the table; it drives what platforms register, how text is parsed,
// what help says and which function answers. mux.go takes a bot.Command
// through it: find, parse, answer, and make a refusal of whatever went wrong
// (reply.go, the only place that does). buttons.go is the same for buttons,
// forming.go for forms: formkind.go says what a kind of form is, updating.go, tracking.go,
// rewording.go and correcting.go make them, posting.go does what a preview offers, and
// drafts.go lists what was not posted. The rest is one family of commands a file, of the
// family's name where it has but one: story.go, timeline.go, follow.go, stopping.go,
// writing.go, publishing.go, editing.go, scheduled.go, undoing.go, revise.go, merge.go,
// people.go, status.go.
//
// families.go shows which of them asks which, and newsroom.go what they ask of the
// newsroom. The newsroom checks every right again when something is done; here they
// are asked for first where somebody would otherwise fill in a form, or answer a
// question, in vain.
package command

import (
	"context"
	"log/slog"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Config is what a Mux is made of. Stories and Schedule are required.
type Config struct {
	Stories Newsroom
	// Schedule is the updates that wait for their time.
	Schedule Schedule
	// Zone is where times are that moderators write without an offset; UTC by
	// default.
	Zone *time.Location
	// Undo is how long an update waits in which its author can take it back; 0 for
	// not at all.
	Undo time.Duration
	Log  *slog.Logger // Defaults to discarding.
	// Connections tells the state of the platforms' connections. May be nil.
	Connections func() []bot.Health
	// Lanes tells how fast each lane sends and what stopped it. May be nil.
	Lanes func() []LaneHealth
	// People is how each platform writes the people it knows. Where it is empty
	// what names a person is for Stories to check.
	People []bot.Refs
}

// LaneHealth is what the machinery knows of a lane beside its queue.
type LaneHealth struct {
	Lane      string
	PerSecond float64       // posts a second at most now; 0 when no limit is known
	Paused    time.Duration // how long the platform has asked the lane to wait
	Stopped   string        // why nothing is sent, in words; "" while it works
}

// command is one entry of the table.
type command struct {
	bot.Spec
	// role is who it is for, as help says; the newsroom refuses everybody else.
	role stories.Role
	// recorded says that it changes something although it is for readers.
	recorded bool
	// verify refuses, before a question is asked, what run would refuse whatever
	// the answer; nil where run refuses no value. It changes nothing.
	verify func(context.Context, request) error
	// nearly is the button that gives the command for a story that may have been
	// meant, its slug in the place of %s; "" where none is offered so.
	nearly string
	run    func(context.Context, request) (bot.Reply, error)
	// inForm opens the form in which it is filled in, when it is given as formed says;
	// nil where there is none.
	inForm func(context.Context, request) (bot.Reply, error)
	formed formed
}

// formed is when a command that has a form opens it.
type formed int

// The occasions.
const (
	ifNoText formed = 1 << iota // typed without its text
	ifBare                      // typed with nothing but what it requires
	ifApart                     // always where options are chosen one by one
)

// request is a command with its arguments read.
type request struct {
	bot.Command
	values
	command *command // nil for a pressed button
	// deed is the key of what is done once a question was answered; "" before.
	deed string
	// draft is what is posted by it; zero where none is.
	draft stories.DraftRef
	// reopen says that a closed story is taken up again by what is posted.
	reopen bool
	// away is what the channel is called that a command is about which was given in
	// another; "" for one about its own.
	away string
	// fromThread says that it is about the channel above the thread that it was given in.
	fromThread bool
	// typed is when the command was typed that a question was asked about; zero before.
	typed time.Time
}

// act is what the request does, under its idempotency key.
func (r request) act() stories.Act {
	return stories.Act{Key: r.Key, By: r.User, Draft: r.draft, Reopen: r.reopen}
}

// follow is the channel of the request, as something that follows t.
func (r request) follow(t stories.Target) stories.Follow {
	at, is := r.Asker.(bot.Forums)
	return stories.Follow{Destination: r.Where, Lane: r.Lane, Forum: is && at.Forum(), Target: t, Manages: r.Asker.Manages, Direct: r.Direct}
}
