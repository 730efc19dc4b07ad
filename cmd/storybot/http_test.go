package main

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"storybot/bot"
	"storybot/bot/delivery"
	"storybot/stories"
)

// quick are limits a test need not wait for.
func quick() limits {
	return limits{connections: 8, header: 300 * time.Millisecond, read: 300 * time.Millisecond, write: time.Second, idle: 300 * time.Millisecond}
}

// serveMonitor serves health and metrics of some connections.
func serveMonitor(t *testing.T, bounds limits, registry *prometheus.Registry, connections func() []bot.Health) (address string) {
	t.Helper()
	listening := make(chan string, 1)
	log := slog.New(slog.NewTextHandler(writerFunc(func(line string) {
		if _, rest, ok := strings.Cut(line, `health and metrics are served" address=`); ok {
			listening <- strings.TrimSpace(rest)
		}
	}), nil))
	m := &monitor{connections: connections, reach: func(context.Context) error { return nil }, metrics: registry, log: log, limits: bounds}
	stop, err := m.serve("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop(context.Background()) })
	return <-listening
}

type writerFunc func(string)

func (f writerFunc) Write(p []byte) (int, error) { f(string(p)); return len(p), nil }

func up() []bot.Health { return []bot.Health{{ID: "only", Connection: "only", Up: true}} }

// TestIdleConnectionsKeepNobodyOut has 200 clients that connect and say
// nothing, or begin a request, or keep the connection after one. Others are
// answered at once, and all 200 are closed.
func TestIdleConnectionsKeepNobodyOut(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{
		"nothing":             "",
		"half a request":      "GET /readyz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"a request":           "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
		"a body that is owed": "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := serveMonitor(t, quick(), newRegistry(), up)
			var idle []net.Conn
			for range 200 {
				c, err := net.Dial("tcp", address)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				if _, err := io.WriteString(c, says); err != nil && !strings.Contains(err.Error(), "reset") && !strings.Contains(err.Error(), "pipe") {
					t.Fatal(err)
				}
				idle = append(idle, c)
			}
			client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
			answer, err := client.Get("http://" + address + "/readyz")
			if err != nil {
				t.Fatalf("/readyz beside idle connections: %v", err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("/readyz: %d", answer.StatusCode)
			}
			for i, c := range idle {
				_ = c.SetReadDeadline(time.Now().Add(patience))
				_, err := io.Copy(io.Discard, c)
				if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
					t.Fatalf("connection %d is still open", i)
				}
			}
		})
	}
}

// TestAtMostSoManyConnections counts what is open at once, and sees that what is
// being answered is not what is closed.
func TestAtMostSoManyConnections(t *testing.T) {
	h := newHeld(3)
	conns := make([]*fakeConn, 6)
	for i := range conns {
		conns[i] = &fakeConn{}
	}
	h.note(conns[0], http.StateNew)
	h.note(conns[0], http.StateActive)
	h.note(conns[1], http.StateNew)
	h.note(conns[2], http.StateNew)
	h.note(conns[3], http.StateNew) // one too many
	h.note(conns[2], http.StateActive)
	h.note(conns[3], http.StateActive)
	h.note(conns[4], http.StateNew) // all others are active
	h.note(conns[2], http.StateClosed)
	h.note(conns[5], http.StateNew) // there is room again
	for i, want := range []bool{true, true, false, false, false, false} {
		if got := conns[i].closed.Load(); got != want {
			t.Errorf("connection %d closed: %v, want %v", i, got, want)
		}
	}
}

type fakeConn struct {
	net.Conn
	closed atomic.Bool
}

func (c *fakeConn) Close() error { c.closed.Store(true); return nil }

// TestARequestWithALongHeaderIsRefused sends one a client has no reason to.
func TestARequestWithALongHeaderIsRefused(t *testing.T) {
	address := serveMonitor(t, usualLimits(), newRegistry(), up)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "GET /readyz HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("x", 2*maxHeader)+"\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%v %v", answer, err)
	}
}

// TestMetricsCanBeRead scrapes connections that are called anything, and reads
// the answer as Prometheus does. The label does not change when the name becomes
// known.
func TestMetricsCanBeRead(t *testing.T) {
	for _, name := range []string{"", "أخبار الشمال", "חדשות היום", "👩\u200d🚒 Fire", `the "Times"`, `back\slash`, "two\nlines", "\xff\xfe", "{a=\"b\"}", "名前"} {
		called := "token 1"
		connections := func() []bot.Health {
			return []bot.Health{{ID: "slack socket", Connection: "slack socket", Up: true}, {ID: "slack token 1", Connection: "slack " + called, Reconnects: 3},
				{ID: name, Connection: name}, {ID: "slack token 1", Connection: "a second of that ID"}}
		}
		registry := newRegistry()
		counts := delivery.NewMetrics(registry)
		counts.WatchQueue(func() []stories.LaneStatus { return []stories.LaneStatus{{Lane: "slack:" + name, Pending: 2}} })
		registry.MustRegister(newConnectionMetrics(connections))
		address := serveMonitor(t, usualLimits(), registry, connections)
		before := scrape(t, address)
		called = "workspace " + name
		after := scrape(t, address)
		for when, families := range map[string]map[string]*dto.MetricFamily{"before": before, "after": after} {
			for metric, want := range map[string]float64{"storybot_connection_up": 0, "storybot_reconnects_total": 3} {
				family := families[metric]
				if family.GetHelp() == "" || sample(family, "connection", "slack token 1") != want {
					t.Errorf("%q, %s the workspace is known: %v", name, when, family)
				}
			}
			if family := families["storybot_queue_depth"]; sample(family, "lane", strings.ToValidUTF8("slack:"+name, "\uFFFD"), "state", "pending") != 2 {
				t.Errorf("%q: %v", name, family)
			}
			if families["process_resident_memory_bytes"].GetType() != dto.MetricType_GAUGE || families["storybot_reconnects_total"].GetType() != dto.MetricType_COUNTER {
				t.Errorf("%q: types are missing", name)
			}
		}
	}
}

func scrape(t *testing.T, address string) map[string]*dto.MetricFamily {
	t.Helper()
	answer, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("/metrics: %d, %v", answer.StatusCode, err)
	}
	return families
}

// sample is the value of the metric with these labels, -1 when there is none.
func sample(family *dto.MetricFamily, labels ...string) float64 {
	for _, m := range family.GetMetric() {
		var has []string
		for _, pair := range m.GetLabel() {
			has = append(has, pair.GetName(), pair.GetValue())
		}
		if slices.Equal(has, labels) {
			return m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return -1
}
