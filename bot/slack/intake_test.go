package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// Direct messages of every kind that people write are commands; what bots say,
// what is edited, and what Slack says itself is not.
func TestWhoIsAnswered(t *testing.T) {
	r := startRig(t, setup{before: func(s *slacktest.Server) {
		s.AddChannel("T1", "D1", slacktest.DM, true)
		s.AddUser("T1", slacktest.User{ID: "UB", Name: "robo", Bot: true})
	}})
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
		{"bot_id": 9}, {"bot_profile": map[string]any{"id": "B9"}}, {"bot_profile": map[string]any{}}, {"app_id": "A9"}, {"user": "UB"},
		{"type": "app_mention", "channel": "C1", "channel_type": "channel", "bot_profile": map[string]any{"id": "B9"}},
		{"type": "app_mention", "channel": "C1", "channel_type": "channel", "app_id": "A9"},
		{"type": "app_mention", "channel": "C1", "channel_type": "channel", "user": "UB"},
		{"type": "app_mention", "channel": "C1", "channel_type": "channel", "user": "UB", "thread_ts": "1418999999.000001"},
		{"type": "app_mention", "channel": "C1", "channel_type": "channel", "subtype": "bot_message"},
		{"type": "app_mention", "channel": "C1", "channel_type": "channel", "edited": map[string]any{"ts": "1.2"}},
		{"channel": "C1", "channel_type": "channel"}, {"channel": "G1", "channel_type": "mpim"},
	} {
		event(silent)
	}
	var want []string
	for _, answered := range []map[string]any{
		{}, {"bot_id": nil, "bot_profile": nil, "app_id": ""}, {"subtype": "file_share", "files": []any{map[string]any{"id": "F1"}}}, {"subtype": "me_message"}, {"subtype": "thread_broadcast"}, {"channel_type": nil},
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
	eventually(t, "the crowd", func() bool { return r.platform.intake.waiting.Load() == 20 })
	eventually(t, "the busy handlers", func() bool { return now.Load() == most })
	close(release)
	asking.Wait()
	r.halt()
	if peak.Load() != most || r.platform.intake.waiting.Load() != 0 {
		t.Errorf("%d at once, %d left", peak.Load(), r.platform.intake.waiting.Load())
	}
}

// Beyond what can wait, people are told to try again, and nothing is done. What
// is not taken and cannot be told is not acknowledged, so that it comes again.
func TestTooBusy(t *testing.T) {
	r := startRaw(t, quick)
	told := make(chan string, 10)
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		b, _ := io.ReadAll(q.Body)
		told <- q.URL.Path + " " + string(b)
		fmt.Fprint(w, `{"ok":true,"view":{"id":"V1"}}`)
	}))
	t.Cleanup(far.Close)
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1", APIURL: far.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.api.http.CloseIdleConnections)
	p.known(t.Context(), p.workspaces.all[0], identity{TeamID: "T1", UserID: "UBOT"}, map[string][]string{}, own)
	h := handlerFunc(func(context.Context, bot.Command) bot.Reply { t.Error("a handler was called"); return bot.Reply{} })
	p.intake.waiting.Store(maxWaiting)
	const asker, words = `"user":{"id":"U1","team_id":"T1"},"trigger_id":"1"`, "Try again in a minute"
	link := fmt.Sprintf(`"response_url":"%s/response"`, far.URL)
	for payload, way := range map[string]string{
		`{"type":"slash_commands","accepts_response_payload":true,"payload":{"command":"/story","user_id":"U1",` + link + `}}`:                           "ack",
		`{"type":"slash_commands","payload":{"command":"/story","user_id":"U1",` + link + `}}`:                                                           "/response",
		`{"type":"slash_commands","payload":{"command":"/story","user_id":"U1"}}`:                                                                        "",
		`{"type":"interactive","accepts_response_payload":true,"payload":{"type":"view_submission",` + asker + `,"view":{"id":"V1","callback_id":"f"}}}`: "ack",
		`{"type":"interactive","payload":{"type":"view_submission",` + asker + `,"view":{"id":"V1","callback_id":"f"}}}`:                                 "/views.open",
		`{"type":"interactive","payload":{"type":"block_actions",` + asker + `,` + link + `,"channel":{"id":"C1"},"actions":[{"action_id":"stop#1"}]}}`:  "/response",
		`{"type":"interactive","payload":{"type":"message_action","callback_id":"add",` + asker + `,` + link + `,"message":{"ts":"1.2"}}}`:               "/response",
		`{"type":"interactive","payload":{"type":"shortcut","callback_id":"new",` + asker + `}}`:                                                         "/views.open",
		`{"type":"interactive","payload":{"type":"block_actions",` + asker + `,"view":{"id":"V1"},"actions":[{"action_id":"stop#1"}]}}`:                  "/views.update",
		`{"type":"interactive","payload":{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"a#1"}]}}`:                                   "",
		`{"type":"interactive","payload":{"type":"view_closed",` + asker + `,"view":{"id":"V1"}}}`:                                                       "",
		`{"type":"of next year"}`: "",
	} {
		var e envelope
		if err := json.Unmarshal([]byte(payload), &e); err != nil {
			t.Fatal(err)
		}
		e.ID = "e1"
		p.intake.dispatch(t.Context(), t.Context(), h, r.c, e)
		if said := r.next(t); strings.Contains(said, words) != (way == "ack") || !strings.Contains(said, `"envelope_id":"e1"`) {
			t.Errorf("%s: ack %s", payload, said)
		}
		p.intake.begun.Wait()
		switch said := ""; {
		case len(told) > 0:
			if said = <-told; way == "" || !strings.HasPrefix(said, way+" ") || !strings.Contains(strings.ReplaceAll(said, "+", " "), words) {
				t.Errorf("%s: told %s", payload, said)
			}
		case way != "" && way != "ack":
			t.Errorf("%s: nobody is told", payload)
		}
	}
	for _, said := range []string{`{"type":"app_mention","text":"story","user":"U1","channel":"C1","ts":"1.2"}`, `{"type":"message","channel_type":"im","text":"story","user":"U1","channel":"D1","ts":"1.2"}`} {
		p.intake.dispatch(t.Context(), t.Context(), h, r.c, envelope{ID: "lost", Type: "events_api", Payload: json.RawMessage(`{"event":` + said + `}`)})
	}
	// What becomes of channels has room of its own, until that is full as well.
	deleted := envelope{ID: "news", Type: "events_api", Payload: json.RawMessage(`{"team_id":"T1","event":{"type":"channel_deleted","channel":"C1"}}`)}
	p.intake.dispatch(t.Context(), t.Context(), h, r.c, deleted)
	if n := len(p.intake.herald.queue); n != 1 { // acknowledged when it is told
		t.Errorf("%d events wait", n)
	}
	for len(p.intake.herald.queue) < maxNews {
		p.intake.herald.queue <- news{}
	}
	deleted.ID = "lost"
	p.intake.dispatch(t.Context(), t.Context(), h, r.c, deleted)
	// What other people do needs no room.
	p.intake.dispatch(t.Context(), t.Context(), h, r.c, envelope{ID: "joined", Type: "events_api", Payload: json.RawMessage(`{"team_id":"T1","event":{"type":"member_joined_channel","channel":"C1","user":"U1"}}`)})
	if said := r.next(t); said != `{"envelope_id":"joined"}` {
		t.Errorf("ack %s", said)
	}
	if n := p.intake.waiting.Load(); n != maxWaiting {
		t.Errorf("%d waiting", n)
	}
}

// A command that hangs gives its place back, and the person reads what the
// handler says of it.
func TestCommandsHaveADeadline(t *testing.T) {
	r := startRig(t, setup{slots: 1, timing: func(g *timing) { g.command = 200 * time.Millisecond }, handle: func(ctx context.Context, c bot.Command) bot.Reply {
		if typed(t, c).Text == "hangs" {
			<-ctx.Done()
			return bot.Reply{Failed: true, Message: bot.Plainly("given up: " + ctx.Err().Error())}
		}
		return bot.Reply{Message: bot.Plainly("done")}
	}})
	if a := r.slash("C1", "U1", "/story", "hangs"); a.Visible() != "given up: context deadline exceeded" {
		t.Errorf("answer %q", a.Visible())
	}
	if a := r.slash("C1", "U1", "/story", "x"); a.Visible() != "done" {
		t.Errorf("answer %q", a.Visible())
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
	eventually(t, "the crowd", func() bool { return r.platform.intake.waiting.Load() == 5 })
	if err := r.halt(); err != nil || r.platform.intake.waiting.Load() != 0 {
		t.Errorf("%v, %d left", err, r.platform.intake.waiting.Load())
	}
}

// What is to happen later does not outlive whoever asked for it: it is waited
// for when it has begun, and never begins afterwards.
func TestLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over := false
		settle := later(time.Second, func() { time.Sleep(time.Minute); over = true })
		time.Sleep(2 * time.Second)
		settle()
		if !over {
			t.Error("not waited for")
		}
		settle() // twice is once
		later(time.Second, func() { t.Error("it began afterwards") })()
		time.Sleep(time.Minute)
	})
}
