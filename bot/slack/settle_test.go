package slack

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

var posting = slacktest.Match{Method: "chat.postMessage"}

// aged returns post as if its attempts had been begun so long ago.
func aged(post bot.Operation, d time.Duration) bot.Operation {
	post.Delivery.Tries.First = post.Delivery.Tries.First.Add(-d)
	post.Delivery.Tries.Last = post.Delivery.Tries.Last.Add(-d)
	return post
}

// A post whose answer was lost is found, wherever in the history it is.
func TestSettleFindsThePost(t *testing.T) {
	for name, fault := range map[string]slacktest.Fault{
		"reset": slacktest.ResetAfterStore, "502": slacktest.Error502AfterStore, "cut": slacktest.CutBody, "{}": slacktest.EmptyObject,
		"internal_error": slacktest.InternalAfterStore,
		"502 in JSON":    {Status: 502, Body: `{"ok":false,"error":"bad_gateway"}`, Stored: true}, "word of next year": {Error: "of_next_year", Stored: true}, "hang": slacktest.HangsAfterStore,
	} {
		t.Run(name, func(t *testing.T) {
			r := startRig(t, setup{patience: 300 * time.Millisecond})
			r.send("C1", "earlier")
			r.slack.Fail(posting, 1, fault)
			post := r.post("C1", "lost")
			if v := r.platform.Do(r.ctx(), post); v.Outcome != bot.Ambiguous {
				t.Fatalf("sent: %+v", v)
			}
			for i := range 450 { // three pages of talk on top
				r.slack.Say("T1", "C1", "U1", fmt.Sprint("talk ", i))
			}
			v := r.platform.Settle(r.ctx(), post)
			if want := r.slack.Messages("T1", "C1")[1].TS; v.Outcome != bot.Delivered || v.MessageID != want {
				t.Errorf("settled: %+v, want %s", v, want)
			}
		})
	}
}

// Nothing is "not sent" before its request can no longer be on its way: a minute
// after one of ours, and less than 30 s after one of a process that has ended. It
// is looked at at growing distances until then.
func TestSettleOfWhatIsNotThere(t *testing.T) {
	r := startRig(t, setup{})
	for _, c := range []struct {
		ours bool
		age  time.Duration
		want bot.Outcome
		next time.Duration // since the attempt
	}{
		{false, 0, bot.Unsettled, 5 * time.Second}, {false, 6 * time.Second, bot.Unsettled, 12 * time.Second},
		{false, 13 * time.Second, bot.Unsettled, quietTaken}, {false, 24 * time.Second, bot.Unsettled, quietTaken},
		{false, 26 * time.Second, bot.NotSent, 0}, {false, 48 * time.Hour, bot.NotSent, 0},
		{true, 0, bot.Unsettled, 5 * time.Second}, {true, 6 * time.Second, bot.Unsettled, 12 * time.Second},
		{true, 26 * time.Second, bot.Unsettled, quietLong}, {true, 58 * time.Second, bot.Unsettled, quietLong},
		{true, 61 * time.Second, bot.NotSent, 0}, {true, 48 * time.Hour, bot.NotSent, 0},
	} {
		key := fmt.Sprint("never ", c.ours, c.age)
		if c.ours {
			r.platform.Sender.(*pusher).attempts.note(key, attempt{at: time.Now().Add(-c.age)})
		}
		v := r.platform.Settle(r.ctx(), aged(r.post("C1", key), c.age))
		if v.Outcome != c.want {
			t.Errorf("ours %v, after %v: %+v, want %v", c.ours, c.age, v, c.want)
		}
		if off := (c.age + v.RetryAfter - c.next).Abs(); c.want == bot.Unsettled && off > time.Second {
			t.Errorf("ours %v, after %v: looks again in %v, want it %v after the attempt", c.ours, c.age, v.RetryAfter, c.next)
		}
	}
	if quietTaken >= 30*time.Second {
		t.Errorf("a message is sent again %v after its lane was taken over", quietTaken)
	}
}

// After an answer of Slack's own the request is over: a short wait is enough.
func TestSettleAfterAWholeAnswer(t *testing.T) {
	r := startRig(t, setup{})
	r.slack.Fail(posting, 1, slacktest.APIError("internal_error"))
	post := r.post("C1", "refused")
	r.platform.Do(r.ctx(), post)
	v := r.platform.Settle(r.ctx(), post)
	if v.Outcome != bot.Unsettled || v.RetryAfter > quietShort {
		t.Errorf("at once: %+v", v)
	}
	r.platform.Sender.(*pusher).attempts.note("refused", attempt{at: time.Now().Add(-quietShort), closed: true})
	if v = r.platform.Settle(r.ctx(), post); v.Outcome != bot.NotSent {
		t.Errorf("later: %+v", v)
	}
}

// A clock that was set back does not end the waiting, nor make it endless.
func TestSettleWithTheClockSetBack(t *testing.T) {
	r := startRig(t, setup{})
	post := aged(r.post("C1", "future"), -time.Hour)
	if v := r.platform.Settle(r.ctx(), post); v.Outcome != bot.Unsettled || v.RetryAfter > quietTaken {
		t.Errorf("at once: %+v", v)
	}
	r.platform.Sender.(*pusher).attempts.note("future", attempt{at: time.Now().Add(-quietTaken), taken: true})
	if v := r.platform.Settle(r.ctx(), post); v.Outcome != bot.NotSent {
		t.Errorf("half a minute later: %+v", v)
	}
}

// Clocks that differ do not hide a message.
func TestSettleWithSkew(t *testing.T) {
	for _, skew := range []time.Duration{5 * time.Minute, -5 * time.Minute, time.Hour} {
		r := startRig(t, setup{before: func(s *slacktest.Server) { s.SetSkew(skew) }})
		r.slack.Fail(posting, 1, slacktest.ResetAfterStore)
		post := r.post("C1", "lost")
		r.platform.Do(r.ctx(), post)
		if v := r.platform.Settle(r.ctx(), post); v.Outcome != bot.Delivered {
			t.Errorf("skew %v: %+v", skew, v)
		}
	}
}

// A public channel the bot is not in is joined to be read.
func TestSettleJoinsPublicChannels(t *testing.T) {
	r := startRig(t, setup{before: func(s *slacktest.Server) { s.AddChannel("T1", "C2", slacktest.Public, false) }})
	r.slack.Fail(posting, 1, slacktest.ResetAfterStore)
	post := r.post("C2", "lost")
	r.platform.Do(r.ctx(), post)
	if v := r.platform.Settle(r.ctx(), post); v.Outcome != bot.Delivered {
		t.Errorf("%+v", v)
	}
	if n := r.slack.Calls("conversations.join"); n != 1 {
		t.Errorf("%d joins", n)
	}
}

func TestSettleThatCannotRead(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		fault  slacktest.Fault
		want   bot.Outcome
	}{
		"missing scope":      {"conversations.history", slacktest.APIError("missing_scope"), bot.Unreadable},
		"not found":          {"conversations.history", slacktest.APIError("channel_not_found"), bot.Unreadable},
		"no access":          {"conversations.history", slacktest.APIError("channel_is_limited_access"), bot.Unreadable},
		"word of next year":  {"conversations.history", slacktest.APIError("of_next_year"), bot.Unsettled},
		"not in the channel": {"conversations.join", slacktest.APIError("missing_scope"), bot.Unreadable},
		"join held up":       {"conversations.join", slacktest.RateLimited(3), bot.Unsettled},
		"limited":            {"conversations.history", slacktest.RateLimited(60), bot.Unsettled},
		"down":               {"conversations.history", slacktest.Unavailable, bot.Unsettled},
		"reset":              {"conversations.history", slacktest.ResetBefore, bot.Unsettled},
		"fault":              {"conversations.history", slacktest.APIError("internal_error"), bot.Unsettled},
		"502 in JSON":        {"conversations.history", slacktest.Fault{Status: 502, Body: `{"ok":false,"error":"bad_gateway"}`}, bot.Unsettled},
		"500 with a refusal": {"conversations.history", slacktest.Fault{Status: 500, Body: `{"ok":false,"error":"access_denied"}`}, bot.Unsettled},
		"out of service":     {"conversations.history", slacktest.APIError("service_unavailable"), bot.Unsettled},
		"no list":            {"conversations.history", slacktest.Fault{Status: 200, Body: `{"ok":true}`}, bot.Unsettled},
		"list of next year":  {"conversations.history", slacktest.Fault{Status: 200, Body: `{"ok":true,"messages":{}}`}, bot.Unsettled},
		"no such method":     {"conversations.history", slacktest.APIError("unknown_method"), bot.Unreadable},
		"no such page":       {"conversations.history", slacktest.Fault{Status: 404}, bot.Unreadable},
		"no access at all":   {"conversations.history", slacktest.APIError("access_denied"), bot.Unreadable},
		"join out of order":  {"conversations.join", slacktest.Fault{Status: 502, Body: `{"ok":false,"error":"bad_gateway"}`}, bot.Unsettled},
		"join of next year":  {"conversations.join", slacktest.APIError("of_next_year"), bot.Unreadable},
		"revoked":            {"conversations.history", slacktest.APIError("token_revoked"), bot.BadAccount},
	} {
		t.Run(name, func(t *testing.T) {
			r := startRig(t, setup{before: func(s *slacktest.Server) { s.AddChannel("T1", "C2", slacktest.Public, false) }})
			r.slack.Fail(slacktest.Match{Method: c.method}, -1, c.fault)
			channel := "C1"
			if c.method == "conversations.join" {
				channel = "C2"
			}
			v := r.platform.Settle(r.ctx(), r.post(channel, "k"))
			if v.Outcome != c.want || v.Outcome == bot.Unreadable && v.Reason == "" {
				t.Errorf("%+v, want %v", v, c.want)
			}
			if limited := strings.Contains(name, "limited") || strings.Contains(name, "held"); limited != (v.RetryAfter > 0) || limited != (v.Limited == bot.ScopeLane) {
				t.Errorf("looks again in %v", v.RetryAfter)
			}
		})
	}
}

// pagesOf serves a history one page after the other, whatever is asked of it,
// and keeps what was asked.
func pagesOf(t *testing.T, bodies ...string) (*Platform, *[]url.Values) {
	var asked []url.Values
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if err := q.ParseForm(); err != nil || q.Method != http.MethodPost {
			t.Errorf("%s, %v", q.Method, err)
		}
		asked = append(asked, q.PostForm)
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write([]byte(bodies[min(len(asked), len(bodies))-1]))
		_ = z.Close()
	}))
	t.Cleanup(s.Close)
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1", APIURL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	p.known(t.Context(), p.workspaces.all[0], identity{TeamID: "T1", BotID: "B1"}, nil, own)
	t.Cleanup(p.api.http.CloseIdleConnections)
	return p, &asked
}

// Histories as servers write them that follow the documents more or less.
func TestSettleReadsOddHistories(t *testing.T) {
	const ours = `{"ts":"1.0001","bot_id":"B1","metadata":{"event_type":"storybot_delivery","event_payload":{"delivery_id":"k"}}}`
	for name, c := range map[string]struct {
		pages []string
		want  bot.Outcome
		asked int
	}{
		"more without a cursor": {[]string{`{"ok":true,"has_more":true,"messages":[{"ts":"1.0004"},{"ts":"1.0003"}]}`, `{"ok":true,"messages":[` + ours + `]}`}, bot.Delivered, 2},
		"more, then nothing":    {[]string{`{"ok":true,"has_more":true,"messages":[{"ts":"1.0004"},{"ts":"1.0003"}]}`, `{"ok":true,"has_more":true,"messages":[]}`}, bot.NotSent, 2},
		"more for ever":         {[]string{`{"ok":true,"has_more":true,"messages":[{"ts":"1.0004"},{"ts":"1.0003"}]}`}, bot.Unreadable, pages},
		"numbers":               {[]string{`{"ok":true,"messages":[{"ts":1503435956.000247,"bot_id":"B1","metadata":{"event_type":"storybot_delivery","event_payload":{"delivery_id":"k"}}}]}`}, bot.Delivered, 1},
		"metadata of others":    {[]string{`{"ok":true,"messages":[{"ts":"1.3","metadata":{"event_type":"x","event_payload":[1]}},{"ts":"1.2","metadata":"y"},{"ts":"1.1","metadata":{"event_type":"x","event_payload":{"delivery_id":{"k":1}}}},` + ours + `]}`}, bot.Delivered, 1},
		"null":                  {[]string{`{"ok":true,"messages":null,"response_metadata":null}`}, bot.NotSent, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p, asked := pagesOf(t, c.pages...)
			now := time.Now().Add(-time.Hour)
			post := bot.Operation{Delivery: stories.Delivery{Key: "k", Destination: destination("T1", "C1"), Tries: stories.Tries{First: now, Last: now}}}
			v := p.Settle(t.Context(), post)
			if v.Outcome != c.want || len(*asked) != c.asked {
				t.Errorf("%+v after %d requests", v, len(*asked))
			}
			if len(*asked) == 1 {
				return
			}
			if next := (*asked)[1]; next.Get("latest") != "1.0003" || next.Get("inclusive") != "false" {
				t.Errorf("then asked %v", next)
			}
		})
	}
}

// The history is searched where the message can be, whatever the clock did.
func TestSettleLooksAround(t *testing.T) {
	p := &pusher{web: &web{api: &api{}}}
	now := time.Now()
	for name, c := range map[string]struct {
		first, last, now, message time.Time
		want                      bool
	}{
		"usual":               {now, now, now, now, true},
		"restart a day later": {now.Add(-24 * time.Hour), now.Add(-24 * time.Hour), now, now.Add(-24 * time.Hour), true},
		"clock put right":     {now.Add(-time.Hour), now.Add(-time.Hour), now, now, true},
		"clock was ahead":     {now.Add(time.Hour), now.Add(time.Hour), now, now, true},
		"another day":         {now, now, now, now.Add(-24 * time.Hour), false},
	} {
		oldest, latest := p.around(c.first, c.last, c.now)
		if got := !c.message.Before(oldest) && !c.message.After(latest); got != c.want {
			t.Errorf("%s: %v to %v", name, oldest, latest)
		}
	}
}
