package main

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"storybot/bot"
	"storybot/stories"
)

// serve serves health and metrics, where that is asked for. Until the newsroom is open
// they say that its database is not there.
func (r *running) serve(registry *prometheus.Registry) error {
	connections := func() []bot.Health {
		if !r.opened.Load() {
			return nil
		}
		return r.connections()
	}
	reach := func(ctx context.Context) error {
		if !r.opened.Load() {
			return errNotOpen
		}
		return r.reach(ctx)
	}
	registry.MustRegister(newConnectionMetrics(connections), databaseMetric(reach))
	if r.config.httpAddr == "" {
		return nil
	}
	m := &monitor{connections: connections, reach: reach, metrics: registry, log: r.log, limits: usualLimits(), profile: r.config.httpProfile}
	stop, err := m.serve(r.config.httpAddr)
	if err != nil {
		return errors.New(r.config.hidden.unaddressed(err.Error()))
	}
	r.stops.add("health and metrics server", stop)
	return nil
}

// errNotOpen is how a database is that is waited for, or closed already.
var errNotOpen = stories.Errorf(stories.CodeUnavailable, "It is not open: the bot waits for it, or stops.")
