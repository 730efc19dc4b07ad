package delivery

import (
	"context"
	"fmt"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// busy adds an update for another channel every few seconds for as long.
func (r *rig) busy(long time.Duration) {
	for i := 0; long > 0; i++ {
		r.queue.add("p", channel("p", "w", 900), int64(1000+i), stories.Normal)
		r.Kick("p")
		time.Sleep(5 * time.Second)
		long -= 5 * time.Second
	}
}

// failingAt makes a far side fail at a channel for a while: requests to it are
// lost after a fault of the platform.
func failingAt(d stories.Destination, long time.Duration) func(bot.Operation, bool) (bot.Verdict, bool) {
	began := time.Now()
	return func(p bot.Operation, settle bool) (bot.Verdict, bool) {
		return bot.Verdict{Outcome: bot.Ambiguous, Code: "internal_error"}, p.Delivery.Destination == d && !settle && time.Since(began) < long
	}
}

func TestAChannelThePlatformFailsAtForMinutesLosesNothing(t *testing.T) {
	for _, long := range []time.Duration{22 * time.Second, 3 * time.Minute, 10 * time.Minute} {
		bubble(t, func(t *testing.T) {
			m, far := newMemory(), newFarSide()
			far.fault = failingAt(channel("p", "w", 0), long)
			for c := range 50 {
				m.add("p", channel("p", "w", c), 1, stories.Normal)
			}
			r := start(t, m, far)
			r.busy(long + 6*time.Minute)
			r.settledAll(t, time.Minute)
			if err := far.once(m); err != nil {
				t.Error(err)
			}
		})
	}
}

// Claims that sent nothing do not count against a message.
func TestOnlyLostRequestsMakeAMessageHopeless(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		bad := m.add("p", channel("p", "w", 0), 1, stories.Normal)
		n := 0
		far.fault = func(p bot.Operation, settle bool) (bot.Verdict, bool) {
			if p.Delivery.ID != bad.ID || settle {
				return bot.Verdict{}, false
			}
			if n++; n <= 8 {
				return bot.Verdict{Code: "not_ready", RetryAfter: 3 * time.Minute}, true
			}
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "500"}, n == 9
		}
		m.add("p", channel("p", "w", 1), 1, stories.Normal)
		r := start(t, m, far)
		r.busy(40 * time.Minute)
		if d := m.row(bad.ID); d.State != stories.Sent {
			t.Errorf("%v after %d attempts: %s", d.State, d.Tries.Count, d.Reason)
		}
	})
}

// A server that fails at one message again and again, while other channels take
// it, must not hold up its channel for a day.
func TestAMessageTheServerFailsAtEndsAsRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		bad := m.add("p", channel("p", "w", 0), 1, stories.Normal)
		m.add("p", channel("p", "w", 1), 1, stories.Normal)
		next := m.add("p", channel("p", "w", 0), 2, stories.Normal)
		far.fault = func(p bot.Operation, settle bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "500"}, p.Delivery.ID == bad.ID && !settle
		}
		r := start(t, m, far)
		r.busy(hopelessAfter - time.Second)
		if d := m.row(bad.ID); d.State == stories.Failed {
			t.Errorf("given up within %v", hopelessAfter)
		}
		r.busy(2 * retryMax)
		if d := m.row(bad.ID); d.State != stories.Failed || d.Tries.Count < hopelessTimes {
			t.Errorf("%v after %d attempts: %s", d.State, d.Tries.Count, d.Reason)
		}
		if d := m.row(next.ID); d.State != stories.Sent {
			t.Errorf("the next one is %v", d.State)
		}
		if n := r.desk.count(PushStopped); n != 0 {
			t.Error("the push was stopped")
		}
	})
}

// hanging is a far side that never says what became of some channels' messages.
type hanging struct {
	*farSide
	at func(stories.Destination) bool
}

func (h hanging) Settle(ctx context.Context, p bot.Operation) bot.Verdict {
	if h.at(p.Delivery.Destination) {
		return bot.Verdict{Outcome: bot.Ambiguous, Code: "timeout"}
	}
	return h.farSide.Settle(ctx, p)
}

func TestWhatCanNeverBeLookedAtHoldsUpItsChannelForMinutesOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		bad := m.add("p", channel("p", "w", 0), 1, stories.Normal)
		next := m.add("p", channel("p", "w", 0), 2, stories.Normal)
		far.fault = func(p bot.Operation, _ bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "lost"}, p.Delivery.ID == bad.ID && p.Delivery.Tries.Count == 1
		}
		h := hanging{far, func(d stories.Destination) bool { return d == bad.Destination }}
		r := start(t, m, far, func(c *Config) { c.Senders = map[string]bot.Sender{"p": h} })
		r.busy(9 * time.Minute)
		if d := m.row(bad.ID); d.State != stories.Sending {
			t.Errorf("after nine minutes %v", d.State)
		}
		r.busy(4 * time.Minute)
		if d := m.row(bad.ID); d.State != stories.Sent || d.Tries.Unknowns != 1 || far.sends[bad.ID] != 2 {
			t.Errorf("%v after %d requests, %d unknown", d.State, far.sends[bad.ID], d.Tries.Unknowns)
		}
		if d := m.row(next.ID); d.State != stories.Sent {
			t.Errorf("the next one is %v", d.State)
		}
	})
}

// Time in which nothing of the lane gets through says nothing about a row.
func TestAnOutageMakesNoRowUnknown(t *testing.T) {
	for _, channels := range []int{1, 30} {
		bubble(t, func(t *testing.T) {
			m, far := newMemory(), newFarSide()
			began := time.Now()
			far.fault = func(bot.Operation, bool) (bot.Verdict, bool) {
				return bot.Verdict{Outcome: bot.Ambiguous, Code: "timeout"}, time.Since(began) < 3*time.Hour
			}
			for c := range channels {
				m.add("p", channel("p", "w", c), 1, stories.Normal)
			}
			r := start(t, m, far)
			r.settledAll(t, 3*time.Hour+10*time.Minute)
			if err := far.once(m); err != nil {
				t.Error(err)
			}
			for _, d := range m.rows {
				if d.Tries.Unknowns > 0 {
					t.Fatalf("delivery %d: %d unknown", d.ID, d.Tries.Unknowns)
				}
			}
		})
	}
}

// Many channels that hang delay no other for long.
func TestManyInDoubtDoNotStopHealthyChannels(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		hangs := func(d stories.Destination) bool { return d.Workspace == "dead" }
		far.fault = func(p bot.Operation, _ bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "timeout"}, hangs(p.Delivery.Destination)
		}
		for c := range 400 {
			m.add("p", channel("p", []string{"dead", "w"}[c%2], c), 1, stories.Normal)
		}
		start(t, m, far, func(c *Config) { c.Senders = map[string]bot.Sender{"p": hanging{far, hangs}} })
		time.Sleep(2 * time.Minute) // by chance many bad answers come in a row, and the lane rests
		if n := m.count(); n[stories.Sent] != 200 {
			t.Errorf("after two minutes %v", n)
		}
	})
}

// blocking is a far side that can be asked for nothing while a right is missing.
type blocking struct {
	*farSide
	blocked *bool
}

var noRight = bot.Verdict{Outcome: bot.Blocked, Code: "50013", Reason: "does not let us post"}

func (b blocking) Do(ctx context.Context, p bot.Operation) bot.Verdict {
	if *b.blocked {
		return noRight
	}
	return b.farSide.Do(ctx, p)
}

func (b blocking) Settle(ctx context.Context, p bot.Operation) bot.Verdict {
	if *b.blocked {
		return noRight
	}
	return b.farSide.Settle(ctx, p)
}

// An answer is lost, then a right is taken away and given back: what may have
// got through is looked at before it is sent.
func TestADoubtfulRowIsSettledWhenItsChannelHeals(t *testing.T) {
	for _, code := range []string{"stored", "lost"} {
		t.Run(code, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, far := newMemory(), newFarSide()
				d := m.add("p", channel("p", "w", 0), 1, stories.Normal)
				blocked := false
				far.fault = func(p bot.Operation, settle bool) (bot.Verdict, bool) {
					lost := !settle && p.Delivery.Tries.Count == 1
					blocked = blocked || lost
					return bot.Verdict{Outcome: bot.Ambiguous, Code: code}, lost
				}
				r := start(t, m, far, func(c *Config) { c.Senders = map[string]bot.Sender{"p": blocking{far, &blocked}} })
				time.Sleep(time.Minute)
				if row := m.row(d.ID); row.State != stories.Held || !row.Tries.Doubtful || row.Tries.Unknowns != 0 {
					t.Fatalf("%+v", row)
				}
				far.mu.Lock()
				blocked = false
				far.mu.Unlock()
				m.reopen(d.Destination)
				r.Kick("p")
				r.settledAll(t, time.Minute)
				if err := far.once(m); err != nil {
					t.Error(err)
				}
				if row := m.row(d.ID); row.Tries.Unknowns != 0 || row.State != stories.Sent {
					t.Errorf("%+v", row)
				}
			})
		})
	}
}

// A claim that sent nothing leaves no trace: the window in which a platform
// recognises repeats begins with the first request.
func TestARowThatNeverLeftHasNoFirstAttempt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.nonce, far.unreadable = true, true
		far.pace.InFlight = 1
		far.limit = func(p bot.Operation, _ time.Time) (bot.Verdict, bool) {
			return bot.Verdict{Limited: bot.ScopeLane, RetryAfter: 5 * time.Minute}, len(far.requests) == 1
		}
		far.fault = func(p bot.Operation, settle bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "stored"}, p.Delivery.ID > 1 && !settle
		}
		for c := range 5 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		r.settledAll(t, 10*time.Minute)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
		for _, d := range m.rows[1:] {
			if d.Tries.Unknowns != 0 || d.Tries.Count != 1 || d.Tries.First.Before(d.CreatedAt.Add(299*time.Second)) {
				t.Errorf("delivery %d: attempt %d, first %v after its creation, %d unknown", d.ID, d.Tries.Count, d.Tries.First.Sub(d.CreatedAt), d.Tries.Unknowns)
			}
		}
	})
}

// Looks with a budget of their own: what limits them does not touch the posts.
func TestLimitedLooksSlowNoPosts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace = bot.Pace{Learns: true, Budgets: map[bot.Method]bot.Budget{bot.Looks: {Requests: 50, Per: time.Minute}}, InFlight: 8}
		began := time.Now()
		far.fault = func(p bot.Operation, settle bool) (bot.Verdict, bool) {
			if settle {
				return bot.Verdict{Limited: bot.ScopeLane, RetryAfter: 30 * time.Second}, time.Since(began) < time.Minute
			}
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "stored"}, p.Delivery.ID%40 == 0
		}
		for c := range 400 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(time.Second)
		if n := m.count()[stories.Sent]; n != 390 {
			t.Errorf("%d of 390 sent", n)
		}
		time.Sleep(30 * time.Second)
		for c := range 100 {
			m.add("p", channel("p", "w2", c), 2, stories.Normal)
		}
		r.Kick("p")
		time.Sleep(time.Second)
		if l := r.Lanes()[0]; l.Limited == 0 || l.Rate != 0 || l.Paused != 0 || m.count()[stories.Sent] < 485 {
			t.Errorf("%+v, %v", l, m.count())
		}
	})
}

func TestLooksKeepTheirOwnPace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace = bot.Pace{Learns: true, Budgets: map[bot.Method]bot.Budget{bot.Looks: {Requests: 50, Per: time.Minute}}, InFlight: 8}
		far.fault = func(p bot.Operation, settle bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "stored"}, !settle && p.Delivery.ID%4 == 0
		}
		for c := range 400 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(59 * time.Second)
		far.mu.Lock()
		looks := far.settles
		far.mu.Unlock()
		if looks > 50 {
			t.Errorf("%d looks in a minute", looks)
		}
		r.settledAll(t, 8*time.Minute)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}

// costly is a far side that needs several requests for a look.
type costly struct {
	*farSide
	cost func(stories.Delivery) int
}

func (c costly) Settle(ctx context.Context, p bot.Operation) bot.Verdict {
	cost := c.cost(p.Delivery)
	for range cost {
		time.Sleep(c.latency)
		c.mu.Lock()
		c.requests = append(c.requests, time.Now())
		c.mu.Unlock()
	}
	v := c.farSide.Settle(ctx, p)
	v.Requests = cost
	return v
}

// restarted is a far side and a queue with 400 rows, of which an earlier run
// left 100 on their way three minutes ago.
func restarted() (*memory, *farSide) {
	m, far := newMemory(), newFarSide()
	far.pace, far.latency = bot.Pace{PerSecond: 50, InFlight: 48}, 30*time.Millisecond
	for c := range 400 {
		d := m.add("p", channel("p", "w", c), 1, stories.Normal)
		if c < 100 {
			ago := time.Now().Add(-3 * time.Minute)
			m.inFlight("p").byID[d.ID] = stories.Flight{Ref: m.ref(d), Attempt: 1, First: ago, Last: ago}
		}
	}
	return m, far
}

// After a restart sends and looks take turns: together they keep the limit.
func TestLooksOfSeveralRequestsKeepTheLimit(t *testing.T) {
	for _, cost := range []int{1, 2, 4} {
		t.Run(fmt.Sprint(cost), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, far := restarted()
				r := start(t, m, far, func(c *Config) {
					c.Senders = map[string]bot.Sender{"p": costly{far, func(stories.Delivery) int { return cost }}}
				})
				r.settledAll(t, time.Minute)
				for i := 50; i < len(far.requests); i++ {
					if window := far.requests[i].Sub(far.requests[i-50]); window < time.Second {
						t.Fatalf("51 requests within %v", window)
					}
				}
			})
		})
	}
}

// What a look has cost is charged, whatever the one before it cost.
func TestLooksOfUnequalCostKeepThePace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := restarted()
		cost := func(d stories.Delivery) int { return 1 + 9*int(d.ID%2) }
		r := start(t, m, far, func(c *Config) { c.Senders = map[string]bot.Sender{"p": costly{far, cost}} })
		r.settledAll(t, time.Minute)
		n := len(far.requests)
		if rate := float64(n-50) / far.requests[n-1].Sub(far.requests[0]).Seconds(); rate > 50 {
			t.Errorf("%.1f requests a second", rate)
		}
	})
}

// swift is a far side that knows at once that nothing was sent.
type swift struct{ *farSide }

func (s swift) Settle(context.Context, bot.Operation) bot.Verdict {
	return bot.Verdict{Outcome: bot.NotSent}
}

// What a claim that ended in an error has claimed again is not forgotten for an
// older result of the same row.
func TestARowClaimedAgainUnseenIsFound(t *testing.T) {
	for call := range 25 {
		bubble(t, func(t *testing.T) {
			m, far := newMemory(), newFarSide()
			n := 0
			m.lateError = func(string) error {
				if n++; n == call+1 {
					return errKilled
				}
				return nil
			}
			far.fault = func(p bot.Operation, _ bool) (bot.Verdict, bool) {
				return bot.Verdict{Outcome: bot.Ambiguous, Code: "lost"}, p.Delivery.Tries.Count == 1 && p.Delivery.ID%2 == 0
			}
			for c := range 40 {
				m.add("p", channel("p", "w", c), 1, stories.Normal)
			}
			r := start(t, m, far, func(c *Config) { c.Senders = map[string]bot.Sender{"p": swift{far}} })
			r.settledAll(t, 5*time.Minute)
			if err := far.once(m); err != nil {
				t.Error(err)
			}
		})
	}
}
