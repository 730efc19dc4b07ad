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
// back, what was stored a moment ago is of the future; so whoever reads the
// clock learns how far it was set in all, and how much a stored time may be wrong.
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
	jumped time.Duration // how far it has been set until now, either way
}

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
			c.log.Warn("the clock was set back; what was to be sent by the time before is brought forward", "by", by)
		} else {
			c.log.Warn("the clock was set forward, or the machine slept", "by", by)
		}
	}
	c.latest = now
	return now
}
