package bot

import (
	"fmt"

	"storybot/stories"
)

// OverdueWords says why a scheduled update was not published at its time.
func OverdueWords(s stories.Scheduled) string {
	if s.State == stories.ScheduleClosed {
		return "The story was closed by then."
	}
	return "The bot was not running at that time, and came back more than an hour later."
}

// ScheduledEnd says what became of a scheduled update.
func ScheduledEnd(s stories.Scheduled) string {
	by := "."
	if s.EndedBy.Ref != "" {
		by = " by " + UserName(s.EndedBy) + "."
	}
	if s.State == stories.ScheduleCancelled {
		return fmt.Sprintf("The scheduled update of %s was cancelled%s It is not published.", s.Story.Slug, by)
	}
	return fmt.Sprintf("The scheduled update of %s was published as update %d%s", s.Story.Slug, s.Update.Number, by)
}

// ScheduledButtons are what can be done about a scheduled update that is open.
func ScheduledButtons(s stories.Scheduled) []Button {
	publish := NewButton("Publish now", ActionPublish, s.ID)
	if s.Story.State == stories.Closed {
		publish.Label = "Publish anyway"
	}
	return []Button{publish, NewButton("Cancel", ActionCancel, s.ID)}
}

// overdueText is how much of an update the desk reads that is asked about it, in
// UTF-16 units.
const overdueText = 400

// renderScheduled asks the desk what becomes of a scheduled update, and says then
// what did.
func renderScheduled(s stories.Scheduled) Message {
	text, _ := Cut(OneLine(Clean(s.Update.Text)), overdueText)
	quote := Block{Kind: Quote, Spans: []Span{Text(text)}}
	if !s.Open() {
		return Message{Blocks: []Block{Para(Text(Clean(ScheduledEnd(s)))), quote}}
	}
	return Message{Buttons: ScheduledButtons(s), Blocks: []Block{
		Para(Bold(fmt.Sprintf("An update of %s was not published at its time", s.Story.Slug)), Text(", "), At(s.Due), Text(". "+OverdueWords(s)+" What becomes of it?")),
		quote,
		{Kind: Small, Spans: []Span{Text(fmt.Sprintf("%s · by %s", s.Update.Level, Clean(UserName(s.Update.Author))))}},
	}}
}
