package delivery

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// setClock is a wall clock that can be set.
type setClock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *setClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Round(0).Add(c.offset)
}

func (c *setClock) set(offset time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = offset
}

func TestTheClockNotesThatItWasSet(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var wall setClock
		var log bytes.Buffer
		c := newClock(wall.now, slog.New(slog.NewTextHandler(&log, nil)))
		for _, step := range []struct {
			offset time.Duration
			jumped time.Duration
			says   string
		}{
			{0, 0, ""},
			{time.Second, 0, ""}, // too little to matter
			{time.Hour + time.Second, time.Hour, "the clock was set forward"},
			{-time.Hour + time.Second, 3 * time.Hour, "the clock was set back"},
			{-time.Hour, 3 * time.Hour, ""},
		} {
			log.Reset()
			wall.set(step.offset)
			time.Sleep(time.Minute)
			got := c.read()
			if got.jumped != step.jumped || !got.wall.Equal(wall.now()) {
				t.Errorf("at %v: %+v", step.offset, got)
			}
			c.read()
			if step.says == "" && log.Len() > 0 || strings.Count(log.String(), step.says) != 1 && step.says != "" {
				t.Errorf("at %v the log says %q", step.offset, log.String())
			}
		}
	})
}

func TestAttemptsAreToldByTheClockOfTheMoment(t *testing.T) {
	at := func(mono time.Duration, wall int64, jumped time.Duration) reading {
		return reading{wall: time.Unix(1_800_000_000+wall, 0), mono: mono, jumped: jumped}
	}
	claimed := at(10*time.Second, 10, 0)
	ago := func(seconds int64) time.Time { return claimed.wall.Add(-time.Duration(seconds) * time.Second) }
	for name, c := range map[string]struct {
		d           stories.Delivery
		settle      bool
		claimed     reading
		told        reading
		first, last time.Duration // before told
	}{
		"a first request":                      {stories.Delivery{Tries: stories.Tries{Count: 1, First: ago(0), Last: ago(0)}}, false, claimed, at(15*time.Second, 15, 0), 5 * time.Second, 5 * time.Second},
		"the clock was set forward since":      {stories.Delivery{Tries: stories.Tries{Count: 1, First: ago(0), Last: ago(0)}}, false, claimed, at(15*time.Second, 3615, time.Hour), 5 * time.Second, 5 * time.Second},
		"the clock was set back since":         {stories.Delivery{Tries: stories.Tries{Count: 1, First: ago(0), Last: ago(0)}}, false, claimed, at(15*time.Second, -3585, time.Hour), 5 * time.Second, 5 * time.Second},
		"a second request":                     {stories.Delivery{Tries: stories.Tries{Count: 2, First: ago(60), Last: ago(0)}}, false, claimed, at(15*time.Second, 15, 0), 65 * time.Second, 5 * time.Second},
		"a second, the clock was set between":  {stories.Delivery{Tries: stories.Tries{Count: 2, First: ago(60), Last: ago(0)}}, false, at(10*time.Second, 10, time.Hour), at(10*time.Second, 10, time.Hour), time.Hour + time.Minute, 0},
		"a second, the first is of the future": {stories.Delivery{Tries: stories.Tries{Count: 2, First: ago(-60), Last: ago(0)}}, false, claimed, claimed, longAgo, 0},
		"of an earlier run":                    {stories.Delivery{Tries: stories.Tries{Count: 1, First: ago(30), Last: ago(20)}}, true, claimed, claimed, 30 * time.Second, 20 * time.Second},
		"of an earlier run, of the future":     {stories.Delivery{Tries: stories.Tries{Count: 1, First: ago(-30), Last: ago(-20)}}, true, claimed, claimed, longAgo, 0},
	} {
		j := &job{d: c.d, request: request{settle: c.settle}}
		j.begun(c.claimed)
		got := j.dated(c.told)
		if first, last := c.told.wall.Sub(got.Tries.First), c.told.wall.Sub(got.Tries.Last); first != c.first || last != c.last {
			t.Errorf("%s: the first %v ago, the last %v ago; want %v, %v", name, first, last, c.first, c.last)
		}
	}
}

// TestAClockThatIsSetStallsNothing sets the clock in the middle of a push in
// which requests fail and have to wait for their next try.
func TestAClockThatIsSetStallsNothing(t *testing.T) {
	for name, jumps := range map[string][]time.Duration{
		"forward": {time.Hour}, "back": {-time.Hour}, "to and fro": {time.Hour, -time.Hour, 72 * time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var wall setClock
				m, far := newMemory(), newFarSide()
				far.pace = bot.Pace{PerSecond: 50, PerChannel: time.Second, InFlight: 8}
				n := 0
				far.fault = func(bot.Operation, bool) (bot.Verdict, bool) {
					n++
					return bot.Verdict{Outcome: bot.Transient, Reason: "busy"}, n%10 == 0
				}
				for u := range 3 {
					for c := range 60 {
						m.add("p", channel("p", "w", c), int64(u+1), stories.Normal)
					}
				}
				r := start(t, m, far, func(c *Config) { c.Wall = wall.now })
				for _, jump := range jumps {
					time.Sleep(900 * time.Millisecond)
					wall.set(jump)
				}
				r.settledAll(t, 30*time.Second)
				if err := far.once(m); err != nil {
					t.Fatal(err)
				}
				if n := m.count(); n[stories.Failed] > 0 {
					t.Errorf("%v", n)
				}
			})
		})
	}
}
