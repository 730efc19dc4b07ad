package delivery

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// TestTheNextHolderTellsThatItWorksAgain stops the process that told the desk that
// a lane and a workspace in it fail. What it knew of that is gone with it.
func TestTheNextHolderTellsThatItWorksAgain(t *testing.T) {
	for name, c := range map[string]struct {
		verdict         bot.Verdict
		failing, passed stories.AlarmKind
	}{
		"lane":      {bot.Verdict{Outcome: bot.BadAccount, Reason: "the token is refused"}, LaneStopped, LaneResumed},
		"workspace": {bot.Verdict{Outcome: bot.Blocked, Code: "channel_not_found", Reason: "is not there"}, WorkspaceFailing, WorkspaceRecovered},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, far := newMemory(), newFarSide()
				var mended atomic.Bool
				far.fault = func(p bot.Operation, _ bool) (bot.Verdict, bool) {
					return c.verdict, p.Delivery.Destination.Workspace == "w" && !mended.Load()
				}
				for c := range 30 {
					m.add("p", channel("p", "w", c), 1, stories.Normal)
				}
				r := start(t, m, far)
				time.Sleep(2 * time.Minute)
				r.stop()
				if n := r.desk.count(c.failing); n != 1 {
					t.Fatalf("the desk was told %d times that it fails", n)
				}
				mended.Store(true)
				r = start(t, m, far)
				r.settledAll(t, 20*time.Minute)
				for c := range 30 {
					m.add("p", channel("p", "w", c), 2, stories.Normal)
				}
				r.Kick("p")
				r.settledAll(t, time.Minute)
				r.stop()
				if n := r.desk.count(c.passed); n != 1 {
					t.Errorf("the desk was told %d times that it works again", n)
				}
			})
		})
	}
}

// TestAnAlarmIsToldOnceThroughAnOutage has the database fail before and after the
// commit of what an alarm is in.
func TestAnAlarmIsToldOnceThroughAnOutage(t *testing.T) {
	for name, late := range map[string]bool{"before the commit": false, "after it": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, far := newMemory(), newFarSide()
				far.fault = answering(bot.Verdict{Outcome: bot.BadAccount, Reason: "the token is refused"}, all)
				var down atomic.Bool
				fail := func(call string) error {
					if call == "exchange" && down.Load() {
						return errors.New("no database")
					}
					return nil
				}
				if late {
					m.lateError = fail
				} else {
					m.broken = fail
				}
				m.add("p", channel("p", "w", 1), 1, stories.Normal)
				far.latency = time.Second
				r := start(t, m, far)
				time.Sleep(500 * time.Millisecond) // it is on its way
				down.Store(true)
				time.Sleep(30 * time.Second)
				down.Store(false)
				time.Sleep(10 * time.Second)
				r.stop()
				if n := r.desk.count(LaneStopped); n != 1 {
					t.Errorf("the desk was told %d times", n)
				}
			})
		})
	}
}

// TestAnAlarmThatCannotBeMadeIsNoFurtherAlarm: it could not be made either, and so
// on for ever.
func TestAnAlarmThatCannotBeMadeIsNoFurtherAlarm(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		for c := range 5 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		m.pubs[0].UpdateID, m.pubs[0].NoticeID = 0, 7
		r := start(t, m, far, func(c *Config) {
			c.Render = func(stories.Content) bot.Message { panic("a bug in rendering") }
		})
		r.settledAll(t, time.Minute)
		r.stop()
		if n := m.count()[stories.Failed]; n != 5 {
			t.Errorf("%d have failed", n)
		}
		if n := len(r.desk.alarms); n != 0 {
			t.Errorf("the desk is told %v", r.desk.alarms)
		}
	})
}
