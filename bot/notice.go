package bot

import (
	"fmt"
	"strings"

	"storybot/stories"
)

// RenderContent is the message of whatever a delivery says: an update, or a
// notice.
func RenderContent(c stories.Content) Message {
	switch c.Notice.Kind {
	case stories.AlarmNotice:
		return renderAlarms(c.Notice.Body)
	case stories.ProgressNotice:
		return renderProgress(c)
	}
	return RenderUpdate(c.Story, c.Update)
}

// renderAlarms says what happened, what is wrong and who can mend it.
func renderAlarms(b stories.NoticeBody) Message {
	m := Message{Title: "Delivery", Tone: Urgent}
	for _, a := range b.Alarms {
		m.Blocks = append(m.Blocks, Block{Kind: Item, Spans: []Span{Text(Clean(alarmText(a)))}})
	}
	if b.More > 0 {
		m.Blocks = append(m.Blocks, Para(Text(fmt.Sprintf("And %d more. ", b.More)), Code("/desk status"), Text(" lists what fails now.")))
	}
	return m
}

// alarmText is an alarm in sentences.
func alarmText(a stories.Alarm) string {
	reason := strings.TrimSuffix(a.Reason, ".")
	var what string
	switch a.Kind {
	case stories.AlarmBlocked:
		what = fmt.Sprintf("%s gets no updates for now: it %s.", a.Destination, reason)
	case stories.AlarmGone:
		what = fmt.Sprintf("%s has ended, and what it followed with it: it %s.", a.Destination, reason)
	case stories.AlarmPushStopped:
		what = fmt.Sprintf("Update %d was refused by several channels alike and is not sent to the rest of %s: %s.", a.Number, a.Lane, reason)
	case stories.AlarmLaneStopped:
		what = fmt.Sprintf("Nothing is sent through %s: %s.", a.Lane, reason)
	case stories.AlarmLaneResumed:
		what = fmt.Sprintf("%s sends again.", a.Lane)
	case stories.AlarmWorkspaceFailing:
		what = fmt.Sprintf("Every channel of %s refuses alike, so none was given up: %s.", alarmWorkspace(a), reason)
	case stories.AlarmFailed:
		what = fmt.Sprintf("%s %s. The log has the cause; it is a fault of Storybot to be reported.", a.Destination, reason)
	case stories.AlarmWorkspaceRecovered:
		what = fmt.Sprintf("%s works again.", alarmWorkspace(a))
	default: // stored by a later version
		what = reason + "."
	}
	return strings.TrimSpace(what + " " + a.Cure)
}

// alarmWorkspace names the workspace an alarm is about.
func alarmWorkspace(a stories.Alarm) string {
	if a.Destination.Workspace == "" {
		return a.Lane
	}
	return a.Destination.Platform + ":" + a.Destination.Workspace
}

// renderProgress says how the delivery of an update is coming along.
func renderProgress(c stories.Content) Message {
	return Message{
		Blocks: []Block{Para(
			Bold(fmt.Sprintf("%s, update %d, %s: ", c.Story.Slug, c.Update.Number, c.Update.Level)),
			Text(ProgressWords(c.Notice.Body.Progress, c.Notice.Body.Left)),
		)},
		Buttons: []Button{NewButton("Timeline", ActionTimeline, c.Story.ID)},
	}
}
