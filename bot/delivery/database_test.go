package delivery

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

func TestOutageOfTheDatabase(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.latency = 50 * time.Millisecond
		for c := range 400 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(500 * time.Millisecond)
		gone := errors.New("disk full")
		m.mu.Lock()
		m.broken = func(string) error { return gone }
		m.mu.Unlock()
		time.Sleep(30 * time.Second)
		_, during := far.sent()
		if n := m.count(); during > n[stories.Sent]+n[stories.Sending] {
			t.Fatalf("%d requests, recorded %v", during, n)
		}
		time.Sleep(30 * time.Second)
		if _, now := far.sent(); now != during {
			t.Fatal("requests were made without a database")
		}
		m.mu.Lock()
		m.broken = nil
		m.mu.Unlock()
		r.settledAll(t, time.Minute)
		if err := far.once(m); err != nil {
			t.Fatal(err)
		}
		if far.settles > 8 {
			t.Errorf("%d rows had to be settled: results were forgotten", far.settles)
		}
	})
}

// TestAnOutageOfWritesIsOneOutage has reads work while nothing can be written,
// as with a full disk: that is said once, and so is its end.
func TestAnOutageOfWritesIsOneOutage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var log bytes.Buffer
		m, far := newMemory(), newFarSide()
		r := start(t, m, far, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		m.add("p", channel("p", "w", 1), 1, stories.Normal)
		m.mu.Lock()
		m.broken = func(method string) error {
			if method == "lanes" {
				return nil
			}
			return errors.New("disk full")
		}
		m.mu.Unlock()
		time.Sleep(time.Minute)
		m.mu.Lock()
		m.broken = nil
		m.mu.Unlock()
		r.settledAll(t, time.Minute)
		r.stop()
		for _, said := range []string{"the database does not answer", "the database answers again"} {
			if n := strings.Count(log.String(), said); n != 1 {
				t.Errorf("%q was said %d times", said, n)
			}
		}
	})
}

func TestACommitThatReportsAnErrorLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		n := 0
		m.lateError = func(string) error {
			if n++; n%3 == 0 {
				return errors.New("connection reset")
			}
			return nil
		}
		for u := range 3 {
			for c := range 100 {
				m.add("p", channel("p", "w", c), int64(u+1), stories.Normal)
			}
		}
		r := start(t, m, far)
		r.settledAll(t, time.Minute)
		if err := far.once(m); err != nil {
			t.Fatal(err)
		}
		if far.settles != 0 {
			t.Errorf("%d rows were settled though nobody had sent them", far.settles)
		}
	})
}

func TestALostLeaseEndsAllRequests(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.latency = 8 * time.Second
		for c := range 20 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(time.Second)
		m.mu.Lock()
		m.leases["p"].owner, m.leases["p"].until = "b", time.Now().Add(time.Hour)
		m.leases["p"].fence++
		m.mu.Unlock()
		time.Sleep(2 * time.Second)
		far.mu.Lock()
		flying := far.flying
		far.mu.Unlock()
		if flying != 0 {
			t.Fatalf("%d requests are still on their way", flying)
		}
		if l := r.Lanes()[0]; l.Held {
			t.Fatalf("lane %+v", l)
		}
		if n := m.count(); n[stories.Sending] < 8 {
			t.Fatalf("rows of the new holder were written: %v", n)
		}
	})
}

func TestWithoutRenewalRequestsEndBeforeTheLeaseDoes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.latency = 20 * time.Second
		m.add("p", channel("p", "w", 0), 1, stories.Normal)
		start(t, m, far)
		time.Sleep(time.Millisecond)
		m.mu.Lock()
		m.broken = func(string) error { return errors.New("gone") }
		m.mu.Unlock()
		time.Sleep(4*time.Second + 100*time.Millisecond)
		far.mu.Lock()
		defer far.mu.Unlock()
		if far.flying != 0 {
			t.Fatal("a request outlived two thirds of the lease")
		}
	})
}

func TestAnotherProcessTakesOverWithinSeconds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace = bot.Pace{PerSecond: 50, InFlight: 8}
		far.nonce = true
		for c := range 1500 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		a := &cut{books: m, Sender: far}
		start(t, m, far, func(c *Config) { c.Store, c.Senders = a, map[string]bot.Sender{"p": a} })
		time.Sleep(5 * time.Second)
		b := start(t, m, far, func(c *Config) { c.Owner = "b" })
		time.Sleep(5 * time.Second)
		a.kill()
		_, died := far.sent()
		time.Sleep(8 * time.Second)
		if _, now := far.sent(); now == died {
			t.Fatal("nobody took over within 8 s")
		}
		b.settledAll(t, time.Minute)
		if err := far.once(m); err != nil {
			t.Fatal(err)
		}
	})
}
