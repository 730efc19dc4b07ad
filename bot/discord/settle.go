package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"storybot/bot"
)

const (
	// nonceWindow is how long after the first attempt a repeat is trusted to be
	// recognised. Discord says "the past few minutes".
	nonceWindow = 2 * time.Minute
	// inFlight is how long a request may still be on its way after it began:
	// well over requestTime.
	inFlight = 30 * time.Second
	// settleAgain is when to ask again after a question got no answer.
	settleAgain = 5 * time.Second
	// historyMargin is for clocks that disagree by less than is measured.
	historyMargin = 5 * time.Second
	// pageSize is the most messages one request may ask for
	// (https://discord.com/developers/docs/resources/message#get-channel-messages).
	pageSize = 100
	// maxPages bounds one search: 5,000 messages in one channel since the first
	// attempt.
	maxPages = 50
)

// discordEpoch is the first second of 2015, in milliseconds
// (https://discord.com/developers/docs/reference#snowflakes).
const discordEpoch = 1420070400000

// snowflake returns an id as old as t.
func snowflake(t time.Time) uint64 {
	return uint64(max(t.UnixMilli()-discordEpoch, 0)) << 22
}

// Settle finds out whether an earlier attempt was delivered: within the nonce's
// window by posting again, after it by looking for the delivery's mark in the
// channel's history.
func (p *Platform) Settle(ctx context.Context, post bot.Post) bot.Verdict {
	d := post.Delivery
	if v, ok := p.refuse(d.Destination, d.Key); !ok {
		return v
	}
	if age := time.Since(d.FirstAttemptAt); age >= 0 && age < nonceWindow {
		return p.Send(ctx, post)
	}
	b, err := p.bodies.of(post.Message)
	if err != nil || b.mark == 0 {
		return bot.Verdict{Outcome: bot.Unreadable, Code: "unmarked", Reason: "may have got the message: it carries no mark to look for", Err: err}
	}
	channel, v, ok := p.channel(ctx, d.Destination.Channel)
	if !ok {
		return v
	}
	since := d.FirstAttemptAt.Add(-historyMargin)
	if skew := time.Duration(p.rest.skew.Load()); skew < 0 {
		since = since.Add(skew) // our clock is ahead: what we call then is later there
	}
	found, seen, v, ok := p.search(ctx, d.Destination.Channel, snowflake(since), d.Key)
	switch {
	case !ok:
		return v
	case found != "":
		return bot.Verdict{Outcome: bot.Delivered, MessageID: found}
	}
	if !seen {
		if v, ok := p.readable(ctx, d.Destination.Channel, channel, snowflake(since)); !ok {
			return v
		}
	}
	if wait := inFlight - time.Since(d.LastAttemptAt); wait > 0 {
		return bot.Verdict{Outcome: bot.Unsettled, Code: "in_flight", RetryAfter: min(wait, inFlight), Reason: "does not show the message, but a request for it may still be under way"}
	}
	return bot.Verdict{Outcome: bot.NotSent}
}

// message is what settling reads of a message in a history.
type message struct {
	ID     string `json:"id"`
	Author struct {
		ID string `json:"id"`
	} `json:"author"`
	Components json.RawMessage `json:"components"`
}

// search looks for our message with the mark of key after the id after. seen
// says that it saw any message; ok is false when v says why there is no answer.
func (p *Platform) search(ctx context.Context, channel string, after uint64, key string) (found string, seen bool, v bot.Verdict, ok bool) {
	self, v, ok := p.self(ctx)
	if !ok {
		return "", false, v, false
	}
	for range maxPages {
		page, v, ok := p.history(ctx, channel, url.Values{"after": {strconv.FormatUint(after, 10)}, "limit": {strconv.Itoa(pageSize)}})
		if !ok {
			return "", seen, v, false
		}
		highest := after
		for _, m := range page {
			seen = true
			if m.Author.ID == self && marks(m.Components, key) {
				return m.ID, true, v, true
			}
			if id, err := strconv.ParseUint(m.ID, 10, 64); err == nil {
				highest = max(highest, id)
			}
		}
		if len(page) < pageSize || highest == after {
			return "", seen, v, true
		}
		after = highest
	}
	return "", seen, bot.Verdict{
		Outcome: bot.Unreadable, Code: "long_history",
		Reason: fmt.Sprintf("may have got the message: more than %d messages came since, too many to look through", maxPages*pageSize),
	}, false
}

// marks says whether components hold a button sent with the delivery called
// key, at whatever depth.
func marks(components json.RawMessage, key string) bool {
	var list []struct {
		CustomID   string          `json:"custom_id"`
		Components json.RawMessage `json:"components"`
	}
	if len(components) == 0 || json.Unmarshal(components, &list) != nil {
		return false
	}
	for _, c := range list {
		if markedWith(c.CustomID, key) || marks(c.Components, key) {
			return true
		}
	}
	return false
}

// readable makes sure that a history without a message is one the bot may read:
// without Read Message History Discord answers with an empty list, not with an
// error. last is the id of the channel's newest message, which needs no such
// right. ok is false when v says what stands in the way.
func (p *Platform) readable(ctx context.Context, channel, last string, since uint64) (v bot.Verdict, ok bool) {
	if id, err := strconv.ParseUint(last, 10, 64); err == nil && id < since {
		return v, true // nothing was posted since the first attempt
	}
	page, v, ok := p.history(ctx, channel, url.Values{"limit": {"1"}})
	if !ok || len(page) > 0 {
		return v, ok
	}
	return bot.Verdict{
		Outcome: bot.Unreadable, Code: "no_history",
		Reason: "may have got the message: its history cannot be read",
		Cure:   "Someone who manages the channel can give the bot Read Message History in the channel's permissions.",
	}, false
}

// channel asks for a channel and returns the id of its newest message, "" when
// there is none.
func (p *Platform) channel(ctx context.Context, id string) (last string, v bot.Verdict, ok bool) {
	var c struct {
		Last string `json:"last_message_id"`
	}
	v, ok = p.ask(ctx, request{what: "look up a channel", path: "/channels/" + id}, &c)
	return c.Last, v, ok
}

func (p *Platform) history(ctx context.Context, channel string, query url.Values) (page []message, v bot.Verdict, ok bool) {
	v, ok = p.ask(ctx, request{what: "read a history", path: "/channels/" + channel + "/messages", query: query}, &page)
	return page, v, ok
}

// self returns the bot's own user id.
func (p *Platform) self(ctx context.Context) (id string, v bot.Verdict, ok bool) {
	if known := p.userID.Load(); known != nil {
		return *known, v, true
	}
	var user struct {
		ID string `json:"id"`
	}
	v, ok = p.ask(ctx, request{what: "look up the bot's own user", path: "/users/@me"}, &user)
	if ok {
		p.userID.Store(&user.ID)
	}
	return user.ID, v, ok
}

// ask makes a GET for settling and decodes its answer. ok is false when v says
// why there is none.
func (p *Platform) ask(ctx context.Context, r request, into any) (v bot.Verdict, ok bool) {
	r.method = http.MethodGet
	a, err := p.rest.do(ctx, p.rest.posts, r)
	if err == nil && a.ok() {
		if err = json.Unmarshal(a.body, into); err == nil {
			return v, true
		}
		err = fmt.Errorf("%s: an answer that cannot be read: %w", r.what, p.rest.redacted(err))
	}
	if err != nil {
		return bot.Verdict{Outcome: bot.Unsettled, Code: "no_answer", Reason: "could not be looked at", RetryAfter: settleAgain, Err: err}, false
	}
	v = p.verdict(a)
	switch v.Outcome {
	case bot.Gone, bot.BadAccount:
	case bot.Blocked:
		v.Outcome = bot.Unreadable
		v.Reason = "may have got the message: its history cannot be read"
	default:
		v.Outcome = bot.Unsettled
		v.Reason = "could not be looked at"
		v.RetryAfter = cmp.Or(v.RetryAfter, settleAgain)
	}
	return v, false
}
