package stories

import (
	"slices"
	"strings"
	"time"
)

// Notice is a message the bot owes to channels that is no update: what the desk
// is told, and a channel of what it follows. What it says is stored as data, so that whoever sends it puts it into
// words, in the newest state.
type Notice struct {
	ID   int64
	Kind NoticeKind
	// Revision counts what it was to say: 0 while it is not owed to anybody. The
	// first time it is owed as a message, then as edits of it.
	Revision int
	UpdateID int64 // that it is about; 0 for none
	// Since is, of a RevisionNotice, the wording that its channels were shown last;
	// its Revision is the wording that it tells of. Of a ProgressNotice it is the
	// revision whose work it tells of, 0 for the update's own push.
	Since int
	Done  bool // this is its last revision, until what rested then has moved
	// Rests stands, of a ProgressNotice, for what waited for its time or its channel when
	// it was last said; 0 for nothing. It is compared and not read.
	Rests     int64
	Body      NoticeBody
	CreatedAt time.Time
}

// Urgency is that of the messages of a notice of this kind.
func (k NoticeKind) Urgency() Level {
	switch k {
	case FollowNotice, StopNotice, TestNotice, PassedNotice:
		return ForChannel
	case CardsNotice:
		return Minor // never before news
	case DigestNotice:
		return ForDigest
	}
	return ForDesk
}

// NoticeKind is what a Notice is about.
type NoticeKind string

// The kinds of notice; the names are stored.
const (
	AlarmNotice    NoticeKind = "alarm"    // Body.Alarms
	ProgressNotice NoticeKind = "progress" // Body.Progress of UpdateID
	// FollowNotice is the first message of a new subscription, StopNotice the line
	// that says what ended: Body.Change, each owed to the channel it is about.
	FollowNotice NoticeKind = "follow"
	StopNotice   NoticeKind = "stop"
	// TestNotice is the message that tests a subscription: Body.Change. It is taken away
	// again, and PassedNotice is what it says where it cannot be.
	TestNotice   NoticeKind = "test"
	PassedNotice NoticeKind = "passed"
	// CardsNotice is the one notice, CardsID, under which edits of the messages of all
	// FollowNotices are owed once what they show has changed. What each says is told by
	// the message that it edits: see Subject.
	CardsNotice NoticeKind = "cards"
	// RevisionNotice is the message beside the copies of a revised update: see Telling.
	RevisionNotice NoticeKind = "revision"
	// ScheduleNotice asks the desk what becomes of a scheduled update whose time has
	// passed, and then tells it: Body.Scheduled.
	ScheduleNotice NoticeKind = "schedule"
	// DigestNotice is what was collected for one channel in a period: Body.Digest.
	DigestNotice NoticeKind = "digest"
)

// NoticeBody is what a notice says; its kind tells which of the fields. It is
// stored as JSON.
type NoticeBody struct {
	Alarms   []Alarm       `json:",omitempty"`
	More     int           `json:",omitempty"` // alarms that last and are in no notice
	Progress Progress      `json:",omitzero"`
	Left     time.Duration `json:",omitempty"` // how long the rest will take; 0 when that is not known
	Again    bool          `json:",omitempty"` // of a revision's progress: copies that were kept are sent too
	Spread   Spread        `json:",omitzero"`  // of a revision's progress: what Progress is the sum of
	Beside   RevisionKind  `json:",omitempty"` // of a revision's progress: what the messages beside the copies are labelled
	Others   Progress      `json:",omitzero"`  // of its update's copies, those that are not Again
	Change   Change        `json:",omitzero"`
	// Scheduled is as it stood when the notice was last said.
	Scheduled *Scheduled `json:",omitempty"`
	Digest    Period     `json:",omitzero"`
}

// Push is a notice of an update's progress that is not done, or of which something has
// moved that rested when it was, and how the update's deliveries stand now.
type Push struct {
	Notice
	Stands  Progress
	Spread  Spread // of a revision: what Stands is the sum of
	Resting int64  // what Rests would be now
}

// ForDesk is the urgency of what the desk is told. It is above every update's: how a
// push is coming along, and what is wrong with it, is of no use behind it. There are
// few such messages: see delivery.Notifier. No update has this level. What a channel
// is told of what it follows is less urgent: see ForChannel; of a revision it is told
// with the urgency of the update.
const ForDesk Level = 4

// MaxTold is how many alarms one notice holds.
const MaxTold = 8

// AlarmKind is what an Alarm is about. The names are stored.
type AlarmKind string

// The kinds of alarm.
const (
	// AlarmBlocked: a channel refuses us; what waits for it is held.
	AlarmBlocked AlarmKind = "destination_blocked"
	// AlarmGone: a channel no longer exists; its subscriptions have ended.
	AlarmGone AlarmKind = "destination_gone"
	// AlarmPushStopped: an update was refused by several channels in a row and is
	// not sent to the rest of the lane.
	AlarmPushStopped AlarmKind = "push_stopped"
	// AlarmLaneStopped: nothing of the lane is sent until somebody mends it or a
	// probe succeeds.
	AlarmLaneStopped AlarmKind = "lane_stopped"
	// AlarmLaneResumed: a stopped lane works again.
	AlarmLaneResumed AlarmKind = "lane_resumed"
	// AlarmWorkspaceFailing: all channels of a workspace refuse alike. Nothing has
	// been ended or blocked, all is tried again.
	AlarmWorkspaceFailing AlarmKind = "workspace_failing"
	// AlarmWorkspaceRecovered: it works again.
	AlarmWorkspaceRecovered AlarmKind = "workspace_recovered"
	// AlarmFailed: the bot itself failed at one message.
	AlarmFailed AlarmKind = "delivery_failed"
	// AlarmThreadClosed: a story's thread in a channel takes no messages. What belongs
	// there is posted in the channel.
	AlarmThreadClosed AlarmKind = "thread_closed"
	// AlarmPostClosed: a story's post in a forum takes no messages. Its updates go on in
	// another one.
	AlarmPostClosed AlarmKind = "post_closed"
	// AlarmNotPassedOn: a message stands in its channel and was not passed on to those that
	// follow that one.
	AlarmNotPassedOn AlarmKind = "not_passed_on"
	// AlarmHeadDeleted: a story's card or thread was deleted a second time in a channel,
	// and what brings the story there is paused.
	AlarmHeadDeleted AlarmKind = "card_deleted"
	// AlarmGroupGone: a role or group whom a channel has pinged is not there any more, so
	// that nobody is. Reason is what it was called, with its sign.
	AlarmGroupGone AlarmKind = "group_gone"
	// AlarmCardShut: cards cannot be changed in a channel, and what brought one there brings
	// messages now.
	AlarmCardShut AlarmKind = "card_shut"
)

// AlarmKinds are all of them.
func AlarmKinds() []AlarmKind {
	return []AlarmKind{AlarmBlocked, AlarmGone, AlarmPushStopped, AlarmLaneStopped, AlarmLaneResumed, AlarmWorkspaceFailing, AlarmWorkspaceRecovered, AlarmFailed, AlarmThreadClosed, AlarmPostClosed, AlarmNotPassedOn, AlarmHeadDeleted, AlarmGroupGone, AlarmCardShut}
}

// Lasts says that an alarm is of what fails until it is mended, and is seen as long
// as it does by who asks what fails now. What has ended, or is over, is seen nowhere
// else than in its alarm.
func (k AlarmKind) Lasts() bool {
	return k == AlarmBlocked || k == AlarmLaneStopped || k == AlarmWorkspaceFailing
}

// TellAlarms shares alarms out among notices, MaxTold in each. Of those that last
// only the first MaxTold are told when there are more alarms than one notice holds;
// the last notice counts the others. All others are told, however many there are.
func TellAlarms(alarms []Alarm) (bodies []NoticeBody) {
	var told []Alarm
	last, more := 0, 0
	for _, a := range alarms {
		if a.Kind.Lasts() && len(alarms) > MaxTold {
			if last++; last > MaxTold {
				more++
				continue
			}
		}
		told = append(told, a)
	}
	for some := range slices.Chunk(told, MaxTold) {
		bodies = append(bodies, NoticeBody{Alarms: some})
	}
	if more > 0 {
		bodies[len(bodies)-1].More = more
	}
	return bodies
}

// Alarm is something the desk should know. Fields that do not apply are zero. It
// is stored as JSON.
type Alarm struct {
	Kind        AlarmKind
	At          time.Time
	Lane        string
	Destination Destination // the channel, or any channel of the workspace
	UpdateID    int64       `json:",omitempty"`
	StoryID     int64       `json:",omitempty"`
	Number      int         `json:",omitempty"` // of the update in its story
	Code        string      `json:",omitempty"` // the platform's own word or number
	Reason      string      `json:",omitempty"` // for people: what is wrong
	Cure        string      `json:",omitempty"` // for people: who can mend it, and how
}

// Places are those that a notice tells of.
func (b NoticeBody) Places() (places []Destination) {
	for _, a := range b.Alarms {
		places = append(places, a.Destination, LanePlace(a.Lane))
	}
	return places
}

// LanePlace is the workspace that a lane serves, or the platform of one that
// serves all of it: a lane is called platform or platform:workspace.
func LanePlace(lane string) Destination {
	platform, workspace, _ := strings.Cut(lane, ":")
	return Destination{Platform: platform, Workspace: workspace}
}

// LaneTo is the lane in which messages go to d, where those to another place of its
// platform go in lane: one that serves a workspace alone is another in another one.
func LaneTo(lane string, d Destination) string {
	if of := LanePlace(lane); of.Workspace == "" || of.Platform != d.Platform || d.Workspace == "" {
		return lane
	}
	return d.Platform + ":" + d.Workspace
}

// Content is what a delivery says: an update of a story or, where Notice.Kind is
// not "", a notice; then Update and Story are those it is about, zero for none. Of
// a subscription to a story Update is the newest there was when its card was sent;
// Newest are the stories that were then the newest of a topic or of all, each with its
// newest update, zero where it had none. All of them are as they are now.
type Content struct {
	Story  Story
	Update Update
	// Was is, of a subscription's card, the story it shows where that has since gone on
	// as Story: its slug and headline. Else it is zero.
	Was    Story
	Notice Notice
	Newest []News
	// Told are the wordings that a RevisionNotice is about: see Tell.
	Told  []Revision
	Names Names // of the places that Notice tells of
	// Live says that it is a story's head: Newest are the newest updates of Story, the
	// newest first, none where there is none yet. Else a card stays as it was begun.
	Live bool
	// Late says that Update comes after quiet hours, in which it was published.
	Late bool
	// Digest is what a DigestNotice says.
	Digest Digested
}

// News is a story and its newest update.
type News struct {
	Story  Story
	Update Update
	Was    Story // see Content
}

// CardsID is the number of the one CardsNotice.
const CardsID int64 = 1

// NewestShown is how many stories the first message of a subscription to a topic
// or to all shows.
const NewestShown = 5

// Subject is what a delivery is about: an update or a notice.
type Subject struct {
	UpdateID int64
	NoticeID int64
	// Edit is, of the CardsNotice, the delivery itself: what it says is told by the card
	// that it posts or edits. Else it is 0.
	Edit int64
}

// SubjectOf is what a delivery says. An update that a head shows is said by the head.
func SubjectOf(a About, op Op, delivery int64) Subject {
	of := Subject{UpdateID: a.UpdateID, NoticeID: a.NoticeID}
	if op == OpShow {
		of = Subject{NoticeID: CardsID}
	}
	if of.NoticeID == CardsID {
		of.Edit = delivery
	}
	return of
}
