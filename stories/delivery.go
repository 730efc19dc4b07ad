package stories

import (
	"errors"
	"time"
)

// DeliveryState says where a delivery stands.
//
//	pending ──claim──▶ sending ──▶ sent | failed | unknown
//	   ▲                  │
//	   └──── retry ───────┘          held: its destination is blocked
//	                                 skipped: never to be sent, the reason says why
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
)

// String returns the state's name.
func (s DeliveryState) String() string {
	return [...]string{"pending", "sending", "sent", "failed", "unknown", "held", "skipped"}[s]
}

// PartMessage is the part of an update that is a message of its own, the only
// part so far.
const PartMessage = "message"

// Delivery is one message owed to one destination. Its identity is (update,
// revision, destination, part).
type Delivery struct {
	ID int64
	// Key identifies the delivery to a platform that can recognise a repeated
	// request: at most 25 ASCII characters, unique over all installations.
	Key         string
	UpdateID    int64
	StoryID     int64
	Number      int // of the update in its story
	Revision    int
	Part        string
	Destination Destination
	Lane        string
	Level       Level // its priority; raised when a more urgent update of its story follows it
	State       DeliveryState
	Attempt     int // how often a request has been begun
	// FirstAttemptAt and LastAttemptAt are when the first and the newest
	// request were begun; zero before.
	FirstAttemptAt time.Time
	LastAttemptAt  time.Time
	DueAt          time.Time // not sent before
	Unknowns       int       // how often its outcome could not be found out
	Doubtful       bool      // waits or is held although an earlier request may have got through: to be settled, not sent
	Missed         int       // earlier updates its destination was not sent while it was blocked
	MessageID      string    // the platform's id of the message, once sent
	Reason         string    // why it failed, waits or was skipped, in words
	CreatedAt      time.Time
	FinishedAt     time.Time
}

// Result is what a worker reports of a delivery it had claimed.
type Result struct {
	DeliveryID int64
	Attempt    int           // of the claim that is reported; an older one changes nothing
	State      DeliveryState // Sent, Failed, Unknown, Held, or Pending to try again at DueAt
	MessageID  string
	Reason     string
	DueAt      time.Time
	// Unknown counts one outcome that could not be found out.
	Unknown bool
	// Doubtful makes the next claim one to settle: an earlier request may have
	// got through, and now nobody can say.
	Doubtful bool
	// Unbegun takes the claim back: no request was made under it. Attempt and
	// FirstAttemptAt are as before it.
	Unbegun bool
	// NotBefore, when set, delays all that waits for the same destination.
	NotBefore time.Time
	// Destination, when not "", is the state the destination goes to: Blocked
	// holds all that waits for it, Gone ends its subscriptions and skips what
	// waits, Reachable lifts a block.
	Destination DestinationState
	At          time.Time
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

// Batch is what a worker gets when it asks for work.
type Batch struct {
	Claimed []Delivery
	// NextDue is when the earliest delivery that waits for its time is due;
	// zero when none waits.
	NextDue time.Time
	// Waiting says that more deliveries are due now than were claimed.
	Waiting bool
}

// Progress counts an update's deliveries.
type Progress struct {
	UpdateID int64
	Total    int
	Sent     int
	Waiting  int // pending and sending
	Held     int
	Failed   int // failed and skipped
	Unknown  int
}

// Done says that nothing is on its way any more.
func (p Progress) Done() bool { return p.Waiting == 0 }

// LaneStatus is a lane's queue at a moment.
type LaneStatus struct {
	Lane      string
	Pending   int
	Sending   int
	Held      int
	OldestDue time.Time // of what is due and unsent; zero when nothing is
}

// FailingDestination is a destination that cannot be written to.
type FailingDestination struct {
	Destination Destination
	State       DestinationState
	Reason      string
	Since       time.Time
	Held        int // deliveries that wait for it
}

// DeliveryFilter narrows a list of deliveries; zero values do not narrow.
type DeliveryFilter struct {
	States []DeliveryState
	Lane   string
	// Destination is the beginning of an address as Destination.String writes it.
	Destination string
}
