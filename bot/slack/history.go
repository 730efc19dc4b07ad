package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"storybot/bot"
)

// history is the answer of conversations.history.
type history struct {
	status
	Messages json.RawMessage `json:"messages"`
	HasMore  bool            `json:"has_more"`
	Next     struct {
		Cursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}

// message is one of a history.
type message struct {
	TS       scalar   `json:"ts"`
	BotID    scalar   `json:"bot_id"`
	Metadata metadata `json:"metadata"`
}

// metadata is what an app put into a message, whichever app: it may have any
// shape, and then it is not ours.
type metadata struct {
	EventType    scalar `json:"event_type"`
	EventPayload struct {
		DeliveryID scalar `json:"delivery_id"`
	} `json:"event_payload"`
}

// UnmarshalJSON never fails.
func (m *metadata) UnmarshalJSON(b []byte) error {
	type plain metadata
	var own plain
	if json.Unmarshal(b, &own) != nil {
		own = plain{}
	}
	*m = metadata(own)
	return nil
}

// list returns the messages. An answer without a list of them says nothing
// about what is there.
func (h *history) list() ([]message, *failure) {
	var list []message
	if h.Messages == nil || json.Unmarshal(h.Messages, &list) != nil {
		return nil, &failure{method: "conversations.history", reach: answered, status: http.StatusOK, err: errors.New("an answer without a list of messages")}
	}
	return list, nil
}

// find returns the id of the message that a post became, "" when there is none.
// It looks again when the answer shows that our clock was set: it may have
// looked at the wrong time.
func (p *pusher) find(ctx context.Context, w workspace, post bot.Operation) (id string, f *failure) {
	for range 2 {
		before := p.api.clock.skew()
		if id, f = p.search(ctx, w, post); id != "" || f != nil || (p.api.clock.skew()-before).Abs() < margin/2 {
			break
		}
	}
	return id, f
}

// search is one look: at the channel's history, or at the thread of a reply.
func (p *pusher) search(ctx context.Context, w workspace, o bot.Operation) (string, *failure) {
	d := o.Delivery
	oldest, latest := p.around(d.Tries.First, d.Tries.Last, p.now())
	method, query := "conversations.history", url.Values{
		"channel": {channelOf(o)}, "limit": {strconv.Itoa(pageSize)},
		"inclusive": {"true"}, "include_all_metadata": {"true"},
		"oldest": {timestamp(oldest)}, "latest": {timestamp(latest)},
	}
	thread := d.Op.Acts()
	if thread {
		method = "conversations.replies"
		query.Set("ts", siteOf(d.Destination, o.Target).ts)
	}
	for range pages {
		var page history
		if _, f := p.api.call(ctx, post(method, w.token, query), &page); f != nil {
			return "", f
		}
		list, f := page.list()
		if f != nil {
			return "", f
		}
		for _, m := range list {
			if m.is(w, d.Key) {
				return string(m.TS), nil
			}
		}
		switch {
		case page.Next.Cursor != "":
			query.Set("cursor", page.Next.Cursor)
		case page.HasMore && len(list) > 0 && thread:
			// A thread's next page is what is newer than this one.
			query.Del("cursor")
			query.Set("inclusive", "false")
			query.Set("oldest", newestOf(list))
		case page.HasMore && len(list) > 0:
			// Without a cursor the next page is what is older than this one.
			query.Del("cursor")
			query.Set("inclusive", "false")
			query.Set("latest", oldestOf(list))
		default:
			return "", nil
		}
	}
	return "", &failure{method: method, reach: answered, code: "too_many_messages"}
}

// is says that m is the bot's, made by the delivery called key.
func (m message) is(w workspace, key string) bool {
	ours := m.BotID == "" || w.botID == "" || string(m.BotID) == w.botID
	return ours && m.Metadata.EventType == eventType && string(m.Metadata.EventPayload.DeliveryID) == key && m.TS != ""
}

// oldestOf is the least timestamp of messages. Timestamps have the same number
// of digits before the point until the year 2286.
func oldestOf(list []message) string {
	return string(slices.MinFunc(list, func(a, b message) int { return cmp.Compare(a.TS, b.TS) }).TS)
}

// newestOf is the greatest.
func newestOf(list []message) string {
	return string(slices.MaxFunc(list, func(a, b message) int { return cmp.Compare(a.TS, b.TS) }).TS)
}

// around is the time, by Slack's clock, in which the attempts from first to
// last may have made a message. When they were lately it reaches to now, so
// that a clock that was set in between does not hide the message.
func (p *pusher) around(first, last, now time.Time) (oldest, latest time.Time) {
	if now.Before(first) {
		first = now
	}
	latest = last.Add(quietLong)
	if now.After(latest) && now.Sub(last) < lately {
		latest = now
	}
	wide := margin + p.api.clock.skew()
	return first.Add(-wide), latest.Add(wide)
}

// timestamp writes a time as Slack does.
func timestamp(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}
