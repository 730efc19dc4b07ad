package delivery

import "storybot/stories"

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
)

// tell logs an alarm of this lane and adds it to the journal's next exchange.
func (s *loop) tell(a Alarm) {
	a.At, a.Lane = s.lane.engine.clock.now(), s.lane.name
	log := s.lane.log.Warn
	if a.Kind == LaneResumed || a.Kind == WorkspaceRecovered {
		log = s.lane.log.Info
	}
	log("delivery alarm", "kind", string(a.Kind), "destination", a.Destination.String(), "update", a.UpdateID, "code", a.Code, "reason", a.Reason)
	switch a.Kind {
	case LaneResumed:
		delete(s.lane.health.troubles, "")
	case WorkspaceRecovered:
		delete(s.lane.health.troubles, a.Destination.Workspace)
	}
	s.journal.tell(a, s.now())
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
