package delivery

import (
	"strings"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"storybot/bot"
	"storybot/stories"
)

func TestMetrics(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		set := metrics.NewSet()
		counts := NewMetrics(set)
		counts.WatchQueue(func() []stories.LaneStatus { return []stories.LaneStatus{{Lane: "p", Pending: 3}} })
		far.nonce = true
		far.fault = func(p bot.Post, settle bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "stored"}, p.Delivery.ID == 1 && !settle
		}
		far.limit = func(bot.Post, time.Time) (bot.Verdict, bool) {
			return bot.Verdict{Limited: bot.ScopeChannel, RetryAfter: time.Second}, len(far.requests) == 3
		}
		for c := range 5 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far, func(c *Config) { c.Metrics = counts })
		r.settledAll(t, time.Minute)
		r.stop()
		var b strings.Builder
		set.WritePrometheus(&b)
		for _, want := range []string{
			`storybot_deliveries_total{platform="p",outcome="delivered"} 4`,
			`storybot_deliveries_total{platform="p",outcome="ambiguous"} 1`,
			`storybot_settled_total{platform="p",outcome="delivered"} 1`,
			`storybot_rate_limited_total{platform="p",scope="channel"} 1`,
			`storybot_delivery_lag_seconds_count{platform="p"} 5`,
			`storybot_queue_depth{lane="p",state="pending"} 3`,
			`storybot_lane_held{lane="p"} 0`,
		} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("no line %s", want)
			}
		}
	})
}
