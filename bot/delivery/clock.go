package delivery

import (
	"log/slog"
	"sync"
	"time"
)

// clock tells two times.
//
// Everything that waits (pace, backoff, leases) goes by mono, which no setting
// of the clock moves. What is stored goes by the wall clock. When that is set
// back, rows that were due a moment ago would be due in an hour; so whoever
// reads the clock learns how often that has happened, and brings what he has
// stored back (shift.rebase).
type clock struct {
	wall  func() time.Time
	start time.Time // with the monotonic reading
	log   *slog.Logger

	mu     sync.Mutex
	latest reading
}

// reading is a moment by both clocks.
type reading struct {
	wall   time.Time
	mono   time.Duration
	backs  int           // how often the wall clock has been set back until now
	jumped time.Duration // how far it has been set until now, either way
}

// leastJump is how far the wall clock must part from the other to have been
// set: less is corrected by slowing it, or is over before it matters.
const leastJump = 2 * time.Second

func newClock(wall func() time.Time, log *slog.Logger) *clock {
	return &clock{wall: wall, log: log, start: time.Now(), latest: reading{wall: wall().Round(0)}}
}

// mono returns the time since the clock was made.
func (c *clock) mono() time.Duration { return time.Since(c.start) }

// now returns the wall clock's time.
func (c *clock) now() time.Time { return c.read().wall }

// read returns the time, and says once in the log when the wall clock was set.
func (c *clock) read() reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.latest
	now.wall, now.mono = c.wall().Round(0), c.mono()
	jump := now.wall.Sub(c.latest.wall) - (now.mono - c.latest.mono)
	if jump.Abs() >= leastJump {
		now.jumped += jump.Abs()
		by := jump.Abs().Round(time.Millisecond).String()
		if jump < 0 {
			now.backs++
			c.log.Warn("the clock was set back; what was to be sent by the time before is brought forward", "by", by)
		} else {
			c.log.Warn("the clock was set forward, or the machine slept", "by", by)
		}
	}
	c.latest = now
	return now
}
