package discord

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"storybot/bot"
)

// channelOf is a far side with one channel's history.
type channelOf struct {
	t        *testing.T
	readable bool
	last     string // "" is null
	missing  int    // status of the routes beside the messages', 0 for there
	ids      []uint64
	ours     map[uint64]string // custom ids of our messages
	theirs   map[uint64]string // of somebody else's
	nonces   map[uint64]string // as JSON
	stamp    time.Time         // of all messages
	skew     time.Duration
	pages    int
	looks    int // for the channel
	posts    int
}

func (c *channelOf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", time.Now().Add(c.skew).UTC().Format(http.TimeFormat))
	switch path := strings.TrimPrefix(r.URL.Path, "/api/v9"); {
	case c.missing != 0 && !strings.HasSuffix(path, "/messages"):
		c.looks++
		respond(w, c.missing, `{"code":0,"message":"404: Not Found"}`)
	case path == "/users/@me":
		respond(w, 200, `{"id":"`+testBot+`"}`)
	case path == "/channels/"+testChannel:
		c.looks++
		last, _ := json.Marshal(c.last)
		if c.last == "" {
			last = []byte("null")
		}
		respond(w, 200, fmt.Sprintf(`{"id":%q,"last_message_id":%s}`, testChannel, last))
	case r.Method == "POST":
		c.posts++
		respond(w, 200, `{"id":"7","channel_id":"`+testChannel+`"}`)
	default:
		c.pages++
		respond(w, 200, c.page(r))
	}
}

// page answers as Discord does: the oldest after the id given or the newest
// before it, newest first.
func (c *channelOf) page(r *http.Request) string {
	if !c.readable {
		return "[]"
	}
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		c.t.Errorf("limit %q", q.Get("limit"))
	}
	var ids []uint64
	switch after, before := q.Get("after"), q.Get("before"); {
	case after != "":
		n, _ := strconv.ParseUint(after, 10, 64)
		from := slices.IndexFunc(c.ids, func(id uint64) bool { return id > n })
		if from >= 0 {
			ids = c.ids[from:min(from+limit, len(c.ids))]
		}
	default:
		to := len(c.ids)
		if n, err := strconv.ParseUint(before, 10, 64); err == nil {
			to = slices.Index(c.ids, n)
		}
		ids = c.ids[max(to-limit, 0):to]
	}
	out := make([]string, len(ids))
	for n, id := range ids {
		author, custom := "5", c.theirs[id]
		if ours, ok := c.ours[id]; ok {
			author, custom = testBot, ours
		}
		nonce := cmp.Or(c.nonces[id], "null")
		stamp, _ := json.Marshal(c.stamp)
		if c.stamp.IsZero() {
			stamp = []byte("null")
		}
		out[len(ids)-1-n] = fmt.Sprintf(`{"id":"%d","nonce":%s,"timestamp":%s,"author":{"id":%q},"components":[{"type":99},{"type":1,"components":[{"type":2,"custom_id":%q}]}]}`, id, nonce, stamp, author, custom)
	}
	return "[" + strings.Join(out, ",") + "]"
}

// old is a post first and last tried so long ago.
func old(first, last time.Duration) bot.Operation {
	p := post(testMessage(), "key-1")
	p.Delivery.Tries.First = time.Now().Add(-first)
	p.Delivery.Tries.Last = time.Now().Add(-last)
	return p
}

// counted are n ids that are counted, from a number that was a time in 2022 on.
func counted(n int) (ids []uint64) {
	for i := range n {
		ids = append(ids, 1e18+uint64(i))
	}
	return ids
}

// idAt is a message id n messages after the first attempt of p.
func idAt(p bot.Operation, n int) uint64 { return snowflake(p.Delivery.Tries.First) + uint64(n)<<22 }

func TestSettleLooksIntoTheHistory(t *testing.T) {
	for name, c := range map[string]struct {
		first, last time.Duration
		set         func(c *channelOf, p bot.Operation)
		key         string // "key-1" by default
		want        bot.Outcome
		pages       int
		looks       int
	}{
		"found": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Delivered, pages: 1, set: func(c *channelOf, p bot.Operation) {
			c.ids, c.ours = []uint64{idAt(p, 1)}, map[uint64]string{idAt(p, 1): "timeline:12~key-1"}
		}},
		"on the third page": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Delivered, pages: 3, set: func(c *channelOf, p bot.Operation) {
			for n := range 250 {
				c.ids = append(c.ids, idAt(p, n))
			}
			c.ours = map[uint64]string{idAt(p, 0): "timeline:12~key-2", idAt(p, 240): "timeline:12~key-1"}
		}},
		"another author's": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.NotSent, pages: 1, set: func(c *channelOf, p bot.Operation) {
			c.ids, c.theirs = []uint64{idAt(p, 1)}, map[uint64]string{idAt(p, 1): "timeline:12~key-1"}
		}},
		"not there": {first: 10 * time.Minute, last: time.Minute, want: bot.NotSent, pages: 1, set: func(c *channelOf, p bot.Operation) { c.ids = []uint64{idAt(p, 1)} }},
		"not there, still under way": {first: 10 * time.Minute, last: time.Second, want: bot.Unsettled, pages: 1, set: func(c *channelOf, p bot.Operation) {
			c.ids = []uint64{idAt(p, 1)}
		}},
		"nothing since": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.NotSent, pages: 2, looks: 1, set: func(c *channelOf, p bot.Operation) {
			c.last, c.readable = fmt.Sprint(idAt(p, -3600_000)), false
		}},
		"old messages only": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.NotSent, pages: 2, set: func(c *channelOf, p bot.Operation) {
			c.ids, c.last = []uint64{1000}, fmt.Sprint(idAt(p, 1)) // the newest was deleted
		}},
		"history hidden": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Unreadable, pages: 2, looks: 1, set: func(c *channelOf, p bot.Operation) {
			c.last, c.readable = fmt.Sprint(idAt(p, 1)), false
		}},
		"nothing known": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Unreadable, pages: 2, looks: 1, set: func(c *channelOf, _ bot.Operation) { c.readable = false }},
		"ids that are counted": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Delivered, pages: 2, set: func(c *channelOf, _ bot.Operation) {
			c.ids, c.ours = []uint64{1001, 1002}, map[uint64]string{1001: "timeline:12~key-1"}
		}},
		"counted ids, hidden": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Unreadable, pages: 2, looks: 1, set: func(c *channelOf, _ bot.Operation) {
			c.last, c.readable = "1000", false
		}},
		"ids of another year, on the second page": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Delivered, pages: 3, set: func(c *channelOf, _ bot.Operation) {
			c.ids, c.ours = counted(150), map[uint64]string{1e18 + 20: "timeline:12~key-1"}
		}},
		"ids of another year, not there": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.NotSent, pages: 3, set: func(c *channelOf, _ bot.Operation) {
			c.ids = counted(150)
		}},
		"ids of another year, old enough": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.NotSent, pages: 2, set: func(c *channelOf, p bot.Operation) {
			c.ids, c.stamp = counted(150), p.Delivery.Tries.First.Add(-time.Minute)
		}},
		"ids of another year, too many": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Unreadable, pages: maxPages + 1, set: func(c *channelOf, p bot.Operation) {
			c.ids, c.stamp = counted(maxPages*pageSize+1), p.Delivery.Tries.First.Add(time.Minute)
		}},
		"a busy channel before": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.NotSent, pages: 2, set: func(c *channelOf, p bot.Operation) {
			for n := range 150 {
				c.ids = append(c.ids, idAt(p, n-60_000))
			}
		}},
		"a nonce": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Delivered, pages: 1, set: func(c *channelOf, p bot.Operation) {
			c.ids, c.ours, c.nonces = []uint64{idAt(p, 1)}, map[uint64]string{idAt(p, 1): ""}, map[uint64]string{idAt(p, 1): `"key-1"`}
		}},
		"another's nonce": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.NotSent, pages: 1, set: func(c *channelOf, p bot.Operation) {
			c.ids, c.nonces = []uint64{idAt(p, 1)}, map[uint64]string{idAt(p, 1): `"key-1"`}
		}},
		"a nonce that is a number": {first: 10 * time.Minute, last: 10 * time.Minute, key: "1234567", want: bot.Delivered, pages: 1, set: func(c *channelOf, p bot.Operation) {
			c.ids, c.ours, c.nonces = []uint64{idAt(p, 1)}, map[uint64]string{idAt(p, 1): ""}, map[uint64]string{idAt(p, 1): `1234567`}
		}},
		"only messages can be asked for, found": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Delivered, pages: 1, looks: 2, set: func(c *channelOf, p bot.Operation) {
			c.missing, c.ids, c.ours = 404, []uint64{idAt(p, 1)}, map[uint64]string{idAt(p, 1): "timeline:12~key-1"}
		}},
		"only messages can be asked for, not there": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.NotSent, pages: 2, looks: 1, set: func(c *channelOf, p bot.Operation) {
			c.missing, c.ids = 404, []uint64{1000}
		}},
		"only messages can be asked for, empty": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Unreadable, pages: 2, looks: 2, set: func(c *channelOf, _ bot.Operation) { c.missing = 404 }},
		"405":                                   {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Unreadable, pages: 2, looks: 2, set: func(c *channelOf, _ bot.Operation) { c.missing = 405 }},
		"501":                                   {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Unreadable, pages: 2, looks: 2, set: func(c *channelOf, _ bot.Operation) { c.missing = 501 }},
		"our clock ahead": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Delivered, pages: 1, set: func(c *channelOf, p bot.Operation) {
			c.skew = -5 * time.Minute
			id := snowflake(p.Delivery.Tries.First.Add(-5 * time.Minute))
			c.ids, c.ours = []uint64{id}, map[uint64]string{id: "timeline:12~key-1"}
		}},
		"clock turned back since": {first: -time.Hour, last: -time.Hour, want: bot.Unsettled, pages: 1, set: func(c *channelOf, p bot.Operation) { c.ids = []uint64{idAt(p, 1)} }},
	} {
		t.Run(name, func(t *testing.T) {
			far := &channelOf{t: t, readable: true}
			p, _ := platformAt(t, far)
			q := old(c.first, c.last)
			q.Delivery.Key = cmp.Or(c.key, q.Delivery.Key)
			c.set(far, q)
			v := p.Settle(t.Context(), q)
			if v.Outcome != c.want || far.pages != c.pages || far.looks != c.looks || far.posts != 0 {
				t.Errorf("%+v after %d pages, %d looks and %d posts", v, far.pages, far.looks, far.posts)
			}
			if v.Outcome == bot.Unsettled && (v.RetryAfter <= 0 || v.RetryAfter > inFlight) {
				t.Errorf("ask again in %s", v.RetryAfter)
			}
			if v.Outcome == bot.Unreadable && v.Cure == "" && v.Code != "long_history" {
				t.Error("no cure")
			}
		})
	}
}

func TestSettlePostsAgainWithinTheWindow(t *testing.T) {
	far := &channelOf{t: t}
	p, _ := platformAt(t, far)
	if v := p.Settle(t.Context(), old(time.Minute, time.Minute)); v.Outcome != bot.Delivered || far.posts != 1 || far.pages != 0 {
		t.Errorf("%+v after %d posts", v, far.posts)
	}
}

func TestSettleSaysWhyItCannotSay(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   bot.Outcome
	}{
		{404, `{"code":10003}`, bot.Gone},
		{404, `{"code":0,"message":"404: Not Found"}`, bot.Unreadable},
		{404, `404 page not found`, bot.Unreadable},
		{405, ``, bot.Unreadable},
		{501, ``, bot.Unreadable},
		{403, `{"code":50001}`, bot.Unreadable},
		{401, `{"code":0}`, bot.BadAccount},
		{429, `{"retry_after":7}`, bot.Unsettled},
		{500, ``, bot.Unsettled},
		{200, `<html>`, bot.Unsettled},
	} {
		p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { respond(w, c.status, c.body) }))
		v := p.Settle(t.Context(), old(10*time.Minute, 10*time.Minute))
		if v.Outcome != c.want || v.Reason == "" || v.Outcome == bot.Unsettled && v.RetryAfter <= 0 {
			t.Errorf("%d %s: %+v", c.status, c.body, v)
		}
		if c.status == 429 && v.RetryAfter != 7*time.Second {
			t.Errorf("%+v", v)
		}
	}
}

func TestAMessageWithoutAMarkCannotBeFound(t *testing.T) {
	p, _ := platformAt(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was made") }))
	m := bot.Plainly("no button")
	q := old(10*time.Minute, 10*time.Minute)
	q.Message = &m
	if v := p.Settle(t.Context(), q); v.Outcome != bot.Unreadable {
		t.Errorf("%+v", v)
	}
}
