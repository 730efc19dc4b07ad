package slacktest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// How long a text may be, in characters
// (https://docs.slack.dev/reference/methods/chat.postMessage#truncating,
// https://docs.slack.dev/reference/methods/chat.update#errors).
const (
	maxText       = 40000
	maxUpdateText = 4000
)

// postMessage is chat.postMessage.
func (c *call) postMessage() (any, error) {
	ch, err := c.postable()
	if err != nil {
		return nil, err
	}
	s, err := c.readContent(c.name, c.args, maxText)
	if err != nil {
		return nil, err
	}
	if earlier := c.repeated(ch); earlier != nil {
		return posted(earlier, true), nil
	}
	thread, err := c.thread(ch)
	if err != nil {
		return nil, err
	}
	m := &message{content: s.blocks, Message: Message{
		ThreadTS: thread, Broadcast: thread != "" && c.args.flag("reply_broadcast"),
		User: c.team.botUser, Bot: true, Text: s.text, Blocks: s.blocks.sent(), Metadata: s.metadata, Via: c.name,
		Unfurls: c.args["unfurl_links"] != "false" || c.args["unfurl_media"] != "false",
	}}
	c.store(c.team, ch, m)
	if id := c.args["client_msg_id"]; id != "" && c.settings.dedupes {
		if ch.clientIDs == nil {
			ch.clientIDs = map[string]*message{}
		}
		ch.clientIDs[id] = m
	}
	// An app marks with metadata what it sends of itself: that answers nobody.
	if ch.heard != nil && m.Metadata == nil {
		c.exchanges.show(ch.heard, &Answer{Message: m.Message, Via: m.Via}, c.arrived)
	}
	return posted(m, false), nil
}

// repeated returns the message that an earlier request with the same
// client_msg_id has made, where the server looks for it.
func (c *call) repeated(ch *channel) *message {
	if !c.settings.dedupes || c.args["client_msg_id"] == "" {
		return nil
	}
	return ch.clientIDs[c.args["client_msg_id"]]
}

// posted is the answer of chat.postMessage. It is encoded by hand because a
// benchmark asks for it tens of thousands of times a second.
func posted(m *message, duplicate bool) []byte {
	b := make([]byte, 0, 256+2*len(m.Text)+len(m.content.kept()))
	b = append(b, `{"ok":true,"channel":`...)
	b = appendString(b, m.Channel)
	b = append(b, `,"ts":"`...)
	b = append(b, m.TS...)
	if duplicate {
		b = append(b, `","is_duplicate":true,"message":`...)
	} else {
		b = append(b, `","message":`...)
	}
	return append(appendMessage(b, m), '}')
}

func appendMessage(b []byte, m *message) []byte {
	b = append(b, `{"type":"message","user":`...)
	b = appendString(b, m.User)
	b = append(b, `,"team":`...)
	b = appendString(b, m.Team)
	b = append(b, `,"ts":"`...)
	b = append(b, m.TS...)
	if m.ThreadTS != "" {
		b = append(b, `","thread_ts":"`...)
		b = append(b, m.ThreadTS...)
	}
	b = append(b, `","text":`...)
	b = appendString(b, m.Text)
	if m.content != nil {
		b = append(b, `,"blocks":`...)
		b = append(b, m.content.full...)
	}
	return append(b, '}')
}

func appendString(b []byte, s string) []byte {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r > '~' }) < 0 {
		return append(append(append(b, '"'), s...), '"')
	}
	encoded, err := json.Marshal(s)
	if err != nil {
		return strconv.AppendQuote(b, s) // cannot happen to a string
	}
	return append(b, encoded...)
}

// postable returns the channel of the request if the bot may post there. The id
// of a person stands for the conversation with them.
func (c *call) postable() (*channel, error) {
	id := c.args["channel"]
	if strings.HasPrefix(id, "U") || strings.HasPrefix(id, "W") {
		if c.team.users[id] == nil {
			return nil, refuse("channel_not_found")
		}
		if err := c.need("im:write"); err != nil {
			return nil, err
		}
		return c.direct(c.team, id), nil
	}
	ch, err := c.visible(id)
	switch {
	case err != nil:
		return nil, err
	case ch.archived:
		return nil, refuse("is_archived")
	case !ch.joined(c.team) && (!c.team.scopes["chat:write.public"] || c.name != "chat.postMessage"):
		return nil, refuse("not_in_channel")
	}
	return ch, nil
}

// visible returns a channel that the bot can know of: a private one only from
// inside.
func (c *call) visible(id string) (*channel, error) {
	ch := c.team.channels[id]
	if ch == nil || ch.deleted || ch.kind == Private && !ch.joined(c.team) {
		return nil, refuse("channel_not_found")
	}
	return ch, nil
}

// thread returns the timestamp of the thread the request replies to.
func (c *call) thread(ch *channel) (string, error) {
	ts := c.args["thread_ts"]
	if ts == "" {
		if c.args.flag("reply_broadcast") {
			c.violate(c.name, "reply_broadcast without thread_ts")
		}
		return "", nil
	}
	parent := ch.find(ts)
	if parent == nil {
		return "", refuse("thread_not_found")
	}
	if parent.ThreadTS != "" && parent.ThreadTS != ts {
		c.violate(c.name, "thread_ts %s is a reply's; Slack asks for its parent's", ts)
		return parent.ThreadTS, nil
	}
	return ts, nil
}

// updateMessage is chat.update. A text without blocks takes the blocks away,
// blocks without a text leave the text, and metadata stay unless given.
func (c *call) updateMessage() (any, error) {
	m, err := c.own("cant_update_message")
	if err != nil {
		return nil, err
	}
	switch {
	case m.ch.archived:
		return nil, refuse("is_inactive")
	case c.team.editable > 0 && time.Since(m.At) >= c.team.editable:
		return nil, refuse("edit_window_closed")
	}
	s, err := c.readContent(c.name, c.args, maxUpdateText)
	if err != nil {
		return nil, err
	}
	if s.text == "" {
		s.text = m.Text
	}
	m.edit(s.text, s.blocks)
	switch string(s.metadata) {
	case "":
	case "{}":
		m.Metadata = nil
	default:
		m.Metadata = s.metadata
	}
	if m.pressed != nil {
		c.exchanges.show(m.pressed, &Answer{Message: m.Message, Via: c.name, Replaces: true}, c.arrived)
	}
	return reply{"channel": m.Channel, "ts": m.TS, "text": m.Text, "message": json.RawMessage(appendMessage(nil, m))}, nil
}

// deleteMessage is chat.delete.
func (c *call) deleteMessage() (any, error) {
	m, err := c.own("cant_delete_message")
	if err != nil {
		return nil, err
	}
	m.ch.remove(m)
	return reply{"channel": m.Channel, "ts": m.TS}, nil
}

// own returns the bot's message that the request names. cant is the answer for
// one of somebody else.
func (c *call) own(cant string) (*message, error) {
	ch, err := c.visible(c.args["channel"])
	if err != nil {
		return nil, err
	}
	m := ch.find(c.args["ts"])
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case m.User != c.team.botUser || m.Via != "chat.postMessage":
		return nil, refuse(cant)
	}
	return m, nil
}

// postEphemeral is chat.postEphemeral.
func (c *call) postEphemeral() (any, error) {
	ch, err := c.postable()
	if err != nil {
		return nil, err
	}
	user := c.team.users[c.args["user"]]
	if user == nil || user.Deleted {
		return nil, refuse("user_not_in_channel")
	}
	s, err := c.readContent(c.name, c.args, maxText)
	if err != nil {
		return nil, err
	}
	thread, err := c.thread(ch)
	if err != nil {
		return nil, err
	}
	m := &message{content: s.blocks, Message: Message{
		ThreadTS: thread, User: c.team.botUser, Bot: true, To: user.ID, Text: s.text, Blocks: s.blocks.sent(), Via: c.name,
	}}
	c.store(c.team, ch, m)
	c.exchanges.showUser(c.team.team, ch.id, user.ID, &Answer{Message: m.Message, Via: m.Via}, c.arrived)
	return reply{"message_ts": m.TS}, nil
}

// permalink is chat.getPermalink.
func (c *call) permalink() (any, error) {
	ch, err := c.visible(c.args["channel"])
	if err != nil {
		return nil, err
	}
	m := ch.find(c.args["message_ts"])
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return reply{"channel": ch.id, "permalink": m.permalink(c.team)}, nil
}

func (m *message) permalink(ws *workspace) string {
	return "https://" + ws.domain + ".slack.com/archives/" + m.Channel + "/p" + strings.Replace(m.TS, ".", "", 1)
}
