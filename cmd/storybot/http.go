package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"storybot/bot"
	"storybot/stories"
)

// monitor is what /healthz, /readyz and /metrics are made of.
type monitor struct {
	connections func() []bot.Health
	// reach asks the database something.
	reach   func(context.Context) error
	metrics *metrics.Set
	log     *slog.Logger
}

// serve answers on addr until the returned stop is called. It is meant for the
// operator's own network: nothing in it is secret, but it is not for the world.
func (m *monitor) serve(addr string) (stop func(context.Context) error, err error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("HTTP_ADDR: cannot listen: %w", err)
	}
	server := &http.Server{Handler: m.handler(), ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(m.log.Handler(), slog.LevelDebug)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			m.log.Error("health and metrics are not served any more", "err", err)
		}
	}()
	m.log.Info("health and metrics are served", "address", listener.Addr().String())
	return func(ctx context.Context) error {
		err := server.Shutdown(ctx)
		<-served
		return err
	}, nil
}

func (m *monitor) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", m.ready)
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.metrics.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
	})
	return mux
}

// reachTime is how long the database may take to answer /readyz.
const reachTime = 2 * time.Second

// ready answers 200 while the database is there and at least one connection
// is up or stands by, and says in words how each of them is.
func (m *monitor) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), reachTime)
	defer cancel()
	database, ok := "up", true
	if err := m.reach(ctx); err != nil {
		database, ok = "down: "+said(err), false
	}
	connections := m.connections()
	working := false
	for _, c := range connections {
		working = working || c.Up
	}
	if !ok || !working {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	fmt.Fprintf(w, "database: %s\n", database)
	for _, c := range connections {
		state := "up"
		if !c.Up {
			state = "down"
		}
		fmt.Fprintf(w, "%s: %s since %s. %s\n", c.Connection, state, c.Since.UTC().Format(time.RFC3339), bot.OneLine(c.Detail))
	}
}

// said is what may be shown of an error: a refusal's own sentence.
func said(err error) string {
	var refusal *stories.Error
	if errors.As(err, &refusal) {
		return refusal.Message
	}
	return "the log has the cause"
}

// watchConnections adds storybot_connection_up and
// storybot_reconnects_total{connection}.
func watchConnections(set *metrics.Set, connections func() []bot.Health) {
	set.RegisterMetricsWriter(func(w io.Writer) {
		for _, c := range connections() {
			up := 0
			if c.Up {
				up = 1
			}
			fmt.Fprintf(w, "storybot_connection_up{connection=%q} %d\n", c.Connection, up)
			fmt.Fprintf(w, "storybot_reconnects_total{connection=%q} %d\n", c.Connection, c.Reconnects)
		}
	})
}
