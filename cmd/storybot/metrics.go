package main

import (
	"context"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"storybot/bot"
)

// newRegistry returns the metrics of the process, to which the parts add
// theirs. The library escapes labels and writes their types.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	b := readBuild()
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "storybot_build_info", Help: "1; the labels say what the program was built from.",
		ConstLabels: prometheus.Labels{"version": b.Version, "commit": b.Commit, "go": b.Go}})
	info.Set(1)
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), info)
	return registry
}

// databaseMetric is storybot_database_up, asked of reach whenever it is read.
func databaseMetric(reach func(context.Context) error) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "storybot_database_up", Help: "1 while the database answers and takes what is written."}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), reachTime)
		defer cancel()
		if reach(ctx) != nil {
			return 0
		}
		return 1
	})
}

// connectionMetrics are storybot_connection_up, storybot_connection_standby,
// storybot_reconnects_total{connection} and storybot_connection_info, which has what
// people call the connection: that may hold a workspace's name, which becomes known
// late and may change. The label of the others is the connection's ID.
type connectionMetrics struct {
	read                          func() []bot.Health
	up, standby, reconnects, info *prometheus.Desc
}

func newConnectionMetrics(read func() []bot.Health) connectionMetrics {
	return connectionMetrics{
		read:       read,
		up:         prometheus.NewDesc("storybot_connection_up", "1 while the connection is up.", []string{"connection"}, nil),
		standby:    prometheus.NewDesc("storybot_connection_standby", "1 while another process has the connection, and this one takes over from it.", []string{"connection"}, nil),
		info:       prometheus.NewDesc("storybot_connection_info", "1; name is what people call the connection.", []string{"connection", "name"}, nil),
		reconnects: prometheus.NewDesc("storybot_reconnects_total", "How often the connection was made anew.", []string{"connection"}, nil),
	}
}

// Describe is prometheus.Collector's.
func (c connectionMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- c.up
	to <- c.standby
	to <- c.info
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
		to <- prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, oneIf(h.Up), id)
		to <- prometheus.MustNewConstMetric(c.standby, prometheus.GaugeValue, oneIf(h.Standby), id)
		to <- prometheus.MustNewConstMetric(c.info, prometheus.GaugeValue, 1, id, strings.ToValidUTF8(h.Connection, "\uFFFD"))
		to <- prometheus.MustNewConstMetric(c.reconnects, prometheus.CounterValue, float64(h.Reconnects), id)
	}
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
