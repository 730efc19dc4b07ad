package delivery

import (
	"context"
	"time"

	"storybot/stories"
)

// AlarmKind is what an Alarm is about.
type AlarmKind int

// The kinds of alarm.
const (
	// DestinationBlocked: a channel refuses us; what waits for it is held. Told
	// once per blocking.
	DestinationBlocked AlarmKind = iota
	// DestinationGone: a channel no longer exists; its subscriptions have ended.
	DestinationGone
	// PushStopped: an update was refused by several channels in a row and is
	// not sent to the rest of the lane.
	PushStopped
	// LaneStopped: nothing of the lane is sent until Resume or until a probe
	// succeeds.
	LaneStopped
	// LaneResumed: a stopped lane works again.
	LaneResumed
	// WorkspaceFailing: all channels of a workspace refuse alike. Nothing has
	// been ended or blocked, all is tried again.
	WorkspaceFailing
	// WorkspaceRecovered: it works again.
	WorkspaceRecovered
	// DeliveryFailed: the bot itself failed at one message.
	DeliveryFailed
)

var alarmNames = [...]string{"destination_blocked", "destination_gone", "push_stopped", "lane_stopped", "lane_resumed", "workspace_failing", "workspace_recovered", "delivery_failed"}

// String returns the kind's name, as logs use it.
func (k AlarmKind) String() string { return alarmNames[k] }

// Alarm is something the desk should know. Fields that do not apply are zero.
type Alarm struct {
	Kind        AlarmKind
	At          time.Time
	Lane        string
	Destination stories.Destination // the channel, or any channel of the workspace
	UpdateID    int64
	StoryID     int64
	Number      int    // of the update in its story
	Code        string // the platform's own word or number
	Reason      string // for people: what is wrong
	Cure        string // for people: who can mend it, and how
}

// Desk is told what people should know. Alarm may take its time: it is called
// from a goroutine of its own, one alarm after the other.
type Desk interface {
	Alarm(ctx context.Context, a Alarm)
}

// alarm logs a and passes it to the desk.
func (e *Engine) alarm(a Alarm) {
	a.At = e.clock.now()
	log := e.cfg.Log.Warn
	if a.Kind == LaneResumed || a.Kind == WorkspaceRecovered {
		log = e.cfg.Log.Info
	}
	log("delivery alarm", "kind", a.Kind.String(), "lane", a.Lane, "destination", a.Destination.String(),
		"update", a.UpdateID, "code", a.Code, "reason", a.Reason)
	if e.cfg.Desk == nil {
		return
	}
	select {
	case e.alarms <- a:
	default:
		e.cfg.Log.Warn("the desk is behind with alarms; this one is in the log only", "kind", a.Kind.String())
	}
}

// tellDesk passes alarms on until ctx ends.
func (e *Engine) tellDesk(ctx context.Context) {
	for {
		select {
		case a := <-e.alarms:
			e.cfg.Desk.Alarm(ctx, a)
		case <-ctx.Done():
			return
		}
	}
}
