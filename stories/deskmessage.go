package stories

import "time"

// DeskMessage is the message in a desk's channel that says how the delivery of
// an update is coming along. There is one for each update and channel, which is
// edited in place until the update is done.
type DeskMessage struct {
	UpdateID int64
	StoryID  int64
	Slug     string
	Number   int // of the update in its story
	Level    Level

	Destination Destination
	Lane        string
	// Key identifies the post to a platform that can recognise a repeated
	// request, as Delivery.Key does. It is the same after a restart.
	Key string
	// FirstAttemptAt and LastAttemptAt are when the first and the newest request
	// to post it were begun; zero when surely none was carried out.
	FirstAttemptAt time.Time
	LastAttemptAt  time.Time
	MessageID      string // the platform's id of the message, once posted
	Done           bool   // it says the last word, or was given up
}
