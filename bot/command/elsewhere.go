package command

import (
	"context"
	"errors"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// channelArg names another channel of the workspace, for which a command is given.
const channelArg = "channel"

// placeArgs are the options of a subscription that are about where it arrives.
func placeArgs() []bot.Arg {
	return []bot.Arg{
		{Name: channelArg, Summary: "Another channel here that you manage; this one when left out", Place: true, MaxLength: 100},
	}
}

// elsewhere is the request as if it had been given in the channel that its option names,
// by the same person. It is r itself where none is named, or this one. Errors are those of
// bot.Elsewhere.
func (r request) elsewhere(ctx context.Context) (request, error) {
	named := strings.TrimSpace(r.get(channelArg))
	if named == "" {
		return r, nil
	}
	there, ok := r.Asker.(bot.Elsewhere)
	if !ok {
		return r, stories.Errorf(stories.CodeInvalid, "Another channel cannot be named here; nothing was changed. Use the command in the channel it is for.")
	}
	where, name, asker, err := there.At(ctx, named)
	if err != nil || where == r.Where {
		return r, err
	}
	r.Where, r.Lane, r.Asker, r.Direct, r.away = where, stories.LaneTo(r.Lane, where), asker, false, name
	return r, nil
}

// ofThere says of a refusal which channel it is about, where that is another.
func (r request) ofThere(err error) error {
	refusal := (*stories.Error)(nil)
	if r.away == "" || !errors.As(err, &refusal) || refusal.Code != stories.CodeForbidden && refusal.Code != stories.CodeUnavailable {
		return err
	}
	there := *refusal
	there.Message = "In " + r.away + ": " + refusal.Message
	return &there
}

// awayIn is where commands can be typed that are about the other channel: in a forum itself
// they cannot.
func (r request) awayIn() string {
	if at, is := r.Asker.(bot.Forums); is && at.Forum() {
		return "a post of " + r.away
	}
	return r.away
}

// unpressed takes out of an answer that is about another channel all that would be pressed
// here, where nothing could be done about that channel.
func (r request) unpressed(reply bot.Reply) bot.Reply {
	if r.away == "" {
		return reply
	}
	reply.Message.Buttons = nil
	reply.Message.Blocks = slices.Clone(reply.Message.Blocks)
	for i := range reply.Message.Blocks {
		reply.Message.Blocks[i].Button = nil
	}
	return reply
}

// offThere takes out of an answer what could only be pressed in the channel that it is
// about, where it is given in another.
func (r request) offThere(m bot.Message) bot.Message {
	if r.away == "" || len(m.Buttons) == 0 {
		return m
	}
	m.Buttons = nil
	m.Blocks = append(m.Blocks[:len(m.Blocks):len(m.Blocks)], small(bot.Code("/subscriptions"), bot.Text(" in "+r.awayIn()+" shows it, with buttons.")))
	return m
}
