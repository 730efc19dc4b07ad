package slack

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// While Slack leaves 400 people's rights open, who needs none is answered at
// once, typed and said, though there are few places; and Slack is not asked 400
// times what it does not answer.
func TestReadersDoNotWaitForOthersQuestions(t *testing.T) {
	const crowd = 400
	r := startRig(t, setup{slots: 4, patience: 20 * time.Second, timing: func(g *timing) { g.lookUp, g.silence = 3*time.Second, time.Minute },
		before: func(s *slacktest.Server) {
			for i := range crowd {
				s.AddUser("T1", slacktest.User{ID: fmt.Sprint("UC", i), Name: fmt.Sprint("c", i)})
			}
			s.Fail(slacktest.Match{Method: "users.info"}, -1, slacktest.Hangs)
		},
		handle: func(ctx context.Context, c bot.Command) bot.Reply {
			if typed(t, c).Name == "subscribe" {
				if err := c.Asker.Manages(ctx); err != nil {
					return bot.Reply{Message: bot.Plainly(string(stories.CodeOf(err)))}
				}
			}
			return bot.Reply{Message: bot.Plainly("read")}
		}})
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var asking sync.WaitGroup
	for i := range crowd {
		asking.Go(func() {
			a, err := r.slack.Slash(ctx, slacktest.Slash{Team: "T1", Channel: "C1", User: fmt.Sprint("UC", i), Command: "/subscribe", Text: "river"})
			if err != nil || a.Visible() != string(stories.CodeUnavailable) {
				t.Errorf("answer %+v, %v", a, err)
			}
		})
	}
	eventually(t, "the crowd", func() bool {
		return r.platform.intake.waiting.Load() > crowd/2 && r.slack.Calls("users.info") >= maxQuestions
	})
	began := time.Now()
	if a := r.slash("C1", "U1", "/story", "river"); a.Visible() != "read" {
		t.Errorf("answer %q", a.Visible())
	}
	if waited := time.Since(began); waited > time.Second {
		t.Errorf("a reader waited %v", waited)
	}
	said := time.Now()
	if a := must[*slacktest.Answer](t)(r.slack.Mention(r.ctx(), slacktest.Mention{Team: "T1", Channel: "C1", User: "U1", Text: "story river"})); a.Visible() != "read" {
		t.Errorf("answer %q", a.Visible())
	}
	if waited := time.Since(said); waited > time.Second {
		t.Errorf("a reader who said it waited %v", waited)
	}
	asking.Wait()
	if n := r.slack.Calls("users.info"); n > maxQuestions+unanswered {
		t.Errorf("%d questions to a Slack that answers none", n)
	}
	began = time.Now()
	if a := r.slash("C1", "UC1", "/subscribe", "river"); a.Visible() != string(stories.CodeUnavailable) || time.Since(began) > time.Second {
		t.Errorf("answer %q after %v", a.Visible(), time.Since(began))
	}
}

// Slack is left alone when it leaves questions unanswered, each kind by itself,
// and asked one question before it is trusted with more.
func TestUnansweredQuestionsRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rest = 5 * time.Second
		q := newQuestions(rest)
		b := q.line(line{"users.info", 0})
		may := func(want bool) {
			t.Helper()
			if got := b.begin(time.Now(), rest); got != want {
				t.Fatalf("after %d fails it may be asked: %v", b.fails, got)
			}
		}
		for range 3 * unanswered { // one after the other: nobody is held up
			may(true)
			b.end()
			b.silent(time.Now(), rest)
		}
		for range unanswered + 1 {
			may(true)
		}
		for range unanswered {
			b.end()
			b.silent(time.Now(), rest)
		}
		may(false)
		if b.open(time.Now()) {
			t.Error("it is open")
		}
		if other := q.line(line{"conversations.info", 0}); !other.begin(time.Now(), rest) {
			t.Error("another method rests with it")
		}
		if other := q.line(line{"users.info", 1}); !other.begin(time.Now(), rest) {
			t.Error("another workspace rests with it")
		}
		time.Sleep(rest)
		may(true)
		may(false) // one decides
		b.silent(time.Now(), rest)
		may(false)
		time.Sleep(rest)
		may(true)
		b.answered()
		for range 10 {
			may(true)
		}
		for range unanswered - 1 {
			b.silent(time.Now(), rest)
		}
		b.answered()
		b.silent(time.Now(), rest)
		may(true) // not in a row
	})
}

// What waits for a place of its own is no silence of Slack's.
func TestWaitingForRoomIsNoSilence(t *testing.T) {
	r := startRig(t, setup{})
	d := r.platform.directory
	for range maxQuestions {
		d.questions.room <- struct{}{}
	}
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	w, _, _, _ := d.workspaces.find("T1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 * unanswered {
		if _, f := d.lookUpPerson(ctx, w, "T1", "U1"); f == nil || f.reach != unsent {
			t.Fatalf("%v", f)
		}
	}
	for range maxQuestions {
		<-d.questions.room
	}
	if known, f := d.lookUpPerson(t.Context(), w, "T1", "U1"); f != nil || known.kind != member {
		t.Errorf("%+v, %v", known, f)
	}
}

// A command gives its place to others while it asks, several questions at once
// too, has one again when it goes on, and none when it is over.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := make(chan struct{}, 1)
		first, ok := takeTurn(t.Context(), slots)
		if !ok || len(slots) != 1 {
			t.Fatal("no place")
		}
		ctx := first.within(t.Context())
		back, again := aside(ctx), aside(ctx)
		second, ok := takeTurn(t.Context(), slots)
		if !ok {
			t.Fatal("the place is not given up")
		}
		again()
		went := make(chan struct{})
		go func() { back(); close(went) }()
		synctest.Wait()
		select {
		case <-went:
			t.Fatal("two at once")
		default:
		}
		second.end()
		<-went
		if len(slots) != 1 {
			t.Error("it goes on without a place")
		}
		late := aside(ctx)
		first.end()
		late()
		if first.end(); len(slots) != 0 {
			t.Error("a place is kept for good")
		}

		// Who has no time left waits for none.
		third, _ := takeTurn(t.Context(), slots)
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		back = aside(third.within(short))
		fourth, _ := takeTurn(t.Context(), slots)
		back()
		third.end()
		if len(slots) != 1 {
			t.Error("another's place was given back")
		}
		fourth.end()
		if aside(t.Context())(); len(slots) != 0 {
			t.Error("who has no turn took a place")
		}
	})
}
