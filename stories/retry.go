package stories

// Retry is which deliveries somebody wants made once more: those of IDs, or all that
// Filter lets through. Of either only what Failed, or is Unknown, is.
type Retry struct {
	IDs    []int64
	Filter DeliveryFilter
	// DryRun has nothing changed: it is only told what would be.
	DryRun bool
}

// Retried is what comes of it.
type Retried struct {
	// Failed are those that had failed, Settled and Unsettled those of which nobody knows
	// whether they arrived: the former are looked for first, and sent where they are not
	// there; the latter cannot be, because their update was revised since, and may be there
	// twice then.
	Failed, Settled, Unsettled int
	Channels                   int // to which those go
	Left                       []LeftOut
}

// Again is how many are owed again.
func (r Retried) Again() int { return r.Failed + r.Settled + r.Unsettled }

// Unknown is how many may be there twice.
func (r Retried) Unknown() int { return r.Settled + r.Unsettled }

// LeftOut is what was asked for and is not owed again.
type LeftOut struct {
	Count int
	Why   LeftWhy
}

// LeftWhy is why something is not owed again.
type LeftWhy string

// The reasons why, in the order in which they are told.
const (
	LeftMissing    LeftWhy = "no delivery"      // of a number that is none
	LeftSent       LeftWhy = "sent"             // it arrived
	LeftWaiting    LeftWhy = "waiting"          // it is on its way, or held or kept until it is sent
	LeftSkipped    LeftWhy = "skipped"          // it was not to be sent
	LeftOldNews    LeftWhy = "old news"         // it told the desk, or a channel, of its time
	LeftGone       LeftWhy = "channel gone"     // or has another address
	LeftBlocked    LeftWhy = "channel blocked"  // it cannot be written to now
	LeftUnfollowed LeftWhy = "not followed"     // its channel asks for it no more
	LeftWithheld   LeftWhy = "not to be sent"   // its update is on hold, or withdrawn
	LeftDoneSince  LeftWhy = "newer edit"       // a newer edit of the message is owed or was made
	LeftNoMessage  LeftWhy = "nothing to do to" // what it would be done to is not there
)
