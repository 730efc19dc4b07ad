package bot

import (
	"context"
	"time"

	"storybot/stories"
)

// Post is one message on its way to one destination.
type Post struct {
	// Delivery is the row behind it. Delivery.Key identifies the post to the
	// platform over all attempts, FirstAttemptAt and LastAttemptAt say when
	// requests for it were begun; both are durable before Send is called. A
	// repeat that Settle makes changes neither: it must be harmless.
	Delivery stories.Delivery
	// Message is the same pointer for the same content as long as the content
	// is in use, so that a sender may keep its encoding. It is not to be changed.
	Message *Message
}

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
	// MessageGone is an edit's: the message is not there any more or cannot be
	// changed; its destination is as it was.
	MessageGone
)

var outcomeNames = [...]string{"transient", "delivered", "gone", "blocked", "payload", "account", "ambiguous", "not_sent", "unsettled", "unreadable", "message_gone"}

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
	Err       error  // the cause, for the log; never holds a token

	// Limited says what a 429 covers; RetryAfter how long it lasts.
	Limited    Scope
	RetryAfter time.Duration
	// Shared marks a 429 that does not count as an invalid request.
	Shared bool
	// Invalid marks an answer that counts towards the platform's limit of
	// invalid requests.
	Invalid bool

	// Remaining and ResetAfter are what the answer said of the destination's
	// own budget: how many more posts fit, and when it is full again. Known
	// says that it said so.
	Known      bool
	Remaining  int
	ResetAfter time.Duration

	// Unlimited marks a success without any of the signs of a limit that the
	// platform itself puts on every such answer: what answers is a proxy that
	// paces by itself, or a server without limits.
	Unlimited bool

	// Requests is how many requests were made; 0 stands for one.
	Requests int
}

// Pace is how fast a lane may go by the platform's published rules, before it
// has answered anything. Zero values mean no limit known.
type Pace struct {
	// PerSecond is how many requests a second the whole lane may make.
	PerSecond float64
	// PerChannel is the least time between two posts to one destination.
	PerChannel time.Duration
	// Learns says that the lane's budget is not published: it is slowed by
	// limits met and grows again without them.
	Learns bool
	// LooksPerMinute is how often Settle may ask in a minute where that has a
	// budget of its own; 0 where it shares the lane's.
	LooksPerMinute int
	// EditsPerMinute is how many edits the lane may make in a minute where they
	// have a budget of their own; 0 where they share the lane's.
	EditsPerMinute int
	// InFlight is how many requests may be on their way at once.
	InFlight int
	// InvalidPer10Min is how many invalid requests (Verdict.Invalid) within ten
	// minutes stop the lane; 0 for never.
	InvalidPer10Min int
}

// Sender posts to one platform. It never retries and never waits for a limit:
// package delivery does. Its methods may be called from many goroutines.
type Sender interface {
	// Pace returns the published limits of a lane of this platform.
	Pace(lane string) Pace
	// Send makes one attempt. It returns when the answer is there or ctx ends.
	Send(ctx context.Context, p Post) Verdict
	// Settle finds out whether an earlier attempt of p was delivered. Sending
	// it again is a way of finding out where the platform recognises repeats.
	Settle(ctx context.Context, p Post) Verdict
}
