package stories

// Lost is what is wrong with a message or thread that is acted on.
type Lost int

// What may be wrong. What is closed is there: the message cannot be changed any more, or
// nothing can be said in the thread.
const (
	NothingLost Lost = iota
	MessageLost
	MessageClosed
	ThreadLost
	ThreadClosed
)
