package discordtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// callbackDeadline is how soon an interaction must be answered, tokenLife how
// long its token lives.
// https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction
const (
	callbackDeadline = 3 * time.Second
	tokenLife        = 15 * time.Minute
)

// ErrNoAnswer says that the bot did not answer in time: "The application did not
// respond".
var ErrNoAnswer = errors.New("the application did not respond")

// DefaultUser is who acts when an Interaction names no user.
const DefaultUser = "80351110224678912"

// Interaction is something a person does.
type Interaction struct {
	User     string // id, DefaultUser when empty
	UserName string // "user-ID" when empty
	Channel  string
	// Permissions is what the user may do in the channel; 0 stands for
	// DefaultPermissions.
	Permissions int64
	// Picked is the same in a channel that an option names.
	Picked int64
	// Name is a command as it is typed: "story", "desk track".
	Name string
	// Options holds the options by name, every value as text.
	Options map[string]string
	// Change changes the event before it is sent: to leave fields out, or to
	// put unknown ones in.
	Change func(event map[string]any)
}

// Answer is what a person sees.
type Answer struct {
	ID        string // of the interaction
	Type      int    // of the first callback: 4 message, 5 deferred, 6 and 7 update, 8 choices, 9 modal
	Deferred  bool
	Ephemeral bool
	// Latency is the time from the event to the first callback.
	Latency time.Duration
	// Message is the answer as it is now; for a button that updates its message,
	// that message.
	Message Message
	// Followups are the messages after the answer.
	Followups []Message
	Choices   []Choice
	Modal     json.RawMessage
	// Repeats counts callbacks that were refused with 40060: the interaction had
	// been answered.
	Repeats int
}

// Choice is a suggestion of autocomplete.
type Choice struct {
	Name  string
	Value any
}

// interaction is one that was sent to the bot.
type interaction struct {
	id, token string
	kind      int
	channel   *channel
	user      string
	event     map[string]any
	source    *message // of a pressed button
	created   time.Time
	sent      time.Time     // when it was written to the gateway, by the machine's clock
	latency   time.Duration // to the first callback
	callback  int           // its type, 0 before
	ephemeral bool
	original  *message // nil before there is one
	thinking  bool     // deferred, and not answered yet
	followups []*message
	choices   []Choice
	modal     json.RawMessage
	repeats   int // callbacks after the first
}

type people struct {
	byID    map[string]*interaction
	byToken map[string]*interaction
	inOrder []*interaction
}

func newPeople() people {
	return people{byID: map[string]*interaction{}, byToken: map[string]*interaction{}}
}

// Types of interaction.
const (
	interactCommand  = 2
	interactButton   = 3
	interactComplete = 4
	interactForm     = 5
)

// Command types a command and waits for the answer, after a deferral for the
// edit that fills it. It fails when no such command is registered, when the
// options are none that Discord's client would send, and with ErrNoAnswer.
func (s *Server) Command(ctx context.Context, i Interaction) (*Answer, error) {
	data, err := s.commandData(i, "")
	if err != nil {
		return nil, err
	}
	return s.ask(ctx, interactCommand, i, data, nil)
}

// Autocomplete types into the option named focused and returns the suggestions.
func (s *Server) Autocomplete(ctx context.Context, i Interaction, focused string) ([]Choice, error) {
	data, err := s.commandData(i, focused)
	if err != nil {
		return nil, err
	}
	a, err := s.ask(ctx, interactComplete, i, data, nil)
	if err != nil {
		return nil, err
	}
	return a.Choices, nil
}

// Press presses the button of a message that has this label or custom_id.
func (s *Server) Press(ctx context.Context, m Message, button string, i Interaction) (*Answer, error) {
	for _, b := range m.Buttons {
		if b.Menu || b.Label != button && b.CustomID != button {
			continue
		}
		if b.URL != "" || b.Disabled {
			return nil, fmt.Errorf("button %q cannot be pressed: link %q, disabled %t", button, b.URL, b.Disabled)
		}
		return s.use(ctx, m, map[string]any{"custom_id": b.CustomID, "component_type": typeButton}, i)
	}
	return nil, fmt.Errorf("message %s has no button %q but %+v", m.ID, button, m.Buttons)
}

// Pick picks values of the menu of a message that has this custom_id. As in
// Discord's client there is nothing to pick but the menu's own options, one of them
// where the menu does not ask for more.
func (s *Server) Pick(ctx context.Context, m Message, menu string, values []string, i Interaction) (*Answer, error) {
	n := slices.IndexFunc(m.Buttons, func(b Button) bool { return b.Menu && b.CustomID == menu })
	if n < 0 || m.Buttons[n].Disabled {
		return nil, fmt.Errorf("message %s has no menu %q but %+v", m.ID, menu, m.Buttons)
	}
	if most := m.Buttons[n].Most; len(values) == 0 || len(values) > most {
		return nil, fmt.Errorf("the menu %q takes 1 to %d values, not %d", menu, most, len(values))
	}
	for _, v := range values {
		if !slices.Contains(m.Buttons[n].Values, v) {
			return nil, fmt.Errorf("the menu %q has no value %q but %q", menu, v, m.Buttons[n].Values)
		}
	}
	return s.use(ctx, m, map[string]any{"custom_id": menu, "component_type": typeSelect, "values": values}, i)
}

func (s *Server) use(ctx context.Context, m Message, data map[string]any, i Interaction) (*Answer, error) {
	source := locked(s, func() *message { return s.anyMessage(m) })
	if source == nil {
		return nil, fmt.Errorf("message %s is not there any more", m.ID)
	}
	i.Channel = m.Channel
	return s.ask(ctx, interactButton, i, data, source)
}

// anyMessage also finds messages that only their reader sees.
func (s *Server) anyMessage(m Message) *message {
	if found := s.must(m.Channel).find(m.ID); found != nil {
		return found
	}
	for _, in := range s.people.inOrder {
		for _, o := range append(in.followups[:len(in.followups):len(in.followups)], in.original) {
			if o != nil && !o.deleted && formatID(o.id) == m.ID {
				return o
			}
		}
	}
	return nil
}

// Submit fills in the form of an answer. values holds the inputs by custom_id; what
// is left out keeps what the form says. A form that was opened by a button may be
// answered in the message that has it.
func (s *Server) Submit(ctx context.Context, a *Answer, values map[string]string, i Interaction) (*Answer, error) {
	data, err := formData(a.Modal, values)
	if err != nil {
		return nil, err
	}
	source := locked(s, func() *message {
		if in := s.people.byID[a.ID]; in != nil {
			return in.source
		}
		return nil
	})
	return s.ask(ctx, interactForm, i, data, source)
}

// UseOnMessage picks the entry named i.Name from the menu of a message.
func (s *Server) UseOnMessage(ctx context.Context, in, id string, i Interaction) (*Answer, error) {
	def := locked(s, func() *commandDef { return s.command(i.Name, kindMessage) })
	m := locked(s, func() *message { return s.must(in).find(id) })
	if def == nil || m == nil {
		return nil, fmt.Errorf("no message command %q or no message %s", i.Name, id)
	}
	shown := decodeFields(m.json(false))
	maps.Copy(shown, m.body.fields()) // the target shows its text without any intent
	data := map[string]any{
		"id": def.ID, "name": def.Name, "type": kindMessage, "target_id": id,
		"resolved": map[string]any{"messages": map[string]any{id: shown}},
	}
	i.Channel = in
	return s.ask(ctx, interactCommand, i, data, nil)
}

// Replay sends the event of an interaction again, as a gateway may after a
// RESUME.
func (s *Server) Replay(a *Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.people.byID[a.ID]
	s.dispatch("INTERACTION_CREATE", in.channel.Guild, in.event, in)
}

// Start does what Command does without waiting. Await waits for the answer.
func (s *Server) Start(i Interaction) (id string, err error) {
	data, err := s.commandData(i, "")
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.send(interactCommand, i, data, nil).id, nil
}

func (s *Server) ask(ctx context.Context, kind int, i Interaction, data map[string]any, source *message) (*Answer, error) {
	in := locked(s, func() *interaction { return s.send(kind, i, data, source) })
	return s.Await(ctx, in.id)
}

// Await waits for the answer to an interaction: three seconds for the first
// callback, as long as ctx allows for what fills a deferral.
func (s *Server) Await(ctx context.Context, id string) (*Answer, error) {
	in := locked(s, func() *interaction { return s.people.byID[id] })
	soon, cancel := context.WithTimeout(ctx, callbackDeadline)
	defer cancel()
	if err := s.await(soon, func() bool { return in.callback != 0 }); err != nil {
		if soon.Err() != nil && ctx.Err() == nil {
			err = ErrNoAnswer
		}
		return nil, fmt.Errorf("interaction %s: %w", id, err)
	}
	if err := s.await(ctx, func() bool { return !in.thinking }); err != nil {
		return s.Answer(id), fmt.Errorf("interaction %s was deferred and never answered: %w", id, err)
	}
	return s.Answer(id), nil
}

// Answer returns the answer to an interaction as it is now.
func (s *Server) Answer(id string) *Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.people.byID[id].answer()
}

// WaitAnswer waits until an answer looks as met wants it.
func (s *Server) WaitAnswer(ctx context.Context, id string, met func(*Answer) bool) (*Answer, error) {
	err := s.await(ctx, func() bool { return met(s.people.byID[id].answer()) })
	return s.Answer(id), err
}

func (in *interaction) answer() *Answer {
	a := &Answer{
		ID: in.id, Type: in.callback, Latency: in.latency, Ephemeral: in.ephemeral,
		Deferred: in.callback == callbackDefer || in.callback == callbackDeferUpdate,
		Choices:  in.choices, Modal: in.modal, Repeats: in.repeats,
	}
	if in.original != nil {
		a.Message = in.original.view()
	}
	for _, m := range in.followups {
		a.Followups = append(a.Followups, m.view())
	}
	return a
}

// Latencies returns the time from event to first callback of every answered
// interaction, in the order they were begun.
func (s *Server) Latencies() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []time.Duration
	for _, in := range s.people.inOrder {
		if in.callback != 0 {
			all = append(all, in.latency)
		}
	}
	return all
}
