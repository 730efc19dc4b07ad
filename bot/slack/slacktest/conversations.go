package slacktest

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// How many messages conversations.history gives at once
// (https://docs.slack.dev/reference/methods/conversations.history).
const (
	defaultLimit     = 100
	maxLimit         = 999
	distributedLimit = 15
)

// history is conversations.history: newest first, replies only where they were
// broadcast, metadata only when asked for.
func (c *call) history() (any, error) {
	ch, err := c.readable()
	if err != nil {
		return nil, err
	}
	return c.page(slices.DeleteFunc(slices.Clone(ch.messages), func(m *message) bool {
		return m.ThreadTS != "" && m.ThreadTS != m.TS && !m.Broadcast
	}), true)
}

// replies is conversations.replies: a thread with its first message, oldest
// first.
func (c *call) replies() (any, error) {
	ch, err := c.readable()
	if err != nil {
		return nil, err
	}
	ts := c.args["ts"]
	first := ch.find(ts)
	if first == nil {
		return nil, refuse("thread_not_found")
	}
	if first.ThreadTS != "" {
		ts = first.ThreadTS
	}
	return c.page(slices.DeleteFunc(slices.Clone(ch.messages), func(m *message) bool {
		return m.TS != ts && m.ThreadTS != ts
	}), false)
}

// readable returns the channel of the request if the bot may read it. In a
// public channel it must be a member even though it may post without.
func (c *call) readable() (*channel, error) {
	ch, err := c.visible(c.args["channel"])
	if err != nil {
		return nil, err
	}
	if err := c.needFor(ch.kind, "history"); err != nil {
		return nil, err
	}
	if !ch.joined(c.team) {
		return nil, refuse("not_in_channel")
	}
	return ch, nil
}

// page answers with the part of messages, which are oldest first, that the
// request asks for. Of a span with a beginning and no end the oldest are given,
// else the newest, as Slack does.
func (c *call) page(messages []*message, newestFirst bool) (any, error) {
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	oldest, latest, inclusive := c.args["oldest"], c.args["latest"], c.args.flag("inclusive")
	after, before := "", ""
	if cursor := c.args["cursor"]; cursor != "" {
		if after, before, err = readCursor(cursor); err != nil {
			return nil, err
		}
	}
	messages = slices.DeleteFunc(messages, func(m *message) bool {
		return oldest != "" && older(m.TS, oldest, !inclusive) || latest != "" && older(latest, m.TS, !inclusive) ||
			after != "" && m.TS <= after || before != "" && m.TS >= before
	})
	forward := !newestFirst || oldest != "" && latest == ""
	more, cursor := len(messages) > limit, ""
	switch {
	case more && forward:
		messages = messages[:limit]
		cursor = makeCursor("after", messages[limit-1].TS)
	case more:
		messages = messages[len(messages)-limit:]
		cursor = makeCursor("before", messages[0].TS)
	}
	list := make([]json.RawMessage, 0, len(messages))
	for _, m := range messages {
		list = append(list, c.show(m))
	}
	if newestFirst {
		slices.Reverse(list)
	}
	return reply{"messages": list, "has_more": more, "pin_count": 0, "response_metadata": reply{"next_cursor": cursor}}, nil
}

// older says whether timestamp a lies before b, or at it when equal says so.
// Clients may leave out digits.
func older(a, b string, equal bool) bool {
	x, y := micros(a), micros(b)
	return x < y || equal && x == y
}

// micros is a timestamp in microseconds.
func micros(ts string) int64 {
	whole, part, _ := strings.Cut(ts, ".")
	n, _ := strconv.ParseInt(whole+(part + "000000")[:6], 10, 64)
	return n
}

// limit is how many elements the request asks for at most.
func (c *call) limit() (int, error) {
	n, most := defaultLimit, maxLimit
	if c.settings.distributed && strings.HasPrefix(c.name, "conversations.") {
		n, most = distributedLimit, distributedLimit
	}
	if asked := c.args["limit"]; asked != "" {
		n, _ = strconv.Atoi(asked)
		if n < 1 || n > maxLimit {
			c.violate(c.name, "limit %s is not between 1 and %d", asked, maxLimit)
			return 0, refuse("invalid_limit")
		}
	}
	return min(n, most), nil
}

// makeCursor hides where the next page begins, as Slack's cursors do.
func makeCursor(side, at string) string {
	return base64.StdEncoding.EncodeToString([]byte(side + ":" + at))
}

func readCursor(cursor string) (after, before string, err error) {
	b, err := base64.StdEncoding.DecodeString(cursor)
	side, at, ok := strings.Cut(string(b), ":")
	switch {
	case err != nil || !ok:
		return "", "", refuse("invalid_cursor")
	case side == "after":
		return at, "", nil
	}
	return "", at, nil
}

// show is a message as history gives it.
func (c *call) show(m *message) json.RawMessage {
	v := reply{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": m.Team}
	if m.Bot {
		v["bot_id"], v["app_id"] = c.workspace(m.Team).botID, c.AppID
	}
	if m.content != nil {
		v["blocks"] = m.content.full
	}
	if m.ThreadTS != "" {
		v["thread_ts"] = m.ThreadTS
	}
	var files []reply
	for _, name := range m.Files {
		files = append(files, reply{"id": "F0FILE", "name": name, "mimetype": "image/jpeg"})
	}
	if len(files) > 0 { // https://docs.slack.dev/reference/objects/file-object
		v["files"], v["subtype"] = files, "file_share"
	}
	if m.Broadcast {
		v["subtype"] = "thread_broadcast"
	}
	if len(m.Edits) > 0 && m.Bot {
		v["edited"] = reply{"user": m.User, "ts": m.TS}
	}
	if m.Metadata != nil && c.args.flag("include_all_metadata") {
		v["metadata"] = m.Metadata
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data
	}
	return b
}

// join is conversations.join.
func (c *call) join() (any, error) {
	ch, err := c.visible(c.args["channel"])
	switch {
	case err != nil:
		return nil, err
	case ch.kind != Public:
		return nil, refuse("method_not_supported_for_channel_type")
	case ch.archived:
		return nil, refuse("is_archived")
	}
	v := reply{"channel": nil}
	if ch.joined(c.team) {
		v["warning"], v["response_metadata"] = "already_in_channel", reply{"warnings": []string{"already_in_channel"}}
	}
	ch.join(c.team)
	v["channel"] = c.describe(ch)
	return v, nil
}

// channelInfo is conversations.info.
func (c *call) channelInfo() (any, error) {
	ch, err := c.visible(c.args["channel"])
	if err != nil {
		return nil, err
	}
	if err := c.needFor(ch.kind, "read"); err != nil {
		return nil, err
	}
	return reply{"channel": c.describe(ch)}, nil
}

// describe is a channel as methods give it.
func (c *call) describe(ch *channel) reply {
	if ch.kind == DM {
		return reply{"id": ch.id, "is_im": true, "user": ch.user, "is_user_deleted": false, "is_archived": ch.archived}
	}
	return reply{
		"id": ch.id, "name": ch.name(), "name_normalized": ch.name(), "is_channel": ch.kind == Public, "is_group": ch.kind == Private,
		"is_im": false, "is_mpim": ch.kind == Group, "is_private": ch.kind != Public, "is_archived": ch.archived, "is_member": ch.joined(c.team),
		"is_general": false, "is_shared": ch.abroad(), "is_ext_shared": ch.abroad(), "context_team_id": c.team.team,
		"conversation_host_id": ch.host, "shared_team_ids": ch.sharers(c.team), "connected_team_ids": ch.sharers(nil),
	}
}

// openDirect is conversations.open for one person.
func (c *call) openDirect() (any, error) {
	if id := c.args["channel"]; id != "" {
		ch, err := c.visible(id)
		if err != nil {
			return nil, err
		}
		return reply{"channel": reply{"id": ch.id}}, nil
	}
	switch users := c.args["users"]; {
	case users == "":
		return nil, refuse("users_list_not_supplied")
	case strings.Contains(users, ","):
		return nil, c.need("mpim:write")
	case c.team.users[users] == nil:
		return nil, refuse("user_not_found")
	default:
		return reply{"channel": reply{"id": c.direct(c.team, users).id}}, nil
	}
}
