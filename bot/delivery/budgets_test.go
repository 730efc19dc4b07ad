package delivery

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// While the platform has posts wait, edits with a budget of their own go on.
func TestPausedPostsHoldUpNoEdits(t *testing.T) {
	var paused atomic.Bool
	var once sync.Once
	limited := make(chan struct{})
	edited := make(chan struct{}, 40)
	e, store, story, b := editing(t, 20, func(b *board) {
		b.pace = bot.Pace{InFlight: 8, Budgets: editsPerMinute(500)}
		b.limit = func(bot.Operation, time.Time) (bot.Verdict, bool) {
			if paused.Load() {
				once.Do(func() { close(limited) })
			}
			return bot.Verdict{Code: "ratelimited", Limited: bot.ScopeLane, RetryAfter: time.Hour}, paused.Load()
		}
		b.answer = func(string, int) bot.Verdict {
			edited <- struct{}{}
			return bot.Verdict{Outcome: bot.Delivered}
		}
	})
	u := publish(t, store, story, stories.Normal)
	b.shows(t, e, u.Text, 20)
	paused.Store(true)
	publish(t, store, story, stories.Breaking)
	e.Kick("p")
	<-limited
	revise(t, store, u, "Corrected.")
	e.Kick("p")
	for range 20 {
		select {
		case <-edited:
		case <-time.After(10 * time.Second):
			t.Fatalf("shown while posts wait: %v", b.texts())
		}
	}
}

// A lane whose last destination has moved elsewhere comes to rest, with a request
// of it still on its way or not.
func TestALaneThatLosesItsLastDestinationRests(t *testing.T) {
	for _, flying := range []bool{false, true} {
		e, store, story, b := editing(t, 1, func(b *board) {
			if flying {
				b.hold = make(chan struct{})
			}
		})
		publish(t, store, story, stories.Normal)
		e.Kick("p")
		if flying {
			<-b.held
		}
		next := publish(t, store, story, stories.Normal)
		act := stories.Act{By: stories.User{Ref: "p:ana"}, At: time.Now()}
		if _, _, err := store.Subscribe(t.Context(), act, stories.Subscription{Destination: channel("p", "w", 0),
			Target: stories.Target{Kind: stories.TargetStory, Name: story.Slug}, Options: stories.Options{Level: stories.Minor}}, "p:2"); err != nil {
			t.Fatal(err)
		}
		if flying {
			close(b.hold)
		}
		e.Kick("")
		if err := e.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p, err := store.ProgressOf(t.Context(), next.ID); err != nil || p.Sent != 1 {
			t.Errorf("flying %v: the next update: %+v, %v", flying, p, err)
		}
		if lanes, err := store.Queue(t.Context()); err != nil || len(lanes) != 0 {
			t.Errorf("flying %v: left: %+v, %v", flying, lanes, err)
		}
	}
}

// A lane's part of the window is its own, and the rest of it edits'.
func TestTheWindowIsDividedBetweenTheBudgets(t *testing.T) {
	for _, apart := range []bool{false, true} {
		w := newWindow(80, open{posts: true, edits: apart})
		if total := w.shares[posts].most + w.shares[edits].most; total != 80 {
			t.Errorf("apart %v: %d rows in all", apart, total)
		}
		if (w.budgetOf(stories.OpEdit) == edits) != apart || w.budgetOf(stories.OpPost) != posts {
			t.Errorf("apart %v: edits are in line %d", apart, w.budgetOf(stories.OpEdit))
		}
	}
}

// No more edits are begun than their budget has left.
func TestNoMoreEditsAreBegunThanMayLeave(t *testing.T) {
	l := newBurst(50, time.Minute)
	for range 47 {
		l.take(0)
	}
	for _, c := range []struct {
		now  time.Duration
		left int
	}{{time.Second, 3}, {time.Minute, 3}, {time.Minute + windowMargin, 50}} {
		if n := l.left(c.now); n != c.left {
			t.Errorf("after %v %d are left, want %d", c.now, n, c.left)
		}
	}
}

// Who waits for a stopped engine to be idle is told so.
func TestAStoppedEngineKeepsNobodyWaiting(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		m.add("p", channel("p", "w", 0), 1, stories.Normal)
		far.fault = func(bot.Operation, bool) (bot.Verdict, bool) { return bot.Verdict{Outcome: bot.Ambiguous}, true }
		m.broken = func(call string) error {
			if call == "lanes" {
				return errors.New("no answer")
			}
			return nil
		}
		r := start(t, m, far)
		waiting := make(chan error, 1)
		go func() { waiting <- r.Idle(t.Context()) }()
		synctest.Wait()
		r.stop()
		if err := <-waiting; !errors.Is(err, ErrStopped) {
			t.Errorf("idle: %v", err)
		}
	})
}
