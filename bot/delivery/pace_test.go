package delivery

import (
	"context"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// windows refuses more than most requests in any sliding second.
func windows(f *farSide, most int) func(bot.Operation, time.Time) (bot.Verdict, bool) {
	return func(_ bot.Operation, now time.Time) (bot.Verdict, bool) {
		n := 0
		for i := len(f.requests) - 1; i >= 0 && now.Sub(f.requests[i]) < time.Second; i-- {
			n++
		}
		return bot.Verdict{Limited: bot.ScopeLane, RetryAfter: time.Second, Invalid: true}, n > most
	}
}

func TestFiftyASecondWithoutA429(t *testing.T) {
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
		r.idle(t)
		if took := time.Since(began); took > 10400*time.Millisecond {
			t.Errorf("500 sends took %v", took)
		}
		if far.limited != 0 {
			t.Errorf("%d met the limit", far.limited)
		}
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}

func TestOneFullChannelDelaysNobodyElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace = bot.Pace{PerSecond: 50, InFlight: 16}
		full := channel("p", "w", 999)
		n, since := 0, time.Time{}
		far.limit = func(p bot.Operation, now time.Time) (bot.Verdict, bool) {
			if p.Delivery.Destination != full {
				return bot.Verdict{}, false
			}
			if now.Sub(since) >= 5*time.Second {
				n, since = 0, now
			}
			n++
			return bot.Verdict{Limited: bot.ScopeChannel, RetryAfter: since.Add(5 * time.Second).Sub(now)}, n > 5
		}
		for u := range 20 {
			m.add("p", full, int64(u+1), stories.Normal)
		}
		for c := range 200 {
			m.add("p", channel("p", "w", c), 100, stories.Normal)
		}
		began := time.Now()
		r := start(t, m, far)
		var others time.Duration
		for others == 0 {
			time.Sleep(10 * time.Millisecond)
			if sent := m.count()[stories.Sent]; sent-far.has(full) >= 200 {
				others = time.Since(began)
			}
		}
		if others > 4300*time.Millisecond {
			t.Errorf("the others took %v", others)
		}
		r.settledAll(t, time.Minute)
		if took := time.Since(began); took > 17*time.Second {
			t.Errorf("the full channel took %v", took)
		}
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}

func TestAnnouncedBudgetsAreKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		one := channel("p", "w", 1)
		for u := range 12 {
			m.add("p", one, int64(u+1), stories.Normal)
		}
		sent, since := 0, time.Time{}
		s := &announcing{farSide: far, after: func() bot.Verdict {
			if time.Since(since) >= 5*time.Second {
				sent, since = 0, time.Now()
			}
			sent++
			if sent > 5 {
				t.Errorf("request %d in a window of five", sent)
			}
			return bot.Verdict{Outcome: bot.Delivered, MessageID: "m", Left: bot.Left{Known: true, Remaining: 5 - sent, ResetAfter: time.Until(since.Add(5 * time.Second))}}
		}}
		r := start(t, m, far, func(c *Config) { c.Senders = map[string]bot.Sender{"p": s} })
		r.settledAll(t, 11*time.Second)
	})
}

// announcing is a far side whose answers tell of the channel's budget.
type announcing struct {
	*farSide
	after func() bot.Verdict
}

func (a *announcing) Do(context.Context, bot.Operation) bot.Verdict { return a.after() }

func TestLaneLimitPausesAllAndChannelLimitOnlyItsChannel(t *testing.T) {
	for _, scope := range []bot.Scope{bot.ScopeLane, bot.ScopeChannel} {
		bubble(t, func(t *testing.T) {
			m, far := newMemory(), newFarSide()
			far.pace.InFlight = 4
			limited := false
			far.limit = func(p bot.Operation, _ time.Time) (bot.Verdict, bool) {
				hit := !limited && len(far.requests) > 20
				limited = limited || hit
				return bot.Verdict{Limited: scope, RetryAfter: 10 * time.Second}, hit
			}
			for c := range 200 {
				m.add("p", channel("p", "w", c), 1, stories.Normal)
			}
			r := start(t, m, far)
			time.Sleep(9 * time.Second)
			n := m.count()[stories.Sent]
			if scope == bot.ScopeLane && n > 24 || scope == bot.ScopeChannel && n != 199 {
				t.Errorf("scope %v: %d sent while the limit lasts", scope, n)
			}
			if l := r.Lanes()[0]; scope == bot.ScopeLane && (l.Limited != 1 || l.Paused < 500*time.Millisecond) {
				t.Errorf("lane %+v", l)
			}
			r.settledAll(t, 5*time.Second)
			if far.limited != 1 {
				t.Errorf("scope %v: met the limit %d times", scope, far.limited)
			}
		})
	}
}

// The judge's case: 60 channels, three posts each, one a second per channel,
// 600 a minute for the workspace, told by nothing but refusals.
func TestAnUnknownBudgetIsFoundQuickly(t *testing.T) {
	for name, limit := range map[string]func() func(time.Time) bool{
		"token bucket of ten": func() func(time.Time) bool {
			b := &bucket{perSecond: 10, size: 10}
			return b.take
		},
		"ten in each second": func() func(time.Time) bool {
			second, n := int64(0), 0
			return func(now time.Time) bool {
				if now.Unix() != second {
					second, n = now.Unix(), 0
				}
				n++
				return n <= 10
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, far := newMemory(), newFarSide()
				far.pace = bot.Pace{Learns: true, PerChannel: time.Second, InFlight: 12}
				far.latency = 20 * time.Millisecond
				last := map[stories.Destination]time.Time{}
				allow := limit()
				far.limit = func(p bot.Operation, now time.Time) (bot.Verdict, bool) {
					d := p.Delivery.Destination
					if now.Sub(last[d]) < time.Second {
						return bot.Verdict{Limited: bot.ScopeChannel, RetryAfter: time.Second}, true
					}
					if !allow(now) {
						return bot.Verdict{Limited: bot.ScopeLane, RetryAfter: time.Second}, true
					}
					last[d] = now
					return bot.Verdict{}, false
				}
				for u := range 3 {
					for c := range 60 {
						m.add("p", channel("p", "w", c), int64(u+1), stories.Normal)
					}
				}
				began := time.Now()
				r := start(t, m, far)
				r.settledAll(t, 30*time.Second)
				if took := time.Since(began); took > 19*time.Second {
					t.Errorf("took %v with %d refusals", took, far.limited)
				}
				t.Logf("%v, %d refusals", time.Since(began), far.limited)
				if far.limited > 10 {
					t.Errorf("%d refusals", far.limited)
				}
				if err := far.once(m); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestOneWorkspaceSlowsNoOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.limit = func(p bot.Operation, _ time.Time) (bot.Verdict, bool) {
			return bot.Verdict{Limited: bot.ScopeLane, RetryAfter: time.Minute}, p.Delivery.Lane == "p:slow"
		}
		for c := range 50 {
			m.add("p:slow", channel("p", "slow", c), 1, stories.Normal)
			m.add("p:fast", channel("p", "fast", c), 1, stories.Normal)
		}
		start(t, m, far)
		time.Sleep(time.Second)
		if n := m.count()[stories.Sent]; n != 50 {
			t.Fatalf("%d sent", n)
		}
	})
}
