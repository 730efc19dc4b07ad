package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// scheduledPage is how many scheduled updates a page of the list shows.
const scheduledPage = 6

// publishOrSchedule publishes what a asks for, or keeps it: until its time where that
// lies ahead, for as long as its author may take it back where the newsroom has that.
func (m *Mux) publishOrSchedule(ctx context.Context, r request, a stories.Append) (bot.Reply, error) {
	now, dated := m.stories.Now(), !a.At.IsZero()
	if dated || m.config.Undo > 0 {
		// The same command may come again when its time means something else.
		made, scheduled, published, err := m.config.Schedule.Added(ctx, r.Key)
		switch {
		case err != nil:
			return bot.Reply{}, err
		case scheduled:
			return m.scheduledBefore(ctx, r, made.ID, dated)
		case published:
			a.At = time.Time{} // what it did is what is answered
			return m.publish(ctx, r.act(), a, dated)
		}
	}
	switch {
	case a.At.After(now):
		due := a.At
		a.At = time.Time{}
		made, err := m.config.Schedule.Add(ctx, r.act(), a, due, false)
		if err != nil {
			return bot.Reply{}, err
		}
		return bot.Reply{Message: m.scheduledMessage(made, made.Update.CreatedAt)}, nil
	case m.config.Undo > 0:
		made, err := m.config.Schedule.Add(ctx, r.act(), a, now.Add(m.config.Undo), true)
		if err != nil {
			return bot.Reply{}, err
		}
		return m.undoable(r, made, dated), nil
	}
	return m.publish(ctx, r.act(), a, dated)
}

// scheduledBefore answers a command that comes again: its update is scheduled.
func (m *Mux) scheduledBefore(ctx context.Context, r request, id int64, dated bool) (bot.Reply, error) {
	s, err := m.config.Schedule.One(ctx, r.User, id)
	if err == nil && s.Undo && s.State == stories.ScheduleWaiting {
		return m.undoable(r, s, dated), nil
	}
	return m.showScheduled(ctx, r, id)
}

// verifyAppend refuses an update that would be refused whatever is there.
func (m *Mux) verifyAppend(ctx context.Context, a stories.Append) error {
	if a.At.After(m.stories.Now()) {
		due := a.At
		a.At = time.Time{}
		return m.config.Schedule.CheckAdd(ctx, a, due)
	}
	return m.stories.CheckAppend(ctx, a)
}

// askWhichTime asks which moment is meant where clocks skip a time or show it twice.
func (m *Mux) askWhichTime(ctx context.Context, r request, unclear *unclearTime) (bot.Reply, error) {
	answers := make([]answer, len(unclear.meant))
	form := "15:04 "
	if first, last := unclear.meant[0], unclear.meant[len(unclear.meant)-1]; first.Day() != last.Day() { // clocks change at midnight
		form = "2 January, 15:04 "
	}
	for i, t := range unclear.meant {
		answers[i] = answer{t.Format(form) + zoneOf(t), r.values.with("at", t.Format(time.RFC3339))}
	}
	return m.question(ctx, r, unclear.Error()+" Nothing was published. Which is meant?", answers...)
}

// undoable is the answer while an update can be taken back: it is followed until it
// has gone out and is delivered.
func (m *Mux) undoable(r request, made stories.Scheduled, dated bool) bot.Reply {
	now := func(ctx context.Context) (bot.Message, stories.Progress, error) {
		s, err := m.config.Schedule.One(ctx, r.User, made.ID)
		if err != nil {
			return bot.Message{}, stories.Progress{}, err
		}
		switch {
		case s.State == stories.ScheduleWaiting:
			return m.undoMessage(s), stories.Progress{Waiting: 1}, nil // it has yet to be planned
		case s.State != stories.SchedulePublished:
			return m.scheduledMessage(s, m.stories.Now()), stories.Progress{}, nil
		}
		p, err := m.stories.Progress(ctx, s.Update.ID)
		return published{story: s.Story, update: s.Update, dated: dated, zone: m.config.Zone}.message(p, 0), p, err
	}
	reply := bot.Reply{Message: m.undoMessage(made)}
	reply.Live = func(ctx context.Context) (bot.Message, bool, error) {
		msg, p, err := now(ctx)
		return msg, p.Done(), err
	}
	reply.Ending = func(ctx context.Context) (bot.Message, error) {
		s, err := m.config.Schedule.One(ctx, r.User, made.ID)
		if err == nil && s.EndedBy.Ref == r.User.Ref {
			return bot.Message{}, nil // who pressed a button has its answer
		}
		msg, _, err := now(ctx)
		return msg, err
	}
	return reply
}

// undoMessage is an update that its author may still take back.
func (m *Mux) undoMessage(s stories.Scheduled) bot.Message {
	what := fmt.Sprintf(": update of %s, %s.", s.Story.Slug, s.Update.Level)
	msg := bot.Message{Blocks: append([]bot.Block{bot.Para(bot.Bold("Goes out "+m.dueWords(s.Due)), bot.Text(what))}, m.contents(s)...)}
	msg.Buttons = []bot.Button{bot.NewButton("Undo", bot.ActionCancel, s.ID), bot.NewButton("Publish now", bot.ActionPublish, s.ID), bot.WholeButton(s)}
	return msg
}

// dueWords is when something is due, seen from now.
func (m *Mux) dueWords(due time.Time) string {
	if ahead := due.Sub(m.stories.Now()); ahead > 0 {
		return "in " + bot.Roughly((ahead + time.Second - 1).Truncate(time.Second)) // not yet in 9 s of 10
	}
	return "now"
}

// contents is what a scheduled update says, as much of it as an answer holds; its
// button opens all of it.
func (m *Mux) contents(s stories.Scheduled) []bot.Block {
	blocks := []bot.Block{quoteOf(s.Update.Text)}
	var more []string
	if s.Update.Marks.Standing == stories.Unverified && s.State != stories.SchedulePublished {
		more = append(more, "unverified")
	}
	if n := len(s.Update.Sources); n > 0 {
		more = append(more, "with "+plural(n, "source"))
	}
	if s.Update.Picture.URL != "" {
		more = append(more, "with a picture")
	}
	if !s.Update.At.IsZero() && s.State != stories.SchedulePublished {
		more = append(more, "dated "+inZone(s.Update.At, m.config.Zone))
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

// scheduledMessage is one scheduled update: when it goes out, what it says, and what
// can be done about it.
func (m *Mux) scheduledMessage(s stories.Scheduled, now time.Time) bot.Message {
	if !s.Open() {
		return m.scheduledEnd(s)
	}
	var msg bot.Message
	what := fmt.Sprintf("update of %s, %s", s.Story.Slug, s.Update.Level)
	when := inZone(s.Due, m.config.Zone)
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
	msg.Buttons = append(bot.ScheduledButtons(s), bot.WholeButton(s))
	return msg
}

// scheduledEnd says what became of one that is not open any more.
func (m *Mux) scheduledEnd(s stories.Scheduled) bot.Message {
	msg := bot.Message{Blocks: append([]bot.Block{bot.Para(bot.Text(bot.ScheduledEnd(s)))}, m.contents(s)...)}
	if s.State == stories.SchedulePublished {
		msg.Buttons = []bot.Button{bot.NewButton("Timeline", bot.ActionTimeline, s.Story.ID)}
	} else {
		msg.Buttons = []bot.Button{bot.WholeButton(s)}
	}
	return msg
}

// scheduled lists what waits for its time.
func (m *Mux) scheduled(ctx context.Context, r request) (bot.Reply, error) {
	return m.scheduledFrom(ctx, r, 0)
}

// scheduledFrom is the list from one on.
func (m *Mux) scheduledFrom(ctx context.Context, r request, offset int) (bot.Reply, error) {
	open, total, err := m.config.Schedule.Open(ctx, r.User, offset, scheduledPage)
	if err != nil {
		return bot.Reply{}, err
	}
	switch {
	case total == 0:
		return bot.Reply{Message: bot.Plainly("Nothing is scheduled. /update with at: and a time ahead schedules an update.")}, nil
	case len(open) == 0: // the last page is not there any more
		return m.scheduledFrom(ctx, r, (total-1)/scheduledPage*scheduledPage)
	case total == 1:
		return bot.Reply{Message: m.scheduledMessage(open[0], m.stories.Now())}, nil
	}
	msg := bot.Message{Title: "Scheduled"}
	if total > len(open) {
		msg.Title += " · " + rangeWords(offset+1, offset+len(open), total)
	}
	labels := map[string]int{}
	for _, s := range open {
		row := m.scheduledRow(s)
		if labels[row.Button.Label]++; labels[row.Button.Label] > 1 { // in a menu nothing else tells them apart
			row.Button.Label += fmt.Sprintf(" (%d)", labels[row.Button.Label])
		}
		msg.Blocks = append(msg.Blocks, row)
	}
	if offset > 0 {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Back", bot.ActionPlan, int64(max(0, offset-scheduledPage))))
	}
	if offset+len(open) < total {
		msg.Buttons = append(msg.Buttons, bot.NewButton("More", bot.ActionPlan, int64(offset+scheduledPage)))
	}
	return bot.Reply{Message: msg}, nil
}

// scheduledText is how much of its text a row shows, in Room units.
const scheduledText = 150

// scheduledRow is one of a list, which opens it.
func (m *Mux) scheduledRow(s stories.Scheduled) bot.Block {
	text, _ := bot.CutToRoom(bot.OneLine(s.Update.Text), scheduledText)
	row := item(bot.Bold(inZone(s.Due, m.config.Zone)), bot.Text(fmt.Sprintf(" · %s, %s", s.Story.Slug, s.Update.Level)))
	if s.Asked() {
		row.Spans = append(row.Spans, bot.Text(" · "+bot.OverdueWords(s)))
	}
	row.Spans = append(row.Spans, bot.Text("\n"+text+"\n"+bot.UserName(s.Update.Author)))
	due, when := s.Due.In(m.config.Zone), " 15:04"
	if due.Format(time.DateOnly) != m.stories.Now().In(m.config.Zone).Format(time.DateOnly) {
		when = " 2 Jan 15:04"
	}
	label, _ := bot.Cut(s.Story.Slug, bot.RowLabel-len(" 31 Dec 15:04")-len(" (6)"))
	open := bot.NewButton(label+due.Format(when), bot.ActionScheduled, s.ID)
	row.Button = &open
	return row
}

// showScheduled shows one as it stands.
func (m *Mux) showScheduled(ctx context.Context, r request, id int64) (bot.Reply, error) {
	s, err := m.config.Schedule.One(ctx, r.User, id)
	if stories.CodeOf(err) == stories.CodeNotFound {
		return bot.Reply{}, bot.ErrOldButton
	}
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Message: m.scheduledMessage(s, m.stories.Now())}, nil
}

// pressScheduled shows one as it stands or, a part at a time, all that it says.
func (m *Mux) pressScheduled(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	if args.Number(1) == 0 {
		return m.showScheduled(ctx, r, args.Number(0))
	}
	s, err := m.config.Schedule.One(ctx, r.User, args.Number(0))
	if err != nil {
		return bot.Reply{}, oldScheduled(err)
	}
	return bot.Reply{Message: bot.RenderScheduled(s, int(args.Number(1))-1)}, nil
}

func (m *Mux) pressPlan(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	return m.scheduledFrom(ctx, r, int(min(args.Number(0), 1<<20)))
}

// pressPublish publishes what is scheduled, before its time or although it has passed.
func (m *Mux) pressPublish(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	s, progress, err := m.config.Schedule.Publish(ctx, r.act(), args.Number(0))
	if err != nil {
		return bot.Reply{}, oldScheduled(err)
	}
	if progress.UpdateID == 0 {
		return tooLate(m.scheduledEnd(s)), nil
	}
	return m.progress(published{story: s.Story, update: s.Update, zone: m.config.Zone}, progress), nil
}

// pressCancel takes back what is scheduled.
func (m *Mux) pressCancel(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	s, err := m.config.Schedule.Cancel(ctx, r.act(), args.Number(0))
	if err != nil {
		return bot.Reply{}, oldScheduled(err)
	}
	if s.State == stories.SchedulePublished {
		return tooLate(m.scheduledEnd(s)), nil
	}
	if s.Undo && s.Update.Author.Ref == r.User.Ref {
		return m.undone(ctx, r, s)
	}
	return bot.Reply{Message: m.scheduledEnd(s)}, nil
}

// tooLate is an answer to who decides what has been decided. It is no refusal that
// leaves the buttons where they are: there is nothing left to be decided.
func tooLate(m bot.Message) bot.Reply {
	return bot.Reply{Message: headed(bot.Para(bot.Bold("Nothing was changed.")), m)}
}

// oldScheduled is err, or that a button is about what is forgotten.
func oldScheduled(err error) error {
	if stories.CodeOf(err) == stories.CodeNotFound {
		return errors.Join(bot.ErrOldButton, err)
	}
	return err
}

// overdue counts the scheduled updates whose time has passed: those that wait for
// somebody to decide, and those that something holds up.
func (m *Mux) overdue(ctx context.Context, by stories.User) (asked, heldUp int, err error) {
	open, _, err := m.config.Schedule.Open(ctx, by, 0, stories.MaxScheduled)
	for _, s := range open {
		switch {
		case s.Asked():
			asked++
		case m.stories.Now().Sub(s.Due) > toldLate:
			heldUp++
		}
	}
	return asked, heldUp, err
}

// askedHere says of a new desk that it is asked about scheduled updates whose time has
// passed already; "" when it is not, or that cannot be found out.
func (m *Mux) askedHere(ctx context.Context, by stories.User) string {
	open, _, err := m.config.Schedule.Open(ctx, by, 0, stories.MaxScheduled)
	asked := 0
	for _, s := range open {
		if s.Asked() && s.State != stories.SchedulePutBack { // which /desk status tells of
			asked++
		}
	}
	switch {
	case err != nil:
		m.log.Debug("what waits for a decision was not found out", "err", err)
		return ""
	case asked == 0:
		return ""
	case asked > stories.MostAsked:
		return fmt.Sprintf(" %s scheduled updates were not published at their time: what becomes of the newest %d is asked here, and /desk scheduled lists all.", bot.Count(asked), stories.MostAsked)
	}
	return fmt.Sprintf(" %s %s not published at %s time: what becomes of %s is asked here.", plural(asked, "scheduled update"), oneOr(asked, "was", "were"), oneOr(asked, "its", "their"), oneOr(asked, "it", "them"))
}

// toldLate is how late a scheduled update is that something holds up: until then it
// is being published.
const toldLate = time.Minute
