package delivery

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

func TestABlockedChannelIsHeldAndToldOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.fault = answering(bot.Verdict{Outcome: bot.Blocked, Code: "50013", Reason: "does not let us post", Cure: "Grant it."}, func(p bot.Operation) bool {
			return p.Delivery.Destination.Channel == "c001"
		})
		for u := range 3 {
			for c := range 10 {
				m.add("p", channel("p", "w", c), int64(u+1), stories.Normal)
			}
		}
		r := start(t, m, far)
		r.idle(t)
		r.stop()
		if n := m.count(); n[stories.Sent] != 27 || n[stories.Held] != 1 || n[stories.Pending] != 2 {
			t.Errorf("%v", n) // the queue in memory holds the block at the destination
		}
		if m.places[channel("p", "w", 1)].state != stories.Blocked {
			t.Error("the destination is not blocked")
		}
		if n := r.desk.count(DestinationBlocked); n != 1 {
			t.Errorf("the desk was told %d times", n)
		}
		if a := r.desk.alarms[0]; a.Reason != "does not let us post" || a.Cure != "Grant it." || a.Destination != channel("p", "w", 1) {
			t.Errorf("alarm %+v", a)
		}
	})
}

func TestAWorkspaceThatRefusesAlikeIsNoRemoval(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		var broken atomic.Bool
		broken.Store(true)
		far.fault = func(p bot.Operation, _ bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Gone, Code: "channel_not_found"}, broken.Load() && p.Delivery.Destination.Workspace == "broken"
		}
		for c := range 100 {
			m.add("p", channel("p", "broken", c), 1, stories.Normal)
			m.add("p", channel("p", "fine", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(5 * time.Minute)
		for d, p := range m.places {
			if p.state != stories.Reachable {
				t.Fatalf("%s is %s", d, p.state)
			}
		}
		if n := m.count(); n[stories.Sent] != 100 || n[stories.Failed] != 0 {
			t.Errorf("%v", n)
		}
		if n, _ := far.sent(); n > 125 {
			t.Errorf("%d requests to a workspace that refuses all", n)
		}
		broken.Store(false)
		r.settledAll(t, 15*time.Minute)
		r.stop()
		if err := far.once(m); err != nil {
			t.Error(err)
		}
		if a, b := r.desk.count(WorkspaceFailing), r.desk.count(WorkspaceRecovered); a != 1 || b != 1 {
			t.Errorf("the desk was told %d times that it fails, %d times that it works", a, b)
		}
	})
}

func TestALaneThatRefusesAlikeIsNoRemoval(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		var broken atomic.Bool
		broken.Store(true)
		far.fault = func(bot.Operation, bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Gone, Code: "10003"}, broken.Load()
		}
		for c := range 100 {
			m.add("p", channel("p", channel("", "", c).Channel, c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(5 * time.Minute)
		if n := m.count(); n[stories.Failed] != 0 {
			t.Fatalf("%v", n)
		}
		if !strings.Contains(r.Lanes()[0].Stopped, "refuse alike") {
			t.Errorf("lane %+v", r.Lanes()[0])
		}
		broken.Store(false)
		r.settledAll(t, 15*time.Minute)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}

// Ten dead channels of five workspaces in a row look like an outage for a
// moment, of which nobody is told.
func TestAFalseOutageIsOverAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.fault = answering(bot.Verdict{Outcome: bot.Blocked, Code: "50001"}, func(p bot.Operation) bool { return p.Delivery.Destination.Workspace != "fine" })
		for c := range 10 {
			m.add("p", channel("p", string(rune('a'+c/2)), c), 1, stories.Normal)
		}
		for c := range 50 {
			m.add("p", channel("p", "fine", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		r.settledAll(t, 10*time.Second)
		r.stop()
		if n := m.count(); n[stories.Held] != 10 || n[stories.Sent] != 50 {
			t.Errorf("%v", n)
		}
		if n := r.desk.count(LaneStopped) + r.desk.count(LaneResumed); n != 0 {
			t.Errorf("the desk was told %d times", n)
		}
	})
}

// The first ten channels of a push were deleted: the others, and what becomes of
// those ten, take hardly longer than without them.
func TestDeadChannelsInFrontDelayNobody(t *testing.T) {
	for name, workspace := range map[string]func(c int) string{
		"of one workspace":   func(int) string { return "w" },
		"of many workspaces": func(c int) string { return fmt.Sprint("w", c) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, far := newMemory(), newFarSide()
				far.pace = bot.Pace{PerSecond: 50, InFlight: 16}
				far.fault = answering(bot.Verdict{Outcome: bot.Gone, Code: "10003"}, func(p bot.Operation) bool { return p.Delivery.ID <= 10 })
				for c := range 500 {
					m.add("p", channel("p", workspace(c), c), 1, stories.Normal)
				}
				r := start(t, m, far)
				r.settledAll(t, 12*time.Second)
				r.stop()
				if n := m.count(); n[stories.Failed] != 10 || n[stories.Sent] != 490 {
					t.Errorf("%v", n)
				}
				if n := r.desk.count(LaneStopped) + r.desk.count(WorkspaceFailing); n != 0 {
					t.Errorf("the desk was told %d times of an outage", n)
				}
			})
		})
	}
}

// A channel whose refusal was an outage's, and that was delivered since, is not
// ended by the next outage.
func TestASecondOutageEndsNothingEither(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		var broken atomic.Bool
		far.fault = func(bot.Operation, bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Gone, Code: "10003"}, broken.Load()
		}
		r := start(t, m, far)
		for u := range 3 {
			broken.Store(true)
			for c := range 30 {
				m.add("p", channel("p", fmt.Sprint("w", c%10), c), int64(u+1), stories.Normal)
			}
			r.Kick("")
			time.Sleep(2 * time.Minute)
			broken.Store(false)
			r.settledAll(t, 15*time.Minute)
		}
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}

// A probe that is answered neither with a refusal nor with a delivery does not
// close its workspace for good.
func TestAProbeThatTellsNothingIsFollowedByAnother(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		var healed atomic.Bool
		far.fault = func(p bot.Operation, _ bool) (bot.Verdict, bool) {
			if p.Delivery.ID > 30 {
				return bot.Verdict{Outcome: bot.BadPayload, Code: "50035"}, true
			}
			return bot.Verdict{Outcome: bot.Blocked, Code: "50013"}, !healed.Load()
		}
		for c := range 30 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(time.Second / 2)
		m.add("p", channel("p", "w", 31), 2, stories.Breaking)
		r.Kick("p")
		time.Sleep(2 * time.Minute)
		healed.Store(true)
		r.settledAll(t, 15*time.Minute)
		if n := m.count(); n[stories.Sent] != 30 || n[stories.Failed] != 1 {
			t.Errorf("%v", n)
		}
	})
}

func TestAFewDeadChannelsAreBelieved(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.fault = answering(bot.Verdict{Outcome: bot.Gone, Code: "10003", Reason: "no longer exists"}, all)
		for c := range 4 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		r.idle(t)
		r.stop()
		if n := m.count(); n[stories.Failed] != 4 {
			t.Errorf("%v", n)
		}
		if n := r.desk.count(DestinationGone); n != 4 {
			t.Errorf("the desk was told %d times", n)
		}
	})
}

// One channel in ten is dead, at random: all are found dead and no one else
// waits for that.
func TestDeadChannelsInALargePushDoNotStopIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		dead := 0
		far.fault = answering(bot.Verdict{Outcome: bot.Blocked, Code: "50013"}, func(p bot.Operation) bool { return chance(10, p.Delivery.ID) == 0 })
		for c := range 3000 {
			if d := m.add("p", channel("p", "w", c), 1, stories.Normal); chance(10, d.ID) == 0 {
				dead++
			}
		}
		r := start(t, m, far)
		r.settledAll(t, 10*time.Second)
		if n := m.count(); n[stories.Held] != dead || n[stories.Sent] != 3000-dead {
			t.Errorf("%v, %d are dead", n, dead)
		}
		if r.desk.count(LaneStopped)+r.desk.count(WorkspaceFailing) != 0 {
			t.Error("an outage was seen")
		}
	})
}
