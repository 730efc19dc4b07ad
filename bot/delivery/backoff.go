package delivery

import "time"

// The schedule of retries. A delivery that cannot be made is tried for a day:
// long enough for somebody to come to work and mend what is broken.
const (
	retryBase = time.Second
	retryMax  = 5 * time.Minute
	giveUp    = 24 * time.Hour

	settleBase = time.Second // between two looks at one doubtful row
	settleMax  = time.Minute
)

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
