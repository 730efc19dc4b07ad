package bot

import (
	"fmt"
	"slices"
	"strings"

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
	case s.State != stories.SchedulePublished && s.Undo:
		return fmt.Sprintf("The update of %s was taken back%s It is not published.", s.Story.Slug, by)
	case s.State == stories.ScheduleCancelled:
		return fmt.Sprintf("The scheduled update of %s was cancelled%s It is not published.", s.Story.Slug, by)
	case s.State == stories.ScheduleDrafted:
		return fmt.Sprintf("The scheduled update of %s was taken back%s It is a draft of theirs now, and is not published.", s.Story.Slug, by)
	}
	return fmt.Sprintf("The update of %s was published as update %d%s", s.Story.Slug, s.Update.Number, by)
}

// ScheduledButtons are what can be done about a scheduled update that is open.
func ScheduledButtons(s stories.Scheduled) []Button {
	publish := NewButton("Publish now", ActionPublish, s.ID)
	if s.Story.State == stories.Closed || s.State == stories.SchedulePutBack {
		publish = NewButton("Publish anyway", ActionPublish, s.ID, 1)
	}
	return []Button{publish, NewButton("Change", ActionRedraft, s.ID), NewButton("Cancel", ActionCancel, s.ID)}
}

// EndedButtons are what can be done about a scheduled update that is not open any more:
// what was cancelled can be made a draft, so that nobody has to type it again.
func EndedButtons(s stories.Scheduled) []Button {
	if s.State == stories.ScheduleCancelled {
		return []Button{NewButton("Make it a draft", ActionRedraft, s.ID)}
	}
	return nil
}

// SchedulePrint is what the update of s is beside its text and its level: not verified,
// with so many sources, with a picture.
func SchedulePrint(s stories.Scheduled) (words []string) {
	if s.Update.Marks.Standing == stories.Unverified && s.State != stories.SchedulePublished {
		words = append(words, "unverified")
	}
	switch n := len(s.Update.Sources); n {
	case 0:
	case 1:
		words = append(words, "with 1 source")
	default:
		words = append(words, fmt.Sprintf("with %d sources", n))
	}
	if s.Update.Picture.URL != "" {
		words = append(words, "with a picture")
	}
	return words
}

// WithWhole is buttons and, where shown leaves out something that a scheduled update
// will say, its text, its sources or its picture, the one that opens all of it as
// channels will read it.
func WithWhole(buttons []Button, s stories.Scheduled, shown string) []Button {
	if shown == Clean(s.Update.Text) && len(s.Update.Sources) == 0 && s.Update.Picture.URL == "" {
		return buttons
	}
	return append(buttons, NewButton("Show all of it", ActionScheduled, s.ID, 1))
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
		buttons := EndedButtons(*s)
		if len(buttons) == 0 { // in a button is how a message is known again
			buttons = []Button{NewButton("Timeline", ActionTimeline, s.Story.ID)}
		}
		return Message{Blocks: []Block{Para(Text(Clean(ScheduledEnd(*s)))), quote}, Buttons: buttons}
	}
	print := append([]string{s.Update.Level.String()}, SchedulePrint(*s)...)
	print = append(print, "by "+Clean(UserName(s.Update.Author)))
	return Message{Buttons: WithWhole(ScheduledButtons(*s), *s, text), Blocks: []Block{
		Para(Bold(fmt.Sprintf("An update of %s was not published at its time", s.Story.Slug)), Text(", "), At(s.Due), Text(". "+OverdueWords(*s)+" What becomes of it?")),
		quote,
		{Kind: Small, Spans: []Span{Text(strings.Join(print, " · "))}},
	}}
}
