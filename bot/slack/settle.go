package slack

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"storybot/bot"
)

const (
	// quietLong is how long after an attempt a request without a whole answer
	// may still be on its way inside Slack; longer than any of Slack's own
	// time-outs we know of.
	quietLong = 60 * time.Second
	// quietTaken is the same for a request of a process that has ended: its
	// connection is closed, and its lane was free for a while before we had it. A
	// message is sent again no later than 30 s after its lane is taken over.
	quietTaken = 25 * time.Second
	// quietShort is enough after a whole answer of Slack's own: the request is
	// over, and only the history may lag.
	quietShort = 2 * time.Second
	// margin is how far before the first attempt and after the last one the
	// history is searched, beside the difference between the clocks.
	margin = 2 * time.Minute
	// lately is within which an attempt's time is not trusted to the minute.
	lately = 2 * time.Hour
	// pageSize is what a page of history is asked to hold, pages how many are
	// read: 1,000 messages around one attempt.
	// https://docs.slack.dev/reference/methods/conversations.history
	pageSize = 200
	pages    = 5
)

// looks are how long after an attempt its channel is looked at once more, beside
// at once and when nothing can come any more: so few that those of all posts on
// their way at once fit the limit of reading.
var looks = [...]time.Duration{5 * time.Second, 12 * time.Second}

// Settle looks for a post in the channel's history, by its metadata. A post
// that is not there was not sent only when its request can no longer be on its
// way; until then it looks again at growing distances.
// A reply is looked for in its thread. What is repeatable is done again.
func (p *pusher) Settle(ctx context.Context, post bot.Operation) bot.Verdict {
	if op := post.Delivery.Op; op.Repeatable() || !p.Knows(op) {
		v := p.Do(ctx, post)
		if v.Outcome == bot.Redrawn { // which says nothing of what became of it
			v = p.Do(ctx, post)
			v.Requests = 2
		}
		return v
	}
	w, v, ok := p.sender(ctx, post.Delivery.Destination.Workspace)
	if !ok {
		return v
	}
	found, f := p.find(ctx, w, post)
	if f != nil && f.code == "not_in_channel" {
		// A public channel can be written to from outside and read only from
		// inside.
		channel := channelOf(post)
		if _, j := p.api.call(ctx, joinRequest(w, channel), new(status)); j == nil {
			p.log.Info("slack channel joined to read what was posted", "destination", post.Delivery.Destination.String())
			found, f = p.find(ctx, w, post)
		} else if j.passing() {
			f = j
		}
	}
	if f != nil {
		v := unread(f)
		if v.Outcome == bot.Unreadable {
			p.attempts.forget(post.Delivery.Key)
		}
		return v
	}
	if found != "" {
		p.attempts.forget(post.Delivery.Key)
		return bot.Verdict{Outcome: bot.Delivered, MessageID: messageID(post.Delivery.Destination.Channel, channelOf(post), found)}
	}
	since, quiet := p.sinceAttempt(post)
	if since < quiet {
		return bot.Verdict{Outcome: bot.Unsettled, Code: "not_found_yet", RetryAfter: nextLook(since, quiet),
			Reason: "may still be written to by a request whose answer was lost"}
	}
	p.attempts.forget(post.Delivery.Key)
	return bot.Verdict{Outcome: bot.NotSent}
}

// nextLook returns how long after a look that found nothing the next one is worth
// its request: soon, for a history that lags, and when nothing can come any more.
func nextLook(since, quiet time.Duration) time.Duration {
	for _, look := range looks {
		if since < look && look < quiet {
			return max(look-since, time.Second)
		}
	}
	return quiet - since
}

// joinRequest makes the bot a member of a public channel.
// https://docs.slack.dev/reference/methods/conversations.join
func joinRequest(w workspace, channel string) request {
	return post("conversations.join", w.token, url.Values{"channel": {channel}})
}

// unreadable are the words with which Slack refuses to be read, beside those
// that are refusals of posts too.
// https://docs.slack.dev/reference/methods/conversations.history#errors
var unreadable = []string{
	"unknown_method", "method_deprecated", "deprecated_endpoint", "method_not_supported_for_channel_type", "feature_not_enabled",
	"invalid_cursor", "invalid_limit", "invalid_ts_latest", "invalid_ts_oldest", "invalid_metadata_keys", "user_is_restricted", "not_supported",
}

// unread reads the failure of looking. Reading has a limit of its own, which
// says nothing about posting. Only a refusal that is known is believed: all
// else is asked again.
func unread(f *failure) bot.Verdict {
	v := bot.Verdict{Outcome: bot.Unsettled, Code: f.code, Err: f}
	meaning := meanings[f.code]
	switch {
	case f.limited:
		v.Code, v.Limited, v.RetryAfter, v.Reason = "ratelimited", bot.ScopeLane, f.retryAfter, "is not read yet: Slack asks to wait"
	case f.code == "thread_not_found":
		v.Outcome, v.Reason = bot.ThreadGone, threadMeanings[f.code].reason
	case f.absent(), slices.Contains(unreadable, f.code):
		v.Outcome, v.Reason = bot.Unreadable, "cannot be read ("+cmp.Or(f.code, "no such method")+"), so nobody knows whether the message arrived"
	case f.passing():
		v.Reason = "is not read yet: Slack could not be asked"
	case f.code == "missing_scope":
		v.Outcome = bot.Unreadable
		v.Reason = strings.TrimSpace("cannot be read, so nobody knows whether the message arrived: the app lacks the scope " + f.needed)
		v.Cure = "Whoever runs Storybot adds channels:history, groups:history and channels:join under OAuth & Permissions and installs the app again."
	case f.code == "too_many_messages":
		v.Outcome, v.Reason = bot.Unreadable, "has so many messages that nobody can say whether the message arrived"
	case meaning.outcome == bot.BadAccount:
		v.Outcome, v.Reason, v.Cure = meaning.outcome, meaning.reason, meaning.cure
	case meaning.outcome == bot.Blocked, meaning.outcome == bot.Gone, meaning.outcome == bot.BadPayload:
		v.Outcome, v.Reason, v.Cure = bot.Unreadable, cmp.Or(meaning.reason, "cannot be read")+", so nobody knows whether the message arrived", meaning.cure
	default:
		v.Reason = "is not read yet: Slack could not be asked (" + f.code + ")"
	}
	return v
}
