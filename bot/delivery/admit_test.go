package delivery

import (
	"context"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// TestRequestsBesideDeliveriesMeetNoLimit makes one every second of a push at
// the lane's full pace. Each may leave soon, and neither it, which arrives
// late, nor a delivery is one too many.
func TestRequestsBesideDeliveriesMeetNoLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace = bot.Pace{PerSecond: 50, InFlight: 16}
		far.latency = 40 * time.Millisecond
		far.limit = windows(far, 50)
		for c := range 500 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		began := time.Now()
		r := start(t, m, far)
		for range 8 {
			time.Sleep(time.Second) // of the bubble's clock
			asked := time.Now()
			done, ok := r.Admit(t.Context(), "p")
			if !ok {
				t.Fatal("not admitted to a lane that is worked here")
			}
			if waited := time.Since(asked); waited > 50*time.Millisecond {
				t.Errorf("admitted after %v", waited)
			}
			time.Sleep(90 * time.Millisecond)
			if v := far.Do(t.Context(), bot.Operation{Message: &bot.Message{}, Delivery: stories.Delivery{Key: time.Now().String(), Destination: channel("p", "w", 1000)}}); v.Limited != bot.ScopeNone {
				t.Error("it met the limit")
			}
			done()
		}
		r.idle(t)
		if took := time.Since(began); took > 10700*time.Millisecond || far.limited != 0 {
			t.Errorf("500 sends took %v, %d met the limit", took, far.limited)
		}
	})
}

func TestNobodyIsAdmittedToALaneOfAnotherProcess(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		r := start(t, m, far)
		began := time.Now()
		if _, ok := r.Admit(t.Context(), "elsewhere"); ok || time.Since(began) != 0 {
			t.Errorf("admitted, or refused only after %v", time.Since(began))
		}
	})
}

func TestAdmissionEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace = bot.Pace{PerSecond: 50, InFlight: 4}
		far.limit = func(bot.Operation, time.Time) (bot.Verdict, bool) {
			return bot.Verdict{Limited: bot.ScopeLane, RetryAfter: time.Minute}, true
		}
		m.add("p", channel("p", "w", 1), 1, stories.Normal)
		r := start(t, m, far)
		time.Sleep(5 * time.Second) // of the bubble's clock: the lane is paused
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, ok := r.Admit(ctx, "p"); ok {
			t.Error("admitted while the lane is paused")
		}
	})
}
