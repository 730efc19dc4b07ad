package bot

import (
	"context"

	"storybot/stories"
)

// Editor changes messages that were posted before. Not every Sender is one: on
// a terminal what was printed stays.
type Editor interface {
	// Edit makes m of the message called messageID, as Verdict.MessageID named
	// it, in d. It makes one attempt and never waits for a limit. Edits draw on
	// the limits of d's lane, and may have a tighter one of their own: a few
	// seconds between two edits of one message keep clear of it.
	//
	// An edit may be repeated, so Ambiguous is never returned: what may or may
	// not have been changed is Transient. MessageGone says that the message is not
	// there any more or cannot be changed, and nothing of its channel; Gone that
	// the channel is not there. It is not to be posted anew.
	Edit(ctx context.Context, d stories.Destination, messageID string, m *Message) Verdict
}
