package slack

import (
	"context"
	"net/url"
	"strings"
	"time"

	"storybot/bot"
	"storybot/bot/pictures"
	"storybot/stories"
)

// Knows is bot.Sender's. A thread comes into being with its first reply; forums
// and publications are Discord's.
func (p *pusher) Knows(op stories.Op) bool {
	return op != stories.OpForum && op != stories.OpPublish && op != stories.OpShow
}

// Do makes one attempt at an operation. Where a message may have been refused for
// its picture, or for whom it pings, the next attempt leaves that out.
func (p *pusher) Do(ctx context.Context, o bot.Operation) bot.Verdict {
	asked := o
	o, pictured := p.pictures.Draw(p.pings.draw(o, time.Now()))
	v := p.attempt(ctx, o)
	if pictured && pictureRefused(v) != pictures.Nowhere {
		return p.pictures.Verdict(o, v, pictureRefused(v))
	}
	v, refused := p.pings.verdict(asked, o, v, time.Now())
	if refused {
		p.log.Warn("Slack refuses a ping; messages go without it for a while", "destination", asked.Delivery.Destination.String(), "group", nameOf(asked.Ping), "for", pingRest)
	}
	return v
}

// attempt makes one attempt at an operation as it is drawn.
func (p *pusher) attempt(ctx context.Context, o bot.Operation) bot.Verdict {
	switch o.Delivery.Op {
	case stories.OpPost, stories.OpReply, stories.OpBroadcast:
		return p.send(ctx, o)
	case stories.OpEdit, stories.OpDelete:
		return p.amend(ctx, o)
	case stories.OpThread: // nothing needs to be asked for
		return bot.Verdict{Outcome: bot.Delivered, MessageID: o.Target}
	}
	return bot.Verdict{Outcome: bot.Unable, Code: "no_such_operation", Reason: "is in Slack, where there is nothing of the kind"}
}

// site is where a message is. Its ts is its name there, and that of the thread
// of the replies to it.
type site struct{ channel, ts string }

// siteOf reads the id of a message as messageID wrote it.
func siteOf(d stories.Destination, id string) site {
	if channel, ts, elsewhere := strings.Cut(id, "/"); elsewhere {
		return site{channel, ts}
	}
	return site{d.Channel, id}
}

// ok says that it can be a message's.
func (s site) ok() bool { return s.channel != "" && isTimestamp(s.ts) }

// form names the message to a method.
func (s site) form() url.Values { return url.Values{"channel": {s.channel}, "ts": {s.ts}} }

// noTarget is the verdict on an operation on what cannot be a message.
func noTarget() bot.Verdict {
	return bot.Verdict{Outcome: bot.MessageGone, Code: "not_a_message", Reason: "has no such message: its id is no timestamp"}
}

// isTimestamp says whether s can be the ts of a message: 1419087600.000100
// (https://docs.slack.dev/messaging/retrieving-messages).
func isTimestamp(s string) bool {
	seconds, fraction, ok := strings.Cut(s, ".")
	digits := func(s string) bool {
		return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	}
	return ok && digits(seconds) && digits(fraction)
}
