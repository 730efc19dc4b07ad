package discord

import (
	"context"
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
)

// Settle finds out whether an earlier attempt was delivered: within the nonce's
// window by posting again, after it by looking for the delivery's mark in the
// channel's history.
func (p *Platform) Settle(ctx context.Context, post bot.Post) bot.Verdict {
	d := post.Delivery
	if v, ok := p.refuse(d.Destination, d.Key); !ok {
		return v
	}
	if age := p.now().Sub(d.FirstAttemptAt); age >= 0 && age < nonceWindow {
		return p.Send(ctx, post)
	}
	b, err := p.bodies.of(post.Message)
	if err != nil || b.mark == 0 {
		return bot.Verdict{Outcome: bot.Unreadable, Code: "unmarked", Reason: "may have got the message: it carries no mark to look for", Err: err}
	}
	l := &look{p: p, channel: d.Destination.Channel, key: d.Key, now: p.now()}
	v := l.settle(ctx, d.FirstAttemptAt, d.LastAttemptAt)
	v.Requests = l.requests
	if p.doubt(&v, d.Destination); v.Outcome == bot.Transient {
		v.Outcome = bot.Unsettled
	}
	return v
}

// settle looks, and says what that means. first and last are when the first and
// the last request began.
func (l *look) settle(ctx context.Context, first, last time.Time) bot.Verdict {
	if l.p.rest.dated.Load() == nil { // any answer tells Discord's clock
		if _, v, ok := l.self(ctx); !ok {
			return v
		}
	}
	l.since = first.Add(-historyMargin)
	if skew := time.Duration(l.p.rest.skew.Load()); skew < 0 {
		l.since = l.since.Add(skew) // our clock is ahead: what we call then is later there
	}
	f, v, ok := l.search(ctx)
	switch {
	case !ok:
		return v
	case f.id != "":
		return bot.Verdict{Outcome: bot.Delivered, MessageID: f.id}
	}
	if !f.absent {
		if v, ok := l.unchanged(ctx); !ok {
			return v
		}
	}
	if wait := inFlight - l.now.Sub(last); wait > 0 {
		return bot.Verdict{Outcome: bot.Unsettled, Code: "in_flight", RetryAfter: min(wait, inFlight), Reason: "does not show the message, but a request for it may still be under way"}
	}
	return bot.Verdict{Outcome: bot.NotSent}
}

// unchanged says of a history that shows no message whether none was posted
// since: without Read Message History Discord answers with an empty list, not
// with an error, but tells the newest message's id all the same. ok is false
// when v says what stands in the way.
func (l *look) unchanged(ctx context.Context) (v bot.Verdict, ok bool) {
	last, v, ok := l.newest(ctx)
	if !ok && v.Outcome != bot.Unreadable {
		return v, false
	}
	if id, err := strconv.ParseUint(last, 10, 64); err == nil && l.holdsTime(last) && id < snowflake(l.since) {
		return v, true
	}
	return bot.Verdict{
		Outcome: bot.Unreadable, Code: "no_history", Err: v.Err,
		Reason: "may have got the message: its history cannot be read",
		Cure:   "Someone who manages the channel can give the bot Read Message History in the channel's permissions.",
	}, false
}
