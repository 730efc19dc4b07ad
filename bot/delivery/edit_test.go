package delivery

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// board is a far side that shows messages and can edit them.
type board struct {
	*farSide
	mu    sync.Mutex
	shown map[string]string // text by message
	edits map[string]int
	// answer is what an edit is answered with; Delivered when it is nil.
	answer func(message string, n int) bot.Verdict
	// hold, when set, is closed to let posts be answered; held is told of each that
	// waits for that.
	hold chan struct{}
	held chan struct{}
}

func newBoard() *board {
	return &board{farSide: newFarSide(), shown: map[string]string{}, edits: map[string]int{}, held: make(chan struct{}, 64)}
}

// editsPerMinute is a budget of edits.
func editsPerMinute(n int) map[bot.Method]bot.Budget {
	return map[bot.Method]bot.Budget{bot.Edits: {Requests: n, Per: time.Minute}}
}

func (b *board) Do(ctx context.Context, p bot.Operation) bot.Verdict {
	if p.Delivery.Op == stories.OpEdit {
		return b.edit(p.Target, p.Message)
	}
	v := b.farSide.Do(ctx, p)
	if b.hold != nil {
		b.held <- struct{}{}
		<-b.hold
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shown[v.MessageID] = bot.PlainText(*p.Message)
	return v
}

func (b *board) edit(message string, m *bot.Message) bot.Verdict {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.edits[message]++
	if b.answer != nil {
		if v := b.answer(message, b.edits[message]); v.Outcome != bot.Delivered {
			return v
		}
	}
	b.shown[message] = bot.PlainText(*m)
	return bot.Verdict{Outcome: bot.Delivered, MessageID: message}
}

// texts counts what is shown.
func (b *board) texts() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := map[string]int{}
	for _, text := range b.shown {
		n[text]++
	}
	return n
}

// editing is an engine over a real store with n channels and a board.
func editing(t *testing.T, n int, change ...func(*board)) (*Engine, *sqlstore.Store, stories.Story, *board) {
	t.Helper()
	store, story := newsroom(t, n)
	b := newBoard()
	for _, c := range change {
		c(b)
	}
	e := New(Config{Store: store, Senders: map[string]bot.Sender{"p": b},
		Render: func(c stories.Content) bot.Message { return bot.Plainly(c.Update.Text) }})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = e.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return e, store, story, b
}

func revise(t *testing.T, store *sqlstore.Store, u stories.Update, text string) {
	t.Helper()
	if _, err := store.Revise(t.Context(), stories.Act{By: stories.User{Ref: "p:ana"}, At: time.Now()}, u.ID, stories.Rewording{Kind: stories.Fix, Text: text}); err != nil {
		t.Fatal(err)
	}
}

// shows waits until all copies show a text.
func (b *board) shows(t *testing.T, e *Engine, text string, n int) {
	t.Helper()
	for e.Kick("p"); ; e.Kick("p") {
		if err := e.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b.texts()[text] == n {
			return
		}
		if t.Context().Err() != nil {
			t.Fatalf("shown: %v", b.texts())
		}
	}
}

func TestACorrectionReachesEveryCopyInItsNewestWording(t *testing.T) {
	e, store, story, b := editing(t, 40)
	u := publish(t, store, story, stories.Normal)
	b.shows(t, e, u.Text, 40)
	revise(t, store, u, "Second wording.")
	revise(t, store, u, "Third wording.")
	b.shows(t, e, "Third wording.", 40)
	if n, _ := b.sent(); n != 40 {
		t.Errorf("%d posts for 40 channels", n)
	}
}

func TestALostAnswerOfAnEditIsMadeAgain(t *testing.T) {
	e, store, story, b := editing(t, 5, func(b *board) {
		b.answer = func(_ string, n int) bot.Verdict {
			if n == 1 {
				return bot.Verdict{Outcome: bot.Transient, Reason: "may show an older text"}
			}
			return bot.Verdict{Outcome: bot.Delivered}
		}
	})
	u := publish(t, store, story, stories.Normal)
	b.shows(t, e, u.Text, 5)
	revise(t, store, u, "Corrected.")
	b.shows(t, e, "Corrected.", 5)
}

func TestADeletedCopyEndsNoSubscription(t *testing.T) {
	e, store, story, b := editing(t, 3, func(b *board) {
		b.answer = func(string, int) bot.Verdict {
			return bot.Verdict{Outcome: bot.MessageGone, Code: "10008", Reason: "no longer has the message"}
		}
	})
	u := publish(t, store, story, stories.Normal)
	b.shows(t, e, u.Text, 3)
	revise(t, store, u, "Corrected.")
	e.Kick("p")
	if err := e.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.answer = nil
	next := publish(t, store, story, stories.Breaking)
	e.Kick("p")
	if err := e.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p, err := store.ProgressOf(t.Context(), next.ID); err != nil || p.Sent != 3 {
		t.Errorf("the next update: %+v, %v", p, err)
	}
	lanes, err := store.Queue(t.Context())
	if err != nil || len(lanes) != 0 {
		t.Errorf("left: %+v, %v", lanes, err)
	}
}

// An edit planned while its post is on its way waits until that has ended.
func TestAnEditWaitsForItsPost(t *testing.T) {
	e, store, story, b := editing(t, 2, func(b *board) { b.hold = make(chan struct{}) })
	u := publish(t, store, story, stories.Normal)
	e.Kick("p")
	for n := 0; n < 2; n, _ = b.sent() {
		time.Sleep(time.Millisecond)
	}
	revise(t, store, u, "Corrected.")
	e.Kick("p")
	for e.Lanes()[0].InFlight < 2 {
		time.Sleep(time.Millisecond)
	}
	b.mu.Lock()
	early := len(b.edits)
	b.mu.Unlock()
	close(b.hold)
	b.shows(t, e, "Corrected.", 2)
	if early > 0 {
		t.Errorf("%d edits left before their posts had ended", early)
	}
}

func TestEditsHaveTheirOwnBudgetWhereThePlatformGivesOne(t *testing.T) {
	for name, c := range map[string]struct {
		pace  bot.Pace
		apart bool
	}{
		"of their own": {bot.Pace{Learns: true, Budgets: editsPerMinute(50)}, true},
		"shared":       {bot.Pace{PerSecond: 50}, false},
	} {
		l := newLimits(c.pace)
		for range 50 {
			l.start(&job{d: stories.Delivery{Op: stories.OpEdit}}, 0)
		}
		if wait := l.of(stories.OpEdit, false).wait(time.Second / 2); wait == 0 {
			t.Errorf("%s: no wait after 50 edits", name)
		}
		if wait := l.of(stories.OpPost, false).wait(time.Second / 2); (wait == 0) != c.apart {
			t.Errorf("%s: posts wait %v after 50 edits", name, wait)
		}
		if fmt.Sprint(l.posts == l.method(bot.Edits)) == fmt.Sprint(c.apart) {
			t.Errorf("%s: the limiters are not kept apart", name)
		}
	}
}

func TestSpentEditsHoldUpNoPosts(t *testing.T) {
	e, store, story, b := editing(t, 20, func(b *board) { b.pace = bot.Pace{InFlight: 8, Budgets: editsPerMinute(5)} })
	u := publish(t, store, story, stories.Normal)
	b.shows(t, e, u.Text, 20)
	revise(t, store, u, "Corrected.")
	b.shows(t, e, "Corrected.", 5)
	next := publish(t, store, story, stories.Minor)
	e.Kick("p")
	if err := e.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p, err := store.ProgressOf(t.Context(), next.ID); err != nil || p.Sent != 20 {
		t.Errorf("the next update: %+v, %v", p, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.edits) != 5 {
		t.Errorf("%d edits in a budget of five", len(b.edits))
	}
}
