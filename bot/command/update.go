package command

import (
	"context"
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
	if stories.CodeOf(err) == stories.CodeConfirm {
		reply, askErr := m.question(ctx, r, err.Error(), answer{"Post again", r.values.with("again", "yes")})
		if askErr != nil {
			return bot.Reply{}, askErr
		}
		reply.Message.Blocks = append(reply.Message.Blocks, small(bot.Text("Or type the command again with "), bot.Code("again:yes"), bot.Text(" before the text.")))
		return reply, nil
	}
	return reply, err
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
	a := stories.Append{Slug: r.get("story"), Text: r.get("text"), Again: r.get("again") != ""}
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
		reply.Live = m.live(said, progress)
	}
	return reply, nil
}

// live follows the deliveries of a published update until none is on its way.
func (m *Mux) live(said published, first stories.Progress) func(context.Context) (bot.Message, bool, error) {
	began := m.stories.Now()
	return func(ctx context.Context) (bot.Message, bool, error) {
		p, err := m.stories.Progress(ctx, said.update.ID)
		if err != nil {
			return bot.Message{}, false, err
		}
		left := bot.TimeLeft(first.Waiting-p.Waiting, p.Waiting, m.stories.Now().Sub(began))
		return said.message(p, left), p.Done(), nil
	}
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
	m := bot.Message{Blocks: []bot.Block{bot.Para(spans...)}, Tone: bot.Success}
	if p.Total == 0 {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text("In a channel that should have its updates: "), bot.Code("/subscribe "+s.story.Slug)))
		return m
	}
	if p.Waiting < p.Total {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text(bot.ProgressWords(p, left))))
	}
	return m
}

func (s published) sentence(channels int) string {
	what := fmt.Sprintf("Published update %d of %s, %s", s.update.Number, s.story.Slug, s.update.Level)
	if channels == 0 {
		return what + ". No channel follows it yet."
	}
	return fmt.Sprintf("%s, to %s.", what, plural(channels, "channel"))
}
