package discord

import (
	"context"
	"strconv"
	"time"

	"storybot/bot"
	"storybot/stories"
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
// history of the channel or the thread. A forum post has no nonce: its mark is
// looked for among the forum's threads. What is repeatable is done again.
func (p *Platform) Settle(ctx context.Context, o bot.Operation) bot.Verdict {
	o = p.mentionable(o)
	d := o.Delivery
	if d.Op.Repeatable() || !p.Knows(d.Op) {
		return p.repeat(ctx, o)
	}
	if v, ok := p.refuse(d.Destination, d.Key); !ok {
		return v
	}
	if age := p.now().Sub(d.Tries.First); age >= 0 && age < nonceWindow && d.Op != stories.OpForum {
		return p.repeat(ctx, o)
	}
	b, err := p.bodies.of(o)
	if err != nil || b.mark == 0 {
		return bot.Verdict{Outcome: bot.Unreadable, Code: "unmarked", Reason: "may have got the message: it carries no mark to look for", Err: err}
	}
	l := &look{p: p, channel: placeOf(o), key: d.Key, now: p.now()}
	var v bot.Verdict
	if d.Op == stories.OpForum {
		v = l.settlePost(ctx, d)
	} else {
		v = l.settle(ctx, d.Tries.First, d.Tries.Last)
	}
	if v.MessageID != "" && d.Op == stories.OpReply {
		v.MessageID = l.channel + threadMark + v.MessageID
	}
	if v.Outcome == bot.Gone { // perhaps only the thread
		reread(o, &v)
	}
	v.Requests = l.requests
	if p.doubt(&v, d.Destination); v.Outcome == bot.Transient {
		v.Outcome = bot.Unsettled
	}
	return v
}

// repeat makes an operation again to find out what became of it. Without its
// picture too when that is refused: what is refused says nothing of an earlier
// request.
func (p *Platform) repeat(ctx context.Context, o bot.Operation) bot.Verdict {
	v := p.Do(ctx, o)
	if v.Outcome == bot.Redrawn {
		v = p.Do(ctx, o)
		v.Requests = max(1, v.Requests) + 1
	}
	return v
}

// settle looks, and says what that means. first and last are when the first and
// the last request began.
func (l *look) settle(ctx context.Context, first, last time.Time) bot.Verdict {
	if v, ok := l.begin(ctx, first); !ok {
		return v
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
	return l.absent(last)
}

// begin says from when on to look, by Discord's clock. ok is false when v says
// what stands in the way.
func (l *look) begin(ctx context.Context, first time.Time) (v bot.Verdict, ok bool) {
	if l.p.rest.dated.Load() == nil { // any answer tells Discord's clock
		if _, v, ok := l.self(ctx); !ok {
			return v, false
		}
	}
	l.since = first.Add(-historyMargin)
	if skew := time.Duration(l.p.rest.skew.Load()); skew < 0 {
		l.since = l.since.Add(skew) // our clock is ahead: what we call then is later there
	}
	return v, true
}

// absent is the verdict on what is not there, by when the last request for it
// began.
func (l *look) absent(last time.Time) bot.Verdict {
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
