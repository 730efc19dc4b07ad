package delivery

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// resending is a board that settles by sending again, as one that recognises
// repeats does.
type resending struct{ *board }

func (r resending) Settle(ctx context.Context, p bot.Operation) bot.Verdict { return r.Do(ctx, p) }

// Whoever revised an update before its post was begun owes no edit: what is sent
// again after a takeover has to show the new wording by itself.
func TestWhatIsSentAgainShowsTheNewestWording(t *testing.T) {
	store, story := newsroom(t, 1)
	u := publish(t, store, story, stories.Normal)
	revise(t, store, u, "Second wording.")
	l, ok, err := store.Acquire(t.Context(), "p", "dead", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	found, err := store.Publications(t.Context(), "p", nil, 10)
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	loaded, err := store.Load(t.Context(), found[0].ID, stories.Ref{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	begin := []stories.Flight{{Ref: loaded.Rows[0].Ref, Attempt: 1, First: now, Last: now}}
	if _, err := store.Exchange(t.Context(), l, stories.Exchange{Batch: 1, Begin: begin, Updates: []int64{u.ID}}); err != nil {
		t.Fatal(err)
	}
	if err := store.ReleaseLease(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	b := newBoard()
	e := New(Config{Store: store, Senders: map[string]bot.Sender{"p": resending{b}},
		Render: func(c stories.Content) bot.Message { return bot.Plainly(c.Update.Text) }})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = e.Run(ctx) }()
	defer func() { cancel(); <-done }()
	b.shows(t, e, "Second wording.", 1)
	if n := b.texts(); len(n) != 1 {
		t.Errorf("shown: %v", n)
	}
}

// A process that is stopped before it could read what an earlier holder left in
// flight writes nothing: what it does not know would be forgotten.
func TestAStopBeforeTheTakeoverForgetsNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.nonce = true
		for c := range 10 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		c := &cut{books: m, Sender: far, left: 20}
		r := start(t, m, far, func(cfg *Config) { cfg.Store, cfg.Senders, cfg.Owner = c, map[string]bot.Sender{"p": c}, "dead" })
		time.Sleep(time.Second)
		r.stop()
		left := len(m.inFlight("p").byID)
		if left == 0 {
			t.Fatal("nothing was left in flight")
		}
		m.mu.Lock()
		m.broken = func(call string) error {
			if call == "recover" {
				return errors.New("no answer")
			}
			return nil
		}
		m.mu.Unlock()
		for range 20 {
			next := start(t, m, far, func(cfg *Config) { cfg.Owner = "stopped" })
			time.Sleep(time.Minute)
			next.Resume("p") // something to be written
			next.stop()
			if n := len(m.inFlight("p").byID); n != left {
				t.Fatalf("%d of %d are still known to be in flight", n, left)
			}
		}
		m.broken = nil
		start(t, m, far).settledAll(t, time.Minute)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}

// slowly is a far side whose history says for a while after a takeover that
// nothing can be told yet.
type slowly struct {
	*farSide
	quiet time.Duration
}

func (s slowly) Settle(ctx context.Context, p bot.Operation) bot.Verdict {
	if wait := s.quiet - time.Since(p.Delivery.Tries.Last); wait > 0 {
		return bot.Verdict{Outcome: bot.Unsettled, RetryAfter: min(wait, 5*time.Second)}
	}
	return s.farSide.Settle(ctx, p)
}

// After the death of another process the push goes on within 8 s, though many of
// its rows are in doubt, and those are settled within 40 s.
func TestAfterADeathThePushGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace = bot.Pace{PerSecond: 50, InFlight: 400}
		var died atomic.Bool
		far.hang = func(bot.Operation) time.Duration {
			if died.Load() {
				return 0
			}
			return 9 * time.Second
		}
		const channels = 1500
		for c := range channels {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		c := &cut{books: m, Sender: far}
		start(t, m, far, func(cfg *Config) { cfg.Store, cfg.Senders, cfg.Owner = c, map[string]bot.Sender{"p": c}, "dead" })
		time.Sleep(8 * time.Second)
		c.kill()
		died.Store(true)
		killed := time.Now()
		left := make([]int64, 0, 500)
		for id := range m.inFlight("p").byID {
			left = append(left, id)
		}
		if len(left) < 2*maxSettling {
			t.Fatalf("%d rows were left in flight, too few to stop a lane", len(left))
		}
		r := start(t, m, far, func(cfg *Config) {
			cfg.Owner, cfg.Senders = "next", map[string]bot.Sender{"p": slowly{far, 25 * time.Second}}
		})
		before := m.count()[stories.Sent]
		for m.count()[stories.Sent] == before {
			time.Sleep(100 * time.Millisecond)
		}
		if took := time.Since(killed); took > 8*time.Second {
			t.Errorf("the push went on after %v", took)
		}
		time.Sleep(40*time.Second - time.Since(killed))
		for _, id := range left {
			if d := m.row(id); d.State != stories.Sent {
				t.Fatalf("row %d is %v 40 s after the death", id, d.State)
			}
		}
		r.settledAll(t, time.Minute)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}
