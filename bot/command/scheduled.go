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

// scheduled lists what waits for its time.
func (m *scheduling) scheduled(ctx context.Context, r request) (bot.Reply, error) {
	return m.scheduledFrom(ctx, r, 0)
}

// scheduledFrom is the list from one on.
func (m *scheduling) scheduledFrom(ctx context.Context, r request, offset int) (bot.Reply, error) {
	open, total, err := m.schedule.Open(ctx, r.User, offset, scheduledPage)
	if err != nil {
		return bot.Reply{}, err
	}
	switch {
	case total == 0:
		return bot.Reply{Message: bot.Plainly("Nothing is scheduled. /update with at: and a time ahead schedules an update.")}, nil
	case len(open) == 0: // the last page is not there any more
		return m.scheduledFrom(ctx, r, (total-1)/scheduledPage*scheduledPage)
	case total == 1:
		return bot.Reply{Message: m.scheduledMessage(open[0], m.now())}, nil
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
func (m *scheduling) scheduledRow(s stories.Scheduled) bot.Block {
	text, _ := bot.CutToRoom(bot.OneLine(s.Update.Text), scheduledText)
	row := item(bot.Bold(inZone(s.Due, m.zone)), bot.Text(fmt.Sprintf(" · %s, %s", s.Story.Slug, s.Update.Level)))
	if s.Asked() {
		row.Spans = append(row.Spans, bot.Text(" · "+bot.OverdueWords(s)))
	}
	row.Spans = append(row.Spans, bot.Text("\n"+text+"\n"+bot.UserName(s.Update.Author)))
	due, when := s.Due.In(m.zone), " 15:04"
	if due.Format(time.DateOnly) != m.now().In(m.zone).Format(time.DateOnly) {
		when = " 2 Jan 15:04"
	}
	label, _ := bot.Cut(s.Story.Slug, bot.RowLabel-len(" 31 Dec 15:04")-len(" (6)"))
	open := bot.NewButton(label+due.Format(when), bot.ActionScheduled, s.ID)
	row.Button = &open
	return row
}

// showScheduled shows one as it stands.
func (m *scheduling) showScheduled(ctx context.Context, r request, id int64) (bot.Reply, error) {
	s, err := m.schedule.One(ctx, r.User, id)
	if stories.CodeOf(err) == stories.CodeNotFound {
		return bot.Reply{}, bot.ErrOldButton
	}
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Message: m.scheduledMessage(s, m.now())}, nil
}

// pressScheduled shows one as it stands or, a part at a time, all that it says.
func (m *scheduling) pressScheduled(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	if args.Number(1) == 0 {
		return m.showScheduled(ctx, r, args.Number(0))
	}
	s, err := m.schedule.One(ctx, r.User, args.Number(0))
	if err != nil {
		return bot.Reply{}, oldScheduled(err)
	}
	return bot.Reply{Message: bot.RenderScheduled(s, int(args.Number(1))-1)}, nil
}

func (m *scheduling) pressPlan(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	return m.scheduledFrom(ctx, r, int(min(args.Number(0), 1<<20)))
}

// pressPublish publishes what is scheduled, before its time or although it has passed.
// Where the story was closed since the button was shown, it asks.
func (m *scheduling) pressPublish(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	if args.Number(1) == 0 {
		s, err := m.schedule.One(ctx, r.User, args.Number(0))
		if err != nil {
			return bot.Reply{}, oldScheduled(err)
		}
		if s.Open() && s.Story.State == stories.Closed {
			return bot.Reply{Message: headed(bot.Para(bot.Bold("Nothing was published:"), bot.Text(" "+s.Story.Slug+" was closed meanwhile.")), m.scheduledMessage(s, m.now()))}, nil
		}
	}
	s, progress, err := m.schedule.Publish(ctx, r.act(), args.Number(0))
	if err != nil {
		return bot.Reply{}, oldScheduled(err)
	}
	if progress.UpdateID == 0 {
		return tooLate(m.scheduledEnd(s)), nil
	}
	return m.publishing.progress(published{story: s.Story, update: s.Update, zone: m.zone}, progress), nil
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

// planned counts the updates that have a time.
type planned struct{ stories.Planned }

// planned counts what is open.
func (m *scheduling) planned(ctx context.Context, by stories.User) (p planned, err error) {
	p.Planned, err = m.health.Planned(ctx, by, 0, toldLate)
	return p, err
}

// words are what of it needs nobody, "" where there is nothing: "2 updates are scheduled".
func (p planned) words() string {
	var parts []string
	if n := p.Undoing; n > 0 {
		parts = append(parts, plural(n, "update")+oneOr(n, " goes", " go")+" out in a moment and can still be taken back")
	}
	if n := p.Ahead; n > 0 {
		parts = append(parts, plural(n, "update")+oneOr(n, " is", " are")+" scheduled")
	}
	return strings.Join(parts, ", ")
}

// askedHere says of a new desk that it is asked about scheduled updates whose time has
// passed already; "" when it is not, or that cannot be found out.
func (m *scheduling) askedHere(ctx context.Context, by stories.User) string {
	p, err := m.planned(ctx, by)
	asked := p.Asked - p.PutBack // /desk status tells of those
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
