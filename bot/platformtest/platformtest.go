// Package platformtest is the suite every platform passes: a command goes in
// and its answer comes out, a post is visible once whatever happens to its
// answer, refusals are told apart, text nobody vouches for pings nobody, a lost
// connection comes back, and no secret is logged.
//
// A platform's own test builds a Far over its fake far side and calls Run.
package platformtest

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Fault is something that goes wrong with the next post.
type Fault string

// The faults. A far side that cannot produce one leaves it out of Far.Faults.
const (
	ResetAfterStore  Fault = "connection reset after the message was stored"
	ResetBeforeStore Fault = "connection reset before the message was stored"
	BadGatewayStored Fault = "502 after the message was stored"
	EmptyAnswer      Fault = "200 with an empty object after the message was stored"
	CutAnswer        Fault = "200 cut off after the message was stored"
	ChannelLimit     Fault = "429 for one channel"
	LaneLimit        Fault = "429 for the whole lane"
	BlockedChannel   Fault = "the bot may not post here"
	BadToken         Fault = "the token is refused"
	BadPayload       Fault = "the message is refused"
)

// Ask is a command a person gives at the far side.
type Ask struct {
	User string
	// Name, Args and Text: Args for platforms with typed options, Text for the
	// others; the far side uses what fits.
	Name    string
	Args    map[string]string
	Text    string
	Manages bool // may manage the channel
}

// Answer is what that person is shown.
type Answer struct {
	Text    string // everything readable, flattened
	Private bool
}

// Far is a platform together with a fake of the service it talks to.
type Far struct {
	Platform bot.Platform
	// Channel is a place the bot can post to; Other is a second one.
	Channel, Other stories.Destination
	Secrets        []string
	Faults         []Fault

	Ask func(ctx context.Context, a Ask) (Answer, error)
	// Replay delivers the last Ask's event a second time.
	Replay func(ctx context.Context) error
	// Press presses the button labelled so under the newest message in Channel, or
	// beside or for one of its rows.
	Press func(ctx context.Context, user, label string) (Answer, error)
	// Visible returns the text of the messages in a channel, oldest first, what stands
	// in threads left out.
	Visible func(d stories.Destination) []string
	// Pings returns whom messages and answers have notified so far.
	Pings func() []string
	// Fail makes the next request of an operation end in f; it is called for what the
	// platform knows only.
	Fail func(op stories.Op, f Fault)
	// RefusePicture makes the far side refuse the picture at an address from now on;
	// nil where pictures are not shown.
	RefusePicture func(address string)
	// Threads is nil where there are none.
	Threads *Threads
	Forms   Forms
	// Drop breaks the connection that commands come in by; the far side
	// accepts the next one.
	Drop func()
}

// Threads is what a far side with threads shows and does. Messages are named as
// verdicts name them.
type Threads struct {
	// Visible returns the text of what stands in the thread of a message, oldest
	// first, without that message.
	Visible func(d stories.Destination, message string) []string
	// Lock makes the thread of a message take nothing more.
	Lock func(d stories.Destination, message string)
	// Forum and Announcements are channels of these kinds; zero where there are none.
	Forum, Announcements stories.Destination
	// Published says whether a message went on to the channels that follow its own.
	Published func(d stories.Destination, message string) bool
}

// New builds a Far; log is where the platform logs to.
type New func(t *testing.T, log *slog.Logger, specs []bot.Spec, places bot.Places) *Far

// patience is how long the suite waits for anything.
const patience = 20 * time.Second

// Run runs the suite.
func Run(t *testing.T, far New) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *run)
	}{
		{"a command reaches the handler with who, where and what", testCommand},
		{"an answer is private unless it is shared", testPrivacy},
		{"a slow answer still arrives", testSlowAnswer},
		{"a replayed event bears the same key", testReplay},
		{"a pressed button comes back as its action", testButton},
		{"the button of a row comes back as its action", testRows},
		{"a form opens, is filled in and comes back", testForm},
		{"what is refused of a form keeps what was typed", testFormRefused},
		{"what is not kept of a form is given back", testFormUnkept},
		{"the longest texts go through a form", testLongForm},
		{"a form that is late opens by its button", testLateForm},
		{"a message's menu brings what it says", testMenu},
		{"a handler that fails takes nothing down", testPanic},
		{"a post is delivered under the id of its message", testSend},
		{"settling a post that arrived adds no second message", testSettleSent},
		{"every fault gets its verdict", testFaults},
		{"an edit replaces what a message says, in place", testEdit},
		{"every fault of an edit gets its verdict", testEditFaults},
		{"what was edited is known again", testEditedIsKnownAgain},
		{"what the platform does not know is refused in words", testUnknown},
		{"a thread is opened once and takes replies", testThread},
		{"a forum post takes replies", testForum},
		{"a message is published once", testPublish},
		{"a message is taken away once", testDelete},
		{"a message that is gone says nothing of its channel", testMessageGone},
		{"a thread that is locked says nothing of its channel", testThreadLocked},
		{"every fault of every operation gets its verdict", testOperationFaults},
		{"a picture costs no message", testPicture},
		{"posts stand in the order they were sent", testOrder},
		{"untrusted text pings nobody and breaks nothing", testUntrusted},
		{"a lost connection comes back", testReconnect},
		{"cancelling ends Run in time", testStop},
	} {
		t.Run(test.name, func(t *testing.T) { start(t, far, test.run) })
	}
}

// run is one test's connected platform.
type run struct {
	*Far
	handler *handler
	cancel  context.CancelFunc
	done    chan error
}

func start(t *testing.T, far New, body func(*testing.T, *run)) {
	var logged buffer
	log := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f := far(t, log, specs(), noPlaces{})
	ctx, cancel := context.WithCancel(t.Context())
	r := &run{Far: f, handler: &handler{}, cancel: cancel, done: make(chan error, 1)}
	go func() { r.done <- f.Platform.Run(ctx, r.handler) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-r.done:
			if err != nil {
				t.Errorf("Run ended with %v", err)
			}
		case <-time.After(patience):
			t.Error("Run did not end")
		}
	}
	t.Cleanup(func() {
		stop()
		for _, secret := range f.Secrets {
			if bytes.Contains(logged.Bytes(), []byte(secret)) {
				t.Errorf("the log holds the secret %q:\n%s", secret, logged.Bytes())
			}
		}
	})
	body(t, r)
}

func specs() []bot.Spec {
	slug := bot.Arg{Name: "story", Summary: "The story's slug", Positional: true, Completes: true}
	return []bot.Spec{
		{Name: "story", Summary: "Show a story", Args: []bot.Arg{slug}, Example: "/story sony-hack"},
		{Name: "subscribe", Summary: "Follow a story here", Args: []bot.Arg{slug}, Manages: true, Example: "/subscribe sony-hack"},
		{Name: "write", Summary: "Write an update", Opens: true, Example: "/write"},
	}
}

type noPlaces struct{}

func (noPlaces) Ended(context.Context, stories.Destination, string)              {}
func (noPlaces) Blocked(context.Context, stories.Destination, stories.Obstacle)  {}
func (noPlaces) Healed(context.Context, stories.Destination)                     {}
func (noPlaces) Joined(context.Context, string, []string)                        {}
func (noPlaces) InOnly(context.Context, string, []string, stories.Obstacle)      {}
func (noPlaces) Moved(context.Context, stories.Destination, stories.Destination) {}
func (noPlaces) Named(stories.Sighting)                                          {}

// handler answers with what the test set and keeps what was asked.
type handler struct {
	mu     sync.Mutex
	asked  []bot.Command
	answer func(context.Context, bot.Command) bot.Reply
	seen   chan struct{}
}

func (h *handler) Handle(ctx context.Context, c bot.Command) bot.Reply {
	h.mu.Lock()
	h.asked = append(h.asked, c)
	answer := h.answer
	if h.seen != nil {
		close(h.seen)
		h.seen = nil
	}
	h.mu.Unlock()
	if answer == nil {
		return bot.Reply{Message: bot.Plainly("The answer to " + bot.Describe(c.Input))}
	}
	return answer(ctx, c)
}

func (h *handler) Complete(context.Context, string, string, string) []bot.Choice {
	return []bot.Choice{{Value: "sony-hack", Label: "sony-hack"}}
}

func (h *handler) set(answer func(context.Context, bot.Command) bot.Reply) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
}

func (h *handler) commands() []bot.Command {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]bot.Command(nil), h.asked...)
}

// next returns a channel that is closed at the next command.
func (h *handler) next() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = make(chan struct{})
	return h.seen
}

// buffer is a bytes.Buffer for several writers.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.b.Bytes())
}
