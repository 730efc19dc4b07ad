package command

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// scheduling shows what waits for its time, and decides about it.
type scheduling struct {
	log        *slog.Logger
	now        func() time.Time
	schedule   Schedule
	zone       *time.Location
	health     Health
	publishing *publishing
}

// publishOrSchedule publishes what a asks for, or keeps it: until its time where that
// lies ahead, for as long as its author may take it back where the newsroom has that.
func (m *writing) publishOrSchedule(ctx context.Context, r request, a stories.Append) (bot.Reply, error) {
	now, dated := m.now(), !a.At.IsZero()
	if dated || m.undo > 0 {
		// The same command may come again when its time means something else.
		made, scheduled, published, err := m.schedule.Added(ctx, r.Key)
		switch {
		case err != nil:
			return bot.Reply{}, err
		case scheduled:
			return m.scheduledBefore(ctx, r, made.ID, dated)
		case published:
			a.At = time.Time{} // what it did is what is answered
			return m.publishing.publish(ctx, r.act(), a, dated)
		}
	}
	switch {
	case a.At.After(now):
		due := a.At
		a.At = time.Time{}
		made, err := m.schedule.Add(ctx, r.act(), a, due, false)
		if err != nil {
			return bot.Reply{}, err
		}
		return bot.Reply{Message: m.scheduling.scheduledMessage(made, made.Update.CreatedAt)}, nil
	case m.undo > 0:
		made, err := m.schedule.Add(ctx, r.act(), a, now.Add(m.undo), true)
		if err != nil {
			return bot.Reply{}, err
		}
		return m.undoable(r, made, dated), nil
	}
	return m.publishing.publish(ctx, r.act(), a, dated)
}

// scheduledBefore answers a command that comes again: its update is scheduled.
func (m *writing) scheduledBefore(ctx context.Context, r request, id int64, dated bool) (bot.Reply, error) {
	s, err := m.schedule.One(ctx, r.User, id)
	if err == nil && s.Undo && s.State == stories.ScheduleWaiting {
		return m.undoable(r, s, dated), nil
	}
	return m.scheduling.showScheduled(ctx, r, id)
}

// verifyAppend refuses an update that would be refused whatever is there.
func (m *writing) verifyAppend(ctx context.Context, a stories.Append) error {
	if a.At.After(m.now()) {
		due := a.At
		a.At = time.Time{}
		return m.schedule.CheckAdd(ctx, a, due)
	}
	return m.publisher.CheckAppend(ctx, a)
}

// askWhichTime asks which moment is meant where clocks skip a time or show it twice.
func (m *writing) askWhichTime(ctx context.Context, r request, unclear *unclearTime) (bot.Reply, error) {
	answers := make([]answer, len(unclear.meant))
	form := "15:04 "
	if first, last := unclear.meant[0], unclear.meant[len(unclear.meant)-1]; first.Day() != last.Day() { // clocks change at midnight
		form = "2 January, 15:04 "
	}
	for i, t := range unclear.meant {
		answers[i] = answer{t.Format(form) + zoneOf(t), r.values.with("at", t.Format(time.RFC3339))}
	}
	return m.questions.question(ctx, r, unclear.Error()+" Nothing was published. Which is meant?", answers...)
}

// undoable is the answer while an update can be taken back: it is followed until it
// has gone out and is delivered.
func (m *writing) undoable(r request, made stories.Scheduled, dated bool) bot.Reply {
	now := func(ctx context.Context) (bot.Message, stories.Progress, error) {
		s, err := m.schedule.One(ctx, r.User, made.ID)
		if err != nil {
			return bot.Message{}, stories.Progress{}, err
		}
		switch {
		case s.State == stories.ScheduleWaiting:
			return m.scheduling.undoStanding(ctx, s), stories.Progress{Waiting: 1}, nil // it has yet to be planned
		case s.State != stories.SchedulePublished:
			return m.scheduling.scheduledMessage(s, m.now()), stories.Progress{}, nil
		}
		p, err := m.publisher.Progress(ctx, s.Update.ID)
		return asItStands(ctx, published{story: s.Story, update: s.Update, dated: dated, zone: m.zone}.message(p, 0), p.Done(), 0, m.now()), p, err
	}
	reply := bot.Reply{Message: m.scheduling.undoMessage(made)}
	reply.Live = func(ctx context.Context) (bot.Message, bool, error) {
		msg, p, err := now(ctx)
		return msg, p.Done(), err
	}
	reply.Ending = func(ctx context.Context) (bot.Message, error) {
		s, err := m.schedule.One(ctx, r.User, made.ID)
		if err == nil && s.EndedBy.Ref == r.User.Ref {
			return bot.Message{}, nil // who pressed a button has its answer
		}
		msg, _, err := now(ctx)
		return msg, err
	}
	return reply
}

// undoMessage is an update that its author may still take back.
func (m *scheduling) undoMessage(s stories.Scheduled) bot.Message {
	return m.undoDue(s, m.dueWords(s.Due))
}

// undoStanding is undoMessage as it stands later: where it stays as it is, it names the
// moment itself.
func (m *scheduling) undoStanding(ctx context.Context, s stories.Scheduled) bot.Message {
	due := m.dueWords(s.Due)
	if bot.PartingOf(ctx) != bot.NotParting {
		due = "on " + inZone(s.Due, m.zone)
	}
	return asItStands(ctx, m.undoDue(s, due), false, s.Due.Sub(m.now()), m.now())
}

func (m *scheduling) undoDue(s stories.Scheduled, due string) bot.Message {
	what := fmt.Sprintf(": update of %s, %s.", s.Story.Slug, s.Update.Level)
	msg := bot.Message{Blocks: append([]bot.Block{bot.Para(bot.Bold("Goes out "+due), bot.Text(what))}, m.contents(s)...)}
	msg.Buttons = []bot.Button{bot.NewButton("Undo", bot.ActionCancel, s.ID), bot.NewButton("Publish now", bot.ActionPublish, s.ID)}
	msg.Buttons = withWhole(msg.Buttons, s)
	return msg
}

// dueWords is when something is due, seen from now.
func (m *scheduling) dueWords(due time.Time) string {
	if ahead := due.Sub(m.now()); ahead > 0 {
		return "in " + bot.Roughly((ahead + time.Second - 1).Truncate(time.Second)) // not yet in 9 s of 10
	}
	return "now"
}

// contents is what a scheduled update says, as much of it as an answer holds; its
// button opens all of it.
func (m *scheduling) contents(s stories.Scheduled) []bot.Block {
	blocks := []bot.Block{quoteOf(s.Update.Text)}
	more := bot.SchedulePrint(s)
	if !s.Update.At.IsZero() && s.State != stories.SchedulePublished {
		more = append(more, "dated "+inZone(s.Update.At, m.zone))
	}
	if len(more) > 0 {
		blocks = append(blocks, small(bot.Text(strings.Join(more, " · "))))
	}
	return blocks
}

// scheduledRoom is how much of its text a scheduled update shows, in Room units.
const scheduledRoom = 1000

// quoteOf quotes the beginning of a text.
func quoteOf(text string) bot.Block {
	head, cut := bot.CutToRoom(bot.Clean(text), scheduledRoom)
	if cut {
		head += " …"
	}
	return bot.Block{Kind: bot.Quote, Spans: []bot.Span{bot.Text(head)}}
}

// withWhole is buttons and, where contents leaves something out, the one that shows it.
func withWhole(buttons []bot.Button, s stories.Scheduled) []bot.Button {
	return bot.WithWhole(buttons, s, quoteOf(s.Update.Text).Spans[0].Text)
}

// scheduledMessage is one scheduled update: when it goes out, what it says, and what
// can be done about it.
func (m *scheduling) scheduledMessage(s stories.Scheduled, now time.Time) bot.Message {
	if !s.Open() {
		return m.scheduledEnd(s)
	}
	var msg bot.Message
	what := fmt.Sprintf("update of %s, %s", s.Story.Slug, s.Update.Level)
	when := inZone(s.Due, m.zone)
	switch {
	case s.Asked():
		msg.Blocks = append(msg.Blocks, bot.Para(bot.Bold("Not published: "), bot.Text(fmt.Sprintf("%s, due on %s. %s", what, when, bot.OverdueWords(s)))))
	case s.Due.After(now):
		msg.Blocks = append(msg.Blocks, bot.Para(bot.Bold("Scheduled for "+when), bot.Text(fmt.Sprintf(", in %s: %s. Nothing is published before.", bot.Roughly(max(time.Second, s.Due.Sub(now))), what))))
	default:
		msg.Blocks = append(msg.Blocks, bot.Para(bot.Bold("Due since "+when), bot.Text(": "+what+". It is being published.")))
	}
	msg.Blocks = append(msg.Blocks, m.contents(s)...)
	msg.Blocks = append(msg.Blocks, small(bot.Text("Written by "+bot.UserName(s.Update.Author)+", "), ago(s.Update.CreatedAt, now)))
	if !s.Asked() && s.Story.State == stories.Closed {
		msg.Blocks = append(msg.Blocks, bot.Para(bot.Text(s.Story.Slug+" is closed: when it still is then, the desk is asked what becomes of this.")))
	}
	msg.Buttons = withWhole(bot.ScheduledButtons(s), s)
	return msg
}

// scheduledEnd says what became of one that is not open any more.
func (m *scheduling) scheduledEnd(s stories.Scheduled) bot.Message {
	msg := bot.Message{Blocks: append([]bot.Block{bot.Para(bot.Text(bot.ScheduledEnd(s)))}, m.contents(s)...)}
	if s.State == stories.SchedulePublished {
		msg.Buttons = []bot.Button{bot.NewButton("Timeline", bot.ActionTimeline, s.Story.ID)}
	} else {
		msg.Buttons = withWhole(bot.EndedButtons(s), s)
	}
	return msg
}
