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

// TestAtMostSoManyConnections sees which connection is closed for a newcomer.
func TestAtMostSoManyConnections(t *testing.T) {
	const fresh, active, idle, closed = http.StateNew, http.StateActive, http.StateIdle, http.StateClosed
	type step struct {
		conn  int
		state http.ConnState
	}
	for name, test := range map[string]struct {
		steps  []step
		closed []int
	}{
		"as many as may be":           {[]step{{0, fresh}, {1, fresh}, {2, fresh}, {3, fresh}}, nil},
		"the quietest":                {[]step{{0, fresh}, {1, fresh}, {2, fresh}, {3, fresh}, {4, fresh}, {5, fresh}}, []int{0, 1}},
		"not what is being answered":  {[]step{{0, fresh}, {0, active}, {1, fresh}, {2, fresh}, {3, fresh}, {4, fresh}}, []int{1}},
		"one kept after its request":  {[]step{{0, fresh}, {0, active}, {0, idle}, {1, fresh}, {1, active}, {2, fresh}, {2, active}, {3, fresh}, {3, active}, {4, fresh}}, []int{0}},
		"the oldest when all are":     {[]step{{0, fresh}, {0, active}, {1, fresh}, {1, active}, {2, fresh}, {2, active}, {3, fresh}, {3, active}, {4, fresh}}, []int{0}},
		"not one about to ask":        {[]step{{0, fresh}, {0, active}, {1, fresh}, {1, active}, {2, fresh}, {2, active}, {3, fresh}, {4, fresh}}, []int{0}},
		"an end makes room":           {[]step{{0, fresh}, {1, fresh}, {2, fresh}, {3, fresh}, {1, closed}, {4, fresh}}, nil},
		"what was closed counts not":  {[]step{{0, fresh}, {1, fresh}, {2, fresh}, {3, fresh}, {4, fresh}, {0, active}, {0, idle}, {0, closed}}, []int{0}},
		"what changes is no newcomer": {[]step{{0, fresh}, {1, fresh}, {2, fresh}, {3, fresh}, {0, active}, {1, active}, {0, idle}, {1, idle}}, nil},
	} {
		h := newHeld(4)
		conns := map[int]*fakeConn{}
		for _, s := range test.steps {
			if conns[s.conn] == nil {
				conns[s.conn] = &fakeConn{}
			}
			h.note(conns[s.conn], s.state)
		}
		for i, c := range conns {
			if got, want := c.closed.Load(), slices.Contains(test.closed, i); got != want {
				t.Errorf("%s: connection %d closed: %v, want %v", name, i, got, want)
			}
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
