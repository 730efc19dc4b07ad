package stories

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"
)

// DeliveryState says where a delivery stands.
//
//	pending ──begin──▶ sending ──▶ sent | failed | unknown
//	   ▲                  │
//	   └──── retry ───────┘          held: its destination is blocked
//	                                 skipped: never to be sent, the reason says why
//	                                 kept: its update is on hold
//	                                 gathered: said in a digest, see DigestNotice
//	                                 deferred: it waits for quiet hours to end, or for a digest
//
// A row that is sending may have been sent: after a crash or a lost answer it
// is settled before it is sent again.
type DeliveryState int

// The states of a delivery; the numbers are stored.
const (
	Pending DeliveryState = 0
	Sending DeliveryState = 1
	Sent    DeliveryState = 2
	Failed  DeliveryState = 3
	Unknown DeliveryState = 4
	Held    DeliveryState = 5
	Skipped DeliveryState = 6
	Kept    DeliveryState = 7
	// Deferred has a row in the history and none in the queue, until its time comes.
	Deferred DeliveryState = 8
	Gathered DeliveryState = 9
)

// String returns the state's name.
func (s DeliveryState) String() string {
	return [...]string{"pending", "sending", "sent", "failed", "unknown", "held", "skipped", "kept", "deferred", "gathered"}[s]
}

// Delivery is one operation owed to one destination. Its identity is (update or
// notice, revision, destination, operation, the message acted on).
type Delivery struct {
	ID int64
	// Key identifies the delivery to a platform that can recognise a repeated
	// request: at most 25 ASCII characters, unique over all installations and
	// all copies of a database; see DeliveryKey.
	Key      string
	About    About
	Revision int
	Op       Op
	// On is the delivery whose message Op acts on; 0 for none.
	On          int64
	Destination Destination
	Lane        string
	Level       Level // its priority; raised when a more urgent update of its story follows it
	State       DeliveryState
	Tries       Tries
	Missed      int    // earlier updates its destination was not sent while it was blocked
	MessageID   string // the platform's id of the message, once sent
	Reason      string // why it failed, waits or was skipped, in words
	CreatedAt   time.Time
	FinishedAt  time.Time
	Digest      *InDigest // of one that is Gathered; nil where that is not known any more
	PassedOn    *PassedOn // told of one channel's deliveries; nil where that is not owed
	Stood       Stood     // told of one channel's deliveries
}

// About is what a delivery says something of: an update, or a notice.
type About struct {
	UpdateID int64
	NoticeID int64 // UpdateID is 0 then
	Notice   NoticeKind
	Since    int // of a RevisionNotice, the wording that its channels were shown last
	StoryID  int64
	Number   int // of the update in its story
}

// Tries are a delivery's requests so far.
type Tries struct {
	Count int // how often one has been begun
	// First and Last are when the first and the newest were begun; zero before.
	First    time.Time
	Last     time.Time
	DueAt    time.Time // the platform asked for a pause until then, or what is Deferred waits until then; zero for neither
	Unknowns int       // how often the outcome could not be found out
	Doubtful bool      // waits or is held although an earlier one may have got through: to be settled, not sent
	PutBack  bool      // doubtful since the database was put back: never sent before it is known, or a person says so
}

// keyLength is what the strictest platform takes.
const keyLength = 25

// DeliveryKey makes a delivery's key of its publication's random number, so that
// a database put back, whose row numbers are given out again, never uses a key
// twice, and of its destination's number in the store (Ref.Place), which stays
// when the platform gives the channel another address.
func DeliveryKey(seed, place int64, op Op) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %d", seed, op, place))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:keyLength]
}

// Publication is what one transaction owes in one lane: an update, or again what
// earlier ones owed. Nothing is added to it later.
type Publication struct {
	ID       int64
	Seed     int64 // random; keys are made of it
	UpdateID int64 // 0 when its rows belong to several, or to a notice
	NoticeID int64 // 0 unless it owes a notice
	StoryID  int64
	Number   int // of the update in its story
	Revision int // of the update or notice, when it was published
	Op       Op
	// Level is its urgency: the update's, or that of a more urgent one of the
	// same story published since.
	Level     Level
	CreatedAt time.Time
	// Merged are stories that were merged into StoryID, for who knows publications of
	// them. Publications alone tells them.
	Merged []int64
}

// Ref names a row of the queue.
type Ref struct {
	Delivery    int64
	Publication int64 // under which it is queued
	Place       int64 // its destination's number in the store
	Origin      int64 // the publication that owed it first
}

// Owed is a row of the queue, as it is loaded into memory.
type Owed struct {
	Ref
	Destination    Destination
	Attempt        int
	FirstAttemptAt time.Time
	LastAttemptAt  time.Time
	Unknowns       int
	Doubtful       bool
	// PutBack says that it stands behind all else: see Delivery, or it tells of a revision
	// beside a copy that is so.
	PutBack bool
	Missed  int
	// Late says that it waited for its time, and Missed counts updates of its story that
	// waited too and were too many.
	Late  bool
	Forum bool // the destination is one: see Op.In
	// Wait is how much longer the platform asked us to leave the destination
	// alone.
	Wait time.Duration
}

// Loaded are rows of the queue with the publications they come from.
type Loaded struct {
	Rows    []Owed
	Origins map[int64]Publication
	// Targets are the platform's ids of the messages that rows act on, by delivery,
	// Keys the keys of the deliveries that made them, Shown the wordings these began
	// with, and Revisions the present wordings of the rows' updates; told by Recover
	// only.
	Targets   map[int64]string
	Keys      map[int64]string
	Shown     map[int64]int
	Revisions map[int64]int
	// Earlier are the wordings of those that were begun in another one than their update
	// has now, by delivery; told by Recover only.
	Earlier map[int64]Earlier
	// Pings are whom rows ping; told by Recover only.
	Pings map[int64]Ping
	// Troubles is what the desk was told does not work and was not told to work
	// again: workspaces of the lane, "" for the lane itself. Told by Recover only.
	Troubles []string
}

// Earlier is how a copy reads that may have been sent before its update was revised:
// it is owed an edit, and maybe a message beside it.
type Earlier struct {
	Began int // the wording that it was begun in
	// Shows is the wording in which it is sent if it has not arrived: the same, so that
	// it is one and the same message, unless that is not to be shown any more.
	Shows int
}

// Flight is a row whose request may be on its way.
type Flight struct {
	Ref
	Attempt int       // the number of this request
	First   time.Time // when the first and this request were begun
	Last    time.Time
	// Revision is the wording of its update that a copy was begun in: of one that may
	// have been sent before, that of the earlier request. The store knows and keeps it.
	Revision int
}

// Exchange is one entry of a lane's journal: what became of requests, and which
// are begun next.
type Exchange struct {
	// Batch numbers the exchanges of a lease from 1. One that is made again
	// under its number changes nothing more.
	Batch   int64
	Results []Result
	Flying  []Flight // begun earlier, and not ended by Results
	Begin   []Flight
	Updates []int64 // that Begin is about
	Notices []int64 // the same
	Acting  []int64 // deliveries of Begin that act on another's message
	Doubted []int64 // deliveries of Begin that may have been sent before
	Lane    LaneNote
	// Alarms are what the desk is to be told: durable together with Results.
	Alarms []Alarm
}

// LaneNote is what an exchange writes down of the lane itself.
type LaneNote struct {
	At      time.Time  // of all of it
	Waits   []LaneWait // those that are new or over
	Invalid int        // requests that were invalid, since the exchange before
	Working bool       // the lane works
}

// LaneWait is how long a platform asked a whole lane to wait.
type LaneWait struct {
	Method string        // with what, in the engine's words
	For    time.Duration // 0 for one that is over
	Reason string        // for people
}

// Begun is what an exchange has begun.
type Begun struct {
	// Deliveries are those of Exchange.Begin that are still owed. Their requests
	// are durably on their way now; the others are to be forgotten.
	Deliveries map[int64]bool
	// Revisions are the present wordings of Exchange.Updates, Notices those of
	// Exchange.Notices.
	Revisions map[int64]int
	Notices   map[int64]int
	// Targets are the platform's ids of the messages that are acted on, by delivery;
	// "" for one that is not there yet. Keys are the keys of the deliveries that made
	// them, "" for one that is not kept; Shown are the wordings of their updates that
	// these began with.
	Targets map[int64]string
	Keys    map[int64]string
	Shown   map[int64]int
	// Pings are whom those begun ping that ping anybody: an edit whom its copy pinged,
	// which it names and does not ping anew.
	Pings map[int64]Ping
	// Earlier are those of Exchange.Doubted whose updates were revised since the request
	// was begun that may have got through, by delivery.
	Earlier map[int64]Earlier
}

// Result is what became of a delivery that was begun.
type Result struct {
	Flight                  // that is reported; an older attempt changes nothing
	Revision  int           // what a post says
	State     DeliveryState // Sent, Failed, Unknown, Held, or Pending to be tried again
	MessageID string
	Reason    string
	// Unknown counts one outcome that could not be found out.
	Unknown bool
	// Doubtful makes the next request one to settle: an earlier one may have
	// got through, and now nobody can say.
	Doubtful bool
	// PutBack says that it is doubtful since the database was put back. Held
	// without a Destination it waits for a person.
	PutBack bool
	// Shows says that it may have shown a story's head: it made it or edited it.
	Shows bool
	// Lost is what was wrong with the message or thread that it was to act on.
	Lost Lost
	// Pause is how long the platform asked us to leave the destination alone;
	// it outlives this process.
	Pause time.Duration
	// Destination, when not "", is the state the destination goes to: Blocked
	// holds all that waits for it, Gone ends its subscriptions and skips what
	// waits, Reachable lifts a block.
	Destination DestinationState
	// Heals says of a destination that is Blocked that once the reason is mended
	// nobody need try again.
	Heals bool
	At    time.Time
}

// Lease is the right of one process to work a lane. Fence grows with every
// holder; a store refuses what an older fence asks.
type Lease struct {
	Name  string
	Owner string
	Fence int64
}

// ErrLeaseLost says that another holder has the lease; nothing was changed.
var ErrLeaseLost = errors.New("lease lost")

// LaneStatus is a lane's queue at a moment.
type LaneStatus struct {
	Lane      string
	Pending   int
	Sending   int
	Held      int
	OldestDue time.Time // when the oldest of what is unsent was published; zero when nothing is
}

// FailingDestination is a destination that cannot be written to.
type FailingDestination struct {
	Destination Destination
	Lane        string
	State       DestinationState
	Reason      string
	Since       time.Time
	Held        int // deliveries that wait for it
}

// FailedTelling is a message that was to tell a channel what it follows, and failed.
type FailedTelling struct {
	Destination Destination
	Change      Change
	Reason      string
	At          time.Time // when it had failed
}

// DeliveryFilter narrows a list of deliveries; zero values do not narrow.
type DeliveryFilter struct {
	States []DeliveryState
	Lane   string
	// Destination is the beginning of an address as Destination.String writes it.
	Destination string
	Channel     string // whatever platform and workspace it is of
	StoryID     int64
	UpdateID    int64
}
