package delivery

import (
	"storybot/bot"
	"storybot/stories"
)

// Alarm is something the desk should know. It is written down with the results
// it is about; a Notifier owes it to the desk's channels.
type Alarm = stories.Alarm

// What alarms are about, as this package calls it.
const (
	DestinationBlocked = stories.AlarmBlocked // told once per blocking
	DestinationGone    = stories.AlarmGone
	PushStopped        = stories.AlarmPushStopped
	LaneStopped        = stories.AlarmLaneStopped
	LaneResumed        = stories.AlarmLaneResumed
	WorkspaceFailing   = stories.AlarmWorkspaceFailing
	WorkspaceRecovered = stories.AlarmWorkspaceRecovered
	DeliveryFailed     = stories.AlarmFailed
	NotPassedOn        = stories.AlarmNotPassedOn
)

// about returns an alarm about j's destination.
func about(kind stories.AlarmKind, j *job, v bot.Verdict) Alarm {
	return Alarm{Kind: kind, Destination: j.d.Destination, UpdateID: j.d.About.UpdateID, StoryID: j.d.About.StoryID,
		Number: j.d.About.Number, Code: v.Code, Reason: reasonOf(v), Cure: v.Cure}
}

// troubles are what the desk was told does not work, by this process or an
// earlier holder of the lane: workspaces, "" for the lane itself. Whoever finds
// that it works again tells that too.
type troubles map[string]bool

// inherited returns the troubles an earlier holder told of.
func inherited(workspaces []string) troubles {
	t := troubles{}
	for _, w := range workspaces {
		t[w] = true
	}
	return t
}

// over says that a message was delivered to d while the lane is not stopped, and
// returns what is to be told because of it.
func (t troubles) over(d stories.Destination, working bool) (told []Alarm) {
	if len(t) == 0 {
		return nil
	}
	if t[d.Workspace] && d.Workspace != "" {
		told = append(told, Alarm{Kind: WorkspaceRecovered, Destination: d})
	}
	if t[""] && working {
		told = append(told, Alarm{Kind: LaneResumed})
	}
	return told
}

// forget drops the trouble that an alarm tells to be over.
func (t troubles) forget(a Alarm) {
	switch a.Kind {
	case LaneResumed:
		delete(t, "")
	case WorkspaceRecovered:
		delete(t, a.Destination.Workspace)
	}
}
