package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// publishing publishes updates and tells how that goes.
type publishing struct {
	now       func() time.Time
	zone      *time.Location
	publisher Publisher
}

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

// typedAt is when a command was typed: before the question that it is the answer to.
func (m *questions) typedAt(r request) time.Time {
	if r.typed.IsZero() {
		return m.now()
	}
	return r.typed
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
		return p, bot.TimeLeft(progress.Waiting-p.Waiting, p.Waiting, m.now().Sub(began)), err
	}
	reply.Live = func(ctx context.Context) (bot.Message, bool, error) {
		p, left, err := now(ctx)
		return said.message(p, left), p.Done(), err
	}
	reply.Ending = func(ctx context.Context) (bot.Message, error) {
		p, left, err := now(ctx)
		return said.ending(p, left), err
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

// outcome is Success unless p has ended otherwise somewhere.
func outcome(p stories.Progress) bot.Tone {
	if p.Held+p.Failed+p.Unknown > 0 {
		return bot.Neutral
	}
	return bot.Success
}

func (s published) sentence(p stories.Progress) string {
	what := fmt.Sprintf("Published update %d of %s, %s", s.update.Number, s.story.Slug, s.update.Level)
	if s.update.Marks.Standing == stories.Unverified {
		what += ", unverified"
	}
	if p.Total == 0 {
		return what + ". " + nobodyWords(p.Spared)
	}
	return fmt.Sprintf("%s, to %s.", what, bot.PlacesWords(p.Total, p.Direct))
}
