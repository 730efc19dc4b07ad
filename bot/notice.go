package bot

import (
	"cmp"
	"fmt"
	"strings"

	"storybot/stories"
)

// RenderContent is the message of whatever a delivery says: an update, or a
// notice. Platforms are called by the first part of their addresses; a Renderer
// knows better.
func RenderContent(c stories.Content) Message { return Renderer()(c) }

// Renderer is RenderContent with what these platforms are called.
func Renderer(platforms ...Refs) func(stories.Content) Message {
	return func(c stories.Content) Message {
		if c.Live {
			return renderHead(c)
		}
		switch c.Notice.Kind {
		case stories.AlarmNotice:
			return renderAlarms(c.Notice.Body, Names{platforms, c.Names})
		case stories.ProgressNotice:
			return renderProgress(c)
		case stories.FollowNotice:
			return renderFollow(c)
		case stories.StopNotice:
			return renderStop(c)
		case stories.TestNotice, stories.PassedNotice:
			return renderTest(c.Notice)
		case stories.RevisionNotice:
			return renderTelling(c)
		case stories.DigestNotice:
			return renderDigest(c)
		case stories.ScheduleNotice:
			return renderScheduled(c.Notice.Body.Scheduled)
		}
		if c.Late {
			return renderLate(c.Story, c.Update)
		}
		return RenderUpdate(c.Story, c.Update)
	}
}

// renderAlarms says what happened, what is wrong and who can mend it.
func renderAlarms(b stories.NoticeBody, names Names) Message {
	m := Message{}
	m.Title, m.Tone = alarmTitle(b, names)
	said := map[string]bool{}
	for _, a := range b.Alarms {
		if said[a.Cure] { // eight channels alike would fill screens with it
			a.Cure = ""
		}
		said[a.Cure] = true
		m.Blocks = append(m.Blocks, Block{Kind: Item, Spans: alarmWords(a, names)})
	}
	if b.More > 0 {
		m.Blocks = append(m.Blocks, Para(Text(fmt.Sprintf("And %s more. ", Count(b.More))), Code("/desk status"), Text(" lists what fails now.")))
	}
	return m
}

// alarmWords is an alarm in sentences.
func alarmWords(a stories.Alarm, names Names) []Span {
	about := func(subject string) string { return Reason(subject, strings.TrimSuffix(a.Reason, ".")) }
	stopped := func(subject string) string { // what stands before it says that nothing arrives
		if why := StopReason(a.Reason); why != a.Reason {
			return strings.TrimSuffix(why, ".")
		}
		return about(subject)
	}
	var what string
	var place []Span // before it
	switch a.Kind {
	case stories.AlarmBlocked:
		place = []Span{Sentence(names.Place(a.Destination))}
		what = fmt.Sprintf(" gets no updates for now: %s.", stopped("it"))
	case stories.AlarmGone:
		place = []Span{Sentence(names.Place(a.Destination))}
		what = fmt.Sprintf(" has ended, and what it followed with it: %s.", about("it"))
	case stories.AlarmPushStopped:
		what = fmt.Sprintf("Update %d was refused by several channels alike and is not sent to the rest of %s: %s.", a.Number, names.Lane(a.Lane), about("a channel"))
	case stories.AlarmLaneStopped:
		what = fmt.Sprintf("Nothing is sent through %s: %s.", names.Lane(a.Lane), stopped("it"))
	case stories.AlarmLaneResumed:
		what = capital(names.Lane(a.Lane)) + " sends again."
	case stories.AlarmWorkspaceFailing:
		what = fmt.Sprintf("Every channel of %s refuses alike, so none was given up: %s.", alarmWorkspace(a, names), stopped("each"))
	case stories.AlarmThreadClosed:
		place = []Span{Sentence(names.Place(a.Destination))}
		what = fmt.Sprintf(" takes nothing in a story's thread, so that goes to the channel: %s. With mode:channel updates come to the channel itself.", strings.TrimSuffix(about("it"), "."))
	case stories.AlarmPostClosed:
		place = []Span{Sentence(names.Place(a.Destination))}
		what = fmt.Sprintf(" takes nothing in a story's post, so its updates go on in another one: %s.", about("it"))
	case stories.AlarmNotPassedOn:
		place = []Span{Sentence(names.Place(a.Destination))}
		what = fmt.Sprintf(" has a breaking update, or what was said of it, that was not passed on to the channels that follow it: %s.", about("it"))
	case stories.AlarmHeadDeleted:
		place = []Span{Sentence(names.Place(a.Destination))}
		what = " had a story's card or thread deleted a second time, so what brings it there is paused. Somebody there can resume it with /subscriptions."
	case stories.AlarmGroupGone:
		place = []Span{Sentence(names.Place(a.Destination))}
		what = fmt.Sprintf(" pings nobody: %s, whom it was to ping, is not there any more. Somebody there names another with /subscribe and mention:, or takes it away with mention:off.", cmp.Or(OneLine(Unmark(a.Reason)), RoleKind.Unnamed()))
	case stories.AlarmCardShut:
		place = []Span{Sentence(names.Place(a.Destination))}
		what = fmt.Sprintf(" gets messages from now on, and no cards, of every story that the same subscription brings there: %s.", about("it"))
	case stories.AlarmFailed:
		what = about("") + ". The log has the cause; it is a fault of Storybot to be reported."
		if !hasSubject(a.Reason) {
			place, what = []Span{Sentence(names.Place(a.Destination))}, " "+what
		}
	case stories.AlarmWorkspaceRecovered:
		what = capital(alarmWorkspace(a, names)) + " works again."
	default: // stored by a later version
		what = about("") + "."
	}
	what = strings.TrimRight(what+" "+a.Cure, " ")
	return append(place, Text(Clean(what)))
}

// alarmWorkspace names the workspace an alarm is about.
func alarmWorkspace(a stories.Alarm, names Names) string {
	if a.Destination.Workspace == "" {
		return names.Lane(a.Lane)
	}
	return names.Workspace(a.Destination)
}

// renderProgress says how the delivery of an update, or of a revision, is coming along.
func renderProgress(c stories.Content) Message {
	what, words := c.Update.Level.String(), ProgressWords(c.Notice.Body.Progress, c.Notice.Body.Left)
	if len(c.Told) > 0 {
		what, words = string(c.Told[0].Kind), RevisionWords(c.Notice.Body.Spread, c.Notice.Body.Beside, c.Notice.Body.Again, c.Notice.Body.Left)
	}
	return Message{
		Blocks: []Block{Para(
			Bold(fmt.Sprintf("%s, update %d, %s: ", c.Story.Slug, c.Update.Number, what)),
			Text(words),
		)},
		Buttons: []Button{NewButton("Timeline", ActionTimeline, c.Story.ID)},
	}
}
