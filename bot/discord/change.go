package discord

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

var _ bot.Editor = (*Platform)(nil)

// editReadings are the codes that mean something else for an edit than for a
// create
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json).
var editReadings = map[string]reading{
	"10008": {bot.MessageGone, "no longer has the message", ""},
	"50005": {bot.BadPayload, "has a message of another author under this id", ""},
	"50021": {bot.BadPayload, "has a message of Discord's own under this id", ""},
}

// Edit replaces all of a message of ours. Discord rebuilds the mentions from
// what an edit says, so each repeats that there are none
// (https://discord.com/developers/docs/resources/message#edit-message).
//
// A message older than an hour takes few edits, which Discord does not number:
// one too many is Transient, code 30046.
func (p *Platform) Edit(ctx context.Context, d stories.Destination, messageID string, m *bot.Message) bot.Verdict {
	if d.Channel == "" || !isPlain(messageID) {
		return bot.Verdict{Outcome: bot.MessageGone, Code: "not_a_message", Reason: "has no such message: its id is none of Discord's"}
	}
	a, err := p.rest.do(ctx, p.rest.posts, request{
		what:   "edit a message",
		method: http.MethodPatch,
		path:   p.messages(d.Channel) + "/" + url.PathEscape(messageID),
		body:   encodeEdit(*m),
	})
	var v bot.Verdict
	switch {
	case err != nil:
		v = p.lostVerdict(a, err)
	case a.ok():
		v = bot.Verdict{Outcome: bot.Delivered, MessageID: messageID}
	default:
		v = p.verdict(a)
	}
	if r, other := editReadings[v.Code]; other {
		v.Outcome, v.Reason, v.Cure = r.outcome, r.reason, r.cure
	}
	p.doubt(&v, d)
	if v.Outcome == bot.Ambiguous {
		v.Outcome, v.Reason = bot.Transient, "may show an older text: Discord's answer to the edit was lost"
	}
	readBudget(&v, a.header)
	return v
}

// isPlain says whether id can be a message's: a word, whatever it looks like.
func isPlain(id string) bool {
	return id != "" && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || r == '/' })
}
