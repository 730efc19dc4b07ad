package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"storybot/bot"
)

const (
	// pageSize is the most messages one request may ask for
	// (https://discord.com/developers/docs/resources/message#get-channel-messages).
	pageSize = 100
	// maxPages bounds one search: 5,000 messages in one channel since the first
	// attempt.
	maxPages = 50
	// presentDay is how near to now an id's own time has to be before ids are
	// believed to hold times. A far side other than Discord may count them.
	presentDay = 7 * 24 * time.Hour
)

// discordEpoch is the first second of 2015, in milliseconds
// (https://discord.com/developers/docs/reference#snowflakes).
const discordEpoch = 1420070400000

// snowflake returns an id as old as t.
func snowflake(t time.Time) uint64 {
	return uint64(max(t.UnixMilli()-discordEpoch, 0)) << 22
}

// message is what settling reads of a message in a history.
type message struct {
	ID     word `json:"id"`
	Author struct {
		ID word `json:"id"`
	} `json:"author"`
	Nonce      word            `json:"nonce"`
	Timestamp  string          `json:"timestamp"`
	Components json.RawMessage `json:"components"`
}

// before says whether m is surely older than t.
func (m message) before(t time.Time) bool {
	at, err := time.Parse(time.RFC3339, m.Timestamp)
	return err == nil && at.Before(t)
}

// look is one search for the message of a delivery.
type look struct {
	p            *Platform
	channel, key string
	since        time.Time // no message of ours can be older
	now          time.Time
	seen         bool // any message
	dated        bool // ids are seen to hold times
	requests     int  // made so far
}

// finding is what a search found: our message's id, or whether its absence is
// proved.
type finding struct {
	id     string
	absent bool
}

// search looks for the message, at first among what came since the first
// attempt. Where that shows nothing whose id is a time, it may be that ids are
// none here, and the newest messages are looked through. ok is false when v says
// why there is no answer.
func (l *look) search(ctx context.Context) (f finding, v bot.Verdict, ok bool) {
	f, v, ok = l.forward(ctx)
	if !ok || f.id != "" || l.dated {
		return f, v, ok
	}
	return l.backward(ctx)
}

// forward goes through the messages after since, to the newest.
func (l *look) forward(ctx context.Context) (f finding, v bot.Verdict, ok bool) {
	after := snowflake(l.since)
	for range maxPages {
		page, v, ok := l.page(ctx, "after", strconv.FormatUint(after, 10))
		if !ok {
			return f, v, false
		}
		if f.id, v, ok = l.ours(ctx, page); !ok || f.id != "" {
			return f, v, ok
		}
		highest := after
		for _, m := range page {
			if id, err := strconv.ParseUint(string(m.ID), 10, 64); err == nil {
				highest = max(highest, id)
			}
		}
		if len(page) < pageSize || highest == after {
			return finding{absent: l.dated}, v, true
		}
		after = highest
	}
	return f, tooLong(), false
}

// backward goes through the messages from the newest on, until they are older
// than since.
func (l *look) backward(ctx context.Context) (f finding, v bot.Verdict, ok bool) {
	before := ""
	for range maxPages {
		page, v, ok := l.page(ctx, "before", before)
		if !ok {
			return f, v, false
		}
		if f.id, v, ok = l.ours(ctx, page); !ok || f.id != "" {
			return f, v, ok
		}
		if len(page) < pageSize {
			return finding{absent: l.seen}, v, true
		}
		last := page[len(page)-1]
		if last.before(l.since) || l.dated {
			return finding{absent: true}, v, true
		}
		if string(last.ID) == before {
			break
		}
		before = string(last.ID)
	}
	return f, tooLong(), false
}

func tooLong() bot.Verdict {
	return bot.Verdict{
		Outcome: bot.Unreadable, Code: "long_history",
		Reason: fmt.Sprintf("may have got the message: more than %d messages came since, too many to look through", maxPages*pageSize),
	}
}

// page asks for up to pageSize messages before or after the id end, the newest
// ones when end is "". They come newest first.
func (l *look) page(ctx context.Context, side, end string) (page []message, v bot.Verdict, ok bool) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	if end != "" {
		query.Set(side, end)
	}
	v, ok = l.ask(ctx, request{what: "read a history", path: l.p.messages(l.channel), query: query}, &page)
	for _, m := range page {
		l.seen = true
		l.dated = l.dated || l.holdsTime(string(m.ID))
	}
	return page, v, ok
}

// holdsTime says whether id is a snowflake of the present.
func (l *look) holdsTime(id string) bool {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return false
	}
	at := time.UnixMilli(int64(n>>22) + discordEpoch)
	return at.Sub(l.now).Abs() < presentDay
}

// ours returns the id of our message in page, "" when it is not there.
func (l *look) ours(ctx context.Context, page []message) (id string, v bot.Verdict, ok bool) {
	for _, m := range page {
		if string(m.Nonce) != l.key && !marks(m.Components, l.key) {
			continue
		}
		self, v, ok := l.self(ctx)
		if !ok {
			return "", v, false
		}
		if self == "" || string(m.Author.ID) == self {
			return string(m.ID), v, true
		}
	}
	return "", v, true
}

// marks says whether components hold a button sent with the delivery called
// key, at whatever depth.
func marks(components json.RawMessage, key string) bool {
	var list []struct {
		CustomID   string          `json:"custom_id"`
		Components json.RawMessage `json:"components"`
	}
	if len(components) == 0 || decode(components, &list) != nil {
		return false
	}
	for _, c := range list {
		if markedWith(c.CustomID, key) || marks(c.Components, key) {
			return true
		}
	}
	return false
}

// self returns the bot's own user id, "" where there is no way to ask for it.
func (l *look) self(ctx context.Context) (id string, v bot.Verdict, ok bool) {
	if known := l.p.userID.Load(); known != nil {
		return *known, v, true
	}
	var user struct {
		ID string `json:"id"`
	}
	v, ok = l.ask(ctx, request{what: "look up the bot's own user", path: "/users/@me"}, &user)
	if ok && user.ID != "" {
		l.p.userID.Store(&user.ID)
	}
	return user.ID, v, ok || v.Outcome == bot.Unreadable
}

// newest returns the id of the channel's newest message, "" when it has none.
func (l *look) newest(ctx context.Context) (id string, v bot.Verdict, ok bool) {
	var c struct {
		Last word `json:"last_message_id"`
	}
	v, ok = l.ask(ctx, request{what: "look up a channel", path: "/channels/" + url.PathEscape(l.channel)}, &c)
	return string(c.Last), v, ok
}

// ask makes a GET and decodes its answer. ok is false when v says why there is
// none: Unreadable where it will be refused again.
func (l *look) ask(ctx context.Context, r request, into any) (v bot.Verdict, ok bool) {
	l.requests++
	r.method = http.MethodGet
	a, err := l.p.rest.do(ctx, l.p.rest.posts, r)
	if err == nil && a.ok() {
		if err = decode(a.body, into); err == nil {
			return v, true
		}
		err = fmt.Errorf("%s: an answer that cannot be read: %w", r.what, l.p.rest.redacted(err))
	}
	if err != nil {
		return bot.Verdict{Outcome: bot.Unsettled, Code: "no_answer", Reason: "could not be looked at", RetryAfter: settleAgain, Err: err}, false
	}
	v = l.p.verdict(a)
	switch {
	case v.Outcome == bot.Gone, v.Outcome == bot.BadAccount:
	case v.Outcome == bot.Blocked, noRoute(v):
		v.Outcome, v.Reason = bot.Unreadable, "may have got the message: its history cannot be read"
	default:
		v.Outcome, v.Reason = bot.Unsettled, "could not be looked at"
		v.RetryAfter = cmp.Or(v.RetryAfter, settleAgain)
	}
	return v, false
}

// noRoute says that what answered does not know the request at all.
func noRoute(v bot.Verdict) bool {
	switch v.Code {
	case "http_404", "http_405", "http_501":
		return true
	}
	return false
}
