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
	case stories.FollowNotice:
		return renderFollow(c)
	case stories.StopNotice:
		return renderStop(c)
	}
	return RenderUpdate(c.Story, c.Update)
}

// renderAlarms says what happened, what is wrong and who can mend it.
func renderAlarms(b stories.NoticeBody) Message {
	m := Message{}
	m.Title, m.Tone = alarmTitle(b)
	said := map[string]bool{}
	for _, a := range b.Alarms {
		if said[a.Cure] { // eight channels alike would fill screens with it
			a.Cure = ""
		}
		said[a.Cure] = true
		m.Blocks = append(m.Blocks, Block{Kind: Item, Spans: []Span{Text(Clean(alarmText(a)))}})
	}
	if b.More > 0 {
		m.Blocks = append(m.Blocks, Para(Text(fmt.Sprintf("And %s more. ", Count(b.More))), Code("/desk status"), Text(" lists what fails now.")))
	}
	return m
}

// alarmText is an alarm in sentences.
func alarmText(a stories.Alarm) string {
	about := func(subject string) string { return Reason(subject, strings.TrimSuffix(a.Reason, ".")) }
	var what string
	switch a.Kind {
	case stories.AlarmBlocked:
		what = fmt.Sprintf("%s gets no updates for now: %s.", a.Destination, about("it"))
	case stories.AlarmGone:
		what = fmt.Sprintf("%s has ended, and what it followed with it: %s.", a.Destination, about("it"))
	case stories.AlarmPushStopped:
		what = fmt.Sprintf("Update %d was refused by several channels alike and is not sent to the rest of %s: %s.", a.Number, a.Lane, about("a channel"))
	case stories.AlarmLaneStopped:
		what = fmt.Sprintf("Nothing is sent through %s: %s.", a.Lane, about("it"))
	case stories.AlarmLaneResumed:
		what = fmt.Sprintf("%s sends again.", a.Lane)
	case stories.AlarmWorkspaceFailing:
		what = fmt.Sprintf("Every channel of %s refuses alike, so none was given up: %s.", alarmWorkspace(a), about("each"))
	case stories.AlarmFailed:
		what = fmt.Sprintf("%s. The log has the cause; it is a fault of Storybot to be reported.", about(a.Destination.String()))
	case stories.AlarmWorkspaceRecovered:
		what = fmt.Sprintf("%s works again.", alarmWorkspace(a))
	default: // stored by a later version
		what = about("") + "."
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
