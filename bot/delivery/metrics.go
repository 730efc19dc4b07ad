package delivery

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"storybot/bot"
	"storybot/stories"
)

// Metrics counts what the engine does. Its zero value counts nothing.
type Metrics struct {
	registry prometheus.Registerer
	answers  *prometheus.CounterVec
	settled  *prometheus.CounterVec
	limited  *prometheus.CounterVec
	lag      *prometheus.HistogramVec
}

// NewMetrics returns metrics that are part of registry, which must not have
// them yet:
//
//	storybot_deliveries_total{platform,outcome}   answers to posts
//	storybot_settled_total{platform,outcome}      answers to the question whether one was delivered
//	storybot_rate_limited_total{platform,scope}   429 answers, scope channel or lane
//	storybot_delivery_lag_seconds{platform}       from planning to delivery, a histogram
//	storybot_lane_rate, storybot_lane_held, storybot_lane_stopped,
//	storybot_lane_in_flight, storybot_lane_settling {lane}
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		registry: registry,
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "storybot_deliveries_total",
			Help: "Answers to posts."}, []string{"platform", "outcome"}),
		settled: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "storybot_settled_total",
			Help: "Answers to the question whether a post whose answer was lost had been delivered."}, []string{"platform", "outcome"}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "storybot_rate_limited_total",
			Help: "Answers that a rate limit was met, of a channel or of the whole lane."}, []string{"platform", "scope"}),
		lag: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "storybot_delivery_lag_seconds", Buckets: lagBounds(),
			Help: "Time from publication to delivery."}, []string{"platform"}),
	}
	registry.MustRegister(m.answers, m.settled, m.limited, m.lag)
	return m
}

// label makes a label's value of text: Prometheus takes any UTF-8, and nothing
// else.
func label(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// gauges are metrics that are asked for whenever somebody reads them.
type gauges struct {
	descs   []*prometheus.Desc
	collect func(chan<- prometheus.Metric)
}

// Describe is prometheus.Collector's.
func (g gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range g.descs {
		to <- d
	}
}

// Collect is prometheus.Collector's.
func (g gauges) Collect(to chan<- prometheus.Metric) { g.collect(to) }

func gauge(desc *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
}

// WatchQueue adds storybot_queue_depth{lane,state} and
// storybot_queue_oldest_seconds{lane}, asked of read whenever the metrics are.
func (m *Metrics) WatchQueue(read func() []stories.LaneStatus) {
	depth := prometheus.NewDesc("storybot_queue_depth", "Messages that wait.", []string{"lane", "state"}, nil)
	oldest := prometheus.NewDesc("storybot_queue_oldest_seconds", "For how long the oldest message has been due.", []string{"lane"}, nil)
	m.registry.MustRegister(gauges{[]*prometheus.Desc{depth, oldest}, func(to chan<- prometheus.Metric) {
		for _, l := range read() {
			lane, due := label(l.Lane), 0.0
			if !l.OldestDue.IsZero() {
				due = max(0, time.Since(l.OldestDue).Seconds())
			}
			to <- gauge(depth, float64(l.Pending), lane, "pending")
			to <- gauge(depth, float64(l.Sending), lane, "sending")
			to <- gauge(depth, float64(l.Held), lane, "held")
			to <- gauge(oldest, due, lane)
		}
	}})
}

// watchLanes adds what lanes says of each lane.
func (m *Metrics) watchLanes(lanes func() []LaneState) {
	if m.registry == nil {
		return
	}
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("storybot_lane_"+name, help, []string{"lane"}, nil)
	}
	rate := desc("rate", "Requests a second the lane may make now, 0 without a limit.")
	held := desc("held", "1 while this process works the lane.")
	stopped := desc("stopped", "1 while the lane sends nothing because of a fault of the whole account.")
	aloft := desc("in_flight", "Requests on their way.")
	settling := desc("settling", "Messages of which it is being found out whether they were delivered.")
	m.registry.MustRegister(gauges{[]*prometheus.Desc{rate, held, stopped, aloft, settling}, func(to chan<- prometheus.Metric) {
		for _, l := range lanes() {
			lane := label(l.Lane)
			to <- gauge(rate, l.Rate, lane)
			to <- gauge(held, number(l.Held), lane)
			to <- gauge(stopped, number(l.Stopped != ""), lane)
			to <- gauge(aloft, float64(l.InFlight), lane)
			to <- gauge(settling, float64(l.Settling), lane)
		}
	}})
}

func number(b bool) float64 {
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

// counters are the metrics of one platform, looked up once, so that counting a
// delivery costs no look-up of its labels.
type counters struct {
	sent    [bot.Outcomes]prometheus.Counter
	settled [bot.Outcomes]prometheus.Counter
	channel prometheus.Counter
	lane    prometheus.Counter
	lag     prometheus.Observer
}

// of returns the counters of a platform.
func (m *Metrics) of(platform string) *counters {
	if m.registry == nil {
		m = NewMetrics(prometheus.NewRegistry()) // counted, never shown
	}
	platform = label(platform)
	c := &counters{
		channel: m.limited.WithLabelValues(platform, "channel"),
		lane:    m.limited.WithLabelValues(platform, "lane"),
		lag:     m.lag.WithLabelValues(platform),
	}
	for o := range c.sent {
		name := bot.Outcome(o).String()
		c.sent[o] = m.answers.WithLabelValues(platform, name)
		c.settled[o] = m.settled.WithLabelValues(platform, name)
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
