package slack

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"

	"storybot/bot"
)

const (
	// quietLong is how long after an attempt a request without a whole answer
	// may still be on its way inside Slack; longer than any of Slack's own
	// time-outs we know of.
	quietLong = 60 * time.Second
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

// attempt is what this process remembers of a post whose outcome is not known.
type attempt struct {
	at     time.Time
	closed bool // Slack itself answered: the request is over
}

// attempts are kept in memory only: without them Settle takes the safe side.
type attempts struct {
	mu    sync.Mutex
	byKey map[string]attempt
}

func (a *attempts) note(key string, at attempt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byKey == nil || len(a.byKey) >= cacheMost {
		a.byKey = make(map[string]attempt)
	}
	a.byKey[key] = at
}

func (a *attempts) get(key string) (attempt, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, ok := a.byKey[key]
	return at, ok
}

func (a *attempts) forget(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.byKey, key)
}

// Settle looks for a post in the channel's history, by its metadata. A post
// that is not there was not sent only when its request can no longer be on its
// way; until then it looks again at growing distances.
func (p *Platform) Settle(ctx context.Context, post bot.Post) bot.Verdict {
	w, v, ok := p.sender(ctx, post.Delivery.Destination.Workspace)
	if !ok {
		return v
	}
	since, closed := p.sinceAttempt(post)
	found, f := p.find(ctx, w, post)
	if f != nil && f.code == "not_in_channel" {
		// A public channel can be written to from outside and read only from
		// inside.
		channel := post.Delivery.Destination.Channel
		if _, j := p.api.call(ctx, joinRequest(w, channel), new(status)); j == nil {
			p.log.Info("slack channel joined to read what was posted", "destination", post.Delivery.Destination.String())
			found, f = p.find(ctx, w, post)
		} else if j.code == "" || j.limited {
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
		return bot.Verdict{Outcome: bot.Delivered, MessageID: found}
	}
	quiet := quietLong
	if closed {
		quiet = quietShort
	}
	if since < quiet {
		return bot.Verdict{Outcome: bot.Unsettled, Code: "not_found_yet", RetryAfter: min(max(since, time.Second), quiet-since),
			Reason: "may still be written to by a request whose answer was lost"}
	}
	p.attempts.forget(post.Delivery.Key)
	return bot.Verdict{Outcome: bot.NotSent}
}

// joinRequest makes the bot a member of a public channel.
// https://docs.slack.dev/reference/methods/conversations.join
func joinRequest(w workspace, channel string) request {
	return post("conversations.join", w.token, url.Values{"channel": {channel}})
}

// sinceAttempt is how long ago the last request for a post was begun, and
// whether Slack has finished it. When the clock was set back since, time
// counts from now.
func (p *Platform) sinceAttempt(post bot.Post) (since time.Duration, closed bool) {
	key := post.Delivery.Key
	a, ok := p.attempts.get(key)
	if !ok {
		a = attempt{at: post.Delivery.LastAttemptAt}
		if since := time.Since(a.at); since < 0 {
			a.at = time.Now()
			p.attempts.note(key, a)
		}
	}
	return time.Since(a.at), a.closed
}

// history is the answer of conversations.history.
type history struct {
	status
	Messages []struct {
		TS       string `json:"ts"`
		BotID    string `json:"bot_id"`
		Metadata struct {
			EventType    string `json:"event_type"`
			EventPayload struct {
				DeliveryID string `json:"delivery_id"`
			} `json:"event_payload"`
		} `json:"metadata"`
	} `json:"messages"`
	HasMore bool `json:"has_more"`
	Next    struct {
		Cursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}

// find returns the id of the message that a post became, "" when there is none.
func (p *Platform) find(ctx context.Context, w workspace, post bot.Post) (string, *failure) {
	d := post.Delivery
	oldest, latest := p.around(d.FirstAttemptAt, d.LastAttemptAt, time.Now())
	query := url.Values{
		"channel": {d.Destination.Channel}, "limit": {strconv.Itoa(pageSize)},
		"inclusive": {"true"}, "include_all_metadata": {"true"},
		"oldest": {timestamp(oldest)}, "latest": {timestamp(latest)},
	}
	for range pages {
		var page history
		if _, f := p.api.call(ctx, get("conversations.history", w.token, query), &page); f != nil {
			return "", f
		}
		for _, m := range page.Messages {
			ours := m.BotID == "" || w.botID == "" || m.BotID == w.botID
			if ours && m.Metadata.EventType == eventType && m.Metadata.EventPayload.DeliveryID == d.Key && m.TS != "" {
				return m.TS, nil
			}
		}
		if page.Next.Cursor == "" {
			return "", nil
		}
		query.Set("cursor", page.Next.Cursor)
	}
	return "", &failure{method: "conversations.history", reach: answered, code: "too_many_messages"}
}

// around is the time, by Slack's clock, in which the attempts from first to
// last may have made a message. When they were lately it reaches to now, so
// that a clock that was set in between does not hide the message.
func (p *Platform) around(first, last, now time.Time) (oldest, latest time.Time) {
	if now.Before(first) {
		first = now
	}
	latest = last.Add(quietLong)
	if now.After(latest) && now.Sub(last) < lately {
		latest = now
	}
	wide := margin + p.api.clock.skew()
	return first.Add(-wide), latest.Add(wide)
}

// timestamp writes a time as Slack does.
func timestamp(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}

// unread reads the failure of looking. Reading has a limit of its own, which
// says nothing about posting.
func unread(f *failure) bot.Verdict {
	v := bot.Verdict{Code: f.code, Err: f}
	meaning, known := meanings[f.code]
	switch {
	case f.limited:
		v.Code, v.RetryAfter, v.Reason = "ratelimited", f.retryAfter, "is not read yet: Slack asks to wait"
	case f.code == "missing_scope":
		v.Outcome = bot.Unreadable
		v.Reason = "cannot be read, so nobody knows whether the message arrived: the app lacks the scope " + f.needed
		v.Cure = "Whoever runs Storybot adds channels:history, groups:history and channels:join under OAuth & Permissions and installs the app again."
	case meaning.outcome == bot.BadAccount:
		v.Outcome, v.Reason, v.Cure = meaning.outcome, meaning.reason, meaning.cure
	case f.code == "too_many_messages":
		v.Outcome, v.Reason = bot.Unreadable, "has so many messages that nobody can say whether the message arrived"
	case meaning.outcome == bot.Blocked:
		v.Outcome, v.Reason, v.Cure = bot.Unreadable, meaning.reason+", so nobody knows whether the message arrived", meaning.cure
	case f.code == "" || meaning.outcome == bot.Ambiguous || known && meaning.outcome == bot.Transient:
		v.Reason = "is not read yet: Slack could not be asked"
	default:
		v.Outcome, v.Reason = bot.Unreadable, "cannot be read ("+f.code+"), so nobody knows whether the message arrived"
	}
	return v
}
