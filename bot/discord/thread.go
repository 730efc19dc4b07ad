package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"storybot/bot"
)

const (
	// maxThreadName is the length of a thread's name
	// (https://discord.com/developers/docs/resources/channel#start-thread-from-message).
	maxThreadName = 100
	// archiveAfter is how long a thread rests before it is archived, in minutes:
	// the longest Discord knows. What is sent to one that is archived opens it.
	archiveAfter = 10080
	// namelessThread is what a thread without a name is called.
	namelessThread = "Updates"
)

// opening is what is said of a new thread.
type opening struct {
	Name    string          `json:"name"`
	Archive int             `json:"auto_archive_duration"`
	Tags    []string        `json:"applied_tags,omitempty"`
	Message json.RawMessage `json:"message,omitempty"`
}

// newOpening calls a thread name, cut to what Discord takes.
func newOpening(name string) opening {
	name, _ = bot.Cut(bot.OneLine(bot.Clean(name)), maxThreadName)
	if name == "" {
		name = namelessThread
	}
	return opening{Name: name, Archive: archiveAfter}
}

// openThread opens the thread on a message. One that has a thread is as good:
// the thread has the message's id
// (https://discord.com/developers/docs/resources/channel#start-thread-from-message).
func (p *Platform) openThread(ctx context.Context, o bot.Operation) bot.Verdict {
	at := siteOf(o.Delivery.Destination, o.Target)
	if !at.ok(o.Delivery.Destination) {
		return noTarget()
	}
	raw, err := json.Marshal(newOpening(o.Message.Thread))
	if err != nil {
		return unwritable(err)
	}
	a, err := p.rest.do(ctx, p.rest.posts, request{what: "open a thread", method: http.MethodPost, path: at.path(p) + "/threads", body: raw})
	var v bot.Verdict
	switch {
	case err != nil:
		v = p.lostVerdict(a, err)
	case a.ok():
		v = bot.Verdict{Outcome: bot.Delivered, MessageID: at.message}
	default:
		v = p.verdict(a)
	}
	reread(o, &v)
	readBudget(&v, a.header)
	return v
}

// openPost opens a forum post: a thread with its first message, which has the
// thread's id. It takes no nonce; the mark in its first button is how it is found
// again (https://discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel).
func (p *Platform) openPost(ctx context.Context, o bot.Operation) bot.Verdict {
	d := o.Delivery
	if v, ok := p.refuse(d.Destination, d.Key); !ok {
		return v
	}
	b, err := p.bodies.of(o)
	if err != nil {
		return unwritable(err)
	}
	post := newOpening(cmp.Or(o.Message.Thread, o.Message.Title))
	post.Message = b.marked(d.Key)
	of, v, ok := p.forum(ctx, d.Destination.Channel)
	if !ok {
		return v
	}
	post.Tags = of.choose(o.Message.Tags)
	raw, err := json.Marshal(post)
	if err != nil {
		return unwritable(err)
	}
	a, err := p.rest.do(ctx, p.rest.posts, request{what: "open a forum post", method: http.MethodPost, path: "/channels/" + url.PathEscape(d.Destination.Channel) + "/threads", body: raw})
	switch {
	case err != nil:
		v = p.lostVerdict(a, err)
	case a.ok():
		v = p.opened(a)
	default:
		v = p.verdict(a)
	}
	reread(o, &v)
	p.retagged(d.Destination.Channel, of, &v)
	readBudget(&v, a.header)
	if v.Outcome == bot.Delivered {
		thread := siteOf(d.Destination, v.MessageID).channel
		p.posts.tagged.keep(thread, o.Message.Tags)
		p.posts.titled.keep(thread, post.Name)
	}
	if of.asked {
		v.Requests = 2
	}
	return v
}

// opened reads the answer to a new forum post.
func (p *Platform) opened(a answer) bot.Verdict {
	var made struct {
		ID word `json:"id"`
	}
	if err := decode(bot.Members(a.body, "id"), &made); err != nil || made.ID == "" {
		return bot.Verdict{Outcome: bot.Ambiguous, Code: "unreadable_answer", Reason: "may have got the forum post: Discord's answer names none",
			Err: fmt.Errorf("open a forum post: status %d with an answer that names no thread", a.status)}
	}
	id := string(made.ID)
	return bot.Verdict{Outcome: bot.Delivered, MessageID: id + threadMark + id}
}

// unwritable is the verdict on a message that cannot be encoded.
func unwritable(err error) bot.Verdict {
	return bot.Verdict{Outcome: bot.BadPayload, Code: "encoding", Reason: "got a message that cannot be written for Discord", Err: err}
}
