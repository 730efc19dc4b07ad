package slack

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// counted answers with what it was asked, after some time, and counts.
func counted(n *atomic.Int32, takes time.Duration) func(context.Context, bot.Command) bot.Reply {
	return func(ctx context.Context, c bot.Command) bot.Reply {
		n.Add(1)
		if takes > 0 {
			sleep(ctx, takes)
		}
		return bot.Reply{Message: bot.Message{Blocks: []bot.Block{bot.Para(bot.Text(told(c.Input)))},
			Buttons: []bot.Button{{Label: "Timeline", Action: "timeline", Arg: "7"}}}}
	}
}

// Of an envelope that arrives on both connections the person gets the answer
// once, ten times out of ten, whatever it is and however long it takes.
func TestCopiesAreAnsweredOnce(t *testing.T) {
	for name, takes := range map[string]time.Duration{"at once": 0, "soon": 30 * time.Millisecond, "late": 200 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var handled atomic.Int32
			r := startRig(t, setup{handle: counted(&handled, takes)})
			r.slack.Copies(true)
			once := func(a *slacktest.Answer, err error) *slacktest.Answer {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			var all []*slacktest.Answer
			for range 10 {
				a := once(r.slack.Slash(r.ctx(), slacktest.Slash{Team: "T1", Channel: "C1", User: "U1", Command: "/story", Text: "x"}))
				p := once(r.slack.Press(r.ctx(), a.Message, "Timeline", "U1"))
				m := once(r.slack.Mention(r.ctx(), slacktest.Mention{Team: "T1", Channel: "C1", User: "U1", Text: "story x"}))
				all = append(all, a, p, m)
			}
			r.halt()
			for i, a := range all {
				if got, want := a.Visible(), []string{"story|x||", "||timeline|7", "story|x||"}[i%3]; len(a.All()) != 1 || got != want+"\nTimeline" && got != want {
					t.Errorf("%d answers, the first %q", len(a.All()), got)
				}
			}
			if n := handled.Load(); n != int32(len(all)) {
				t.Errorf("%d deeds were done %d times", len(all), n)
			}
		})
	}
}

// A submitted view shows its answer, whichever copy's acknowledgement counts.
func TestCopiesOfASubmittedView(t *testing.T) {
	for name, takes := range map[string]time.Duration{"at once": 0, "soon": 30 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var handled atomic.Int32
			r := startRig(t, setup{handle: counted(&handled, takes)})
			for range 10 {
				v := r.form()
				r.slack.Copies(true)
				a := must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), v, map[string]string{"Text": "new"}))
				r.slack.Copies(false)
				if a.Via != "view" || a.View.ID != v.ID {
					t.Errorf("answer %+v", a)
				}
			}
		})
	}
}

// What is delivered again long after its answer says nothing more.
func TestLateCopyIsAcknowledgedAtOnce(t *testing.T) {
	d := &deed{done: make(chan struct{})}
	d.say([]byte(`{}`))
	d.finish()
	if said, lately := d.answer(); said == nil || !lately {
		t.Errorf("just now: %s, %v", said, lately)
	}
	d.ended = time.Now().Add(-2 * ackLife)
	if said, lately := d.answer(); said != nil || lately {
		t.Errorf("long ago: %s, %v", said, lately)
	}
}

func TestDeeds(t *testing.T) {
	now := time.Now()
	s := newDeeds()
	first := func(key string, after time.Duration) bool {
		_, first := s.begin(key, &ack{}, now.Add(after))
		return first
	}
	for _, c := range []struct {
		key   string
		after time.Duration
		want  bool
	}{
		{"a", 0, true}, {"a", time.Second, false}, {"b", time.Second, true}, {"a", seenLife + time.Second, false},
		{"b", 2 * seenLife, false}, {"a", 5 * seenLife, true},
	} {
		if got := first(c.key, c.after); got != c.want {
			t.Errorf("%s after %v: first %v", c.key, c.after, got)
		}
	}
}

// The same envelope twice on one connection is answered and acknowledged once.
func TestCopyOnTheSameConnection(t *testing.T) {
	r := startRaw(t, quick)
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1", APIURL: "http://127.0.0.1:1/"})
	if err != nil {
		t.Fatal(err)
	}
	p.timing = quick
	p.timing.ackWait = time.Minute
	release, handling := make(chan struct{}), make(chan struct{})
	h := handlerFunc(func(context.Context, bot.Command) bot.Reply {
		close(handling) // a second one would panic
		<-release
		return bot.Reply{Message: bot.Plainly("once")}
	})
	e := envelope{ID: "e1", Type: "slash_commands", Answerable: true, Payload: []byte(`{"command":"/story","text":"x","team_id":"T1","user_id":"U1","channel_id":"C1"}`)}
	p.dispatch(t.Context(), t.Context(), h, r.c, e)
	<-handling
	p.dispatch(t.Context(), t.Context(), h, r.c, e)
	eventually(t, "the copy's end", func() bool { return p.waiting.Load() == 1 })
	close(release)
	p.begun.Wait()
	r.c.close()
	var acks []string
	for {
		_, b, err := r.ws.ReadMessage()
		if err != nil {
			break
		}
		acks = append(acks, string(b))
	}
	if len(acks) != 1 || !strings.Contains(acks[0], "once") {
		t.Errorf("acks %q", acks)
	}
}
