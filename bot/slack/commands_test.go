package slack

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

func TestSlashCommandIsAnsweredInItsAck(t *testing.T) {
	var got bot.Command
	r := startRig(t, setup{handle: func(_ context.Context, c bot.Command) bot.Reply {
		got = c
		return bot.Reply{Message: bot.Plainly("Headline <b>")}
	}})
	a := r.slash("C1", "U1", "/desk", "track  Tom & Jerry <@ada> @ada ")
	if a.Via != "ack" || a.Visible() != "Headline <b>" || a.To != "U1" {
		t.Errorf("answer %+v, visible %q", a, a.Visible())
	}
	in := typed(t, got)
	if want := "track  Tom & Jerry <" + bot.Mark(0) + "> " + bot.Mark(0); in.Name != "desk" || in.Text != want {
		t.Errorf("name %q, text %q, want %q", in.Name, in.Text, want)
	}
	if ada := (bot.Mention{Ref: "slack:T1/U1", Name: "@ada"}); !slices.Equal(in.Mentions, []bot.Mention{ada}) {
		t.Errorf("mentions %+v", in.Mentions)
	}
	if got.Where.String() != "slack:T1/C1" || got.Lane != "slack:T1" || got.User.Ref != "slack:T1/U1" || got.User.Name != "ada" || got.Asker == nil {
		t.Errorf("command %+v", got)
	}
	if !strings.HasPrefix(got.Key, "slack:") || len(got.Key) < 10 {
		t.Errorf("key %q", got.Key)
	}
}

func TestPublicAnswer(t *testing.T) {
	r := startRig(t, setup{handle: func(context.Context, bot.Command) bot.Reply {
		return bot.Reply{Public: true, Message: bot.Plainly("for all")}
	}})
	if a := r.slash("C1", "U1", "/story", "x"); a.To != "" || a.Visible() != "for all" {
		t.Errorf("answer %+v", a)
	}
}

// A handler that takes longer than Slack waits is answered for by response_url.
func TestSlowHandlerIsAcknowledgedInTime(t *testing.T) {
	release := make(chan struct{})
	r := startRig(t, setup{
		slack:  []slacktest.Option{slacktest.WithAckWithin(time.Second)},
		timing: func(g *timing) { g.ackWait = 20 * time.Millisecond },
		handle: func(context.Context, bot.Command) bot.Reply {
			<-release
			return bot.Reply{Message: bot.Plainly("late")}
		}})
	time.AfterFunc(200*time.Millisecond, func() { close(release) })
	if a := r.slash("C1", "U1", "/story", "x"); a.Via != "response_url" || a.Visible() != "late" {
		t.Errorf("answer %+v", a)
	}
}

func TestLargeAnswerTravelsOutsideTheAck(t *testing.T) {
	r := startRig(t, setup{handle: func(context.Context, bot.Command) bot.Reply {
		return bot.Reply{Message: bot.Plainly(strings.Repeat("ü\n", 5500))}
	}})
	if a := r.slash("C1", "U1", "/story", "x"); a.Via != "response_url" || !strings.Contains(a.Visible(), "ü\nü") {
		t.Errorf("answer via %s", a.Via)
	}
}

func TestPanicIsAnswered(t *testing.T) {
	r := startRig(t, setup{handle: func(context.Context, bot.Command) bot.Reply { panic("oh") }})
	if a := r.slash("C1", "U1", "/story", "x"); !strings.Contains(a.Visible(), "went wrong") {
		t.Errorf("answer %q", a.Visible())
	}
}

func TestMentionIsAnsweredPrivatelyWhereItStands(t *testing.T) {
	var got bot.Command
	var named string
	r := startRig(t, setup{handle: func(ctx context.Context, c bot.Command) bot.Reply {
		got = c
		named = c.Asker.Name(ctx)
		return bot.Reply{Message: bot.Plainly("heard")}
	}})
	parent := r.slack.Say("T1", "C1", "U1", "what happened?")
	a := must[*slacktest.Answer](t)(r.slack.Mention(r.ctx(), slacktest.Mention{Team: "T1", Channel: "C1", User: "U1", ThreadTS: parent.TS, Text: "story sony-hack & more"}))
	if a.Via != "chat.postEphemeral" || a.To != "U1" || a.ThreadTS != parent.TS || a.Visible() != "heard" {
		t.Errorf("answer %+v", a)
	}
	if in := typed(t, got); in.Name != "story" || in.Text != "sony-hack & more" || named != "Ada Lovelace" || got.Key == "" {
		t.Errorf("command %+v of %q", got, named)
	}
}

func TestMentionWithoutWordsAsksForHelp(t *testing.T) {
	r := startRig(t, setup{})
	a := must[*slacktest.Answer](t)(r.slack.Mention(r.ctx(), slacktest.Mention{Team: "T1", Channel: "C1", User: "U1"}))
	if a.Visible() != "help|||" {
		t.Errorf("answer %q", a.Visible())
	}
}

func TestDirectMessageIsACommand(t *testing.T) {
	r := startRig(t, setup{before: func(s *slacktest.Server) { s.AddChannel("T1", "D1", slacktest.DM, true) }})
	event := func(more map[string]any) {
		e := map[string]any{"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": "stories north korea", "ts": "1418999999.000100"}
		for k, v := range more {
			e[k] = v
		}
		if err := r.slack.Event(r.ctx(), "T1", e); err != nil {
			t.Fatal(err)
		}
	}
	// What the bot says itself, and edits, are no commands.
	event(map[string]any{"bot_id": "BBOTT1", "ts": "1.1"})
	event(map[string]any{"user": r.slack.BotUser("T1"), "ts": "1.2"})
	event(map[string]any{"subtype": "message_changed", "ts": "1.3"})
	event(nil)
	event(nil) // the same message again, as another event
	must[[]slacktest.Message](t)(r.slack.WaitMessages(r.ctx(), "T1", "D1", 1))
	r.halt()
	if list := r.slack.Messages("T1", "D1"); len(list) != 1 || list[0].Visible() != "stories|north korea||" {
		t.Errorf("messages %+v", list)
	}
}

// buttons is an answer with things to press.
var buttons = bot.Reply{Message: bot.Message{Title: "Sony", Buttons: []bot.Button{
	{Label: "Timeline", Action: "timeline", Arg: "7"}, {Label: "Other timeline", Action: "timeline", Arg: "8"}, {Label: "Open", URL: "https://example.org/"},
	{Label: "Stop here", Action: "stop", Arg: "7"},
}}}

func TestButtons(t *testing.T) {
	var pressed atomic.Int32
	r := startRig(t, setup{handle: func(ctx context.Context, c bot.Command) bot.Reply {
		in, ok := c.Input.(bot.Press)
		if !ok {
			return buttons
		}
		pressed.Add(1)
		return bot.Reply{Message: bot.Plainly(string(in.Action) + " " + in.Arg + " by " + c.Asker.Name(ctx))}
	}})
	a := r.slash("C1", "U1", "/story", "sony-hack")
	b := must[*slacktest.Answer](t)(r.slack.Press(r.ctx(), a.Message, "Other timeline", "U1"))
	if b.Via != "response_url" || b.Replaces || b.To != "U1" || b.Visible() != "timeline 8 by Ada Lovelace" {
		t.Errorf("answer %+v %q", b, b.Visible())
	}
	if u := must[*slacktest.Answer](t)(r.slack.Press(r.ctx(), a.Message, "Open", "U1")); u.Text != "https://example.org/" {
		t.Errorf("opened %q", u.Text)
	}
	r.halt()
	if pressed.Load() != 1 {
		t.Errorf("%d presses reached the handler", pressed.Load())
	}
}

// What Slack delivers again is taken on once, on whichever connection.
func TestRedeliveryIsHandledOnce(t *testing.T) {
	var mu sync.Mutex
	keys := map[string]int{}
	r := startRig(t, setup{handle: func(_ context.Context, c bot.Command) bot.Reply {
		mu.Lock()
		defer mu.Unlock()
		keys[c.Key]++
		return bot.Reply{Message: bot.Plainly("once")}
	}, slack: []slacktest.Option{slacktest.WithAckWithin(100 * time.Millisecond), slacktest.WithRetryDelays(0, 0, 0)}})
	a := r.slash("C1", "U1", "/story", "a")
	for range 3 {
		if err := r.slack.Replay(r.ctx(), a); err != nil {
			t.Fatal(err)
		}
	}
	r.slash("C1", "U1", "/story", "a") // the same words, typed again
	r.slack.LoseAcks(2)
	must[*slacktest.Answer](t)(r.slack.Mention(r.ctx(), slacktest.Mention{Team: "T1", Channel: "C1", User: "U1", Text: "story a"}))
	r.halt()
	if len(keys) != 3 {
		t.Errorf("keys %v, want three", keys)
	}
	for k, n := range keys {
		if n != 1 {
			t.Errorf("%s was handled %d times", k, n)
		}
	}
	if got := len(r.slack.Ephemerals("T1", "C1", "U1")); got != 3 {
		t.Errorf("%d answers, want 3", got)
	}
}

// A reply that goes on is shown in place, within the five uses of a response_url.
func TestLiveReply(t *testing.T) {
	var polls atomic.Int32
	r := startRig(t, setup{handle: func(context.Context, bot.Command) bot.Reply {
		return bot.Reply{Message: bot.Plainly("Delivering"), Live: func(context.Context) (bot.Message, bool, error) {
			if n := polls.Add(1); n < 20 {
				return bot.Plainly("Delivered some"), false, nil
			}
			return bot.Plainly("Delivered all"), true, nil
		}}
	}})
	a := r.slash("C1", "U1", "/update", "sony-hack text")
	if a.Via != "response_url" || a.Visible() != "Delivering" {
		t.Errorf("first %+v", a)
	}
	for range 4 {
		a = must[*slacktest.Answer](t)(a.Next(r.ctx()))
		if !a.Replaces {
			t.Errorf("not in place: %+v", a)
		}
	}
	if a.Visible() != "Delivered all" {
		t.Errorf("last %q", a.Visible())
	}
	if n := r.slack.Calls("response_url"); n != 5 {
		t.Errorf("%d uses of the response_url", n)
	}
}

func TestLiveReplyEndsWithThePlatform(t *testing.T) {
	r := startRig(t, setup{timing: func(g *timing) { g.live = []time.Duration{time.Hour} }, handle: func(context.Context, bot.Command) bot.Reply {
		return bot.Reply{Message: bot.Plainly("Delivering"), Live: func(context.Context) (bot.Message, bool, error) {
			return bot.Plainly("Delivered some"), false, nil
		}}
	}})
	a := r.slash("C1", "U1", "/update", "sony-hack text")
	time.AfterFunc(50*time.Millisecond, r.stop)
	if a = must[*slacktest.Answer](t)(a.Next(r.ctx())); a.Visible() != "Delivered some" {
		t.Errorf("last %q", a.Visible())
	}
}
