package bot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/stories"
)

// alarmTitles are what notices of alarms are called, the worst first: it is what
// a phone shows of them. %s is what people call a workspace.
var alarmTitles = []struct {
	kind      stories.AlarmKind
	one, many string
}{
	{stories.AlarmLaneStopped, "Deliveries have stopped", "Deliveries have stopped"},
	{stories.AlarmWorkspaceFailing, "A whole %s refuses updates", "Whole %ss refuse updates"},
	{stories.AlarmPushStopped, "An update is not sent on", "Updates are not sent on"},
	{stories.AlarmFailed, "A delivery met a fault", "Deliveries met faults"},
	{stories.AlarmBlocked, "A channel gets no updates", "Channels get no updates"},
	{stories.AlarmHeadDeleted, "A card was deleted twice", "Cards were deleted twice"},
	{stories.AlarmCardShut, "A card cannot be edited", "Cards cannot be edited"},
	{stories.AlarmNotPassedOn, "A message was not passed on", "Messages were not passed on"},
	{stories.AlarmThreadClosed, "A thread takes no updates", "Threads take no updates"},
	{stories.AlarmPostClosed, "A post takes no updates", "Posts take no updates"},
	{stories.AlarmGroupGone, "A channel pings nobody any more", "Channels ping nobody any more"},
	{stories.AlarmGone, "A channel has ended", "Channels have ended"},
	{stories.AlarmLaneResumed, "Deliveries go on again", "Deliveries go on again"},
	{stories.AlarmWorkspaceRecovered, "Deliveries go on again", "Deliveries go on again"},
}

// alarmTitle is the worst that a notice tells of and that it does not tell the end
// of, and the tone that goes with it.
func alarmTitle(b stories.NoticeBody, names Names) (string, Tone) {
	counts, place := map[stories.AlarmKind]int{}, ""
	for i, a := range b.Alarms {
		if !slices.ContainsFunc(b.Alarms[i+1:], func(later stories.Alarm) bool { return ends(later, a) }) {
			counts[a.Kind]++
			if a.Kind == stories.AlarmWorkspaceFailing && place == "" {
				place = names.workspaceWord(failing(a).Platform)
			}
		}
	}
	for _, t := range alarmTitles {
		n := counts[t.kind]
		if n == 0 {
			continue
		}
		tone := Urgent
		if t.kind == stories.AlarmLaneResumed || t.kind == stories.AlarmWorkspaceRecovered {
			tone = Success
		}
		title := t.many
		if n == 1 {
			title = t.one
		}
		return strings.ReplaceAll(title, "%s", place), tone
	}
	return "Delivery", Urgent // of a later version
}

// ends says that later tells the end of what a tells.
func ends(later, a stories.Alarm) bool {
	switch a.Kind {
	case stories.AlarmLaneStopped:
		return later.Kind == stories.AlarmLaneResumed && later.Lane == a.Lane
	case stories.AlarmWorkspaceFailing:
		return later.Kind == stories.AlarmWorkspaceRecovered && failing(later) == failing(a)
	}
	return false
}

// failing is the workspace an alarm is about, or what its lane serves.
func failing(a stories.Alarm) stories.Destination {
	if a.Destination.Workspace == "" {
		return stories.LanePlace(a.Lane)
	}
	return a.Destination.In()
}

// Reason is the reason of a delivery or an alarm with a subject before it, unless
// it has its own. Those of a Verdict are the end of "This channel …".
func Reason(subject, reason string) string {
	if reason == "" || subject == "" || hasSubject(reason) {
		return reason
	}
	return subject + " " + reason
}

// StopReason is a Verdict's reason behind words that say already that nothing can be
// written: without its own that only say so.
func StopReason(reason string) string {
	for _, only := range []string{"cannot be reached: ", "cannot be written to: "} {
		if why, ok := strings.CutPrefix(reason, only); ok {
			return why
		}
	}
	return reason
}

// hasSubject says that a reason tells what it is about itself.
func hasSubject(reason string) bool {
	first, _ := utf8.DecodeRuneInString(reason)
	if unicode.IsDigit(first) {
		return true
	}
	lower := strings.ToLower(reason)
	return slices.ContainsFunc([]string{"the ", "this ", "all ", "it ", "there "}, func(own string) bool { return strings.HasPrefix(lower, own) })
}
