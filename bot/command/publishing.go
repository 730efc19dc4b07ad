package command

import (
	"context"
	"fmt"
	"storybot/bot"
	"storybot/stories"
	"time"
)

// publishing publishes updates and tells how that goes.
type publishing struct {
	now       func() time.Time
	zone      *time.Location
	publisher Publisher
}

// publish appends a and says where it goes; dated is that its time was given.
func (m *publishing) publish(ctx context.Context, act stories.Act, a stories.Append, dated bool) (bot.Reply, error) {
	story, u, progress, err := m.publisher.Append(ctx, act, a)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.progress(published{story: story, update: u, dated: dated, zone: m.zone}, progress), nil
}

// progress is the answer that follows an update's deliveries to their end.
func (m *publishing) progress(said published, progress stories.Progress) bot.Reply {
	reply := bot.Reply{Message: said.message(progress, 0)}
	if progress.Total == 0 {
		return reply
	}
	began := m.now()
	now := func(ctx context.Context) (stories.Progress, time.Duration, error) {
		p, err := m.publisher.Progress(ctx, said.update.ID)
		return p, timeLeft(ctx, progress.Waiting-p.Waiting, p.Waiting, m.now().Sub(began)), err
	}
	reply.Live = func(ctx context.Context) (bot.Message, bool, error) {
		p, left, err := now(ctx)
		return asItStands(ctx, said.message(p, left), p.Done(), left, m.now()), p.Done(), err
	}
	reply.Ending = func(ctx context.Context) (bot.Message, error) {
		p, left, err := now(ctx)
		return asItStands(ctx, said.ending(p, left), p.Done(), left, m.now()), err
	}
	return reply
}

// published is an update as its author is told of it.
type published struct {
	story  stories.Story
	update stories.Update
	dated  bool // its time was given
	zone   *time.Location
}

// message is what the author reads while p of the deliveries stand so.
func (s published) message(p stories.Progress, left time.Duration) bot.Message {
	spans := []bot.Span{bot.Text(s.sentence(p))}
	if s.dated {
		spans = append(spans, bot.Text(" Dated "+inZone(s.update.At, s.zone)+"."))
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

func (s published) sentence(p stories.Progress) string {
	what := fmt.Sprintf("Published update %d of %s, %s", s.update.Number, s.story.Slug, s.update.Level)
	if s.update.Marks.Standing == stories.Unverified {
		what += ", unverified"
	}
	if p.Total == 0 {
		return what + ". " + nobodyWords(p.Spared)
	}
	return fmt.Sprintf("%s, to %s.", what, bot.RecipientsWords(stories.Recipients{Total: p.Total, Direct: p.Direct, Blocked: p.Held}))
}
