package slack

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// post makes a delivery that is begun now.
func (r *rig) post(channel, key string) bot.Operation {
	now := time.Now()
	return bot.Operation{Message: push(), Delivery: stories.Delivery{Key: key, Destination: destination("T1", channel), Lane: "slack:T1",
		Tries: stories.Tries{First: now, Last: now}}}
}

func (r *rig) send(channel, key string) bot.Verdict {
	return r.platform.Do(r.ctx(), r.post(channel, key))
}

func TestSend(t *testing.T) {
	r := startRig(t, setup{})
	v := r.send("C1", `key"1&<`)
	list := r.slack.Messages("T1", "C1")
	if len(list) != 1 {
		t.Fatalf("%d messages", len(list))
	}
	m := list[0]
	if v.Outcome != bot.Delivered || v.MessageID != m.TS {
		t.Errorf("verdict %+v, message %s", v, m.TS)
	}
	if m.Payload("delivery_id") != `key"1&<` || m.Unfurls || !strings.Contains(m.Visible(), "grave consequences") || len(m.Buttons()) != 3 {
		t.Errorf("message %+v", m)
	}
}

// A dozen channels that hang leave as many requests for the others.
func TestPaceLeavesRoomBesideChannelsThatHang(t *testing.T) {
	if pace := new(pusher).Pace("slack:T1"); pace.InFlight < 12 || pace.PerChannel < time.Second || !pace.Learns {
		t.Errorf("%+v", pace)
	}
}

// The same message is encoded once, whoever it goes to, and forgotten in time.
func TestEncodingIsKept(t *testing.T) {
	var e encodings
	m := push()
	post := func(m *bot.Message, channel string) url.Values {
		v, err := url.ParseQuery(string(e.body(bot.Operation{Message: m, Delivery: stories.Delivery{Key: "k", Destination: destination("T1", channel)}})))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	a, b := post(m, "C1"), post(m, "C2")
	if a.Get("blocks") == "" || a.Get("blocks") != b.Get("blocks") || a.Get("channel") != "C1" || b.Get("channel") != "C2" {
		t.Errorf("bodies %v and %v", a, b)
	}
	if a.Get("parse") != "none" || a.Get("link_names") != "false" || a.Get("unfurl_links") != "false" || a.Get("unfurl_media") != "false" {
		t.Errorf("body %v", a)
	}
	for range 100 {
		post(&bot.Message{Title: "another"}, "C1")
	}
	if len(e.forms) > len(e.order) {
		t.Errorf("%d encodings are kept", len(e.forms))
	}
}

// What goes wrong on the way, and what is made of it.
func TestSendFaults(t *testing.T) {
	r := startRig(t, setup{})
	for name, c := range map[string]struct {
		fault slacktest.Fault
		want  bot.Outcome
	}{
		"reset before":         {slacktest.ResetBefore, bot.Ambiguous},
		"reset after":          {slacktest.ResetAfterStore, bot.Ambiguous},
		"500":                  {slacktest.Error500Before, bot.Ambiguous},
		"502 after":            {slacktest.Error502AfterStore, bot.Ambiguous},
		"503":                  {slacktest.Unavailable, bot.Ambiguous},
		"cut":                  {slacktest.CutBody, bot.Ambiguous},
		"{}":                   {slacktest.EmptyObject, bot.Ambiguous},
		"no reason":            {slacktest.NotOK, bot.Ambiguous},
		"internal_error":       {slacktest.InternalAfterStore, bot.Ambiguous},
		"fatal_error":          {slacktest.FatalAfterStore, bot.Ambiguous},
		"html":                 {slacktest.HTML200, bot.Ambiguous},
		"redirect":             {slacktest.Redirect, bot.Ambiguous},
		"502 in JSON after":    {slacktest.Fault{Status: 502, Body: `{"ok":false,"error":"bad_gateway"}`, Stored: true}, bot.Ambiguous},
		"503 in JSON after":    {slacktest.Fault{Status: 503, Body: `{"ok":false,"error":"service_unavailable"}`, Stored: true}, bot.Ambiguous},
		"500 in JSON after":    {slacktest.Fault{Status: 500, Body: `{"ok":false,"error":"server_error"}`, Stored: true}, bot.Ambiguous},
		"word of next year":    {slacktest.Fault{Error: "of_next_year", Stored: true}, bot.Ambiguous},
		"429 of text":          {slacktest.Fault{Status: 429, Body: "slow down", RetryAfter: "1.5"}, bot.Transient},
		"ts of a number":       {slacktest.Fault{Status: 200, Body: `{"ok":true,"ts":1503435956.000247,"channel":"C1"}`}, bot.Delivered},
		"with warnings":        {slacktest.Fault{Status: 200, Body: `{"ok":true,"ts":"1.2","warning":"x","response_metadata":{"warnings":["x"],"messages":["[WARN] x"]}}`}, bot.Delivered},
		"201":                  {slacktest.Fault{Status: 201, Body: `{"ok":true,"ts":"1.2"}`}, bot.Delivered},
		"ok without ts":        {slacktest.Fault{Status: 200, Body: `{"ok":true,"channel":"C1"}`}, bot.Ambiguous},
		"429 without seconds":  {slacktest.NoRetryAfter, bot.Transient},
		"429":                  {slacktest.RateLimited(9), bot.Transient},
		"ratelimited in a 200": {slacktest.APIError("ratelimited"), bot.Transient},
		"403 of a proxy":       {slacktest.Fault{Status: 403}, bot.Transient},
		"channel_not_found":    {slacktest.APIError("channel_not_found"), bot.Blocked},
	} {
		r.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, 1, c.fault)
		v := r.send("C1", "k")
		if v.Outcome != c.want {
			t.Errorf("%s: %+v, want %v", name, v, c.want)
		}
		if limited := v.Limited == bot.ScopeLane && v.RetryAfter > 0; limited != strings.Contains(name, "429") && limited != strings.Contains(name, "ratelimited") {
			t.Errorf("%s: limited %v for %v", name, v.Limited, v.RetryAfter)
		}
	}
	r.slack.Heal()
	if v := r.send("C1", "k"); v.Outcome != bot.Delivered {
		t.Errorf("afterwards: %+v", v)
	}
}

func TestSendWithoutConnection(t *testing.T) {
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1", APIURL: "http://127.0.0.1:1/"})
	if err != nil {
		t.Fatal(err)
	}
	p.timing = quick
	p.timing.learn = time.Millisecond
	post := bot.Operation{Message: push(), Delivery: stories.Delivery{Destination: destination("T1", "C1")}}
	if v := p.Do(t.Context(), post); v.Outcome != bot.Transient || v.Reason == "" {
		t.Errorf("before the workspace is known: %+v", v)
	}
	p.known(t.Context(), p.workspaces.all[0], identity{TeamID: "T1"}, nil, own)
	if v := p.Do(t.Context(), post); v.Outcome != bot.Transient || v.Code != "unreachable" {
		t.Errorf("connection refused: %+v", v)
	}
	post.Delivery.Destination = destination("T2", "C1")
	if v := p.Do(t.Context(), post); v.Outcome != bot.BadAccount || v.Cure == "" {
		t.Errorf("no token: %+v", v)
	}
}

// An uninstalled app posts nothing more, and other workspaces are not touched.
func TestUninstalled(t *testing.T) {
	for _, event := range []map[string]any{
		{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": map[string]any{"bot": []string{"UBOTT1"}}},
	} {
		r := startRig(t, setup{})
		if err := r.slack.Event(r.ctx(), "T1", event); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the end of the workspace", func() bool { return !r.platform.Health()[1].Up })
		if v := r.send("C1", "k"); v.Outcome != bot.BadAccount || !strings.Contains(v.Cure, "SLACK_BOT_TOKEN") {
			t.Errorf("%v: %+v", event, v)
		}
		if n := r.slack.Calls("chat.postMessage"); n != 0 {
			t.Errorf("%v: %d posts", event, n)
		}
	}
}

func BenchmarkEncodedBody(b *testing.B) {
	var e encodings
	post := bot.Operation{Message: push(), Delivery: stories.Delivery{Key: "0123456789012345678901234", Destination: destination("T1", "C0123456789")}}
	b.ReportAllocs()
	for b.Loop() {
		e.body(post)
	}
}
