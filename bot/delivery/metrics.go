package delivery

import (
	"fmt"
	"io"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"storybot/bot"
	"storybot/stories"
)

// Metrics counts what the engine does. Its zero value counts nothing.
type Metrics struct {
	set *metrics.Set
}

// NewMetrics returns metrics that are part of set:
//
//	storybot_deliveries_total{platform,outcome}   answers to posts
//	storybot_settled_total{platform,outcome}      answers to the question whether one was delivered
//	storybot_rate_limited_total{platform,scope}   429 answers, scope channel or lane
//	storybot_delivery_lag_seconds{platform}       from planning to delivery, a histogram
//	storybot_lane_rate, storybot_lane_held, storybot_lane_stopped,
//	storybot_lane_in_flight, storybot_lane_settling {lane}
func NewMetrics(set *metrics.Set) *Metrics { return &Metrics{set: set} }

// WatchQueue adds storybot_queue_depth{lane,state} and
// storybot_queue_oldest_seconds{lane}, asked of read whenever the metrics are.
func (m *Metrics) WatchQueue(read func() []stories.LaneStatus) {
	m.set.RegisterMetricsWriter(func(w io.Writer) {
		for _, l := range read() {
			fmt.Fprintf(w, "storybot_queue_depth{lane=%q,state=\"pending\"} %d\n", l.Lane, l.Pending)
			fmt.Fprintf(w, "storybot_queue_depth{lane=%q,state=\"sending\"} %d\n", l.Lane, l.Sending)
			fmt.Fprintf(w, "storybot_queue_depth{lane=%q,state=\"held\"} %d\n", l.Lane, l.Held)
			oldest := 0.0
			if !l.OldestDue.IsZero() {
				oldest = max(0, time.Since(l.OldestDue).Seconds())
			}
			fmt.Fprintf(w, "storybot_queue_oldest_seconds{lane=%q} %g\n", l.Lane, oldest)
		}
	})
}

// watchLanes adds what lanes says of each lane.
func (m *Metrics) watchLanes(lanes func() []LaneState) {
	if m.set == nil {
		return
	}
	m.set.RegisterMetricsWriter(func(w io.Writer) {
		for _, l := range lanes() {
			fmt.Fprintf(w, "storybot_lane_rate{lane=%q} %g\n", l.Lane, l.Rate)
			fmt.Fprintf(w, "storybot_lane_held{lane=%q} %d\n", l.Lane, toInt(l.Held))
			fmt.Fprintf(w, "storybot_lane_stopped{lane=%q} %d\n", l.Lane, toInt(l.Stopped != ""))
			fmt.Fprintf(w, "storybot_lane_in_flight{lane=%q} %d\n", l.Lane, l.InFlight)
			fmt.Fprintf(w, "storybot_lane_settling{lane=%q} %d\n", l.Lane, l.Settling)
		}
	})
}

func toInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// lagBounds are the histogram's upper bounds in seconds: a push to 100,000
// Discord channels takes over half an hour.
func lagBounds() []float64 {
	return []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900, 1800, 3600, 14400, 86400}
}

// counters are the metrics of one platform, looked up once.
type counters struct {
	sent    [bot.MessageGone + 1]*metrics.Counter
	settled [bot.MessageGone + 1]*metrics.Counter
	channel *metrics.Counter
	lane    *metrics.Counter
	lag     *metrics.PrometheusHistogram
}

// of returns the counters of a platform.
func (m *Metrics) of(platform string) *counters {
	set := m.set
	if set == nil {
		set = metrics.NewSet() // counted, never shown
	}
	c := &counters{
		channel: set.GetOrCreateCounter(fmt.Sprintf("storybot_rate_limited_total{platform=%q,scope=\"channel\"}", platform)),
		lane:    set.GetOrCreateCounter(fmt.Sprintf("storybot_rate_limited_total{platform=%q,scope=\"lane\"}", platform)),
		lag:     set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("storybot_delivery_lag_seconds{platform=%q}", platform), lagBounds()),
	}
	for o := range c.sent {
		name := bot.Outcome(o).String()
		c.sent[o] = set.GetOrCreateCounter(fmt.Sprintf("storybot_deliveries_total{platform=%q,outcome=%q}", platform, name))
		c.settled[o] = set.GetOrCreateCounter(fmt.Sprintf("storybot_settled_total{platform=%q,outcome=%q}", platform, name))
	}
	return c
}

// count counts an answer.
func (c *counters) count(v bot.Verdict, settle bool) {
	if settle {
		c.settled[v.Outcome].Inc()
	} else {
		c.sent[v.Outcome].Inc()
	}
	switch v.Limited {
	case bot.ScopeChannel:
		c.channel.Inc()
	case bot.ScopeLane:
		c.lane.Inc()
	}
}
