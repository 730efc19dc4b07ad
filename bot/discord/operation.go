package discord

import (
	"context"
	"net/url"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// Knows is bot.Sender's. A reply that the channel above shows too is Slack's
// alone.
func (p *Platform) Knows(op stories.Op) bool {
	return op != stories.OpBroadcast && op != stories.OpShow
}

// Do makes one attempt at an operation. Where a message may have been refused for
// its picture, the next attempt leaves that out.
func (p *Platform) Do(ctx context.Context, o bot.Operation) bot.Verdict {
	o, pictured := p.pictures.Draw(p.mentionable(o))
	v := p.attempt(ctx, o)
	if pictured {
		return p.pictures.Verdict(o, v, pictureRefused(v))
	}
	return v
}

// attempt makes one attempt at an operation as it is drawn.
func (p *Platform) attempt(ctx context.Context, o bot.Operation) bot.Verdict {
	d := o.Delivery.Destination
	var v bot.Verdict
	switch o.Delivery.Op {
	case stories.OpPost, stories.OpReply:
		v = p.send(ctx, o)
	case stories.OpForum:
		v = p.openPost(ctx, o)
	case stories.OpThread:
		v = p.openThread(ctx, o)
	case stories.OpEdit, stories.OpPublish, stories.OpDelete:
		v = p.amend(ctx, o)
	default:
		return bot.Verdict{Outcome: bot.Unable, Code: "no_such_operation", Reason: "is in Discord, which has no replies that the channel shows too"}
	}
	p.doubt(&v, d)
	return v
}

// site is where a message is: in a channel or a thread, whose id is its channel.
type site struct{ channel, message string }

// siteOf reads the id of a message as Verdict.MessageID named it: "THREAD/MESSAGE"
// for one in a thread, else that of a message in the destination's own channel.
func siteOf(d stories.Destination, id string) site {
	if thread, message, in := strings.Cut(id, threadMark); in {
		return site{thread, message}
	}
	return site{d.Channel, id}
}

// ok says that it can be a message's. The destination's own channel may look like
// anything.
func (s site) ok(d stories.Destination) bool {
	return isPlain(s.message) && (s.channel == d.Channel && s.channel != "" || isPlain(s.channel))
}

// threadMark stands between a thread and a message in it; no id holds it.
const threadMark = "/"

// threadOf is the thread that a reply to a message goes to. The thread on a
// message has the message's id
// (https://discord.com/developers/docs/resources/channel#start-thread-from-message).
func threadOf(target string) string {
	thread, _, _ := strings.Cut(target, threadMark)
	return thread
}

// path is the path of the message.
func (s site) path(p *Platform) string {
	return p.messages(s.channel) + "/" + url.PathEscape(s.message)
}

// placeOf is the channel or thread an operation's message goes to or is in.
func placeOf(o bot.Operation) string {
	switch o.Delivery.Op {
	case stories.OpPost, stories.OpForum:
		return o.Delivery.Destination.Channel
	case stories.OpReply:
		return threadOf(o.Target)
	}
	return siteOf(o.Delivery.Destination, o.Target).channel
}

// isPlain says whether id can be a message's: a word, whatever it looks like.
func isPlain(id string) bool {
	return id != "" && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || r == '/' })
}

// noTarget is the verdict on an operation on what cannot be a message.
func noTarget() bot.Verdict {
	return bot.Verdict{Outcome: bot.MessageGone, Code: "not_a_message", Reason: "has no such message: its id is none of Discord's"}
}
