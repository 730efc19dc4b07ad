package delivery

import "time"

// estimator finds out a budget that is not published.
//
// Two refusals tell it: at both the budget was used up, so what was accepted
// in between, divided by the time in between, is what the platform gives. Until
// the second refusal the lane goes as fast as it can. From then on it goes at
// the measured rate, which grows slowly at first and faster the longer no limit
// is met, but more slowly after every further refusal: a lane under way meets a
// limit every few minutes at most, and one that was measured wrongly catches up.
//
// What was measured is too little when the budget was full before the pause
// ended, which is likely the first time: then all was spent in a burst after
// it. The first measurement therefore does not count the time of that burst.
type estimator struct {
	rate     float64       // requests a second; 0 while not known
	measured bool          // usedUp is a time, and the lane has been busy since
	usedUp   time.Duration // when the budget was last used up
	last     time.Duration // the newest start, or the end of the newest pause
	resumed  time.Duration // when the newest pause ended
	accepts  int           // since usedUp
	inARow   int           // refusals without an acceptance between
	refusals int           // in all
	grown    time.Duration // when the rate last grew
}

// start notes that a request starts.
func (l *estimator) start(now time.Duration) {
	if now-l.last > idleGap {
		l.measured = false
	}
	l.last = max(l.last, now)
}

// accept notes that a request was answered without a limit, and grows the rate.
func (l *estimator) accept(now time.Duration) {
	l.accepts++
	l.inARow = 0
	if l.rate == 0 {
		return
	}
	if passed := min(now-l.grown, time.Second); passed > 0 {
		slower := float64(max(1, l.refusals-1))
		l.rate *= 1 + growth/slower*(now-l.resumed).Seconds()*passed.Seconds()
	}
	l.grown = now
}

// refuse notes that a request started then met the limit, and returns how long
// to pause for an answer that asked for retryAfter.
func (l *estimator) refuse(started, now, retryAfter time.Duration) time.Duration {
	if l.refusals > 0 && started < l.usedUp {
		return retryAfter // it was on its way when the limit was met: no news
	}
	l.refusals++
	l.inARow++
	if l.inARow > 1 { // the pause was too short: nothing has been measured
		l.slow(refusedTwice)
		l.usedUp = now
		return l.pause(now, min(retryAfter<<min(l.inARow-1, 10), max(maxPause, retryAfter)))
	}
	if l.measured {
		l.estimate(now)
	} else {
		l.slow(refusedLeast)
	}
	l.measured, l.usedUp, l.accepts, l.grown = true, now, 0, now
	return l.pause(now, retryAfter)
}

// pause notes that the lane waits for d from now on, and returns d.
func (l *estimator) pause(now, d time.Duration) time.Duration {
	l.resumed = now + d
	l.last = l.resumed
	return d
}

// estimate takes what was measured from usedUp until now. One request more may
// nearly have fitted, which matters when they are few; and where a budget does
// not gather during a pause too little is measured, so that one refusal lowers
// a known rate by a tenth at most.
func (l *estimator) estimate(now time.Duration) {
	took := (now - l.usedUp).Seconds()
	if l.rate > 0 {
		l.rate = max(minRate, l.rate*refusedLeast, min(float64(l.accepts+1)/took, l.rate*refusedMost))
		return
	}
	n := float64(l.accepts)
	if l.accepts < fewAccepts {
		n += nearlyOne
	}
	burst := (now - l.resumed).Seconds()
	l.rate = max(minRate, under*n/max(took-burst, took/burstShare))
}

// slow lowers a known rate where nothing could be measured.
func (l *estimator) slow(factor float64) {
	if l.rate > 0 {
		l.rate = max(minRate, l.rate*factor)
	}
}
