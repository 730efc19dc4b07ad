package delivery

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// answering makes a far side answer v to what match picks, instead of taking it.
func answering(v bot.Verdict, match func(bot.Operation) bool) func(bot.Operation, bool) (bot.Verdict, bool) {
	return func(p bot.Operation, _ bool) (bot.Verdict, bool) { return v, match(p) }
}

func all(bot.Operation) bool { return true }

func TestARefusedMessageStopsItsPushOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.fault = answering(bot.Verdict{Outcome: bot.BadPayload, Code: "50035", Reason: "refused the message"}, func(p bot.Operation) bool { return p.Delivery.About.UpdateID == 1 })
		for u := range 2 {
			for c := range 300 {
				m.add("p", channel("p", "w", c), int64(u+1), stories.Normal)
			}
		}
		r := start(t, m, far)
		r.settledAll(t, time.Minute)
		r.stop()
		if n := m.count(); n[stories.Failed] != 300 || n[stories.Sent] != 300 {
			t.Errorf("%v", n)
		}
		refused := 0
		for id := range far.sends {
			if m.row(id).About.UpdateID == 1 {
				refused++
			}
		}
		if refused > stopAfter+far.pace.InFlight {
			t.Errorf("the message was tried %d times", refused)
		}
		if n := r.desk.count(PushStopped); n != 1 {
			t.Errorf("the desk was told %d times", n)
		}
		if reason := m.row(300).Reason; !strings.Contains(reason, "other channels refused") {
			t.Errorf("reason %q", reason)
		}
	})
}

func TestARuleOfSomeChannelsDoesNotStopThePush(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.fault = answering(bot.Verdict{Outcome: bot.BadPayload, Code: "200000"}, func(p bot.Operation) bool {
			return p.Delivery.Destination.Workspace == "strict"
		})
		for c := range 100 {
			workspace := "w"
			if c >= 50 && c < 57 {
				workspace = "strict"
			}
			m.add("p", channel("p", workspace, c), 1, stories.Normal)
		}
		r := start(t, m, far)
		r.settledAll(t, time.Minute)
		if n := m.count(); n[stories.Sent] != 93 {
			t.Errorf("%v", n)
		}
	})
}

func TestARefusedAccountStopsTheLaneUntilResumed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		var revoked atomic.Bool
		far.fault = func(bot.Operation, bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.BadAccount, Code: "401", Reason: "the token is refused", Cure: "Put the new token into the settings."}, revoked.Load()
		}
		far.pace = bot.Pace{PerSecond: 50, InFlight: 8}
		for c := range 300 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(time.Second)
		revoked.Store(true)
		time.Sleep(10 * time.Second)
		sends, _ := far.sent()
		if l := r.Lanes()[0]; l.Stopped != "the token is refused. Put the new token into the settings." {
			t.Fatalf("lane %+v", l)
		}
		if n := m.count(); n[stories.Pending]+n[stories.Sent] != 300 {
			t.Errorf("%v", n)
		}
		r.idle(t) // a stopped lane keeps nobody waiting
		time.Sleep(4 * time.Minute)
		if n, _ := far.sent(); n-sends > 3 {
			t.Errorf("%d probes in four minutes", n)
		}
		revoked.Store(false)
		r.Resume("p")
		r.settledAll(t, 10*time.Second)
		r.stop()
		if err := far.once(m); err != nil {
			t.Error(err)
		}
		if a, b := r.desk.count(LaneStopped), r.desk.count(LaneResumed); a != 1 || b != 1 {
			t.Errorf("the desk was told %d times that it stopped, %d times that it goes on", a, b)
		}
	})
}

func TestAMendedAccountIsNoticed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		var revoked atomic.Bool
		revoked.Store(true)
		far.fault = func(bot.Operation, bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.BadAccount, Code: "401"}, revoked.Load()
		}
		for c := range 20 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(10 * time.Second)
		revoked.Store(false)
		r.settledAll(t, 90*time.Second)
	})
}

func TestInvalidRequestsStopTheLaneEarly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace.InvalidPer10Min = 50
		n := 0
		far.fault = func(bot.Operation, bool) (bot.Verdict, bool) {
			n++ // every second channel, each in a workspace of its own
			return bot.Verdict{Outcome: bot.Blocked, Code: "50013", Invalid: true}, n%2 == 0
		}
		invalid := func() int {
			far.mu.Lock()
			defer far.mu.Unlock()
			return n / 2
		}
		for c := range 1000 {
			m.add("p", channel("p", string(rune('a'+c%26)), c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(5 * time.Minute)
		if n := invalid(); n < 50 || n > 58 { // not all of them are believed yet
			t.Errorf("%d invalid requests, 50 allowed", n)
		}
		if !strings.Contains(r.Lanes()[0].Stopped, "50 requests") {
			t.Errorf("lane %+v", r.Lanes()[0])
		}
		time.Sleep(7 * time.Minute)
		if n := m.count()[stories.Held]; n < 75 {
			t.Errorf("after twelve minutes the lane still stands: %d", n)
		}
		if r.desk.count(LaneStopped) < 1 || r.desk.count(LaneResumed) < 1 {
			t.Error("the desk was not told")
		}
	})
}

func TestWithoutANetworkOneProbeAtATime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		var down atomic.Bool
		down.Store(true)
		far.fault = func(bot.Operation, bool) (bot.Verdict, bool) { return bot.Verdict{Code: "dial"}, down.Load() }
		for c := range 500 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(10 * time.Minute)
		if n := m.count()[stories.Sending]; n > 1 {
			t.Errorf("%d rows are claimed for one probe", n)
		}
		if n, _ := far.sent(); n > 100 {
			t.Errorf("%d channels were tried without a network", n)
		}
		down.Store(false)
		before := time.Now()
		for m.count()[stories.Sent] == 0 {
			time.Sleep(time.Second)
		}
		if took := time.Since(before); took > 16*time.Second {
			t.Errorf("the network was noticed after %v", took)
		}
		r.settledAll(t, retryMax+time.Minute)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}

// A dead network answers nothing at all: what may have left is settled when it
// is back, and little of it.
func TestHangingNetwork(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.nonce = true
		var down atomic.Bool
		down.Store(true)
		far.fault = func(bot.Operation, bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "timeout"}, down.Load()
		}
		far.hang = func(bot.Operation) time.Duration {
			if down.Load() {
				return 20 * time.Second
			}
			return 0
		}
		for c := range 500 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(10 * time.Minute)
		if n := m.count()[stories.Sending]; n > 40 {
			t.Errorf("%d rows are in doubt", n)
		}
		down.Store(false)
		r.settledAll(t, retryMax+time.Minute)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}
