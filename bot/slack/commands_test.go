package slack

import (
	"context"
	"errors"
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

// delivering is a reply that goes on until it has been looked at so often, and ends
// in a tone. Before that it is answered by a question, when asks is set.
func delivering(looks int32, tone bot.Tone, asks bool) func(context.Context, bot.Command) bot.Reply {
	var polls atomic.Int32
	return func(_ context.Context, c bot.Command) bot.Reply {
		if _, pressed := c.Input.(bot.Press); asks && !pressed {
			return bot.Reply{Failed: true, Message: bot.Message{Blocks: bot.Plainly("Post it anyway?").Blocks, Buttons: []bot.Button{{Label: "Post it anyway", Action: bot.ActionAnswer, Arg: "0.q"}}}}
		}
		return bot.Reply{Message: bot.Plainly("Published"), Live: func(context.Context) (bot.Message, bool, error) {
			m := bot.Plainly("Published. Delivered some")
			done := polls.Add(1) >= looks
			if done {
				m = bot.Plainly("Published. Delivered all")
			}
			m.Tone = tone
			return m, done, nil
		}, Ending: func(context.Context) (bot.Message, error) {
			if polls.Load() < looks {
				return bot.Plainly("update 4: some"), nil
			}
			return bot.Plainly("update 4: all"), nil
		}}
	}
}

// sees is what a person has on their screen of all answers to one deed: those that
// took the place of others stand there alone.
func sees(a *slacktest.Answer) (shown []string) {
	for _, b := range a.All() {
		if b.Replaces && len(shown) > 0 {
			shown = shown[:len(shown)-1]
		}
		shown = append(shown, b.Visible())
	}
	return shown
}

// The answer to a command cannot be replaced on Slack: it says what was begun, and
// one more message how that ended, unless it ended soon and well.
func TestHowACommandEndedIsSaidAtMostOnce(t *testing.T) {
	for _, tt := range []struct {
		name string
		soon time.Duration
		tone bot.Tone
		want []string
	}{
		{"late", 0, bot.Success, []string{"Published", "update 4: all"}},
		{"soon", time.Hour, bot.Success, []string{"Published"}},
		{"soon, but not everywhere", time.Hour, bot.Neutral, []string{"Published", "update 4: all"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ways := map[string]func(r *rig) *slacktest.Answer{
				"a command": func(r *rig) *slacktest.Answer { return r.slash("C1", "U1", "/update", "sony-hack text") },
				"a mention": func(r *rig) *slacktest.Answer {
					return must[*slacktest.Answer](t)(r.slack.Mention(r.ctx(), slacktest.Mention{Team: "T1", Channel: "C1", User: "U1", Text: "update sony-hack text"}))
				},
			}
			for way, ask := range ways {
				looks := int32(20)
				if len(tt.want) == 1 {
					looks = 1 // it is over whenever the platform stops
				}
				r := startRig(t, setup{timing: func(g *timing) { g.soon = tt.soon }, handle: delivering(looks, tt.tone, false)})
				a := ask(r)
				if len(tt.want) > 1 {
					must[*slacktest.Answer](t)(a.Next(r.ctx()))
				}
				r.halt() // waits for what was begun
				if got := sees(a); !slices.Equal(got, tt.want) {
					t.Errorf("%s: the person sees %q, want %q", way, got, tt.want)
				}
				if got := len(r.slack.Ephemerals("T1", "C1", "U1")); got != len(tt.want) {
					t.Errorf("%s: %d private messages, want %d", way, got, len(tt.want))
				}
			}
		})
	}
}

// A question turns into what its answer began, and that into how it ended.
func TestAnAnsweredQuestionTurnsIntoItsEnd(t *testing.T) {
	r := startRig(t, setup{handle: delivering(20, bot.Success, true)})
	question := r.slash("C1", "U1", "/update", "sony-hack text")
	a := must[*slacktest.Answer](t)(r.slack.Press(r.ctx(), question.Message, "Post it anyway", "U1"))
	if a.Visible() != "Published" || !a.Replaces {
		t.Errorf("first %+v", a)
	}
	for a.Visible() != "Published. Delivered all" {
		a = must[*slacktest.Answer](t)(a.Next(r.ctx()))
		if !a.Replaces {
			t.Errorf("not in place: %+v", a)
		}
	}
	r.halt()
	if left := r.slack.Ephemerals("T1", "C1", "U1"); len(left) != 1 || left[0].Visible() != "Published. Delivered all" {
		t.Errorf("the person sees %d messages: %+v", len(left), left)
	}
	if n := r.slack.Calls("response_url"); n != 5 {
		t.Errorf("%d uses of the response_url", n)
	}
}

// A refusal leaves the question where it is, and a button of a message that
// everybody sees replaces nothing.
func TestOnlyAnAnsweredQuestionIsReplaced(t *testing.T) {
	r := startRig(t, setup{before: func(s *slacktest.Server) { s.AddUser("T1", slacktest.User{ID: "U2", Name: "bob"}) }, handle: func(_ context.Context, c bot.Command) bot.Reply {
		if _, pressed := c.Input.(bot.Press); pressed {
			return bot.Reply{Failed: c.User.Ref == "slack:T1/U1", Message: bot.Plainly("Answered")}
		}
		return bot.Reply{Public: c.User.Ref == "slack:T1/U2", Message: bot.Message{Title: "Which?", Buttons: []bot.Button{{Label: "This", Action: bot.ActionAnswer, Arg: "0.q"}, {Label: "Show", Action: bot.ActionRead, Arg: "1.2"}}}}
	}})
	for _, tt := range []struct{ user, label string }{{"U1", "This"}, {"U1", "Show"}, {"U2", "This"}} {
		shown := r.slash("C1", tt.user, "/update", "x")
		if a := must[*slacktest.Answer](t)(r.slack.Press(r.ctx(), shown.Message, tt.label, tt.user)); a.Replaces || a.Visible() != "Answered" {
			t.Errorf("%s by %s: %+v", tt.label, tt.user, a)
		}
	}
}

// When the platform stops, what is known by then is said, and nothing that is true for a
// moment only: in the place of the answer where that can be, else beside it.
func TestALiveReplySaysThatTheBotStops(t *testing.T) {
	words := func(ctx context.Context, text string) bot.Message {
		if why := bot.PartingOf(ctx); why != bot.NotParting {
			return bot.Plainly(text + ".").Parted(why)
		}
		return bot.Plainly(text + ", about 9 s left.")
	}
	ways := map[string]func(r *rig) *slacktest.Answer{
		"a command": func(r *rig) *slacktest.Answer { return r.slash("C1", "U1", "/update", "sony-hack text") },
		"a button": func(r *rig) *slacktest.Answer {
			asked := r.slash("C1", "U1", "/desk", "ask")
			return must[*slacktest.Answer](t)(r.slack.Press(r.ctx(), asked.Message, "Post", "U1"))
		},
		"a view": func(r *rig) *slacktest.Answer {
			return must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), r.form(), map[string]string{"Text": "x"}))
		},
	}
	for way, ask := range ways {
		for _, known := range []bool{true, false} {
			looked := make(chan struct{})
			r := startRig(t, setup{timing: func(g *timing) { g.live, g.livePoll = []time.Duration{0}, 10*time.Millisecond }, handle: func(_ context.Context, c bot.Command) bot.Reply {
				switch in := c.Input.(type) {
				case bot.Menu:
					return bot.Reply{Message: bot.Plainly("small")}
				case bot.Typed:
					if in.Name == "desk" {
						return bot.Reply{Failed: true, Message: bot.Message{Blocks: bot.Plainly("Post it?").Blocks, Buttons: []bot.Button{{Label: "Post", Action: bot.ActionAnswer, Arg: "0.q"}}}}
					}
				}
				return bot.Reply{Message: bot.Plainly("Published"), InPlace: true, Live: func(ctx context.Context) (bot.Message, bool, error) {
					switch parts := bot.PartingOf(ctx) != bot.NotParting; {
					case parts && !known:
						return bot.Message{}, false, errors.New("the database is away")
					case !parts:
						select {
						case looked <- struct{}{}:
						case <-ctx.Done():
						}
					}
					return words(ctx, "Delivered 1 of 3"), false, nil
				}, Ending: func(ctx context.Context) (bot.Message, error) { return words(ctx, "update 4: delivered 1 of 3"), nil }}
			}})
			a := ask(r)
			<-looked
			<-looked // what the first look found is known
			r.halt()
			all := a.All()
			shown := all[len(all)-1]
			last := shown.Visible()
			if shown.View != nil {
				last = shown.View.Visible()
			}
			if !strings.Contains(last, "elivered 1 of 3") || !strings.Contains(last, "The bot is being stopped, and goes on with the rest when it is back.") || known && strings.Contains(last, "left") {
				t.Errorf("%s, known %t: the person sees %q", way, known, last)
			}
		}
	}
}

// When the platform stops, what is known by then is said.
func TestLiveReplyEndsWithThePlatform(t *testing.T) {
	r := startRig(t, setup{timing: func(g *timing) { g.live = []time.Duration{time.Hour} }, handle: delivering(1<<30, bot.Success, false)})
	a := r.slash("C1", "U1", "/update", "sony-hack text")
	time.AfterFunc(50*time.Millisecond, r.stop)
	if a = must[*slacktest.Answer](t)(a.Next(r.ctx())); a.Visible() != "update 4: some" {
		t.Errorf("last %q", a.Visible())
	}
}
