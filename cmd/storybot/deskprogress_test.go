package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
)

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}

func TestTheDeskSeesALongPushInOneMessage(t *testing.T) {
	onDesk(t, 10000, func(ctx context.Context, n *newsDesk, process func() func(), _ *strings.Builder) {
		stop := process()
		defer stop()
		sleep(ctx, deskAfter-time.Millisecond)
		want(t, "before the push is long", n.heard(), "")
		sleep(ctx, 2*deskTick)
		want(t, "at first", n.heard(), "post: sony-hack, update 4, breaking: Delivered 0 of 10,000.")
		sleep(ctx, time.Minute)
		want(t, "while nothing moves", n.heard(), "post: sony-hack, update 4, breaking: Delivered 0 of 10,000.")
		n.set(func(n *newsDesk) { n.progress.Held = 3 })
		n.sends(5120)
		sleep(ctx, deskEvery+deskTick)
		if got := n.heard(); !strings.Contains(got, "edit m1: sony-hack, update 4, breaking: Delivered 5,120 of 10,000, 3 blocked, about ") || !strings.HasSuffix(got, " left.") {
			t.Errorf("half way:\n%s", got)
		}
		for sent := 5200; sent < 9000; sent += 100 { // one every second
			n.sends(sent)
			sleep(ctx, time.Second)
		}
		n.sends(9997)
		sleep(ctx, deskEvery+deskTick)
		if got := n.heard(); !strings.HasSuffix(got, "edit m1: sony-hack, update 4, breaking: Delivered 9,997 of 10,000, 3 blocked. /desk status tells why.") || !n.message().Done {
			t.Errorf("at the end:\n%s", got)
		}
		edits := len(n.requests())
		for i, s := range n.requests()[1:] {
			if since := s.at.Sub(n.requests()[i].at); since < deskEvery || s.verb != "edit" {
				t.Errorf("request %d is a %s %v after the one before", i+1, s.verb, since)
			}
		}
		sleep(ctx, time.Hour)
		if len(n.requests()) != edits {
			t.Errorf("it is edited after the end:\n%s", n.heard())
		}
	})
}

func TestTheDeskIsSparedShortPushes(t *testing.T) {
	onDesk(t, 60, func(ctx context.Context, n *newsDesk, process func() func(), _ *strings.Builder) {
		defer process()()
		sleep(ctx, deskAfter-time.Second)
		n.set(func(n *newsDesk) { n.messages = nil }) // the store lists what is unfinished
		sleep(ctx, time.Minute)
		want(t, "a push of two seconds", n.heard(), "")
	})
}

func TestTheNextProcessGoesOnWithTheSameMessage(t *testing.T) {
	onDesk(t, 100, func(ctx context.Context, n *newsDesk, process func() func(), _ *strings.Builder) {
		stop := process()
		sleep(ctx, deskAfter+deskTick)
		stop()
		n.sends(50)
		stop = process()
		sleep(ctx, 2*deskTick)
		stop()
		n.sends(100)
		stop = process()
		defer stop()
		sleep(ctx, 2*deskTick)
		want(t, "three processes", n.heard(), `post: sony-hack, update 4, breaking: Delivered 0 of 100.
edit m1: sony-hack, update 4, breaking: Delivered 50 of 100.
edit m1: sony-hack, update 4, breaking: Delivered to all 100 channels.`)
	})
}

// TestAPostWhoseAnswerWasLostIsSettled starts after a crash between the request
// and its answer.
func TestAPostWhoseAnswerWasLostIsSettled(t *testing.T) {
	for _, c := range []struct {
		settled bot.Verdict
		want    string
	}{
		{bot.Verdict{Outcome: bot.Delivered, MessageID: "m9"}, "settle, edit m9"},
		{bot.Verdict{Outcome: bot.NotSent}, "settle, post"},
		{bot.Verdict{Outcome: bot.Unreadable}, "settle, post"},
		{bot.Verdict{Outcome: bot.Unsettled, RetryAfter: 7 * time.Second}, "settle, settle"},
	} {
		onDesk(t, 100, func(ctx context.Context, n *newsDesk, process func() func(), _ *strings.Builder) {
			n.messages[0].FirstAttemptAt, n.messages[0].LastAttemptAt = n.began, n.began
			n.settled = c.settled
			defer process()()
			sleep(ctx, 2*deskTick)
			n.sends(10)
			sleep(ctx, 3*deskEvery/2+deskTick)
			var verbs []string
			for _, s := range n.requests() {
				verbs = append(verbs, strings.TrimSpace(s.verb+" "+s.id))
				if s.verb != "edit" && s.key != "key-4" {
					t.Errorf("%s under key %q", s.verb, s.key)
				}
			}
			if got := strings.Join(verbs, ", "); !strings.HasPrefix(got, c.want) {
				t.Errorf("settled as %v: %s, want %s", c.settled.Outcome, got, c.want)
			}
		})
	}
}

func TestALimitIsWaitedFor(t *testing.T) {
	onDesk(t, 100, func(ctx context.Context, n *newsDesk, process func() func(), logged *strings.Builder) {
		second := n.messages[0]
		second.UpdateID, second.Number, second.Key = 5, 5, "key-5"
		n.messages = append(n.messages, second)
		n.verdicts = []bot.Verdict{{Outcome: bot.Transient, Limited: bot.ScopeChannel, RetryAfter: 40 * time.Second}}
		defer process()()
		sleep(ctx, deskAfter+30*time.Second)
		if len(n.requests()) != 1 {
			t.Errorf("before the limit is over:\n%s", n.heard())
		}
		sleep(ctx, 20*time.Second)
		want(t, "after it", n.heard(), `post: sony-hack, update 4, breaking: Delivered 0 of 100.
post: sony-hack, update 5, breaking: Delivered 0 of 100.
post: sony-hack, update 4, breaking: Delivered 0 of 100.`)
		if since := n.requests()[2].at.Sub(n.requests()[1].at); since < deskTick {
			t.Errorf("two requests to one channel within %v", since)
		}
		want(t, "the log", logged.String(), "")
	})
}

// TestADeskThatRefusesIsLeftAlone: the channel refuses the post, or the message
// was removed.
func TestADeskThatRefusesIsLeftAlone(t *testing.T) {
	for _, verdicts := range [][]bot.Verdict{
		{{Outcome: bot.Blocked, Reason: "does not let the bot post"}},
		{{Outcome: bot.Delivered, MessageID: "m1"}, {Outcome: bot.Gone, Reason: "no longer has the message"}},
	} {
		onDesk(t, 100, func(ctx context.Context, n *newsDesk, process func() func(), logged *strings.Builder) {
			n.verdicts = verdicts
			defer process()()
			for sent := range 20 {
				n.sends(sent)
				sleep(ctx, deskEvery)
			}
			if len(n.requests()) != len(verdicts) || !n.message().Done {
				t.Errorf("it goes on:\n%s", n.heard())
			}
			if got := logged.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, verdicts[len(verdicts)-1].Reason) {
				t.Errorf("the log says\n%s", got)
			}
		})
	}
}

func TestAFailedEditIsRepeated(t *testing.T) {
	onDesk(t, 100, func(ctx context.Context, n *newsDesk, process func() func(), _ *strings.Builder) {
		defer process()()
		sleep(ctx, deskAfter+deskTick)
		n.set(func(n *newsDesk) { n.verdicts = make([]bot.Verdict, 3) }) // no connection
		n.sends(100)
		sleep(ctx, 2*time.Minute)
		done := "edit m1: sony-hack, update 4, breaking: Delivered to all 100 channels."
		want(t, "an edit that fails three times", n.heard(), "post: sony-hack, update 4, breaking: Delivered 0 of 100."+strings.Repeat("\n"+done, 4))
	})
}

// TestOnlyTheHolderOfTheLaneWrites: what another process works is its own.
func TestOnlyTheHolderOfTheLaneWrites(t *testing.T) {
	onDesk(t, 100, func(ctx context.Context, n *newsDesk, process func() func(), _ *strings.Builder) {
		n.set(func(n *newsDesk) { n.elsewhere = true })
		defer process()()
		sleep(ctx, time.Minute)
		want(t, "without the lane", n.heard(), "")
		n.set(func(n *newsDesk) { n.elsewhere = false })
		sleep(ctx, 2*deskTick)
		want(t, "with it", n.heard(), "post: sony-hack, update 4, breaking: Delivered 0 of 100.")
	})
}

// TestWhereNothingCanBeEditedTheEndIsTold is a terminal.
func TestWhereNothingCanBeEditedTheEndIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsDesk(100)
		ctx, cancel := context.WithCancel(t.Context())
		n.printing = true
		p := newDeskProgress(n, n, map[string]bot.Sender{"far": n}, time.Now, slog.New(slog.DiscardHandler))
		done := make(chan struct{})
		go func() { defer close(done); p.run(ctx) }()
		sleep(ctx, time.Minute)
		want(t, "meanwhile", n.heard(), "")
		n.sends(100)
		sleep(ctx, time.Minute)
		want(t, "at the end", n.heard(), "post: sony-hack, update 4, breaking: Delivered to all 100 channels.")
		cancel()
		<-done
	})
}

func TestAnOutageIsLoggedOnce(t *testing.T) {
	onDesk(t, 100, func(ctx context.Context, n *newsDesk, process func() func(), logged *strings.Builder) {
		defer process()()
		n.set(func(n *newsDesk) { n.failing = errors.New("no database") })
		sleep(ctx, time.Minute)
		if got := logged.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "no database") || n.heard() != "" {
			t.Errorf("the log says\n%s", got)
		}
		n.set(func(n *newsDesk) { n.failing = nil })
		sleep(ctx, 2*deskTick)
		want(t, "after it", n.heard(), fmt.Sprintf("post: sony-hack, update 4, breaking: Delivered 0 of %d.", 100))
	})
}
