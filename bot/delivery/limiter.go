package delivery

import (
	"math"
	"time"

	"storybot/bot"
)

// limiter says when a lane may make its next request. Times are of the
// monotonic clock. It is used by the lane's loop only.
type limiter struct {
	perSecond float64       // published; 0 for none
	even      bool          // nothing may come early
	next      time.Duration // the next slot of the even pace
	last      time.Duration // the newest start
	started   bool
	log       []time.Duration // starts of the newest len(log) requests, a ring
	window    time.Duration   // no more than len(log) starts within it
	oldest    int
	paused    time.Duration // nothing before
	unmarked  int           // answers in a row that know of no limit; -1 once one did
	estimator *estimator    // for a limit that is not published, or nil
}

func newLimiter(p bot.Pace) *limiter {
	l := newBurst(int(p.PerSecond), time.Second)
	l.perSecond = p.PerSecond
	if p.Learns {
		l.estimator = &estimator{}
	}
	return l
}

// newBudget returns the limiter of a method's own budget.
func newBudget(b bot.Budget) *limiter {
	l := newBurst(b.Requests, b.Per)
	if l.even = b.Even; l.even {
		l.perSecond = float64(b.Requests) / b.Per.Seconds() / evenMargin
	}
	return l
}

// newBurst returns a limiter of n requests in every window, which may come in
// a burst; 0 for any number.
func newBurst(n int, window time.Duration) *limiter {
	l := &limiter{log: make([]time.Duration, n), window: window}
	for i := range l.log {
		l.log[i] = -time.Hour
	}
	return l
}

// lifted says that the published limit is not kept by whoever answers.
func (l *limiter) lifted() bool { return l.unmarked >= unpaced }

// rate returns how many requests a second are made at most; 0 for no limit.
func (l *limiter) rate() float64 {
	rate := l.perSecond / paceMargin
	if l.lifted() {
		rate = 0
	}
	if l.estimator != nil && l.estimator.rate > 0 && (rate == 0 || l.estimator.rate < rate) {
		return l.estimator.rate
	}
	return rate
}

// wait returns how long until a request may start; 0 for now.
func (l *limiter) wait(now time.Duration) time.Duration {
	at := l.paused
	if l.started && l.rate() > 0 {
		at = max(at, l.next)
	}
	if len(l.log) > 0 && !l.lifted() {
		at = max(at, l.log[l.oldest]+l.window+windowMargin)
	}
	return max(0, at-now)
}

// left returns how many requests may start now where a window bounds them; many
// where none does.
func (l *limiter) left(now time.Duration) (n int) {
	switch {
	case len(l.log) == 0 || l.lifted():
		return math.MaxInt
	case l.even && l.wait(now) > 0:
		return 0
	case l.even:
		return 1
	}
	for _, at := range l.log {
		if now-at >= l.window+windowMargin {
			n++
		}
	}
	return n
}

// take notes that a request starts now.
func (l *limiter) take(now time.Duration) {
	if rate := l.rate(); rate > 0 {
		interval := time.Duration(float64(time.Second) / rate)
		if !l.started || now-l.last > idleSlots*interval {
			l.next = now // idle time earns nothing
		}
		late := catchUp
		if l.even {
			late = 0
		}
		l.next = max(l.next, now-late) + interval
	}
	if len(l.log) > 0 {
		l.log[l.oldest] = now
		l.oldest = (l.oldest + 1) % len(l.log)
	}
	if l.estimator != nil {
		l.estimator.start(now)
	}
	l.started, l.last = true, now
}

// mark notes whether an answer knew of no limit. One that knew is enough for
// good: the limit is not lifted again.
func (l *limiter) mark(unlimited bool) {
	switch {
	case !unlimited:
		l.unmarked = -1
	case l.unmarked >= 0:
		l.unmarked++
	}
}

// accepted notes that a request was answered without meeting a limit.
func (l *limiter) accepted(now time.Duration) {
	if l.estimator != nil {
		l.estimator.accept(now)
	}
}

// refused notes that a request started then met the lane's limit, and pauses
// the lane for at least the time the answer asked for.
func (l *limiter) refused(started, now, retryAfter, jitter time.Duration) {
	retryAfter = max(retryAfter, minPause)
	if l.estimator != nil {
		retryAfter = l.estimator.refuse(started, now, retryAfter)
	}
	l.paused = max(l.paused, now+retryAfter+jitter)
}
