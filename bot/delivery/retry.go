package delivery

import "time"

// backoff returns base doubled with every try after the first, at most most,
// less up to a quarter: random, in [0, 1), spreads what failed together.
func backoff(base, most time.Duration, try int, random float64) time.Duration {
	d := base
	for ; try > 1 && d < most; try-- {
		d *= 2
	}
	d = min(d, most)
	return d - time.Duration(random*float64(d)/4)
}

// retry is when the database is asked again after an error, and how often it has
// failed in a row.
type retry struct {
	at  time.Duration
	try int
}

// failed puts the next try off, by base and more each time.
func (r *retry) failed(now, base time.Duration, random float64) {
	r.try++
	r.at = now + backoff(base, storeRetryMax, r.try, random)
}
