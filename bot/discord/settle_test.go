package discord

import (
	"encoding/json"
	"fmt"
	"net/http"
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
	ids      []uint64
	ours     map[uint64]string // custom ids of our messages
	theirs   map[uint64]string // of somebody else's
	skew     time.Duration
	pages    int
	posts    int
}

func (c *channelOf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", time.Now().Add(c.skew).UTC().Format(http.TimeFormat))
	switch path := strings.TrimPrefix(r.URL.Path, "/api/v9"); {
	case path == "/users/@me":
		respond(w, 200, `{"id":"`+testBot+`"}`)
	case path == "/channels/"+testChannel:
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

// page answers as Discord does: the oldest after the id given, newest first.
func (c *channelOf) page(r *http.Request) string {
	if !c.readable {
		return "[]"
	}
	after, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		c.t.Errorf("limit %q", r.URL.Query().Get("limit"))
	}
	var out []string
	for _, id := range c.ids {
		if id <= after || len(out) == limit {
			continue
		}
		author, custom := "5", c.theirs[id]
		if ours, ok := c.ours[id]; ok {
			author, custom = testBot, ours
		}
		out = append([]string{fmt.Sprintf(`{"id":"%d","author":{"id":%q},"components":[{"type":99},{"type":1,"components":[{"type":2,"custom_id":%q}]}]}`, id, author, custom)}, out...)
	}
	return "[" + strings.Join(out, ",") + "]"
}

// old is a post first and last tried so long ago.
func old(first, last time.Duration) bot.Post {
	p := post(testMessage(), "key-1")
	p.Delivery.FirstAttemptAt = time.Now().Add(-first)
	p.Delivery.LastAttemptAt = time.Now().Add(-last)
	return p
}

// idAt is a message id n messages after the first attempt of p.
func idAt(p bot.Post, n int) uint64 { return snowflake(p.Delivery.FirstAttemptAt) + uint64(n)<<22 }

func TestSettleLooksIntoTheHistory(t *testing.T) {
	for name, c := range map[string]struct {
		first, last time.Duration
		set         func(c *channelOf, p bot.Post)
		want        bot.Outcome
		pages       int
	}{
		"found": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Delivered, pages: 1, set: func(c *channelOf, p bot.Post) {
			c.ids, c.ours = []uint64{idAt(p, 1)}, map[uint64]string{idAt(p, 1): "timeline:12~key-1"}
		}},
		"on the third page": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Delivered, pages: 3, set: func(c *channelOf, p bot.Post) {
			for n := range 250 {
				c.ids = append(c.ids, idAt(p, n))
			}
			c.ours = map[uint64]string{idAt(p, 0): "timeline:12~key-2", idAt(p, 240): "timeline:12~key-1"}
		}},
		"another author's": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.NotSent, pages: 1, set: func(c *channelOf, p bot.Post) {
			c.ids, c.theirs = []uint64{idAt(p, 1)}, map[uint64]string{idAt(p, 1): "timeline:12~key-1"}
		}},
		"not there": {first: 10 * time.Minute, last: time.Minute, want: bot.NotSent, pages: 1, set: func(c *channelOf, p bot.Post) { c.ids = []uint64{idAt(p, 1)} }},
		"not there, still under way": {first: 10 * time.Minute, last: time.Second, want: bot.Unsettled, pages: 1, set: func(c *channelOf, p bot.Post) {
			c.ids = []uint64{idAt(p, 1)}
		}},
		"nothing since": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.NotSent, pages: 1, set: func(c *channelOf, _ bot.Post) { c.last, c.readable = "1000", false }},
		"old messages only": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.NotSent, pages: 2, set: func(c *channelOf, p bot.Post) {
			c.ids, c.last = []uint64{1000}, fmt.Sprint(idAt(p, 1)) // the newest was deleted
		}},
		"history hidden": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Unreadable, pages: 2, set: func(c *channelOf, p bot.Post) {
			c.last, c.readable = fmt.Sprint(idAt(p, 1)), false
		}},
		"nothing known": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Unreadable, pages: 2, set: func(c *channelOf, _ bot.Post) { c.readable = false }},
		"our clock ahead": {first: 10 * time.Minute, last: 10 * time.Minute, want: bot.Delivered, pages: 1, set: func(c *channelOf, p bot.Post) {
			c.skew = -5 * time.Minute
			id := snowflake(p.Delivery.FirstAttemptAt.Add(-5 * time.Minute))
			c.ids, c.ours = []uint64{id}, map[uint64]string{id: "timeline:12~key-1"}
		}},
		"clock turned back since": {first: -time.Hour, last: -time.Hour, want: bot.Unsettled, pages: 1, set: func(c *channelOf, p bot.Post) { c.ids = []uint64{idAt(p, 1)} }},
	} {
		t.Run(name, func(t *testing.T) {
			far := &channelOf{t: t, readable: true}
			p, _ := platformAt(t, far)
			q := old(c.first, c.last)
			c.set(far, q)
			v := p.Settle(t.Context(), q)
			if v.Outcome != c.want || far.pages != c.pages || far.posts != 0 {
				t.Errorf("%+v after %d pages and %d posts", v, far.pages, far.posts)
			}
			if v.Outcome == bot.Unsettled && (v.RetryAfter <= 0 || v.RetryAfter > inFlight) {
				t.Errorf("ask again in %s", v.RetryAfter)
			}
			if v.Outcome == bot.Unreadable && v.Cure == "" {
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
