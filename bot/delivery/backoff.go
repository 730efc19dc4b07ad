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
