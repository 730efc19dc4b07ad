package slack

import (
	"testing"
	"testing/synctest"
	"time"
)

// Connections that end at once are opened ever less often, at most one a
// second, and as fast as before once one was of use.
func TestGateSlowsDownLoops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate{least: 500 * time.Millisecond, most: time.Minute}
		began := time.Now()
		opens := 0
		for time.Since(began) < 10*time.Minute {
			if _, ok := g.wait(t.Context()); !ok {
				t.Fatal("the gate did not open")
			}
			opens++
			if limit := int(time.Since(began)/time.Second) + 1; opens > limit {
				t.Fatalf("%d connections after %v", opens, time.Since(began))
			}
			g.bad(0)
		}
		if opens < 10 || opens > 17 {
			t.Errorf("%d connections in ten minutes, want about 14", opens)
		}
		time.Sleep(time.Minute * 2)
		g.good()
		for range 2 {
			before := time.Now()
			g.wait(t.Context())
			if waited := time.Since(before); waited > time.Second {
				t.Errorf("waited %v after a connection that was of use", waited)
			}
		}
	})
}

func TestGateHeedsRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate{least: 500 * time.Millisecond, most: time.Minute}
		g.wait(t.Context())
		if pause := g.bad(5 * time.Minute); pause < 5*time.Minute {
			t.Errorf("the pause is %v", pause)
		}
		before := time.Now()
		g.wait(t.Context())
		if waited := time.Since(before); waited < 5*time.Minute || waited > 7*time.Minute {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestGateCountsOpenings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate{least: 500 * time.Millisecond, most: 500 * time.Millisecond}
		alarms := 0
		for range 10 {
			if often, _ := g.wait(t.Context()); often > 0 {
				alarms++
			}
		}
		if alarms != 10-alarmOpens {
			t.Errorf("%d alarms in ten openings within a minute", alarms)
		}
	})
}
