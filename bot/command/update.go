package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// update publishes an update of a story.
func (m *Mux) update(ctx context.Context, r request) (bot.Reply, error) {
	a, err := m.readAppend(r)
	if err != nil {
		return bot.Reply{}, err
	}
	reply, err := m.publish(ctx, r.act(), a)
	if repeat := (*stories.Error)(nil); errors.As(err, &repeat) && repeat.Code == stories.CodeConfirm {
		return m.askAgain(ctx, r, a, repeat)
	}
	return reply, err
}

// askAgain asks whether an update is meant that repeats another, and shows which.
func (m *Mux) askAgain(ctx context.Context, r request, a stories.Append, repeat *stories.Error) (bot.Reply, error) {
	reply, err := m.question(ctx, r, repeat.Message, answer{"Post it anyway", r.values.with("again", "yes")})
	if err != nil || repeat.Like == nil {
		return reply, err
	}
	like := *repeat.Like
	story, err := m.stories.StoryByID(ctx, like.StoryID)
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
func (m *Mux) verifyUpdate(ctx context.Context, r request) error {
	a, err := m.readAppend(r)
	if err != nil {
		return err
	}
	return m.stories.CheckAppend(ctx, a)
}

// readAppend reads the update that the request asks for.
func (m *Mux) readAppend(r request) (stories.Append, error) {
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
		if a.At, err = parseTime(typed, m.stories.Now()); err != nil {
			return a, err
		}
	}
	return a, nil
}

// publish appends a and says where it goes.
func (m *Mux) publish(ctx context.Context, act stories.Act, a stories.Append) (bot.Reply, error) {
	story, u, progress, err := m.stories.Append(ctx, act, a)
	if err != nil {
		return bot.Reply{}, err
	}
	said := published{story: story, update: u, dated: !a.At.IsZero()}
	reply := bot.Reply{Message: said.message(progress, 0)}
	if progress.Total > 0 {
		began := m.stories.Now()
		now := func(ctx context.Context) (stories.Progress, time.Duration, error) {
			p, err := m.stories.Progress(ctx, u.ID)
			return p, bot.TimeLeft(progress.Waiting-p.Waiting, p.Waiting, m.stories.Now().Sub(began)), err
		}
		reply.Live = func(ctx context.Context) (bot.Message, bool, error) {
			p, left, err := now(ctx)
			return said.message(p, left), p.Done(), err
		}
		reply.Ending = func(ctx context.Context) (bot.Message, error) {
			p, left, err := now(ctx)
			return said.ending(p, left), err
		}
	}
	return reply, nil
}

// published is an update as its author is told of it.
type published struct {
	story  stories.Story
	update stories.Update
	dated  bool // its time was given
}

// message is what the author reads while p of the deliveries stand so.
func (s published) message(p stories.Progress, left time.Duration) bot.Message {
	spans := []bot.Span{bot.Text(s.sentence(p.Total))}
	if s.dated {
		spans = append(spans, bot.Text(" Dated "+bot.PlainTime(s.update.At, false)+"."))
	}
	m := bot.Message{Tone: outcome(p), Blocks: []bot.Block{bot.Para(spans...), {Kind: bot.Quote, Spans: []bot.Span{bot.Text(excerpt(s.update.Text))}}}}
	if s.update.Marks.Standing == stories.Unverified {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text("Once it is checked: "), bot.Code(fmt.Sprintf("/desk release %s %d", s.story.Slug, s.update.Number))))
	}
	if p.Total == 0 {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text("In a channel that should have its updates: "), bot.Code("/subscribe "+s.story.Slug)))
		return m
	}
	if p.Waiting < p.Total {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text(bot.ProgressWords(p, left))))
	}
	return m
}

// ending is what the author reads of p where it is a message of its own.
func (s published) ending(p stories.Progress, left time.Duration) bot.Message {
	return bot.Message{Tone: outcome(p), Blocks: []bot.Block{bot.Para(
		bot.Bold(fmt.Sprintf("%s, update %d, %s: ", s.story.Slug, s.update.Number, s.update.Level)), bot.Text(bot.ProgressWords(p, left)))}}
}

// outcome is Success unless p has ended otherwise somewhere.
func outcome(p stories.Progress) bot.Tone {
	if p.Held+p.Failed+p.Unknown > 0 {
		return bot.Neutral
	}
	return bot.Success
}

func (s published) sentence(channels int) string {
	what := fmt.Sprintf("Published update %d of %s, %s", s.update.Number, s.story.Slug, s.update.Level)
	if s.update.Marks.Standing == stories.Unverified {
		what += ", unverified"
	}
	if channels == 0 {
		return what + ". No channel follows it yet."
	}
	return fmt.Sprintf("%s, to %s.", what, plural(channels, "channel"))
}
