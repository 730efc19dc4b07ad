package delivery

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

func owner(name string) func(*Config) { return func(c *Config) { c.Owner = name } }

// What a platform asked a whole lane to wait is waited by the next process too,
// and not a moment longer.
func TestALanesPauseOutlivesTheProcess(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		var limited atomic.Bool
		limited.Store(true)
		far.limit = func(bot.Operation, time.Time) (bot.Verdict, bool) {
			return bot.Verdict{Code: "ratelimited", Limited: bot.ScopeLane, RetryAfter: 10 * time.Minute}, limited.Load()
		}
		for c := range 20 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far, owner("first"))
		time.Sleep(time.Minute)
		r.stop()
		limited.Store(false)
		_, before := far.sent()
		start(t, m, far, owner("second"))
		time.Sleep(8*time.Minute + 55*time.Second)
		if _, n := far.sent(); n != before {
			t.Fatalf("%d requests within the pause", n-before)
		}
		time.Sleep(10 * time.Second)
		if n := m.count()[stories.Sent]; n != 20 {
			t.Errorf("%d of 20 were sent after the pause", n)
		}
	})
}

// A refused token is remembered, told once, and forgotten when somebody says so.
func TestARefusedTokenOutlivesTheProcess(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		var refused atomic.Bool
		refused.Store(true)
		far.fault = func(bot.Operation, bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.BadAccount, Code: "401", Reason: "does not know the token"}, refused.Load()
		}
		for c := range 20 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far, owner("first"))
		time.Sleep(10 * time.Minute)
		r.stop()
		told := r.desk.count(LaneStopped)
		refused.Store(false)
		before := len(far.sends)
		r = start(t, m, far, owner("second"))
		time.Sleep(time.Second)
		if s := r.Lanes()[0].Stopped; s != "does not know the token" || len(far.sends) != before {
			t.Errorf("stopped: %q, %d requests at once", s, len(far.sends)-before)
		}
		r.Resume("p")
		r.settledAll(t, time.Minute)
		r.stop()
		if n := r.desk.count(LaneStopped) - told; told != 1 || n != 0 {
			t.Errorf("people were told %d times, and %d times after the restart", told, n)
		}
		if past, err := m.LanePast(t.Context(), "p"); err != nil || len(past.Waits) != 0 {
			t.Errorf("still written down: %+v, %v", past, err)
		}
	})
}

// A restart does not make a platform forget the invalid requests it counts.
func TestInvalidRequestsAreCountedOverARestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace.InvalidPer10Min = 100
		far.fault = func(p bot.Operation, _ bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Blocked, Code: fmt.Sprint(p.Delivery.ID), Reason: "refuses the bot", Invalid: true}, true
		}
		for c := range 90 {
			m.add("p", channel("p", fmt.Sprint("w", c), c), 1, stories.Normal)
		}
		r := start(t, m, far, owner("first"))
		r.idle(t)
		r.stop()
		requests := 0
		for _, n := range far.sends {
			requests += n
		}
		if requests != 90 {
			t.Fatalf("%d requests", requests)
		}
		for c := range 90 {
			m.add("p", channel("p", fmt.Sprint("v", c), c), 2, stories.Normal)
		}
		r = start(t, m, far, owner("second"))
		r.idle(t)
		time.Sleep(5 * time.Second)
		requests = 0
		for _, n := range far.sends {
			requests += n
		}
		if requests > 100+far.pace.InFlight || r.Lanes()[0].Stopped == "" {
			t.Errorf("%d invalid requests, stopped: %q", requests, r.Lanes()[0].Stopped)
		}
	})
}

// After hours without the bot a channel is not flooded: it gets the newest posts
// of a story. A short absence costs nothing.
func TestAfterHoursAChannelGetsTheNewestOfAStory(t *testing.T) {
	for away, want := range map[time.Duration]int{30 * time.Minute: 8, 3 * time.Hour: keepOwed} {
		bubble(t, func(t *testing.T) {
			m, far := newMemory(), newFarSide()
			m.add("p", channel("p", "w", 0), 1, stories.Normal)
			r := start(t, m, far, owner("first"))
			r.settledAll(t, time.Minute)
			r.stop()
			time.Sleep(away)
			for u := range int64(8) {
				m.add("p", channel("p", "w", 0), u+2, stories.Normal)
			}
			start(t, m, far, owner("second")).settledAll(t, time.Minute)
			if n := far.has(channel("p", "w", 0)); n != 1+want {
				t.Errorf("after %v away the channel got %d of 8", away, n-1)
			}
			if n := m.count()[stories.Skipped]; n != 8-want {
				t.Errorf("after %v away %d were skipped", away, n)
			}
		})
	}
}

// So too after a stop of the lane in one process, with its rows in memory.
func TestAfterALongStopAChannelGetsTheNewestOfAStory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		began, missed := time.Now(), 0
		far.fault = func(p bot.Operation, _ bool) (bot.Verdict, bool) {
			missed = max(missed, p.Delivery.Missed)
			return bot.Verdict{Outcome: bot.BadAccount, Code: "401", Reason: "does not know the token"}, time.Since(began) < 2*time.Hour
		}
		for u := range int64(8) {
			m.add("p", channel("p", "w", 0), u+1, stories.Normal)
			m.add("p", channel("p", "w", 1), u+1, stories.Normal)
		}
		r := start(t, m, far)
		r.settledAll(t, 4*time.Hour)
		// The one that showed that the lane works again may be an older one.
		if a, b := far.has(channel("p", "w", 0)), far.has(channel("p", "w", 1)); a+b > 2*keepOwed+1 || a < keepOwed || b < keepOwed {
			t.Errorf("the channels got %d and %d of 8", a, b)
		}
		if m.skipped == 0 || missed == 0 {
			t.Errorf("%d were skipped, and the channels were told of %d", m.skipped, missed)
		}
	})
}

// A clock set forward makes no absence, also where the lease is taken anew after it.
func TestAClockSetForwardAndALeaseTakenAnewSkipNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		began := time.Now()
		far.limit = func(p bot.Operation, now time.Time) (bot.Verdict, bool) {
			left := 5*time.Minute - now.Sub(began)
			return bot.Verdict{Outcome: bot.Transient, Limited: bot.ScopeChannel, RetryAfter: left}, left > 0
		}
		var ahead atomic.Int64
		for u := range int64(9) {
			m.add("p", channel("p", "w", 0), u+1, stories.Normal)
		}
		r := start(t, m, far, func(c *Config) {
			c.Wall = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		})
		time.Sleep(time.Minute)
		ahead.Store(int64(2 * time.Hour))
		m.mu.Lock()
		m.ahead = 2 * time.Hour
		m.leases["p"].fence++
		m.leases["p"].owner = ""
		taken := m.calls["recover"]
		m.mu.Unlock()
		time.Sleep(time.Minute)
		m.mu.Lock()
		if m.calls["recover"] == taken {
			t.Error("the lease was not taken anew")
		}
		m.ahead = 0
		m.mu.Unlock()
		r.settledAll(t, 10*time.Minute)
		if n := m.count()[stories.Sent]; n != 9 {
			t.Errorf("%v, though the lane stood for no second", m.count())
		}
	})
}

// A lane with nothing to do has worked too: its next holder skips nothing.
func TestALaneIdleSinceItsStartSaysThatItWorks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		m.add("p", channel("p", "w", 0), 1, stories.Normal)
		r := start(t, m, far, owner("first"))
		r.settledAll(t, time.Minute)
		r.stop()
		time.Sleep(50 * time.Minute)
		r = start(t, m, far, owner("second"))
		time.Sleep(50 * time.Minute)
		r.stop()
		if past, err := m.LanePast(t.Context(), "p"); err != nil || past.Idle > workEvery {
			t.Errorf("idle for %v, %v", past.Idle, err)
		}
		time.Sleep(30 * time.Minute)
		for u := range int64(8) {
			m.add("p", channel("p", "w", 0), u+2, stories.Normal)
		}
		start(t, m, far, owner("third")).settledAll(t, time.Minute)
		if n := m.count()[stories.Skipped]; n > 0 {
			t.Errorf("%d were skipped", n)
		}
	})
}

// An idle lane writes down now and then that it works, and nothing else.
func TestALaneSaysThatItWorks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		m.add("p", channel("p", "w", 0), 1, stories.Normal)
		r := start(t, m, far)
		r.settledAll(t, time.Minute)
		exchanges := func() int {
			m.mu.Lock()
			defer m.mu.Unlock()
			return m.calls["exchange"]
		}
		before := exchanges()
		time.Sleep(time.Hour)
		if n := exchanges() - before; n < 11 || n > 13 {
			t.Errorf("%d exchanges of an idle lane in an hour", n)
		}
		r.stop()
		if past, err := m.LanePast(t.Context(), "p"); err != nil || past.Idle > workEvery {
			t.Errorf("idle for %v, %v", past.Idle, err)
		}
	})
}

func TestEventsOfAWhileAgoAreCountedUntilTenMinutesAreOver(t *testing.T) {
	var w invalidCount
	w.past(time.Second, 7*time.Minute, 5)
	w.past(time.Second, 11*time.Minute, 5)
	w.add(2 * time.Second)
	for at, want := range map[time.Duration]int{2 * time.Second: 6, 2 * time.Minute: 6, 4 * time.Minute: 1, 11 * time.Minute: 0} {
		copy := w
		if n := copy.count(at); n != want {
			t.Errorf("after %v %d are counted, want %d", at, n, want)
		}
	}
}
