package bot

import (
	"fmt"
	"slices"

	"storybot/stories"
)

// OverdueWords says why a scheduled update was not published at its time.
func OverdueWords(s stories.Scheduled) string {
	switch s.State {
	case stories.ScheduleClosed:
		return "The story was closed at that time."
	case stories.ScheduleUnwritten:
		return "Whoever wrote it was no moderator any more at that time."
	case stories.ScheduleFailed:
		return "Publishing it failed; the log has the cause."
	case stories.SchedulePutBack:
		return "The database was put back since: it may have been published or cancelled already. Look into the channels first."
	}
	return "It could not be published then, and more than an hour has passed."
}

// ScheduledEnd says what became of a scheduled update.
func ScheduledEnd(s stories.Scheduled) string {
	by := "."
	if s.EndedBy.Ref != "" {
		by = " by " + UserName(s.EndedBy) + "."
	}
	switch {
	case s.State == stories.ScheduleCancelled && s.Undo:
		return fmt.Sprintf("The update of %s was taken back%s It is not published.", s.Story.Slug, by)
	case s.State == stories.ScheduleCancelled:
		return fmt.Sprintf("The scheduled update of %s was cancelled%s It is not published.", s.Story.Slug, by)
	}
	return fmt.Sprintf("The update of %s was published as update %d%s", s.Story.Slug, s.Update.Number, by)
}

// ScheduledButtons are what can be done about a scheduled update that is open.
func ScheduledButtons(s stories.Scheduled) []Button {
	publish := NewButton("Publish now", ActionPublish, s.ID)
	if s.Story.State == stories.Closed || s.State == stories.SchedulePutBack {
		publish.Label = "Publish anyway"
	}
	return []Button{publish, NewButton("Cancel", ActionCancel, s.ID)}
}

// WholeButton opens all of a scheduled update as channels will read it.
func WholeButton(s stories.Scheduled) Button {
	return NewButton("Show all of it", ActionScheduled, s.ID, 1)
}

// RenderScheduled is one part of an update that waits, as RenderWhole shows one that
// is published: part 0 is the beginning.
func RenderScheduled(s stories.Scheduled, part int) Message {
	u := s.Update
	if u.At.IsZero() {
		u.At = s.Due
	}
	m := RenderWhole(s.Story, u, part)
	m.Buttons = slices.DeleteFunc(m.Buttons, func(b Button) bool { return b.Action == ActionTimeline })
	for i, b := range m.Buttons {
		if b.Action == ActionRead {
			m.Buttons[i] = NewButton(b.Label, ActionScheduled, s.ID, int64(part)+2)
		}
	}
	if s.Open() {
		m.Buttons = append(m.Buttons, ScheduledButtons(s)...)
	}
	return m
}

// overdueText is how much of an update the desk reads that is asked about it, in
// UTF-16 units.
const overdueText = 400

// renderScheduled asks the desk what becomes of a scheduled update, and says then
// what did.
func renderScheduled(s *stories.Scheduled) Message {
	if s == nil { // stored by a later version
		return Plainly("Something about a scheduled update. /desk scheduled lists them.")
	}
	text, _ := Cut(OneLine(Clean(s.Update.Text)), overdueText)
	quote := Block{Kind: Quote, Spans: []Span{Text(text)}}
	if !s.Open() {
		return Message{Blocks: []Block{Para(Text(Clean(ScheduledEnd(*s)))), quote}}
	}
	return Message{Buttons: append(ScheduledButtons(*s), WholeButton(*s)), Blocks: []Block{
		Para(Bold(fmt.Sprintf("An update of %s was not published at its time", s.Story.Slug)), Text(", "), At(s.Due), Text(". "+OverdueWords(*s)+" What becomes of it?")),
		quote,
		{Kind: Small, Spans: []Span{Text(fmt.Sprintf("%s · by %s", s.Update.Level, Clean(UserName(s.Update.Author))))}},
	}}
}
