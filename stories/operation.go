package stories

// Op is what a delivery does at its destination. All but OpPost and OpForum act
// on the message of another delivery there, and are begun only when that one has
// been sent.
type Op int

// The operations; the numbers are stored.
const (
	OpPost      Op = 0 // a message of its own
	OpEdit      Op = 1 // the earlier message gets its update's present wording
	OpReply     Op = 2 // a message in the thread of the earlier one
	OpBroadcast Op = 3 // a reply that the channel above the thread shows too
	OpThread    Op = 4 // the earlier message gets a thread
	OpForum     Op = 5 // a thread of its own, with its first message
	OpPublish   Op = 6 // the earlier message goes on to the channels that follow this one
	OpDelete    Op = 7 // the earlier message is taken away
	OpShow      Op = 8 // the earlier message, a live card, is edited so that it shows the update
)

// Ops are all operations, in the order of their numbers.
var Ops = [...]Op{OpPost, OpEdit, OpReply, OpBroadcast, OpThread, OpForum, OpPublish, OpDelete, OpShow}

// String returns the operation's name, as metrics and logs use it.
func (o Op) String() string {
	return [...]string{"post", "edit", "reply", "broadcast", "thread", "forum", "publish", "delete", "show"}[o]
}

// Acts says that the operation acts on the message of another delivery.
func (o Op) Acts() bool { return o != OpPost && o != OpForum }

// In is what the operation is at a place: what is posted in a forum opens a thread of its
// own. It is owed as a post, and its key is that of one.
func (o Op) In(forum bool) Op {
	if o == OpPost && forum {
		return OpForum
	}
	return o
}

// Says says that the operation makes a message that says what its update says:
// a copy, which a revision edits.
func (o Op) Says() bool { return o == OpPost || o == OpReply || o == OpBroadcast || o == OpForum }

// Repeatable says that doing it twice is doing it once: where nobody knows what
// became of it, it is done again. What is not repeatable is settled.
func (o Op) Repeatable() bool { return !o.Says() }

// Amends says that the operation changes what is there and adds nothing to it:
// it takes no part in the order in which messages follow each other.
func (o Op) Amends() bool { return o == OpEdit || o == OpPublish || o == OpDelete || o == OpShow }

// Task is one operation of an update that is owed to one destination.
type Task struct {
	Op          Op
	Destination Destination
	On          int64 // the delivery whose message Op acts on; 0 for none
}
