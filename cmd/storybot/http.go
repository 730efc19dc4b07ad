package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"storybot/bot"
	"storybot/stories"
)

// monitor is what /healthz, /readyz and /metrics are made of.
type monitor struct {
	connections func() []bot.Health
	// reach asks the database something.
	reach   func(context.Context) error
	metrics prometheus.Gatherer
	log     *slog.Logger
	limits  limits // usualLimits
	profile bool   // profiles and traces are served too
}

// limits bound what a client may take.
type limits struct {
	connections               int // at once
	header, read, write, idle time.Duration
}

// usualLimits leave room for a slow scrape over a slow network, and none for
// clients that connect and say nothing: descriptors are needed elsewhere.
func usualLimits() limits {
	return limits{connections: 32, header: 5 * time.Second, read: 10 * time.Second, write: 30 * time.Second, idle: 30 * time.Second}
}

// maxHeader bounds the header of a request in bytes, to which net/http adds
// 4 KB.
const maxHeader = 8 << 10

// serve answers on addr until the returned stop is called. It is meant for the
// operator's own network: nothing in it is secret, but it is not for the world.
func (m *monitor) serve(addr string) (stop func(context.Context) error, err error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("HTTP_ADDR: cannot listen: %w", err)
	}
	held := newHeld(m.limits.connections)
	server := &http.Server{
		Handler:           m.handler(),
		ReadHeaderTimeout: m.limits.header,
		ReadTimeout:       m.limits.read,
		WriteTimeout:      m.limits.write,
		IdleTimeout:       m.limits.idle,
		MaxHeaderBytes:    maxHeader,
		ConnState:         held.note,
		ErrorLog:          slog.NewLogLogger(m.log.Handler(), slog.LevelDebug),
	}
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
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.metrics, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(m.log.Handler(), slog.LevelWarn),
		// What can be shown is shown although another part of it cannot.
		ErrorHandling: promhttp.ContinueOnError,
	}))
	if m.profile {
		for path, serve := range map[string]http.HandlerFunc{"": pprof.Index, "cmdline": pprof.Cmdline, "profile": pprof.Profile, "symbol": pprof.Symbol, "trace": pprof.Trace} {
			mux.HandleFunc("GET /debug/pprof/"+path, serve)
		}
	}
	return mux
}

// reachTime is how long the database may take to answer /readyz.
const reachTime = 2 * time.Second

// unusableFor is how long a platform may be unusable before the bot is not ready:
// connections are made anew now and then.
const unusableFor = time.Minute

// ready answers 200 while the database is there, at least one connection is up or
// stands by, and no platform has been unusable for long; it says in words how each
// of them is.
func (m *monitor) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), reachTime)
	defer cancel()
	database, ok := "up", true
	if err := m.reach(ctx); err != nil {
		database, ok = "down: "+said(err), false
	}
	connections := m.connections()
	if !ok || !usable(connections, time.Now()) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	fmt.Fprintf(w, "database: %s\n", database)
	for _, c := range connections {
		state := "up"
		if !c.Up {
			state = "down"
		}
		if c.Standby {
			state = "standing by"
		}
		fmt.Fprintf(w, "%s: %s since %s. %s\n", c.Connection, state, c.Since.UTC().Format(time.RFC3339), bot.OneLine(c.Detail))
	}
}

// usable says whether the bot works: with one connection at least, and without a
// platform that has been unusable for unusableFor. A platform is unusable while the
// connection is down by which its commands come, or all others are.
func usable(connections []bot.Health, now time.Time) bool {
	working := false
	lasting := map[string][]bool{} // of each platform's connections, whether they are down for long
	for _, c := range connections {
		fine := c.Up || c.Standby
		working = working || fine
		platform, _, _ := strings.Cut(c.ID, " ")
		lasting[platform] = append(lasting[platform], !fine && now.Sub(c.Since) >= unusableFor)
	}
	for _, down := range lasting {
		if down[0] || len(down) > 1 && !slices.Contains(down[1:], false) {
			return false
		}
	}
	return working
}

// said is what may be shown of an error: a refusal's own sentence.
func said(err error) string {
	var refusal *stories.Error
	if errors.As(err, &refusal) {
		return refusal.Message
	}
	return "the log has the cause"
}
