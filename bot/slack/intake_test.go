package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// Direct messages of every kind that people write are commands; what bots say,
// what is edited, and what Slack says itself is not.
func TestWhoIsAnswered(t *testing.T) {
	r := startRig(t, setup{before: func(s *slacktest.Server) { s.AddChannel("T1", "D1", slacktest.DM, true) }})
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	n := 0
	event := func(more map[string]any) {
		n++
		e := map[string]any{"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": fmt.Sprint("story s", n), "ts": fmt.Sprintf("1418999999.%06d", n)}
		for k, v := range more {
			e[k] = v
		}
		if err := r.slack.Event(r.ctx(), "T1", e); err != nil {
			t.Fatal(err)
		}
	}
	for _, silent := range []map[string]any{
		{"bot_id": "BBOTT1"}, {"bot_id": "B9", "subtype": "bot_message"}, {"user": r.slack.BotUser("T1")}, {"user": "USLACKBOT"},
		{"subtype": "message_changed"}, {"subtype": "message_deleted", "hidden": true}, {"edited": map[string]any{"user": "U1", "ts": "1.2"}},
		{"hidden": true}, {"subtype": "channel_join"}, {"subtype": "of_next_year"}, {"user": nil}, {"channel": nil},
		{"type": "app_mention", "channel": "C1", "channel_type": "channel", "bot_id": "B9"},
		{"type": "app_mention", "channel": "C1", "channel_type": "channel", "subtype": "bot_message"},
		{"type": "app_mention", "channel": "C1", "channel_type": "channel", "edited": map[string]any{"ts": "1.2"}},
		{"channel": "C1", "channel_type": "channel"}, {"channel": "G1", "channel_type": "mpim"},
	} {
		event(silent)
	}
	var want []string
	for _, answered := range []map[string]any{
		{}, {"subtype": "file_share", "files": []any{map[string]any{"id": "F1"}}}, {"subtype": "me_message"}, {"subtype": "thread_broadcast"}, {"channel_type": nil},
		{"text": "<@" + r.slack.BotUser("T1") + "> story sX"}, {"text": "Story\u00a0sX"},
	} {
		event(answered)
		if answered["text"] != nil {
			want = append(want, "story|sX||")
		} else {
			want = append(want, fmt.Sprintf("story|s%d||", n))
		}
	}
	list := must[[]slacktest.Message](t)(r.slack.WaitMessages(r.ctx(), "T1", "D1", len(want)))
	r.halt()
	var got []string
	for _, m := range r.slack.Messages("T1", "D1") {
		got = append(got, m.Visible())
	}
	for _, w := range want {
		if !strings.Contains(strings.Join(got, "\n"), w) {
			t.Errorf("no answer %q in %q", w, got)
		}
	}
	if len(got) != len(want) || len(list) != len(want) || r.slack.Posts() != len(want) || r.slack.Calls("chat.postEphemeral") != 0 {
		t.Errorf("%d answers in the conversation, %d posts, want %d: %q", len(got), r.slack.Posts(), len(want), got)
	}
}

// Answers stay in the thread: of a direct message, and of a pressed button.
func TestAnswersStayInTheThread(t *testing.T) {
	r := startRig(t, setup{before: func(s *slacktest.Server) { s.AddChannel("T1", "D1", slacktest.DM, true) },
		handle: func(context.Context, bot.Command) bot.Reply { return buttons }})
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	parent := r.slack.Say("T1", "D1", "U1", "hello")
	if err := r.slack.Event(r.ctx(), "T1", map[string]any{"type": "message", "channel": "D1", "channel_type": "im", "user": "U1",
		"text": "story x", "ts": "1418999999.000001", "thread_ts": parent.TS}); err != nil {
		t.Fatal(err)
	}
	list := must[[]slacktest.Message](t)(r.slack.WaitMessages(r.ctx(), "T1", "D1", 2))
	if list[1].ThreadTS != parent.TS {
		t.Errorf("answer %+v", list[1])
	}
	if a := must[*slacktest.Answer](t)(r.slack.Press(r.ctx(), list[1], "Timeline", "U1")); a.ThreadTS != parent.TS || a.Replaces {
		t.Errorf("answer to the press %+v", a)
	}
}

// Only so many commands are handled at once; the others wait, and are all
// answered and waited for.
func TestHandlersAreBounded(t *testing.T) {
	const most = 3
	var now, peak atomic.Int32
	release := make(chan struct{})
	r := startRig(t, setup{slots: most, handle: func(_ context.Context, c bot.Command) bot.Reply {
		n := now.Add(1)
		for p := peak.Load(); n > p && !peak.CompareAndSwap(p, n); p = peak.Load() {
		}
		<-release
		now.Add(-1)
		return bot.Reply{Message: bot.Plainly("done")}
	}})
	var asking sync.WaitGroup
	for i := range 20 {
		asking.Go(func() {
			a, err := r.slack.Slash(r.ctx(), slacktest.Slash{Team: "T1", Channel: "C1", User: fmt.Sprint("U", i), Command: "/story", Text: "x"})
			if err != nil || a.Visible() != "done" {
				t.Errorf("answer %+v, %v", a, err)
			}
		})
	}
	eventually(t, "the crowd", func() bool { return r.platform.waiting.Load() == 20 })
	eventually(t, "the busy handlers", func() bool { return now.Load() == most })
	close(release)
	asking.Wait()
	r.halt()
	if peak.Load() != most || r.platform.waiting.Load() != 0 {
		t.Errorf("%d at once, %d left", peak.Load(), r.platform.waiting.Load())
	}
}

// Beyond what can wait, people are told to try again, and nothing is done.
func TestTooBusy(t *testing.T) {
	r := startRaw(t, quick)
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1", APIURL: "http://127.0.0.1:1/"})
	if err != nil {
		t.Fatal(err)
	}
	h := handlerFunc(func(context.Context, bot.Command) bot.Reply { t.Error("a handler was called"); return bot.Reply{} })
	p.waiting.Store(maxWaiting)
	for payload, told := range map[string]bool{
		`{"type":"slash_commands","accepts_response_payload":true,"payload":{"command":"/story","user_id":"U1"}}`:                                             true,
		`{"type":"slash_commands","payload":{"command":"/story","user_id":"U1"}}`:                                                                             false,
		`{"type":"interactive","accepts_response_payload":true,"payload":{"type":"view_submission","user":{"id":"U1"},"view":{"id":"V1","callback_id":"f"}}}`: true,
		`{"type":"interactive","payload":{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"a#1"}]}}`:                                        false,
		`{"type":"events_api","payload":{"event":{"type":"app_mention","text":"story","user":"U1","channel":"C1","ts":"1.2"}}}`:                               false,
		`{"type":"of next year"}`: false,
	} {
		var e envelope
		if err := json.Unmarshal([]byte(payload), &e); err != nil {
			t.Fatal(err)
		}
		e.ID = "e1"
		p.dispatch(t.Context(), t.Context(), h, r.c, e)
		_, b, err := r.ws.ReadMessage()
		if err != nil || strings.Contains(string(b), "Try again in a minute") != told || !strings.Contains(string(b), `"envelope_id":"e1"`) {
			t.Errorf("%s: ack %s, %v", payload, b, err)
		}
	}
	p.begun.Wait()
	if n := p.waiting.Load(); n != maxWaiting {
		t.Errorf("%d waiting", n)
	}
}

// What is not yet handled when the platform stops is given up within its time.
func TestStopsWithACrowd(t *testing.T) {
	r := startRig(t, setup{slots: 1, timing: func(g *timing) { g.drain = 50 * time.Millisecond }, handle: func(ctx context.Context, _ bot.Command) bot.Reply {
		<-ctx.Done()
		return bot.Reply{Message: bot.Plainly("cut off")}
	}})
	for i := range 5 {
		if err := r.slack.Event(r.ctx(), "T1", map[string]any{"type": "app_mention", "channel": "C1", "user": "U1", "text": "story x", "ts": fmt.Sprint("1.", i)}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the crowd", func() bool { return r.platform.waiting.Load() == 5 })
	if err := r.halt(); err != nil || r.platform.waiting.Load() != 0 {
		t.Errorf("%v, %d left", err, r.platform.waiting.Load())
	}
}
