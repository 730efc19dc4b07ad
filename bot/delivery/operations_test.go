package delivery

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// stage is a far side that notes which operations are done to what, in a bubble of
// virtual time.
type stage struct {
	pace  bot.Pace
	knows func(stories.Op) bool                        // nil for all
	fault func(bot.Operation, int) (bot.Verdict, bool) // by how often it was tried

	mu    sync.Mutex
	done  []string
	tries map[int64]int
}

func (s *stage) Pace(string) bot.Pace { return s.pace }

func (s *stage) Knows(op stories.Op) bool { return s.knows == nil || s.knows(op) }

func (s *stage) Do(ctx context.Context, o bot.Operation) bot.Verdict {
	time.Sleep(10 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries[o.Delivery.ID]++
	if s.fault != nil {
		if v, faulty := s.fault(o, s.tries[o.Delivery.ID]); faulty {
			return v
		}
	}
	s.done = append(s.done, strings.TrimSpace(fmt.Sprint(o.Delivery.Op, " ", o.Target)))
	id := o.Target
	if o.Delivery.Op.Says() {
		id = o.Delivery.Op.String()[:1]
	}
	return bot.Verdict{Outcome: bot.Delivered, MessageID: id}
}

func (s *stage) Settle(_ context.Context, o bot.Operation) bot.Verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = append(s.done, fmt.Sprint("settle ", o.Delivery.Op))
	return bot.Verdict{Outcome: bot.NotSent}
}

// did are the operations done so far.
func (s *stage) did() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.done)
}

// house is a newsroom with a stage, and an engine that runs.
type house struct {
	t     *testing.T
	store *sqlstore.Store
	story stories.Story
	stop  func()
	e     *Engine
}

func play(t *testing.T, s *stage, channels int) *house {
	t.Helper()
	h := &house{t: t}
	h.store, h.story = newsroom(t, channels)
	s.tries = map[int64]int{}
	h.run(s)
	t.Cleanup(func() { h.stop() })
	return h
}

// run starts an engine.
func (h *house) run(s bot.Sender) {
	h.e = New(Config{Store: h.store, Senders: map[string]bot.Sender{"p": s},
		Render: func(c stories.Content) bot.Message { return bot.Plainly(c.Update.Text) }})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	e := h.e
	go func() { defer close(done); _ = e.Run(ctx) }()
	h.stop = func() { cancel(); <-done }
}

// owe owes one operation in the first channel.
func (h *house) owe(u stories.Update, op stories.Op, on int64) int64 {
	h.t.Helper()
	ids, err := h.store.Owe(h.t.Context(), u.ID, []stories.Task{{Op: op, Destination: channel("p", "w", 0), On: on}}, time.Now())
	if err != nil || len(ids) != 1 || ids[0] == 0 {
		h.t.Fatalf("owe %v: %v, %v", op, ids, err)
	}
	return ids[0]
}

// row is how a delivery stands.
func (h *house) row(id int64) stories.Delivery {
	h.t.Helper()
	all, err := h.store.Deliveries(h.t.Context(), stories.DeliveryFilter{}, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, d := range all {
		if d.ID == id {
			return d
		}
	}
	h.t.Fatalf("no delivery %d", id)
	return stories.Delivery{}
}

// post publishes and returns the first channel's delivery.
func (h *house) post() (stories.Update, int64) {
	h.t.Helper()
	u := publish(h.t, h.store, h.story, stories.Normal)
	found, err := h.store.DeliveriesTo(h.t.Context(), channel("p", "w", 0), h.story.ID, u.Number, 1)
	if err != nil || len(found) != 1 {
		h.t.Fatalf("%v, %v", found, err)
	}
	return u, found[0].ID
}

// within lets virtual time pass until nothing is owed.
func (h *house) within(most time.Duration) {
	h.t.Helper()
	h.e.Kick("p")
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		lanes, err := h.store.Queue(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		if len(lanes) == 0 {
			return
		}
	}
	h.t.Fatalf("something is owed still after %v", most)
}

// What acts on a message follows it, all planned at once and the message last to
// be known; nothing that is planned for a message is lost.
func TestOperationsFollowTheirMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{pace: bot.Pace{InFlight: 8}}
		s.fault = func(o bot.Operation, n int) (bot.Verdict, bool) {
			return bot.Verdict{Reason: "away"}, o.Delivery.Op == stories.OpPost && n < 3
		}
		h := play(t, s, 1)
		u, post := h.post()
		thread := h.owe(u, stories.OpThread, post)
		reply := h.owe(u, stories.OpReply, thread)
		h.owe(u, stories.OpPublish, post)
		h.within(time.Minute)
		revise(t, h.store, u, "Corrected.")
		h.within(time.Minute)
		h.owe(u, stories.OpDelete, reply)
		revise(t, h.store, u, "Corrected again.")
		h.within(time.Minute)
		got := s.did()
		if len(got) < 4 || got[0] != "post" {
			t.Fatal(got)
		}
		slices.Sort(got)
		if want := []string{"delete r", "edit p", "edit p", "edit r", "post", "publish p", "reply p", "thread p"}; !slices.Equal(got, want) {
			t.Errorf("done %q, want %q", got, want)
		}
	})
}

// An operation that a platform does not know, and what acts on its outcome, is
// skipped in words, without a request.
func TestWhatAPlatformDoesNotKnowIsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{knows: func(op stories.Op) bool { return op == stories.OpPost }}
		h := play(t, s, 1)
		u, post := h.post()
		thread := h.owe(u, stories.OpThread, post)
		reply := h.owe(u, stories.OpReply, thread)
		publish := h.owe(u, stories.OpPublish, post)
		h.within(time.Minute)
		if got := s.did(); !slices.Equal(got, []string{"post"}) {
			t.Errorf("done %q", got)
		}
		for _, id := range []int64{thread, reply, publish} {
			if d := h.row(id); d.State != stories.Skipped || d.Reason == "" {
				t.Errorf("%v: %+v", d.Op, d)
			}
		}
	})
}

// A channel's own budget of a method skips what exceeds it, and an hour later
// there is one again; no request is spent on it and nothing else waits.
func TestAChannelsOwnBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{pace: bot.Pace{InFlight: 8, PerDestination: map[bot.Method]bot.Budget{bot.Publishes: {Requests: 2, Per: time.Hour}}}}
		h := play(t, s, 1)
		states := func(n int) (got string) {
			for range n {
				u, post := h.post()
				id := h.owe(u, stories.OpPublish, post)
				h.within(time.Minute)
				d := h.row(id)
				got += d.State.String() + " "
				if d.State == stories.Skipped && !strings.Contains(d.Reason, "only 2") {
					t.Errorf("reason %q", d.Reason)
				}
			}
			return got
		}
		if got := states(4); got != "sent sent skipped skipped " {
			t.Errorf("published: %s", got)
		}
		time.Sleep(time.Hour)
		if got := states(1); got != "sent " {
			t.Errorf("an hour later: %s", got)
		}
	})
}

// A limit that outlasts what it is worth ends the operation and nothing else; one
// that passes does not.
func TestALimitThatFades(t *testing.T) {
	for name, c := range map[string]struct {
		until time.Duration // the limit lasts
		want  stories.DeliveryState
		most  time.Duration
	}{
		"passes":   {5 * time.Minute, stories.Sent, 10 * time.Minute},
		"outlasts": {time.Hour, stories.Skipped, 11 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &stage{pace: bot.Pace{InFlight: 8}}
			began := time.Now()
			s.fault = func(o bot.Operation, _ int) (bot.Verdict, bool) {
				return bot.Verdict{Limited: bot.ScopeChannel, RetryAfter: 20 * time.Second, Fades: 10 * time.Minute, Code: "30046", Reason: "takes only so many edits of old messages"},
					o.Delivery.Op == stories.OpEdit && time.Since(began) < c.until
			}
			h := play(t, s, 1)
			u, post := h.post()
			h.within(time.Minute)
			edit := func() int64 {
				revise(t, h.store, u, "Corrected.")
				all, err := h.store.Deliveries(t.Context(), stories.DeliveryFilter{}, 10)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range all {
					if d.Op == stories.OpEdit && d.On == post {
						return d.ID
					}
				}
				t.Fatal("no edit is owed")
				return 0
			}()
			next, _ := h.post()
			h.within(c.most)
			if d := h.row(edit); d.State != c.want || c.want == stories.Skipped && !strings.Contains(d.Reason, "old messages") {
				t.Errorf("%s: %+v", name, d)
			}
			if p, err := h.store.ProgressOf(t.Context(), next.ID); err != nil || p.Sent != 1 {
				t.Errorf("%s: the next update: %+v, %v", name, p, err)
			}
		})
	}
}

// A message or a thread that is gone, and what is not possible, leaves the channel
// as it was.
func TestOnlyTheMessageIsGone(t *testing.T) {
	for _, outcome := range []bot.Outcome{bot.MessageGone, bot.ThreadGone, bot.Unable} {
		synctest.Test(t, func(t *testing.T) {
			s := &stage{pace: bot.Pace{InFlight: 8}}
			s.fault = func(o bot.Operation, _ int) (bot.Verdict, bool) {
				return bot.Verdict{Outcome: outcome, Code: "gone", Reason: "no longer has it"}, o.Delivery.Op != stories.OpPost
			}
			h := play(t, s, 1)
			u, post := h.post()
			var ids []int64
			for _, op := range []stories.Op{stories.OpThread, stories.OpReply, stories.OpPublish} {
				ids = append(ids, h.owe(u, op, post))
			}
			revise(t, h.store, u, "Corrected.")
			h.within(time.Minute)
			next, _ := h.post()
			h.within(time.Minute)
			if p, err := h.store.ProgressOf(t.Context(), next.ID); err != nil || p.Sent != 1 {
				t.Errorf("%v: the next update: %+v, %v", outcome, p, err)
			}
			for _, id := range ids {
				d := h.row(id)
				above := d.Op == stories.OpReply && strings.Contains(d.Reason, "it went to the channel")
				if d.State != stories.Skipped || d.Reason != "no longer has it" && !above {
					t.Errorf("%v: %+v", outcome, d)
				}
			}
		})
	}
}

// hung never answers.
type hung struct{ *stage }

func (s hung) Do(ctx context.Context, o bot.Operation) bot.Verdict {
	if o.Delivery.Op != stories.OpPost {
		s.mu.Lock()
		s.tries[o.Delivery.ID]++
		s.mu.Unlock()
		<-ctx.Done()
		return bot.Verdict{Outcome: bot.Ambiguous, Code: "canceled"}
	}
	return s.stage.Do(ctx, o)
}

// What was on its way when a process ended is made again by the next one where it
// may be repeated, and settled where it may not.
func TestWhatIsRepeatableIsMadeAgainAfterATakeover(t *testing.T) {
	for op, want := range map[stories.Op][]string{
		stories.OpThread: {"post", "thread p"}, stories.OpPublish: {"post", "publish p"}, stories.OpDelete: {"post", "delete p"},
		stories.OpReply: {"post", "settle reply", "reply p"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &stage{pace: bot.Pace{InFlight: 8}}
			h := play(t, s, 1)
			h.stop()
			h.run(hung{s})
			u, post := h.post()
			h.within(time.Minute)
			id := h.owe(u, op, post)
			h.e.Kick("p")
			for tried := 0; tried == 0; time.Sleep(10 * time.Millisecond) {
				s.mu.Lock()
				tried = s.tries[id]
				s.mu.Unlock()
			}
			h.stop()
			h.run(s)
			h.within(5 * time.Minute)
			if got := s.did(); !slices.Equal(got, want) {
				t.Errorf("%v: done %q, want %q", op, got, want)
			}
			if d := h.row(id); d.State != stories.Sent {
				t.Errorf("%v: %+v", op, d)
			}
		})
	}
}

// An operation refused as malformed stops neither the posts of its update nor
// other operations.
func TestRefusalsAreCountedByMethod(t *testing.T) {
	var p poisonDetector
	j := &job{d: stories.Delivery{About: stories.About{UpdateID: 1}, Op: stories.OpEdit}}
	for range stopAfter {
		p.refused(j.push(), bot.Verdict{Outcome: bot.BadPayload, Code: "50035"})
	}
	if p.stopped(j.push()) == nil {
		t.Error("the edits go on")
	}
	for _, op := range []stories.Op{stories.OpPost, stories.OpPublish, stories.OpDelete, stories.OpThread} {
		if j.d.Op = op; p.stopped(j.push()) != nil {
			t.Errorf("%v is stopped", op)
		}
	}
}
