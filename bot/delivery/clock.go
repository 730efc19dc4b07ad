package delivery

import (
	"sync"
	"time"
)

// clock tells two times.
//
// Everything that waits (pace, backoff, leases) goes by mono, which no setting
// of the clock moves. What is stored goes by now: the wall clock, except that
// it never goes back. When somebody sets the clock back by an hour, the rows
// that were due a moment ago must not become due in an hour; so the old time
// runs on until the wall clock has caught up. Set forward, the new time holds at
// once. What another process or a restart stored in the future stays there:
// that cannot be told from a time that was meant.
type clock struct {
	wall  func() time.Time
	start time.Time // with the monotonic reading

	mu     sync.Mutex
	latest time.Time     // the newest time told
	at     time.Duration // when, by mono
}

func newClock(wall func() time.Time) *clock {
	return &clock{wall: wall, start: time.Now(), latest: wall().Round(0)}
}

// mono returns the time since the clock was made.
func (c *clock) mono() time.Duration { return time.Since(c.start) }

// now returns the time to store, and how far the wall clock lags behind it.
func (c *clock) now() (now time.Time, lag time.Duration) {
	wall, mono := c.wall().Round(0), c.mono()
	c.mu.Lock()
	defer c.mu.Unlock()
	now = c.latest.Add(mono - c.at)
	if !wall.Before(now) {
		now = wall
	}
	c.latest, c.at = now, mono
	return now, now.Sub(wall)
}
