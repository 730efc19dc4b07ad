package bot

import (
	"context"
	"time"

	"storybot/stories"
)

// Outcome is what an answer means for a delivery.
type Outcome int

// The outcomes. Transient is the zero value: what is not understood is tried
// again, unless it may have been sent.
const (
	// Transient: surely not sent; try again after Verdict.RetryAfter or a
	// backoff.
	Transient Outcome = iota
	// Delivered: MessageID is the platform's id of the message.
	Delivered
	// Gone: the destination no longer exists. Its subscriptions end.
	Gone
	// Blocked: the destination refuses us until somebody mends it.
	Blocked
	// BadPayload: this message is refused and will be at every try.
	BadPayload
	// BadAccount: the token or the installation is refused; nothing of the
	// lane can be sent.
	BadAccount
	// Ambiguous: it may have been sent. Settle finds out.
	Ambiguous
	// NotSent is Settle's: it was surely not sent and no request for it can
	// still be on its way. Send again.
	NotSent
	// Unsettled is Settle's: nothing can be said before Verdict.RetryAfter.
	Unsettled
	// Unreadable is Settle's: it cannot be found out, Reason says why.
	Unreadable
	// MessageGone: the message acted on is not there any more or cannot be changed;
	// its destination is as it was.
	MessageGone
	// ThreadGone: the thread is not there any more or is locked; the channel above
	// it is as it was.
	ThreadGone
	// Unable: the operation is not possible there, and will not be; the destination
	// and the message acted on are as they were.
	Unable
	// Redrawn: surely not sent, because of how it was drawn and not of what it says.
	// The sender draws it otherwise from now on: send again.
	Redrawn
	outcomes
)

// Outcomes is how many outcomes there are.
const Outcomes = int(outcomes)

var outcomeNames = [outcomes]string{"transient", "delivered", "gone", "blocked", "payload", "account", "ambiguous", "not_sent", "unsettled", "unreadable", "message_gone", "thread_gone", "unable", "redrawn"}

// String returns the outcome's name, as metrics and logs use it.
func (o Outcome) String() string { return outcomeNames[o] }

// Scope is what a rate limit covers.
type Scope int

// The scopes.
const (
	ScopeNone    Scope = iota
	ScopeChannel       // this destination only
	ScopeLane          // everything in the lane
)

// Verdict is a sender's reading of an answer.
type Verdict struct {
	Outcome   Outcome
	MessageID string
	Code      string // the platform's own word or number, for logs and metrics
	Reason    string // for people: what is wrong, as the end of "This channel …"
	Cure      string // for people: who can mend it, and how; a whole sentence
	Heals     bool   // once it is mended deliveries go on by themselves: nobody need try again
	Err       error  // the cause, for the log; never holds a token

	// Limited says what a 429 covers; RetryAfter how long it lasts.
	Limited    Scope
	RetryAfter time.Duration
	// There says of a MessageGone or ThreadGone that what was acted on is there, and only
	// closed: the message cannot be changed, nothing can be said in the thread.
	There bool
	// Fades is for how long such a Transient answer is worth another try; then the
	// operation is taken for Unable. 0 for as long as any.
	Fades time.Duration
	// Shared marks a 429 that does not count as an invalid request.
	Shared bool
	// Invalid marks an answer that counts towards the platform's limit of
	// invalid requests.
	Invalid bool

	Left Left // of the destination's own budget

	// Unlimited marks a success without any of the signs of a limit that the
	// platform itself puts on every such answer: what answers is a proxy that
	// paces by itself, or a server without limits.
	Unlimited bool

	// Unpinged says of a message that was sent that it pings nobody, because the platform
	// refused it with its ping.
	Unpinged bool

	// Requests is how many requests were made; 0 stands for one.
	Requests int
}

// Left is what an answer said of its destination's own budget.
type Left struct {
	Known      bool          // it said so
	Remaining  int           // how many more posts fit
	ResetAfter time.Duration // when it is full again
}

// Sender does operations on one platform. It never retries and never waits for
// a limit: package delivery does. Its methods may be called from many goroutines.
type Sender interface {
	// Pace returns the published limits of a lane of this platform.
	Pace(lane string) Pace
	// Knows says whether the platform has such an operation at all.
	Knows(op stories.Op) bool
	// Do makes one attempt. It returns when the answer is there or ctx ends.
	//
	// What is repeatable is never Ambiguous: what may or may not have been done is
	// Transient. A message that is gone, a thread that is, and an operation that is
	// not possible say nothing of the destination.
	Do(ctx context.Context, o Operation) Verdict
	// Settle finds out whether an earlier attempt of o was carried out. Doing it
	// again is a way of finding out where the platform recognises repeats, or
	// where o is repeatable.
	Settle(ctx context.Context, o Operation) Verdict
}
