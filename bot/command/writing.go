package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// writing writes updates.
type writing struct {
	now        func() time.Time
	schedule   Schedule
	undo       time.Duration
	zone       *time.Location
	archive    Archive
	publisher  Publisher
	finding    *finding
	publishing *publishing
	questions  *questions
	scheduling *scheduling
}

// update publishes an update of a story.
func (m *writing) update(ctx context.Context, r request) (bot.Reply, error) {
	a, err := m.readAppend(r)
	if unclear := (*unclearTime)(nil); errors.As(err, &unclear) {
		if _, err := m.finding.openStory(ctx, a.Slug); err != nil {
			return bot.Reply{}, err // whichever time is meant
		}
		return m.askWhichTime(ctx, r, unclear)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	reply, err := m.publishOrSchedule(ctx, r, a)
	if repeat := (*stories.Error)(nil); errors.As(err, &repeat) && repeat.Code == stories.CodeConfirm {
		return m.askAgain(ctx, r, a, repeat)
	}
	return reply, err
}

// askAgain asks whether an update is meant that repeats another, and shows which.
func (m *writing) askAgain(ctx context.Context, r request, a stories.Append, repeat *stories.Error) (bot.Reply, error) {
	reply, err := m.questions.question(ctx, r, repeat.Message, answer{"Post it anyway", r.values.with("again", "yes")})
	if err != nil || repeat.Like == nil {
		return reply, err
	}
	like := *repeat.Like
	if like.Number == 0 { // it waits for its time
		reply.Message.Blocks = []bot.Block{
			bot.Para(bot.Text("What says the same waits to go out, written "), bot.Span{Time: like.CreatedAt, Relative: true}, bot.Text(fmt.Sprintf(": “%s”", excerpt(like.Text)))),
			bot.Para(bot.Text("Nothing was published. Post it anyway?")),
			small(bot.Code("/desk scheduled"), bot.Text(" lists what goes out later.")),
		}
		return reply, nil
	}
	story, err := m.archive.StoryByID(ctx, like.StoryID)
	if err != nil {
		return bot.Reply{}, err
	}
	reply.Message.Blocks = []bot.Block{
		bot.Para(bot.Text(fmt.Sprintf("Update %d of %s, published ", like.Number, story.Slug)), bot.Span{Time: like.CreatedAt, Relative: true},
			bot.Text(fmt.Sprintf(", says %s the same: “%s”", stories.Nearly(like.Text, a.Text), excerpt(like.Text)))),
		bot.Para(bot.Text("Nothing was published. Post it anyway?")),
		small(bot.Text("Or type the command again with "), bot.Code("again:yes"), bot.Text(" before the text.")),
	}
	reply.Message.Buttons = append(reply.Message.Buttons, bot.ReadButton(fmt.Sprintf("Show update %d", like.Number), like))
	return reply, nil
}

// quotedUnits is how much of an update's text an answer about it quotes, in UTF-16
// units.
const quotedUnits = 200

// excerpt is the beginning of a text on one line.
func excerpt(text string) string {
	head, _ := bot.Cut(bot.OneLine(text), quotedUnits)
	return head
}

// verifyUpdate refuses an update that Append would refuse whatever is there.
func (m *writing) verifyUpdate(ctx context.Context, r request) error {
	a, err := m.readAppend(r)
	if unclear := (*unclearTime)(nil); errors.As(err, &unclear) {
		return nil // it is asked about, next
	}
	if err != nil {
		return err
	}
	return m.verifyAppend(ctx, a)
}

// readAppend reads the update that the request asks for.
func (m *writing) readAppend(r request) (stories.Append, error) {
	a := stories.Append{Slug: r.get("story"), Text: r.get("text"), Again: r.get("again") != "", Unverified: r.get("unverified") != ""}
	var err error
	if a.Sources, err = r.sources(); err != nil {
		return a, err
	}
	if a.Picture, err = r.picture(); err != nil {
		return a, err
	}
	if typed := r.get("level"); typed != "" {
		if a.Level, err = stories.ParseLevel(typed); err != nil {
			return a, err
		}
	}
	if typed := r.get("at"); typed != "" {
		if a.At, err = parseTime(typed, m.questions.typedAt(r), m.zone); err != nil {
			return a, err
		}
	}
	return a, nil
}

// outcome is Success unless p has ended otherwise somewhere.
func outcome(p stories.Progress) bot.Tone {
	if p.Held+p.Failed+p.Unknown > 0 {
		return bot.Neutral
	}
	return bot.Success
}
