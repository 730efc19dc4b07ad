package command

import (
	"context"
	"errors"

	"storybot/bot"
	"storybot/stories"
)

// unposted is an error of a command whose text was not published: no client gives back
// what was typed, so the refusal does.
type unposted struct {
	error
	text string
}

// Unwrap returns why it was not.
func (u unposted) Unwrap() error { return u.error }

// keepText has the refusal that err becomes quote what r was to publish. What no update
// can hold, or who may not publish, gets nothing back.
func (r request) keepText(err error) error {
	free, ok := r.command.free()
	if err == nil || !ok || free.Name != lastWordArg.Name || stories.CheckUpdateText(r.get(free.Name)) != nil || stories.CodeOf(err) == stories.CodeForbidden {
		return err
	}
	return unposted{err, r.get(free.Name)}
}

// nearRoom is what is left beside a text that is given back for the stories that may
// have been meant, in Room units.
const nearRoom = 700

// withText adds to a refusal the text that was not published, as much as there is room
// for.
func withText(reply bot.Reply, err error) bot.Reply {
	kept := unposted{}
	if !errors.As(err, &kept) {
		return reply
	}
	return quoting(reply, kept.text)
}

// quoting is reply with a text below it that is not to be lost.
func quoting(reply bot.Reply, text string) bot.Reply {
	head, cut := bot.CutToRoom(bot.Clean(text), answerRoom-nearRoom-roomOf(reply.Message.Blocks...))
	if cut {
		head += " …"
	}
	reply.Message.Blocks = append(reply.Message.Blocks, bot.Block{Kind: bot.Quote, Spans: []bot.Span{bot.Text(head)}})
	return reply
}

// tooOld refuses the answer to a question that was asked too long ago, with the text
// that waited for it.
func (m *questions) tooOld(q question, said string) bot.Reply {
	reply := refused(said)
	entry := m.manual.named(q.Command)
	if len(q.Answers) == 0 || entry == nil {
		return reply
	}
	r := request{command: entry, values: q.Given.and(q.Answers[0])}
	return withText(reply, r.keepText(stories.Errorf(stories.CodeInvalid, "%s", said)))
}

// refuseNear is a refusal with the text that was not published and the stories that may
// have been meant.
func (m *refusing) refuseNear(ctx context.Context, err error, refusal *stories.Error) bot.Reply {
	return m.withNear(ctx, withText(refused(refusal.Message), err), refusal)
}
