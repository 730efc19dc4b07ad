package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"storybot/bot"
	"storybot/stories"
)

// send posts once, into the channel or, a reply, into a thread. The delivery's
// key is the nonce, which Discord enforces to be unique per author for a few
// minutes: a repeat within them answers with the message already there
// (https://discord.com/developers/docs/resources/message#create-message). What is
// sent to an archived thread opens it.
func (p *Platform) send(ctx context.Context, o bot.Operation) bot.Verdict {
	channel, key := placeOf(o), o.Delivery.Key
	if v, ok := p.refuse(o.Delivery.Destination, key); !ok {
		return v
	}
	if !isPlain(channel) && o.Delivery.Op == stories.OpReply {
		return noTarget()
	}
	b, err := p.bodies.of(o)
	if err != nil {
		return unwritable(err)
	}
	a, err := p.rest.do(ctx, p.rest.posts, request{
		what:   "post a message",
		method: http.MethodPost,
		path:   p.messages(channel),
		body:   b.with(key),
	})
	var v bot.Verdict
	if err != nil {
		v = p.lostVerdict(a, err)
	} else {
		v = p.createVerdict(a, channel)
		readBudget(&v, a.header)
	}
	if v.MessageID != "" && o.Delivery.Op == stories.OpReply {
		v.MessageID = channel + threadMark + v.MessageID
	}
	reread(o, &v)
	return v
}

// messages is the path of a channel's messages. Ids are Discord's own: whatever
// they look like, they are only handed back.
func (p *Platform) messages(channel string) string {
	return "/channels/" + url.PathEscape(channel) + "/messages"
}

// refuse checks what no request should be spent on.
func (p *Platform) refuse(d stories.Destination, key string) (bot.Verdict, bool) {
	if d.Channel == "" {
		return bot.Verdict{Outcome: bot.Blocked, Code: "no_channel", Reason: "has no id", Cure: "A moderator of the server can subscribe the channel again."}, false
	}
	if !isNonce(key) {
		return bot.Verdict{
			Outcome: bot.BadPayload, Code: "bad_key", Reason: "got a message without a usable key",
			Err: fmt.Errorf("delivery key of %d bytes: a nonce has 1 to %d plain characters", len(key), maxNonce),
		}, false
	}
	return bot.Verdict{}, true
}

// isNonce says whether key can be a nonce and stand in JSON as it is.
func isNonce(key string) bool {
	for i := range len(key) {
		if c := key[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' || c == marker[0] {
			return false
		}
	}
	return key != "" && len(key) <= maxNonce
}

// lostVerdict reads a request without a whole answer. A refusal's body may be
// missing; a success without it may be any message.
func (p *Platform) lostVerdict(a answer, err error) bot.Verdict {
	var lost *lostError
	errors.As(err, &lost)
	if !lost.reached {
		return bot.Verdict{Outcome: bot.Transient, Code: "no_connection", Reason: "could not be reached: there is no connection to Discord", Err: err}
	}
	if a.status >= 300 && a.status < 500 {
		return p.verdict(a)
	}
	return bot.Verdict{Outcome: bot.Ambiguous, Code: "no_answer", Reason: "may have got the message: the connection broke before Discord's answer", Err: err}
}

// createVerdict reads the answer to a create.
func (p *Platform) createVerdict(a answer, channel string) bot.Verdict {
	if !a.ok() {
		return p.verdict(a)
	}
	var made struct {
		ID      word `json:"id"`
		Channel word `json:"channel_id"`
	}
	if err := decode(bot.Members(a.body, "id", "channel_id"), &made); err != nil || made.ID == "" {
		return bot.Verdict{
			Outcome: bot.Ambiguous, Code: "unreadable_answer", Reason: "may have got the message: Discord's answer names none",
			Err: fmt.Errorf("post a message: status %d with an answer that names no message", a.status),
		}
	}
	if made.Channel != "" && string(made.Channel) != channel {
		err := fmt.Errorf("the nonce of this delivery already made message %s in channel %s: a fault of ours", made.ID, made.Channel)
		p.log.Error("a delivery key was used twice", "err", err)
		return bot.Verdict{Outcome: bot.BadPayload, Code: "nonce_reused", Reason: "did not get the message: its key belongs to a message elsewhere", Err: err}
	}
	return bot.Verdict{Outcome: bot.Delivered, MessageID: string(made.ID)}
}

// readBudget notes what the answer says of the channel's own limit. Discord's
// own answers always say something of it
// (https://discord.com/developers/docs/topics/rate-limits#header-format).
func readBudget(v *bot.Verdict, h http.Header) {
	left := h.Get("X-Ratelimit-Remaining")
	v.Unlimited = v.Outcome == bot.Delivered && h.Get("X-Ratelimit-Bucket") == "" && h.Get("X-Ratelimit-Limit") == "" && left == ""
	if left == "" || h.Get("X-Ratelimit-Reset-After") == "" {
		return
	}
	remaining, err := strconv.Atoi(left)
	if err != nil || remaining < 0 {
		return
	}
	v.Left.Known, v.Left.Remaining = true, remaining
	v.Left.ResetAfter = seconds(h, "X-Ratelimit-Reset-After")
}
