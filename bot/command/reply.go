package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"storybot/bot"
	"storybot/stories"
)

// refusing puts errors into words.
type refusing struct {
	log     *slog.Logger
	archive Archive
	guard   *guard
	manual  *manual
}

// misuse is a command that was not written as it must be: the answer is what
// is wrong, the usage and an example.
type misuse struct {
	command *command
	message string // "" for a command without any argument
}

func (e *misuse) Error() string { return e.message }

// inWords says that err tells a person what they can mend, not that something of
// ours failed.
func inWords(err error) bool {
	if wrong := (*misuse)(nil); errors.As(err, &wrong) {
		return true
	}
	code := stories.CodeOf(err)
	return code != stories.CodeInternal && code != stories.CodeUnavailable
}

// refuse makes the answer of an error. It is the only place where errors are
// put into words and where they are logged.
func (m *refusing) refuse(ctx context.Context, c bot.Command, err error) bot.Reply {
	if wrong := (*misuse)(nil); errors.As(err, &wrong) {
		return withText(wrong.reply(m.manual.form(c.Where)), err, 0)
	}
	refusal := (*stories.Error)(nil)
	known := errors.As(err, &refusal)
	switch {
	case known && refusal.Code == stories.CodeForbidden && refusal.Message == stories.NoModerator:
		return refused(m.guard.noModerator(c))
	case known && refusal.Code == stories.CodeUnavailable:
		m.log.Warn("command refused for now", "asked", bot.Describe(c.Input), "platform", c.Where.Platform, "err", err)
		return withText(refusedNow(refusal), err, 0)
	case known && refusal.Code != stories.CodeInternal && refusal.Message != "":
		return m.refuseNear(ctx, err, refusal)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		m.log.Warn("command ran out of time", "asked", bot.Describe(c.Input), "platform", c.Where.Platform, "err", err)
		return withText(refused("This took too long and was given up. Look whether it was done before you try again."), err, 0)
	}
	id := bot.FaultID()
	m.log.Error("command failed", "fault", id, "asked", bot.Describe(c.Input), "platform", c.Where.Platform, "key", c.Key, "err", err)
	return withText(bot.Faulty(id), err, 0)
}

// refusePanic makes the answer of a handler that panicked.
func (m *refusing) refusePanic(c bot.Command, cause any) bot.Reply {
	id := bot.FaultID()
	m.log.Error("command panicked", "fault", id, "asked", bot.Describe(c.Input), "platform", c.Where.Platform, "key", c.Key,
		"panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
	return bot.Faulty(id)
}

// refusedNow is the answer of a database that cannot be used now, in its own
// words. A connection lost while it recorded leaves open whether it did.
func refusedNow(refusal *stories.Error) bot.Reply {
	if errors.Is(refusal, stories.ErrUnsure) {
		return refused(refusal.Message + " It was lost in the middle of recording this. Look whether it was done before you try again.")
	}
	return refused(refusal.Message + " Nothing was changed. Try again in a minute.")
}

// refused is the answer that nothing was changed, and why.
func refused(message string) bot.Reply {
	m := bot.Plainly(bot.Clean(message))
	m.Tone = bot.Refusal
	return bot.Reply{Message: m, Failed: true}
}

// maxNear is how many stories a refusal offers instead.
const maxNear = 3

// withNear adds the stories that may have been meant or, when none resembles, the
// newest, each a row that opens it.
func (m *refusing) withNear(ctx context.Context, reply bot.Reply, refusal *stories.Error) bot.Reply {
	var found []stories.Story
	for _, slug := range refusal.Near[:min(len(refusal.Near), maxNear)] {
		if story, err := m.archive.Story(ctx, slug); err == nil { // the answer is the refusal, with or without this offer
			found = append(found, story)
		}
	}
	if len(found) == 0 {
		return reply
	}
	intro := "Did you mean:"
	if refusal.Newest {
		intro = "The newest:"
	}
	reply.Message.Blocks = append(append(reply.Message.Blocks, heading(intro)), storyRows(found, answerRoom-roomOf(reply.Message.Blocks...))...)
	return reply
}

// openButton shows a story.
func openButton(story stories.Story) bot.Button {
	return bot.NewButton(story.Slug, bot.ActionOpen, story.ID)
}

// done is the answer that something was done, in one sentence and perhaps more.
func done(sentence string, more ...bot.Block) bot.Reply {
	m := bot.Message{Blocks: append([]bot.Block{bot.Para(bot.Text(sentence))}, more...), Tone: bot.Success}
	return bot.Reply{Message: m}
}

// small is a line of small print.
func small(spans ...bot.Span) bot.Block { return bot.Block{Kind: bot.Small, Spans: spans} }

// item is an entry of a list.
func item(spans ...bot.Span) bot.Block { return bot.Block{Kind: bot.Item, Spans: spans} }

// heading is a bold line over what follows.
func heading(s string) bot.Block { return bot.Block{Kind: bot.Heading, Spans: []bot.Span{bot.Text(s)}} }
