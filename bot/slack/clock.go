package slack

import (
	"net/http"
	"sync/atomic"
	"time"
)

// clock knows how far Slack's clock is ahead of ours, from the Date headers of
// its answers.
type clock struct {
	now   func() time.Time // ours
	ahead atomic.Int64
}

// observe learns from the Date header of an answer that came just now, after
// took. It has whole seconds, so small differences mean nothing.
func (c *clock) observe(date string, took time.Duration) {
	if date == "" {
		return
	}
	t, err := http.ParseTime(date)
	if err != nil {
		return
	}
	ahead := t.Sub(c.now().Round(0).Add(-took / 2))
	if ahead.Abs() < 3*time.Second {
		ahead = 0
	}
	c.ahead.Store(int64(ahead))
}

// skew is how far apart the clocks are, never negative.
func (c *clock) skew() time.Duration { return time.Duration(c.ahead.Load()).Abs() }
