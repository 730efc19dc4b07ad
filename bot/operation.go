package bot

import "storybot/stories"

// Operation is one operation on its way to one destination.
type Operation struct {
	// Delivery is the row behind it; Delivery.Op says what is to be done.
	// Delivery.Key identifies a message to the platform over all attempts,
	// FirstAttemptAt and LastAttemptAt say when requests for it were begun; both
	// are durable before Do is called. A repeat that Settle makes changes neither:
	// it must be harmless.
	Delivery stories.Delivery
	// Message is what the update says now, which is what is to be shown, by
	// operations that show something. It is the same pointer for the same content as
	// long as the content is in use, so that a sender may keep its encoding. It is
	// not to be changed.
	Message *Message
	// Target is the message acted on, as Verdict.MessageID named it: the one to be
	// edited, published or taken away, the one a thread is opened on, or the one
	// (or the thread) whose thread takes a reply.
	Target string
	// Mark is the key of the delivery that made Target; "" where that is not known.
	// Who edits the message keeps it there: by it the message is found again after its
	// answer was lost, or the database was put back.
	Mark string
	// Ping is whom the message pings, the zero value for nobody: behind the text, in the
	// platform's own writing, and nobody else. An edit names whom its message pinged and
	// pings nobody anew. Where that cannot be read as a role or a group nobody is pinged.
	// It is no part of Message, which all channels share.
	Ping stories.Ping
}

// Method is a kind of request that platforms count by itself.
type Method int

// The methods.
const (
	Posts     Method = iota // messages, replies too
	Edits                   // of messages
	Looks                   // what Settle asks
	Threads                 // that are opened, forum posts too
	Publishes               // of messages to the channels that follow this one
	Deletes                 // of messages
	methods
)

// Methods are all methods.
var Methods = [methods]Method{Posts, Edits, Looks, Threads, Publishes, Deletes}

// MethodOf returns the method an operation is made by.
func MethodOf(o stories.Op) Method {
	switch o {
	case stories.OpEdit, stories.OpShow:
		return Edits
	case stories.OpThread, stories.OpForum:
		return Threads
	case stories.OpPublish:
		return Publishes
	case stories.OpDelete:
		return Deletes
	}
	return Posts
}
