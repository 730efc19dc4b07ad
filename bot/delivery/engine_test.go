package delivery

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"storybot/bot"
	"storybot/stories"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAnUpdateReachesEveryChannelOnceInOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		for u := range 4 {
			for c := range 50 {
				m.add("p", channel("p", "w", c), int64(u+1), stories.Normal)
			}
		}
		r := start(t, m, far)
		r.idle(t)
		if err := far.once(m); err != nil {
			t.Fatal(err)
		}
		if n := m.count()[stories.Sent]; n != 200 {
			t.Fatalf("%d rows are sent", n)
		}
		if far.most > 8 {
			t.Fatalf("%d requests at once, 8 allowed", far.most)
		}
	})
}

func TestKickStartsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		m.add("p", channel("p", "w", 0), 1, stories.Normal)
		r := start(t, m, far)
		r.idle(t)
		time.Sleep(10 * time.Second)
		planned := time.Now()
		d := m.add("p", channel("p", "w", 0), 2, stories.Normal)
		r.Kick("p")
		r.idle(t)
		synctest.Wait()
		if took := far.at[d.Key].Sub(planned); took > 3*time.Millisecond {
			t.Fatalf("the request arrived after %v", took)
		}
	})
}

func TestANewLaneIsFoundByKickAndBySearch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		r := start(t, m, far)
		r.idle(t)
		m.add("p:one", channel("p", "one", 0), 1, stories.Normal)
		r.Kick("p:one")
		r.idle(t)
		m.add("p:two", channel("p", "two", 0), 1, stories.Normal)
		r.settledAll(t, 15*time.Second)
		m.add("q:three", channel("q", "three", 0), 1, stories.Normal)
		r.idle(t)
		var names []string
		for _, l := range r.Lanes() {
			names = append(names, l.Lane)
			if !l.Held {
				t.Errorf("lane %s is not held", l.Lane)
			}
		}
		if !slices.Equal(names, []string{"p:one", "p:two"}) {
			t.Fatalf("lanes %v", names)
		}
	})
}

func TestStopLetsRequestsFinishAndPutsTheRestBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.latency = 3 * time.Second
		for c := range 40 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(time.Second)
		before := time.Now()
		r.stop()
		if took := time.Since(before); took > 3*time.Second {
			t.Fatalf("the stop took %v", took)
		}
		if n := m.count(); n[stories.Sent] != 8 || n[stories.Sending] != 0 || n[stories.Pending] != 32 {
			t.Fatalf("rows %v", n)
		}
		if m.leases["p"].owner != "" {
			t.Fatal("the lease was kept")
		}
	})
}

func TestStopCutsOffWhatHangs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.latency = time.Hour
		m.add("p", channel("p", "w", 0), 1, stories.Normal)
		r := start(t, m, far)
		time.Sleep(time.Second)
		before := time.Now()
		r.stop()
		if took := time.Since(before); took > 11*time.Second {
			t.Fatalf("the stop took %v", took)
		}
	})
}

func TestAHangingChannelDelaysNobodyElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace.InFlight = 2
		far.hang = func(p bot.Operation) time.Duration {
			if age := time.Since(p.Delivery.Tries.Last); age > staleAfter {
				t.Errorf("a request left %v after its recorded time", age)
			}
			if p.Delivery.Destination.Channel < "c002" {
				return 20 * time.Second
			}
			return 0
		}
		for c := range 100 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		start(t, m, far)
		time.Sleep(4 * time.Second)
		if n := m.count()[stories.Sent]; n != 98 {
			t.Fatalf("%d of 98 are sent after 4 s", n)
		}
	})
}

func TestBreakingGoesFirstAndTheRestDoesNotStarve(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace = bot.Pace{PerSecond: 50, InFlight: 4}
		for c := range 500 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(time.Second)
		planned := time.Now()
		for c := range 300 {
			m.add("p", channel("p", "v", c), 2, stories.Breaking)
		}
		r.Kick("p")
		time.Sleep(3 * time.Second)
		r.stop()
		urgent, rest := 0, 0
		first := time.Time{}
		for key, at := range far.at {
			if at.Before(planned) {
				continue
			}
			id := m.idOf(key)
			if m.row(id).Level != stories.Breaking {
				rest++
				continue
			}
			urgent++
			if first.IsZero() || at.Before(first) {
				first = at
			}
		}
		if lag := first.Sub(planned); lag > 150*time.Millisecond {
			t.Errorf("the first breaking message arrived after %v", lag)
		}
		if urgent < 120 || rest < 5 {
			t.Errorf("in 3 s %d breaking and %d others arrived", urgent, rest)
		}
	})
}
