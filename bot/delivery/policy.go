package delivery

import (
	"fmt"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// policy is what every answer means: for the row, for its destination, for who is
// told, and when the destination's next request may leave. Nothing else decides
// that. Ambiguous and Unsettled are not in it: they conclude nothing, see
// settler.go; and judge.go may have taken an answer for something else first.
var policy = [bot.Outcomes]rule{
	bot.Transient:  {row: stories.Pending, next: later},
	bot.Delivered:  {row: stories.Sent, next: paced},
	bot.Gone:       {row: stories.Failed, destination: stories.Gone, told: DestinationGone},
	bot.Blocked:    {row: stories.Held, destination: stories.Blocked, told: DestinationBlocked},
	bot.BadPayload: {row: stories.Failed},
	bot.BadAccount: {row: stories.Pending},
	bot.NotSent:    {row: stories.Pending, next: again},
	bot.Unreadable: {row: stories.Pending, unknown: true},
	bot.Redrawn:    {row: stories.Pending, next: paced},
	// Of these the destination is as it was.
	bot.MessageGone: {row: stories.Skipped},
	bot.ThreadGone:  {row: stories.Skipped},
	bot.Unable:      {row: stories.Skipped},
}

// rule is the policy on one outcome.
type rule struct {
	row         stories.DeliveryState
	destination stories.DestinationState // "" for no change
	told        stories.AlarmKind        // where destination is not ""
	unknown     bool                     // counts as an outcome nobody knows
	next        step
}

// step is when the destination's next request may leave.
type step int

const (
	atOnce step = iota
	paced       // as the destination's own budget says
	later       // after the limit that was met, or a backoff
	again       // at once the first time, then as later
)

// decision is what an answer means for one delivery.
type decision struct {
	job *job
	// doubt says that nobody knows whether it was sent: nothing is written of it, and
	// its destination waits until that is known.
	doubt  bool
	result stories.Result
	// wait is how long the destination gets nothing from now on.
	wait time.Duration
}

// decide applies the policy to an answer. perChannel is the least time between
// two posts to one destination, random in [0, 1) spreads retries.
func decide(d stories.Delivery, v bot.Verdict, now time.Time, perChannel time.Duration, random float64) decision {
	rule := policy[v.Outcome]
	c := decision{result: stories.Result{Flight: stories.Flight{Ref: stories.Ref{Delivery: d.ID}, Attempt: d.Tries.Count, First: d.Tries.First, Last: d.Tries.Last}, Revision: d.Revision,
		State: rule.row, Destination: rule.destination, Unknown: rule.unknown, MessageID: v.MessageID, At: now}}
	if v.Outcome != bot.Delivered {
		c.result.Reason = why(v)
	}
	c.result.Shows = d.Op == stories.OpShow || d.About.NoticeID != 0 && d.Op.Says()
	c.result.Lost, c.result.Unpinged = lost(d.Op, v), v.Unpinged
	switch rule.next {
	case paced:
		if c.wait = nextPost(v, perChannel); d.Op == stories.OpShow {
			c.wait = max(c.wait, showEvery)
		}
	case later:
		c.retry(d, v, now, random)
	case again:
		if c.result.Reason = "the first request was lost on its way; it is sent again"; d.Tries.Count > 2 {
			c.retry(d, v, now, random)
		}
	}
	if v.Outcome == bot.Unreadable && d.Tries.Unknowns > 0 && !d.Tries.Doubtful { // what was held since has not been sent once more yet
		c.result.State = stories.Unknown
	}
	if d.Tries.PutBack {
		c.putBack(v)
	}
	return c
}

// lost is what an answer says of the message or thread that an operation acts on.
func lost(op stories.Op, v bot.Verdict) stories.Lost {
	switch {
	case v.Outcome == bot.MessageGone && v.There:
		return stories.MessageClosed
	case v.Outcome == bot.MessageGone:
		return stories.MessageLost
	case v.Outcome == bot.ThreadGone && !v.There:
		return stories.ThreadLost
	case v.Outcome == bot.ThreadGone, v.Outcome == bot.Unable && (op == stories.OpReply || op == stories.OpBroadcast || op == stories.OpThread):
		return stories.ThreadClosed
	}
	return stories.NothingLost
}

// putBack is what an answer means for a row of a database that was put back:
// where nobody can say whether it was sent, a person says what is done.
func (c *decision) putBack(v bot.Verdict) {
	switch v.Outcome {
	case bot.Unreadable:
		c.result.State, c.result.Unknown, c.result.PutBack = stories.Held, false, true
		c.result.Reason = strings.TrimRight(why(v), ". ") + "." + releaseCure
	case bot.NotSent:
		c.result.Reason = "it was not in the channel when the database had been put back; it is sent"
	}
}

// releaseCure is what remains to be done about a row nobody can tell of.
const releaseCure = " The database was put back; a moderator can send it again from /desk status."

// retry has the row tried again: after a limit when that ends, otherwise after a
// backoff. A row that has been tried for a day has failed.
func (c *decision) retry(d stories.Delivery, v bot.Verdict, now time.Time, random float64) {
	c.result.Reason = why(v)
	switch {
	case v.Limited == bot.ScopeLane: // the lane itself pauses
		return
	case v.Limited == bot.ScopeChannel:
		c.wait = max(v.RetryAfter, minPause) + resetMargin
	case tiredOf(d, now):
		c.result.State, c.result.Reason = stories.Failed, fmt.Sprintf("could not be reached for %d hours: %s", int(giveUp.Hours()), bot.Reason("it", why(v)))
		return
	default:
		c.wait = max(v.RetryAfter, backoff(retryBase, retryMax, d.Tries.Count, random))
	}
	if v.RetryAfter >= journalFrom && !d.Op.Amends() { // the messages' pause: what changes them has its own
		c.result.Pause = v.RetryAfter
	}
}

// nextPost returns how long the destination gets no further message.
func nextPost(v bot.Verdict, perChannel time.Duration) time.Duration {
	if v.Left.Known && v.Left.Remaining <= 0 {
		return max(perChannel, v.Left.ResetAfter+resetMargin)
	}
	return perChannel
}

// tiredOf says that d has been tried long enough.
func tiredOf(d stories.Delivery, now time.Time) bool {
	return !d.Tries.First.IsZero() && d.Tries.Count >= leastTries && now.Sub(d.Tries.First) >= giveUp
}

// reasonOf returns what is wrong, in words.
func reasonOf(v bot.Verdict) string {
	switch {
	case v.Reason != "":
		return v.Reason
	case v.Code != "":
		return "was answered with " + v.Code
	}
	return "could not be reached"
}

// why returns the verdict's reason and cure, for the row.
func why(v bot.Verdict) string {
	if v.Cure == "" {
		return reasonOf(v)
	}
	return strings.TrimRight(reasonOf(v), ". ") + ". " + v.Cure
}
