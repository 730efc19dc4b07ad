package slack

import (
	"context"
	"encoding/json"
	"net/url"
	"sync"
	"time"

	"storybot/bot"
	"storybot/bot/pictures"
	"storybot/stories"
)

// eventType names the metadata that every push carries, so that it can be
// found again (https://docs.slack.dev/messaging/message-metadata).
const eventType = "storybot_delivery"

// pusher sends what nobody asked for: it posts, edits, and finds out what became
// of a post.
type pusher struct {
	*web
	directory *directory
	// authors are the workspaces that posted messages in channels shared with others.
	authors  *cache[string]
	encoded  encodings
	attempts attempts
	pictures *pictures.Guard
	pings    refusedPings
}

// Pace returns what Slack publishes: one post a second and channel. A
// workspace's own budget, "several hundred a minute", has no number and is
// learnt (https://docs.slack.dev/apis/web-api/rate-limits). Reading a history
// has a budget of its own, that of tier 3
// (https://docs.slack.dev/reference/methods/conversations.history), and so have
// edits (https://docs.slack.dev/reference/methods/chat.update) and deletions
// (https://docs.slack.dev/reference/methods/chat.delete).
func (p *pusher) Pace(string) bot.Pace {
	return bot.Pace{PerChannel: perChannel, Learns: true, InFlight: inFlight,
		Budgets: map[bot.Method]bot.Budget{bot.Looks: tier3, bot.Edits: evenTier3, bot.Deletes: evenTier3}}
}

// posted is the answer of chat.postMessage. The message it echoes is not read:
// whatever is in it, it was posted.
type posted struct {
	status
	TS      scalar `json:"ts"`
	Channel scalar `json:"channel"`
}

// postedMembers are what is read of it.
var postedMembers = []string{"ok", "error", "needed", "ts", "channel"}

// send posts a message once, into the channel or as a reply.
func (p *pusher) send(ctx context.Context, o bot.Operation) bot.Verdict {
	d := o.Delivery.Destination
	w, v, ok := p.sender(ctx, d.Workspace)
	if !ok {
		return v
	}
	channel, body := d.Channel, p.encoded.body(o)
	if o.Delivery.Op.Acts() {
		head := siteOf(d, o.Target)
		if !head.ok() {
			return noTarget()
		}
		channel = head.channel
		body = append(body, inThread(o.Delivery.Op, head)...)
	}
	var answer posted
	began := time.Now()
	_, f := p.api.call(ctx, request{method: "chat.postMessage", token: w.token, body: body, kind: formBody, members: postedMembers}, &answer)
	if f == nil && answer.TS == "" {
		f = &failure{method: "chat.postMessage", reach: answered, status: 200}
	}
	if f != nil {
		v := opVerdict(o.Delivery.Op, f)
		if v.Outcome == bot.Ambiguous {
			p.attempts.note(o.Delivery.Key, attempt{at: began, closed: f.code != "" && !f.passing()})
		}
		return v
	}
	if answer.Channel == "" {
		answer.Channel = scalar(channel)
	}
	return bot.Verdict{Outcome: bot.Delivered, MessageID: messageID(d.Channel, string(answer.Channel), string(answer.TS))}
}

// inThread is the rest of the body of a reply. One that is broadcast is shown in
// the channel too (https://docs.slack.dev/reference/methods/chat.postMessage#threads).
func inThread(op stories.Op, head site) string {
	rest := url.Values{"thread_ts": {head.ts}}
	if op == stories.OpBroadcast {
		rest.Set("reply_broadcast", "true")
	}
	return "&" + rest.Encode()
}

// sender finds the token for a workspace, or the verdict when there is none.
func (p *pusher) sender(ctx context.Context, team string) (workspace, bot.Verdict, bool) {
	w, ok, pending := p.workspaces.await(ctx, team, p.timing.learn)
	switch {
	case pending:
		return w, bot.Verdict{Code: "not_ready", RetryAfter: time.Second, Reason: "waits until Slack says which workspaces the bot tokens are for"}, false
	case !ok:
		return w, bot.Verdict{Outcome: bot.BadAccount, Code: "no_token",
			Reason: "belongs to a Slack workspace there is no bot token for",
			Cure:   "Whoever runs Storybot adds the workspace's bot token to SLACK_BOT_TOKEN and restarts it."}, false
	case w.stopped != "":
		return w, bot.Verdict{Outcome: bot.BadAccount, Code: "stopped", Reason: "belongs to a Slack workspace Storybot was removed from", Cure: w.stopped}, false
	}
	return w, bot.Verdict{}, true
}

// channelOf is the channel an operation is about.
func channelOf(o bot.Operation) string {
	if o.Delivery.Op.Acts() {
		return siteOf(o.Delivery.Destination, o.Target).channel
	}
	return o.Delivery.Destination.Channel
}

// messageID is a message's ts, with the channel when it is not the one that
// was asked for (a direct message is asked for by person).
func messageID(asked, channel, ts string) string {
	if channel == "" || channel == asked {
		return ts
	}
	return channel + "/" + ts
}

// encodings keeps the encoded form of the messages that are being pushed: one
// update goes to many channels.
type encodings struct {
	mu    sync.Mutex
	forms map[encoding]string
	order [16]encoding
	next  int
}

// encoding is a message as it is for channels, or for who is alone with the bot, with
// whom it pings.
type encoding struct {
	message *bot.Message
	alone   bool
	who     pinged
}

// body is the form of a post.
//
// Slack has no documented key against repeats. The client_msg_id that its
// clients send is not in the description of the method, so it is left out;
// the metadata is how a repeat is avoided.
func (e *encodings) body(o bot.Operation) []byte {
	common := e.form(encoding{o.Message, alone(o.Delivery.Destination.Channel), pingedBy(o.Ping)})
	out := make([]byte, 0, len(common)+256)
	out = append(out, common...)
	out = append(out, "&channel="...)
	out = append(out, url.QueryEscape(channelOf(o))...)
	out = append(out, "&metadata="...)
	return append(out, url.QueryEscape(metadataOf(o.Delivery.Key))...)
}

// metadataOf is the metadata of a message that is posted under key.
func metadataOf(key string) string {
	quoted, _ := json.Marshal(key) // a string always encodes
	return `{"event_type":"` + eventType + `","event_payload":{"delivery_id":` + string(quoted) + `}}`
}

// form is the part of the body that is the same for every channel of a kind.
func (e *encodings) form(of encoding) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if form, ok := e.forms[of]; ok {
		return form
	}
	m := of.message
	if of.alone {
		m = unasked(m)
	}
	text, blocks := encodePinging(m, of.who)
	values := url.Values{
		"text": {text}, "parse": {"none"}, "link_names": {"false"},
		"unfurl_links": {"false"}, "unfurl_media": {"false"},
	}
	if len(blocks) > 0 {
		values.Set("blocks", string(blocks))
	}
	form := values.Encode()
	if e.forms == nil {
		e.forms = make(map[encoding]string)
	}
	// A message that is kept cannot be freed, so its address stays its own.
	delete(e.forms, e.order[e.next])
	e.order[e.next], e.next = of, (e.next+1)%len(e.order)
	e.forms[of] = form
	return form
}
