package bot

import "storybot/stories"

// Need is what a subscription asks of its place beside messages in it.
type Need int

// The needs.
const (
	NeedThreads Need = iota // threads are opened on its messages and written in
	NeedPublish             // its messages are passed on to the channels that follow it
	needs
)

// Needs are all needs.
var Needs = [needs]Need{NeedThreads, NeedPublish}

// NeedsOf are those of a subscription's options. A card is a message that is edited, which
// whoever posted it may; a picture costs no message where it may not be shown; a digest
// and quiet hours are times. Whom it may ping is asked when that is set: Asker.Pings.
func NeedsOf(o stories.Options) (list []Need) {
	if o.Mode == stories.ModeThread {
		list = append(list, NeedThreads)
	}
	if o.Publish {
		list = append(list, NeedPublish)
	}
	return list
}
