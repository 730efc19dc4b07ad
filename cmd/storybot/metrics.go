package main

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"storybot/bot"
)

// newRegistry returns the metrics of the process, to which the parts add
// theirs. The library escapes labels and writes their types.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

// connectionMetrics are storybot_connection_up and
// storybot_reconnects_total{connection}. The label is the connection's ID:
// what people call it may hold a workspace's name, which becomes known late
// and may change.
type connectionMetrics struct {
	read           func() []bot.Health
	up, reconnects *prometheus.Desc
}

func newConnectionMetrics(read func() []bot.Health) connectionMetrics {
	return connectionMetrics{
		read:       read,
		up:         prometheus.NewDesc("storybot_connection_up", "1 while the connection is up.", []string{"connection"}, nil),
		reconnects: prometheus.NewDesc("storybot_reconnects_total", "How often the connection was made anew.", []string{"connection"}, nil),
	}
}

// Describe is prometheus.Collector's.
func (c connectionMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- c.up
	to <- c.reconnects
}

// Collect is prometheus.Collector's. Of connections with the same ID one is
// shown: two would make all metrics unreadable.
func (c connectionMetrics) Collect(to chan<- prometheus.Metric) {
	seen := map[string]bool{}
	for _, h := range c.read() {
		id := strings.ToValidUTF8(h.ID, "\uFFFD")
		if id == "" || seen[id] {
			continue
		}
		seen[id] = true
		up := 0.0
		if h.Up {
			up = 1
		}
		to <- prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, up, id)
		to <- prometheus.MustNewConstMetric(c.reconnects, prometheus.CounterValue, float64(h.Reconnects), id)
	}
}
