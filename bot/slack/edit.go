package slack

import (
	"context"
	"net/url"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

var _ bot.Editor = (*Platform)(nil)

// editMeanings maps the errors of chat.update that chat.postMessage does not
// have (https://docs.slack.dev/reference/methods/chat.update#errors).
var editMeanings = map[string]meaning{
	"message_not_found":          {bot.MessageGone, "no longer has the message", ""},
	"cant_update_message":        {bot.MessageGone, "has a message under this id that the bot may not edit", ""},
	"edit_window_closed":         {bot.MessageGone, "lets messages be edited for some time only, which is over", askAdmin},
	"block_mismatch":             {bot.BadPayload, "has a message whose layout cannot be replaced", ourFault},
	"update_failed":              {bot.Transient, "could not be edited by Slack", ""},
	"external_channel_migrating": {bot.Transient, "is being moved by Slack", ""},
	"streaming_state_conflict":   {bot.Transient, "is still written to by another request", ""},
}

// Edit replaces all of a message of ours. Text and blocks go together: one
// without the other would take the blocks away, or leave the old text for
// notifications. chat.update is of tier 3, 50 requests a minute and workspace
// (https://docs.slack.dev/reference/methods/chat.update), and no part of the
// budget of posts.
func (p *pusher) Edit(ctx context.Context, d stories.Destination, messageID string, m *bot.Message) bot.Verdict {
	w, v, ok := p.sender(ctx, d.Workspace)
	if !ok {
		return v
	}
	channel, ts := d.Channel, messageID
	if in, own, elsewhere := strings.Cut(messageID, "/"); elsewhere { // see messageID
		channel, ts = in, own
	}
	if !isTimestamp(ts) {
		return bot.Verdict{Outcome: bot.MessageGone, Code: "not_a_message", Reason: "has no such message: its id is no timestamp"}
	}
	text, blocks := encodeMessage(m)
	form := url.Values{"channel": {channel}, "ts": {ts}, "text": {text}, "parse": {"none"}, "link_names": {"false"}}
	if len(blocks) > 0 {
		form.Set("blocks", string(blocks))
	}
	if _, f := p.api.call(ctx, post("chat.update", w.token, form), new(status)); f != nil {
		return editVerdict(f)
	}
	return bot.Verdict{Outcome: bot.Delivered, MessageID: messageID}
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

// editVerdict reads the failure of an edit, which may be repeated.
func editVerdict(f *failure) bot.Verdict {
	v := verdictOf(f)
	if m, known := editMeanings[f.code]; known && !f.passing() {
		v.Outcome, v.Reason, v.Cure = m.outcome, m.reason, m.cure
	}
	if v.Outcome == bot.Ambiguous {
		v.Outcome, v.Reason = bot.Transient, "may show an older text: Slack's answer to the edit was lost"
	}
	return v
}
