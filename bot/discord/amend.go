package discord

import (
	"context"
	"net/http"
	"net/url"

	"storybot/bot"
	"storybot/stories"
)

// amend edits, publishes or takes away a message of ours.
//
// An edit replaces all of it. Discord rebuilds the mentions from what an edit
// says, so each repeats that there are none, and keeps the mark by which Settle
// finds the message
// (https://discord.com/developers/docs/resources/message#edit-message).
//
// A message older than an hour takes few edits, and a channel few publications,
// which Discord does not number: one too many is Transient, and fades.
func (p *Platform) amend(ctx context.Context, o bot.Operation) bot.Verdict {
	at := siteOf(o.Delivery.Destination, o.Target)
	if !at.ok(o.Delivery.Destination) {
		return noTarget()
	}
	r := request{path: at.path(p)}
	switch o.Delivery.Op {
	case stories.OpEdit:
		r.what, r.method, r.body = "edit a message", http.MethodPatch, encodeCopy(o)
	case stories.OpPublish: // https://discord.com/developers/docs/resources/message#crosspost-message
		r.what, r.method, r.path = "publish a message", http.MethodPost, r.path+"/crosspost"
	case stories.OpDelete: // https://discord.com/developers/docs/resources/message#delete-message
		r.what, r.method = "delete a message", http.MethodDelete
	}
	a, err := p.rest.do(ctx, p.rest.posts, r)
	var v bot.Verdict
	switch {
	case err != nil:
		v = p.lostVerdict(a, err)
	case a.ok():
		v = bot.Verdict{Outcome: bot.Delivered, MessageID: o.Target}
	default:
		v = p.verdict(a)
	}
	if o.Delivery.Op == stories.OpEdit && v.Outcome == bot.Delivered {
		v = p.retitle(ctx, o, at, p.retag(ctx, o, at, v))
	}
	reread(o, &v)
	if v.Code == archived && (v.Outcome == bot.ThreadGone || closed(o, v.Code)) {
		return p.unarchive(ctx, at.channel, v)
	}
	if o.Delivery.Op != stories.OpPublish { // whose next one is not to wait an hour
		readBudget(&v, a.header)
	}
	return v
}

// The codes of threads that are archived, and locked.
const (
	archived = "50083"
	locked   = "160005"
)

// unarchive opens an archived thread, so that what is to be changed in it can be
// changed at the next attempt. v stands for one that cannot be opened
// (https://discord.com/developers/docs/topics/threads#active-archived-threads).
func (p *Platform) unarchive(ctx context.Context, thread string, v bot.Verdict) bot.Verdict {
	a, err := p.rest.do(ctx, p.rest.posts, request{
		what:   "open an archived thread",
		method: http.MethodPatch,
		path:   "/channels/" + url.PathEscape(thread),
		body:   []byte(`{"archived":false}`),
	})
	opened := bot.Verdict{Outcome: bot.Transient, Code: archived, Reason: "has its thread archived, which is being opened"}
	switch {
	case err != nil:
		opened = p.lostVerdict(a, err)
		opened.Outcome = bot.Transient
	case a.ok():
	default:
		switch refused := p.verdict(a); refused.Outcome {
		case bot.Transient, bot.BadAccount:
			opened = refused
		case bot.Ambiguous:
			opened = refused
			opened.Outcome = bot.Transient
		default:
			v.Invalid = v.Invalid || refused.Invalid
			opened = v
		}
	}
	opened.Requests = 2
	return opened
}
