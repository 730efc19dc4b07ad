package delivery

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// What one channel may have in an hour is what no hour of it sees more of, whoever else has
// it, and whatever was made before this holder of the lane: the budget is asked at the
// instants of the table, and takes what it lets pass.
func TestAnHoursBudgetOfAChannel(t *testing.T) {
	pace := bot.Pace{PerDestination: map[bot.Method]bot.Budget{bot.Publishes: {Requests: 3, Per: time.Hour, Spent: "had its three"}}}
	here, there := channel("p", "w", 0), channel("p", "w", 1)
	for name, c := range map[string]struct {
		spent []stories.Spent
		limit time.Duration   // at the start the platform said no more for so long; 0 for not
		asked []time.Duration // after the start
		want  string          // what passes, by instant
	}{
		"a burst":              {asked: []time.Duration{0, 0, 0, 0, 59 * time.Minute, 61 * time.Minute}, want: "yes yes yes no no yes"},
		"spread":               {asked: []time.Duration{0, 30 * time.Minute, 50 * time.Minute, 59 * time.Minute, 61 * time.Minute, 62 * time.Minute, 91 * time.Minute}, want: "yes yes yes no yes no yes"},
		"after a restart":      {spent: []stories.Spent{{Destination: here, Op: stories.OpPublish, Ago: 50 * time.Minute}, {Destination: here, Op: stories.OpPublish, Ago: 10 * time.Minute}}, asked: []time.Duration{0, 0, 11 * time.Minute, 12 * time.Minute}, want: "yes no yes no"},
		"what others had":      {spent: []stories.Spent{{Destination: there, Op: stories.OpPublish}, {Destination: there, Op: stories.OpPublish}, {Destination: there, Op: stories.OpPublish}}, asked: []time.Duration{0}, want: "yes"},
		"what is not counted":  {spent: []stories.Spent{{Destination: here, Op: stories.OpEdit}, {Destination: here, Op: stories.OpEdit}, {Destination: here, Op: stories.OpEdit}}, asked: []time.Duration{0}, want: "yes"},
		"a limit that was met": {limit: 20 * time.Minute, asked: []time.Duration{0, 19 * time.Minute, 21 * time.Minute}, want: "no no yes"},
	} {
		const start = 5 * time.Hour // of the monotonic clock
		l := newLimits(pace)
		l.recall(c.spent, start)
		if c.limit > 0 {
			j := &job{d: stories.Delivery{Destination: here, Op: stories.OpPublish}, verdict: bot.Verdict{Outcome: bot.Transient, Limited: bot.ScopeChannel, RetryAfter: c.limit}}
			l.note(j, start, 0)
		}
		var got []string
		for _, at := range c.asked {
			j := &job{d: stories.Delivery{Destination: here, Op: stories.OpPublish}}
			if v := l.refuses(here, j.d.Op, start+at); v != nil {
				if v.Outcome != bot.Unable || !strings.HasPrefix(v.Reason, "had its three; it takes the next one ") || c.limit > 0 && at == 0 && !strings.HasSuffix(v.Reason, " 20 min later") {
					t.Errorf("%s: %+v", name, v)
				}
				got = append(got, "no")
				continue
			}
			l.start(j, start+at)
			got = append(got, "yes")
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if l.refuses(here, stories.OpPost, start) != nil {
			t.Errorf("%s: posts draw on it", name)
		}
	}
}

// What is recalled twice, as by a lane that was lost and taken again, counts once.
func TestABudgetIsRecalledOnce(t *testing.T) {
	here := channel("p", "w", 0)
	l := newLimits(bot.Pace{PerDestination: map[bot.Method]bot.Budget{bot.Publishes: {Requests: 2, Per: time.Hour}}})
	for range 3 {
		l.recall([]stories.Spent{{Destination: here, Op: stories.OpPublish, Ago: time.Minute}}, 2*time.Hour)
	}
	if v := l.refuses(here, stories.OpPublish, 2*time.Hour); v != nil {
		t.Errorf("refused: %+v", v)
	}
}

// An engine that takes over knows what the channel had of its budget, and asks the platform
// for no more than is left.
func TestAChannelsBudgetOutlivesAProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{pace: bot.Pace{InFlight: 8, PerDestination: map[bot.Method]bot.Budget{bot.Publishes: {Requests: 2, Per: time.Hour}}}}
		h := play(t, s, 1)
		publish := func() stories.DeliveryState {
			u, post := h.post()
			id := h.owe(u, stories.OpPublish, post)
			h.within(time.Minute)
			return h.row(id).State
		}
		got := []stories.DeliveryState{publish()}
		h.stop()
		h.run(s)
		got = append(got, publish(), publish())
		h.stop()
		h.run(s)
		got = append(got, publish())
		time.Sleep(time.Hour)
		got = append(got, publish())
		want := []stories.DeliveryState{stories.Sent, stories.Sent, stories.Skipped, stories.Skipped, stories.Sent}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%v, want %v", got, want)
				break
			}
		}
	})
}
