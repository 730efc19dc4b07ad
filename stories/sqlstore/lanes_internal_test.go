package sqlstore

import (
	"testing"
	"time"
)

// A clock that was set while nobody ran is no time that passed.
func TestHowLongALaneWasIdle(t *testing.T) {
	const h = time.Hour
	for _, c := range []struct {
		name        string
		passed      time.Duration // by the clock people set
		before, now string        // starts of the machine
		up, upNow   time.Duration
		want        time.Duration
	}{
		{"as both clocks say", 2 * h, "a", "a", h, 3 * h, 2 * h},
		{"set forward by days", 72 * h, "a", "a", h, h + time.Minute, time.Minute},
		{"set back", -72 * h, "a", "a", h, 3 * h, 0},
		{"started anew", 2 * h, "a", "b", h, time.Minute, 2 * h},
		{"on another machine", 2 * h, "a", "b", h, 90 * h, 2 * h},
		{"an uptime that went back is none", 2 * h, "a", "a", h, time.Minute, 2 * h},
		{"not known before", 2 * h, "", "a", 0, 90 * h, 2 * h},
		{"not known now", 2 * h, "a", "", h, 0, 2 * h},
	} {
		s := &Store{uptime: func() (string, time.Duration) { return c.now, c.upNow }}
		if got := s.since(c.passed, c.before, c.up); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
