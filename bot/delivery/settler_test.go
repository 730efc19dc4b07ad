package delivery

import (
	"context"
	"fmt"
	"hash/fnv"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

// chance is a number in [0, n) that depends on what it is for.
func chance(n uint32, about ...any) uint32 {
	h := fnv.New32a()
	fmt.Fprint(h, about...)
	return h.Sum32() % n
}

// lossy loses answers and requests at random: in a hundred, 8 answers after
// storing, 4 requests before, 3 refused as busy.
func lossy(seed int) func(bot.Operation, bool) (bot.Verdict, bool) {
	return func(p bot.Operation, settle bool) (bot.Verdict, bool) {
		switch n := chance(100, seed, p.Delivery.ID, p.Delivery.Tries.Count, settle, time.Now().UnixMilli()/50); {
		case n < 8:
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "stored"}, !settle
		case n < 12:
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "lost"}, true
		case n < 15:
			return bot.Verdict{Outcome: bot.Transient, Code: "503"}, true
		}
		return bot.Verdict{}, false
	}
}

func TestLostAnswersAreSettled(t *testing.T) {
	for _, nonce := range []bool{true, false} {
		t.Run(fmt.Sprintf("nonce %v", nonce), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, far := newMemory(), newFarSide()
				far.nonce, far.fault = nonce, lossy(1)
				for u := range 4 {
					for c := range 100 {
						m.add("p", channel("p", "w", c), int64(u+1), stories.Normal)
					}
				}
				r := start(t, m, far)
				r.settledAll(t, 10*time.Minute)
				if err := far.once(m); err != nil {
					t.Fatal(err)
				}
				if n := m.count()[stories.Sent]; n != 400 {
					t.Errorf("%v", m.count())
				}
				if far.settles == 0 {
					t.Error("nothing was settled")
				}
			})
		})
	}
}

// patient is a far side that is looked at ever more rarely until a minute after
// the request, as one without a key against repeats is.
type patient struct{ *farSide }

func (p patient) Settle(_ context.Context, post bot.Operation) bot.Verdict {
	since := time.Since(post.Delivery.Tries.Last)
	if since < time.Minute {
		return bot.Verdict{Outcome: bot.Unsettled, RetryAfter: min(max(since, time.Second), time.Minute-since)}
	}
	return bot.Verdict{Outcome: bot.NotSent}
}

// TestTheSenderSaysWhenToLookAgain: a request that was lost is made again as
// soon as it cannot be on its way any more, and not a backoff later.
func TestTheSenderSaysWhenToLookAgain(t *testing.T) {
	for _, random := range []float64{0, 0.5, 0.99} {
		bubble(t, func(t *testing.T) {
			m, far := newMemory(), newFarSide()
			lost := false
			far.fault = func(bot.Operation, bool) (bot.Verdict, bool) {
				if lost {
					return bot.Verdict{}, false
				}
				lost = true
				return bot.Verdict{Outcome: bot.Ambiguous, Code: "lost"}, true
			}
			m.add("p", channel("p", "w", 1), 1, stories.Normal)
			r := start(t, m, far, func(c *Config) {
				c.Senders = map[string]bot.Sender{"p": patient{far}}
				c.Random = func() float64 { return random }
			})
			r.settledAll(t, 65*time.Second)
			if err := far.once(m); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Only the channel whose row is being settled waits.
func TestSettlingDelaysItsOwnChannelOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		doubtful := func(d stories.Delivery) bool { return d.About.UpdateID == 1 && d.ID%6 == 0 && d.ID <= 180 }
		far.fault = func(p bot.Operation, settle bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "stored"}, doubtful(p.Delivery) && !settle
		}
		for u := range 2 {
			for c := range 200 {
				m.add("p", channel("p", "w", c), int64(u+1), stories.Normal)
			}
		}
		r := start(t, m, far)
		time.Sleep(2 * time.Second)
		if n := m.count(); n[stories.Sent] != 340 || n[stories.Sending] != 30 {
			t.Errorf("after two seconds %v", n)
		}
		if l := r.Lanes()[0]; l.Settling != 30 {
			t.Errorf("lane %+v", l)
		}
		r.settledAll(t, 30*time.Second)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatCannotBeFoundOutIsCountedAndSentOnceMore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.unreadable = true
		once, always := m.add("p", channel("p", "w", 1), 1, stories.Normal), m.add("p", channel("p", "w", 2), 1, stories.Normal)
		far.fault = func(p bot.Operation, settle bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "stored"}, p.Delivery.ID == always.ID || p.Delivery.Tries.Count == 1
		}
		r := start(t, m, far)
		r.settledAll(t, time.Minute)
		if d := m.row(once.ID); d.State != stories.Sent || d.Tries.Unknowns != 1 || far.sends[d.ID] != 2 {
			t.Errorf("doubtful once: %v after %d requests, %d unknown", d.State, far.sends[d.ID], d.Tries.Unknowns)
		}
		if d := m.row(always.ID); d.State != stories.Unknown || d.Tries.Unknowns != 2 || far.sends[d.ID] != 2 || d.Reason != "cannot be read" {
			t.Errorf("doubtful twice: %v (%s) after %d requests, %d unknown", d.State, d.Reason, far.sends[d.ID], d.Tries.Unknowns)
		}
	})
}

func TestTooManyInDoubtStopTheLane(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace.InFlight = 2 // answers come in the order of the requests, or nearly
		n := 0
		far.fault = func(bot.Operation, bool) (bot.Verdict, bool) {
			n++ // a success now and then, so that it is no outage
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "stored"}, n%4 != 0
		}
		for c := range 1000 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		start(t, m, far)
		time.Sleep(15 * time.Second)
		if n := m.count()[stories.Sending]; n < maxSettling || n > maxSettling+40 {
			t.Errorf("%d rows are in doubt, %d allowed", n, maxSettling)
		}
	})
}

// The engine is killed at any operation, several times, while answers are lost;
// each channel still sees each update once, in order.
func TestKilledAtAnyPoint(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.IntRange(0, 1<<20).Draw(rt, "seed")
		nonce := rapid.Bool().Draw(rt, "nonce")
		faults := rapid.Bool().Draw(rt, "faults")
		kills := rapid.SliceOfN(rapid.IntRange(1, 150), 1, 5).Draw(rt, "kills")
		var failed error
		synctest.Test(t, func(t *testing.T) {
			m, far := newMemory(), newFarSide()
			far.nonce = nonce
			if faults {
				far.fault = lossy(seed)
			}
			for u := range 4 {
				for c := range 25 {
					m.add("p", channel("p", "w", c), int64(u+1), stories.Level(1+chance(3, seed, u)))
				}
			}
			for i, k := range kills {
				c := &cut{books: m, Sender: far, left: k}
				r := start(t, m, far, func(cfg *Config) {
					cfg.Store, cfg.Senders = c, map[string]bot.Sender{"p": c}
					cfg.Owner = fmt.Sprint("life ", i)
					cfg.Drain = time.Millisecond
				})
				time.Sleep(10 * time.Second)
				c.kill()
				r.stop()
			}
			r := start(t, m, far, func(cfg *Config) { cfg.Owner = "the last" })
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			for n := m.count(); n[stories.Sent] != 100 && ctx.Err() == nil; n = m.count() {
				time.Sleep(time.Second)
			}
			r.stop()
			failed = onceAnyLevel(far, m)
		})
		if failed != nil {
			rt.Fatal(failed)
		}
	})
}

// onceAnyLevel is far.once where levels differ: each channel has each message
// once, those of a level in order.
func onceAnyLevel(f *farSide, m *memory) error {
	got := map[string]int{}
	for d, keys := range f.messages {
		last := map[stories.Level]int64{}
		for _, key := range keys {
			got[key]++
			id := m.idOf(key)
			level := m.row(id).Level
			if id < last[level] {
				return fmt.Errorf("%s has %v: out of order", d, keys)
			}
			last[level] = id
		}
	}
	for _, r := range m.rows {
		if got[r.Key] != 1 {
			return fmt.Errorf("%s came %d times; its row is %v after %d attempts", r.Key, got[r.Key], r.State, r.Tries.Count)
		}
	}
	return nil
}
