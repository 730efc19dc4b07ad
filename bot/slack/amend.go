package slack

import (
	"context"

	"storybot/bot"
	"storybot/stories"
)

// amend edits or takes away a message of ours.
//
// An edit replaces all of it. Text and blocks go together: one without the other
// would take the blocks away, or leave the old text for notifications. The metadata
// by which Settle finds the message stay where an edit does not give them; they are
// given all the same, so that one whose were taken away has them again. chat.update
// and chat.delete are of tier 3, 50 requests a minute and workspace each
// (https://docs.slack.dev/reference/methods/chat.update,
// https://docs.slack.dev/reference/methods/chat.delete), and no part of the
// budget of posts.
func (p *pusher) amend(ctx context.Context, o bot.Operation) bot.Verdict {
	w, v, ok := p.sender(ctx, o.Delivery.Destination.Workspace)
	if !ok {
		return v
	}
	at := siteOf(o.Delivery.Destination, o.Target)
	if !at.ok() {
		return noTarget()
	}
	method, form := "chat.delete", at.form()
	if o.Delivery.Op == stories.OpEdit {
		method = "chat.update"
		m := bot.Naming(o.Message, nameOf(o.Ping)) // nobody is pinged anew
		if alone(at.channel) {
			m = unasked(m)
		}
		text, blocks := encodeMessage(m)
		form.Set("text", text)
		form.Set("parse", "none")
		form.Set("link_names", "false")
		if len(blocks) > 0 {
			form.Set("blocks", string(blocks))
		}
		if o.Mark != "" {
			form.Set("metadata", metadataOf(o.Mark))
		}
	}
	v = bot.Verdict{Outcome: bot.Delivered}
	f := p.byItsAuthor(ctx, w, at, func(token string) *failure {
		_, f := p.api.call(ctx, post(method, token, form), new(status))
		return f
	})
	if f != nil {
		v = opVerdict(o.Delivery.Op, f)
	}
	if v.Outcome == bot.Delivered {
		v.MessageID = o.Target
	}
	return v
}
