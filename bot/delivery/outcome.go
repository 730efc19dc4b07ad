package delivery

import (
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// resetMargin is added to the time a platform says a channel's budget is full
// again: its clock and its rounding are not ours.
const resetMargin = 25 * time.Millisecond

// resultOf turns a verdict into what is written of the row. perChannel is the
// least time between two posts to one destination, random in [0, 1) spreads
// retries. Ambiguous and Unsettled conclude nothing: see settle.go.
func resultOf(d stories.Delivery, v bot.Verdict, now time.Time, perChannel time.Duration, random float64) stories.Result {
	r := stories.Result{DeliveryID: d.ID, Attempt: d.Attempt, At: now}
	switch v.Outcome {
	case bot.Delivered:
		r.State, r.MessageID = stories.Sent, v.MessageID
		r.NotBefore = nextPost(v, now, perChannel)
	case bot.Gone:
		r.State, r.Reason, r.Destination = stories.Failed, why(v), stories.Gone
	case bot.Blocked:
		r.State, r.Reason, r.Destination = stories.Held, why(v), stories.Blocked
	case bot.BadPayload:
		r.State, r.Reason = stories.Failed, why(v)
	case bot.BadAccount:
		r.State, r.Reason, r.DueAt = stories.Pending, why(v), d.DueAt
	case bot.NotSent:
		r.State, r.Reason, r.DueAt = stories.Pending, "the first request was lost on its way; it is sent again", d.DueAt
		if d.Attempt > 2 {
			r = retry(r, d, v, now, random)
		}
	case bot.Unreadable:
		r.State, r.Reason, r.DueAt, r.Unknown = stories.Pending, why(v), d.DueAt, true
		if d.Unknowns > 0 && !d.Doubtful { // what was held since has not been sent once more yet
			r.State = stories.Unknown
		}
	default:
		r = retry(r, d, v, now, random)
	}
	return r
}

// nextPost returns when the destination may get its next message; zero for at
// once.
func nextPost(v bot.Verdict, now time.Time, perChannel time.Duration) time.Time {
	wait := perChannel
	if v.Known && v.Remaining <= 0 {
		wait = max(wait, v.ResetAfter+resetMargin)
	}
	if wait <= 0 {
		return time.Time{}
	}
	return now.Add(wait)
}

// resultOf and retry leave DueAt as it is where nothing is to be waited for, so
// that the row keeps its place among the others.
//
// retry puts the row back: after a limit when that ends, otherwise after a
// backoff. A row that has been tried for a day has failed.
func retry(r stories.Result, d stories.Delivery, v bot.Verdict, now time.Time, random float64) stories.Result {
	r.State, r.Reason = stories.Pending, why(v)
	switch v.Limited {
	case bot.ScopeLane: // the lane itself pauses
		r.DueAt = d.DueAt
		return r
	case bot.ScopeChannel:
		r.DueAt = now.Add(max(v.RetryAfter, minPause) + resetMargin)
		r.NotBefore = r.DueAt
		return r
	}
	if tiredOf(d, now) {
		r.State, r.Reason = stories.Failed, "could not be reached for 24 hours: "+why(v)
		return r
	}
	r.DueAt = now.Add(max(v.RetryAfter, backoff(retryBase, retryMax, d.Attempt, random)))
	r.NotBefore = r.DueAt
	return r
}

// leastTries are far fewer than a day of trying takes: where there were not as
// many, the clock has been set or the bot was away.
const leastTries = 24

// tiredOf says that d has been tried long enough.
func tiredOf(d stories.Delivery, now time.Time) bool {
	return !d.FirstAttemptAt.IsZero() && d.Attempt >= leastTries && now.Sub(d.FirstAttemptAt) >= giveUp
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

// putBack returns the result of a claimed row that was surely not sent. It
// keeps its place among the others unless it has to wait.
func putBack(d stories.Delivery, now time.Time, wait time.Duration) stories.Result {
	r := stories.Result{DeliveryID: d.ID, Attempt: d.Attempt, State: stories.Pending, Reason: d.Reason, DueAt: d.DueAt, Doubtful: d.Doubtful, At: now}
	if wait > 0 {
		r.DueAt = now.Add(wait)
		r.NotBefore = r.DueAt
	}
	return r
}
