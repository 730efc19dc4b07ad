package delivery

import (
	"context"
	"sort"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

// Whatever the loop's timers do, and with requests arriving up to 10 ms late,
// no window of a second sees more than the published number.
func TestNoSecondSeesMoreThanAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]float64{1, 5, 20, 50}).Draw(t, "rate")
		l := newLimiter(bot.Pace{PerSecond: rate})
		now := time.Duration(0)
		var arrivals []time.Duration
		for range rapid.IntRange(1, 400).Draw(t, "requests") {
			switch rapid.IntRange(0, 19).Draw(t, "what") {
			case 0: // nothing to send for a while
				now += time.Duration(rapid.IntRange(0, 3000).Draw(t, "idle")) * time.Millisecond
			case 1: // the process was held up
				now += time.Duration(rapid.IntRange(0, 300).Draw(t, "late")) * time.Millisecond
			}
			now += l.wait(now) + time.Duration(rapid.IntRange(0, 1500).Draw(t, "timer"))*time.Microsecond
			l.take(now)
			arrivals = append(arrivals, now+time.Duration(rapid.IntRange(0, 9999).Draw(t, "way"))*time.Microsecond)
		}
		sort.Slice(arrivals, func(i, j int) bool { return arrivals[i] < arrivals[j] })
		for i := int(rate); i < len(arrivals); i++ {
			if window := arrivals[i] - arrivals[i-int(rate)]; window < time.Second {
				t.Fatalf("%v requests within %v", rate+1, window)
			}
		}
	})
}

func TestPaceIsKeptDespiteLateTimers(t *testing.T) {
	l := newLimiter(bot.Pace{PerSecond: 50})
	now := time.Duration(0)
	for i := range 500 {
		now += l.wait(now)
		if i%3 == 0 {
			now += 1500 * time.Microsecond
		}
		l.take(now)
	}
	if now > 10300*time.Millisecond {
		t.Fatalf("500 starts took %v", now)
	}
}

// Where nobody counts, nothing is gained by waiting; one answer that knows of a
// limit is enough to keep it from then on.
func TestAPublishedLimitIsLiftedWhereNobodyCounts(t *testing.T) {
	l := newLimiter(bot.Pace{PerSecond: 50})
	for i := range unpaced {
		if l.take(0); l.wait(0) == 0 {
			t.Fatalf("lifted after %d answers", i)
		}
		l.mark(true)
	}
	for range 100 {
		l.take(0)
	}
	if wait := l.wait(0); wait != 0 {
		t.Errorf("wait %v although nobody counts", wait)
	}
	l.mark(false)
	for range 50 {
		l.take(time.Minute)
	}
	if l.wait(time.Minute) == 0 {
		t.Error("not paced after an answer that knows of a limit")
	}
	for range 2 * unpaced {
		l.mark(true)
	}
	if l.wait(time.Minute) == 0 {
		t.Error("lifted although the limit is known")
	}
}

// A limit met by anyone in the lane ends a lifted pace for good.
func TestALimitMetBringsThePublishedOneBackForGood(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace = bot.Pace{PerSecond: 50, InFlight: 8}
		limited := false
		far.limit = func(_ bot.Operation, now time.Time) (bot.Verdict, bool) {
			hit := !limited && len(far.requests) == 400
			limited = limited || hit
			return bot.Verdict{Limited: bot.ScopeLane, RetryAfter: time.Second}, hit
		}
		for c := range 600 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		began := time.Now()
		r := start(t, m, far, func(c *Config) { c.Senders = map[string]bot.Sender{"p": unmarked{far}} })
		r.settledAll(t, time.Minute)
		met := far.requests[399]
		if took := met.Sub(began); took > time.Second {
			t.Errorf("the pace was not lifted: 400 requests took %v", took)
		}
		if took := far.requests[len(far.requests)-1].Sub(met); took < 4900*time.Millisecond {
			t.Errorf("200 requests after the limit took %v: it was lifted again", took)
		}
	})
}

// unmarked is a far side whose answers know of no limit.
type unmarked struct{ *farSide }

func (u unmarked) Do(ctx context.Context, p bot.Operation) bot.Verdict {
	v := u.farSide.Do(ctx, p)
	v.Unlimited = v.Outcome == bot.Delivered
	return v
}

func TestIdleTimeEarnsNothing(t *testing.T) {
	l := newLimiter(bot.Pace{PerSecond: 50})
	l.take(0)
	l.take(time.Minute)
	if wait := l.wait(time.Minute); wait < 20*time.Millisecond {
		t.Fatalf("the second request after a rest waits %v", wait)
	}
}

func TestLimiterPauses(t *testing.T) {
	l := newLimiter(bot.Pace{PerSecond: 50})
	l.refused(0, time.Second, 3*time.Second, 0)
	l.refused(0, time.Second, 2*time.Second, 0) // a shorter one does not shorten it
	if wait := l.wait(time.Second); wait != 3*time.Second {
		t.Fatalf("wait %v", wait)
	}
	if wait := l.wait(4 * time.Second); wait != 0 {
		t.Fatalf("wait %v", wait)
	}
}

// A budget that is not published is found within five minutes, whatever its
// size, and then used to nine tenths without many more refusals.
func TestBudgetsAreLearnt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		perSecond := rapid.Float64Range(2, 40).Draw(t, "per second")
		size := rapid.Float64Range(2, 1+2*perSecond).Draw(t, "burst")
		way := time.Duration(rapid.IntRange(1, 50).Draw(t, "latency")) * time.Millisecond
		l := newLimiter(bot.Pace{Learns: true})
		b := bucket{perSecond: perSecond, size: size}
		epoch := time.Unix(0, 0)
		now, sent, refused := time.Duration(0), 0, 0
		const learnt, long = 5 * time.Minute, 15 * time.Minute
		for now < long {
			now += l.wait(now)
			started := now
			l.take(now)
			now += way
			if b.take(epoch.Add(now)) {
				if now > learnt {
					sent++
				}
				l.accepted(now)
				continue
			}
			refused++
			missing := (1 - b.tokens) / perSecond
			l.refused(started, now, time.Duration(int(missing)+1)*time.Second, 20*time.Millisecond)
		}
		possible := min(perSecond, 1/way.Seconds()) * (long - learnt).Seconds()
		if float64(sent) < 0.9*possible {
			t.Fatalf("%d sent of %.0f that were possible, %d refusals, rate %.2f", sent, possible, refused, l.rate())
		}
		if refused > 30 {
			t.Fatalf("%d refusals in %v", refused, long)
		}
	})
}

func TestIdleTimeIsNotMeasured(t *testing.T) {
	l := estimator{}
	l.start(0)
	l.refuse(0, time.Second, time.Second)
	l.start(2 * time.Second)
	for range 10 {
		l.accept(2 * time.Second)
	}
	l.start(2100 * time.Millisecond)
	l.refuse(2*time.Second, 2100*time.Millisecond, time.Second)
	rate := l.rate
	if rate < 9 || rate > 10 {
		t.Fatalf("rate %v", rate)
	}
	l.start(time.Hour) // the budget has filled up unseen
	l.accept(time.Hour)
	l.refuse(time.Hour, time.Hour+time.Second, time.Second)
	if l.rate < 0.85*rate {
		t.Fatalf("an hour's rest lowered the rate from %v to %v", rate, l.rate)
	}
}

func TestRefusalsInARowLengthenThePause(t *testing.T) {
	l := estimator{}
	now := time.Duration(0)
	var pauses []time.Duration
	for range 4 {
		l.start(now)
		p := l.refuse(now, now, time.Second)
		pauses = append(pauses, p)
		now += p
	}
	for i, want := range []time.Duration{1, 2, 4, 8} {
		if pauses[i] != want*time.Second {
			t.Fatalf("pauses %v", pauses)
		}
	}
	l.start(now)
	if p := l.refuse(now, now, time.Hour); p != time.Hour {
		t.Fatalf("a pause of an hour became %v", p)
	}
}

func TestWindowForgetsAfterTenMinutes(t *testing.T) {
	var w invalidCount
	w.add(0)
	w.add(5 * time.Minute)
	for at, want := range map[time.Duration]int{5 * time.Minute: 2} {
		if n := w.count(at); n != want {
			t.Errorf("at %v: %d, want %d", at, n, want)
		}
	}
	if n := w.count(10*time.Minute + windowStep); n != 1 {
		t.Errorf("after ten minutes: %d, want 1", n)
	}
	if n := w.count(3 * time.Hour); n != 0 {
		t.Errorf("after three hours: %d", n)
	}
	w.add(3 * time.Hour)
	if n := w.count(3 * time.Hour); n != 1 {
		t.Errorf("then: %d, want 1", n)
	}
}

func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		try    int
		random float64
		want   time.Duration
	}{
		{1, 0, time.Second},
		{2, 0, 2 * time.Second},
		{5, 0, 16 * time.Second},
		{9, 0, 256 * time.Second},
		{10, 0, 5 * time.Minute},
		{1_000_000, 0, 5 * time.Minute},
		{1, 1, 750 * time.Millisecond},
		{0, 0, time.Second},
	} {
		if got := backoff(retryBase, retryMax, c.try, c.random); got != c.want {
			t.Errorf("try %d, random %v: %v, want %v", c.try, c.random, got, c.want)
		}
	}
}

// An even budget comes one by one, one that is not even comes at once.
func TestBudgets(t *testing.T) {
	even, burst := newBudget(bot.Budget{Requests: 50, Per: time.Minute, Even: true}), newBudget(bot.Budget{Requests: 50, Per: time.Minute})
	if left := even.left(time.Hour); left != 1 {
		t.Errorf("%d may go at once", left)
	}
	if left := burst.left(time.Hour); left != 50 {
		t.Errorf("%d may come in a burst", left)
	}
	now := time.Hour
	for n := range 120 {
		wait := even.wait(now)
		if n > 0 && wait < time.Minute/50 {
			t.Fatalf("request %d waits %v", n, wait)
		}
		now += wait + time.Duration(n%3)*10*time.Millisecond // late starts are not made up for
		even.take(now)
		if left := even.left(now); left != 0 {
			t.Fatalf("%d may follow at once", left)
		}
	}
}
