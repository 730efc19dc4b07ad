package delivery

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"storybot/bot"
	"storybot/stories"
)

func TestMetrics(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		registry := prometheus.NewRegistry()
		counts := NewMetrics(registry)
		counts.WatchQueue(func() []stories.LaneStatus { return []stories.LaneStatus{{Lane: "p", Pending: 3}} })
		far.nonce = true
		far.fault = func(p bot.Operation, settle bool) (bot.Verdict, bool) {
			return bot.Verdict{Outcome: bot.Ambiguous, Code: "stored"}, p.Delivery.ID == 1 && !settle
		}
		far.limit = func(bot.Operation, time.Time) (bot.Verdict, bool) {
			return bot.Verdict{Limited: bot.ScopeChannel, RetryAfter: time.Second}, len(far.requests) == 3
		}
		for c := range 5 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far, func(c *Config) { c.Metrics = counts })
		r.settledAll(t, time.Minute)
		r.stop()
		b := exposed(t, registry)
		for _, want := range []string{
			`storybot_deliveries_total{outcome="delivered",platform="p"} 4`,
			`storybot_deliveries_total{outcome="ambiguous",platform="p"} 1`,
			`storybot_settled_total{outcome="delivered",platform="p"} 1`,
			`storybot_rate_limited_total{platform="p",scope="channel"} 1`,
			`storybot_delivery_lag_seconds_count{platform="p"} 5`,
			`storybot_queue_depth{lane="p",state="pending"} 3`,
			`storybot_lane_held{lane="p"} 0`,
			`# TYPE storybot_deliveries_total counter`,
			`# TYPE storybot_delivery_lag_seconds histogram`,
			`# TYPE storybot_queue_depth gauge`,
			`# HELP storybot_lane_stopped `,
		} {
			if !strings.Contains(b, want) {
				t.Errorf("no line %s", want)
			}
		}
	})
}

// exposed is what Prometheus reads.
func exposed(t *testing.T, registry *prometheus.Registry) string {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// TestLabelsOfAnyText reads back labels that a format string would have spoilt.
func TestLabelsOfAnyText(t *testing.T) {
	for lane, want := range map[string]string{
		"slack:أخبار": "slack:أخبار", "חדשות": "חדשות", "👩\u200d🚒": "👩\u200d🚒", "a\"b\\c\nd": "a\"b\\c\nd", "\xff!": "\uFFFD!",
	} {
		registry := prometheus.NewRegistry()
		counts := NewMetrics(registry)
		counts.WatchQueue(func() []stories.LaneStatus { return []stories.LaneStatus{{Lane: lane, Pending: 1}} })
		counts.watchLanes(func() []LaneState { return []LaneState{{Lane: lane}} })
		counts.of(lane).count(bot.Verdict{}, false)
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(strings.NewReader(exposed(t, registry)))
		if err != nil {
			t.Errorf("%q: %v", lane, err)
			continue
		}
		for name, label := range map[string]string{"storybot_queue_depth": "lane", "storybot_lane_held": "lane", "storybot_deliveries_total": "platform"} {
			for _, pair := range families[name].GetMetric()[0].GetLabel() {
				if pair.GetName() == label && pair.GetValue() != want {
					t.Errorf("%s of %q has %q", name, lane, pair.GetValue())
				}
			}
		}
	}
}
