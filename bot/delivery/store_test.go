package delivery

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// newsroom is a real store on SQLite with a story that n channels of lane p
// follow.
func newsroom(t testing.TB, n int) (*sqlstore.Store, stories.Story) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	act := stories.Act{By: stories.User{Ref: "p:ana"}, At: time.Now()}
	story, err := store.CreateStory(t.Context(), act, stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked"})
	if err != nil {
		t.Fatal(err)
	}
	for c := range n {
		_, _, err := store.Subscribe(t.Context(), act, stories.Subscription{Destination: channel("p", "w", c),
			Target: stories.Target{Kind: stories.TargetStory, Name: story.Slug}, Options: stories.Options{Level: stories.Minor}}, "p")
		if err != nil {
			t.Fatal(err)
		}
	}
	return store, story
}

func publish(t testing.TB, store *sqlstore.Store, story stories.Story, level stories.Level) stories.Update {
	t.Helper()
	act := stories.Act{By: stories.User{Ref: "p:ana"}, At: time.Now()}
	u, _, err := store.AppendUpdate(t.Context(), act, stories.Update{StoryID: story.ID, Text: "North Korea denied it.", Level: level, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// On the real store, with answers lost and the engine killed again and again,
// each channel sees each update once, in order.
func TestOnTheRealStore(t *testing.T) {
	const channels, updates = 60, 5
	store, story := newsroom(t, channels)
	far := newFarSide()
	far.nonce, far.latency = true, time.Millisecond
	far.fault = func(p bot.Operation, settle bool) (bot.Verdict, bool) {
		return bot.Verdict{Outcome: bot.Ambiguous, Code: "stored"}, !settle && chance(10, p.Delivery.ID, p.Delivery.Tries.Count) == 0
	}
	for range updates {
		publish(t, store, story, stories.Normal)
	}
	run := func(q Store, s bot.Sender, until func(*Engine)) {
		e := New(Config{Store: q, Senders: map[string]bot.Sender{"p": s}, Owner: "one machine", Drain: time.Millisecond,
			Render: func(stories.Content) bot.Message { return bot.Plainly("x") }})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = e.Run(ctx) }()
		until(e)
		cancel()
		<-done
	}
	for life := range 8 {
		c := &cut{books: store, Sender: far, left: 20 + 10*life, died: make(chan struct{})}
		run(c, c, func(*Engine) { <-c.died })
	}
	total := 0
	run(store, far, func(e *Engine) {
		for total < channels*updates {
			if err := e.Idle(t.Context()); err != nil {
				t.Fatal(err)
			}
			total = 0
			for n := range updates {
				u, err := store.UpdateByNumber(t.Context(), story.ID, n+1)
				if err != nil {
					t.Fatal(err)
				}
				p, err := store.ProgressOf(t.Context(), u.ID)
				if err != nil {
					t.Fatal(err)
				}
				total += p.Sent
			}
		}
	})
	if len(far.messages) != channels {
		t.Fatalf("%d channels got something", len(far.messages))
	}
	for d, keys := range far.messages {
		got, err := store.DeliveriesTo(t.Context(), d, story.ID, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for i := range got {
			want = append(want, got[len(got)-1-i].Key)
		}
		if fmt.Sprint(keys) != fmt.Sprint(want) {
			t.Errorf("%s has %v, want %v", d, keys, want)
		}
	}
}

// instant is a far side in no distance and without limits.
type instant struct{}

func (instant) Pace(string) bot.Pace { return bot.Pace{InFlight: 32} }

func (instant) Knows(stories.Op) bool { return true }
func (instant) Do(_ context.Context, p bot.Operation) bot.Verdict {
	return bot.Verdict{Outcome: bot.Delivered, MessageID: "1234567890123456789"}
}
func (i instant) Settle(ctx context.Context, p bot.Operation) bot.Verdict { return i.Do(ctx, p) }

// loopback posts over HTTP with connections kept alive.
type loopback struct {
	client *http.Client
	url    string
	slots  int
}

func (l loopback) Pace(string) bot.Pace { return bot.Pace{InFlight: l.slots} }

func (loopback) Knows(stories.Op) bool { return true }
func (l loopback) Settle(ctx context.Context, p bot.Operation) bot.Verdict {
	return bot.Verdict{Outcome: bot.Unsettled}
}

func (l loopback) Do(ctx context.Context, p bot.Operation) bot.Verdict {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, strings.NewReader(`{"content":"North Korea denied it."}`))
	if err != nil {
		return bot.Verdict{Err: err}
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return bot.Verdict{Outcome: bot.Ambiguous, Err: err}
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return bot.Verdict{Outcome: bot.Ambiguous, Err: err}
	}
	return bot.Verdict{Outcome: bot.Delivered, MessageID: "1234567890123456789"}
}

func newLoopback(t testing.TB, slots int) loopback {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write([]byte(`{"id":"1234567890123456789","channel_id":"1234567890123456789"}`))
	}))
	t.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: slots}}
	t.Cleanup(client.CloseIdleConnections)
	return loopback{client, server.URL, slots}
}

// spent is the processor time of this process so far.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

const benchChannels = 2000

// push measures b.N deliveries, in updates to benchChannels channels.
func push(b *testing.B, sender bot.Sender) {
	store, story := newsroom(b, benchChannels)
	e := New(Config{Store: store, Senders: map[string]bot.Sender{"p": sender},
		Render: func(stories.Content) bot.Message { return bot.Plainly("x") }})
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = e.Run(ctx) }()
	defer func() { cancel(); <-done }()
	if err := e.Idle(ctx); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var took, cpu time.Duration
	n := 0
	for b.Loop() {
		if n++; n%benchChannels != 1 {
			continue // one push counts for its channels
		}
		publish(b, store, story, stories.Normal)
		began, before := time.Now(), spent(b)
		e.Kick("p")
		if err := e.Idle(ctx); err != nil {
			b.Fatal(err)
		}
		took += time.Since(began)
		cpu += spent(b) - before
	}
	pushes := float64((n + benchChannels - 1) / benchChannels)
	b.ReportMetric(pushes*benchChannels/took.Seconds(), "deliveries/s")
	b.ReportMetric(cpu.Seconds()/pushes/benchChannels*1000, "cpu-s/1000")
}

func BenchmarkInstant(b *testing.B) { push(b, instant{}) }

func BenchmarkHTTP(b *testing.B) { push(b, newLoopback(b, 32)) }

// BenchmarkKick measures from the commit of an update until its first request.
func BenchmarkKick(b *testing.B) {
	store, story := newsroom(b, 1)
	sent := make(signal, 1)
	e := New(Config{Store: store, Senders: map[string]bot.Sender{"p": sent},
		Render: func(stories.Content) bot.Message { return bot.Plainly("x") }})
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = e.Run(ctx) }()
	defer func() { cancel(); <-done }()
	var took, longest time.Duration
	n := 0
	for b.Loop() {
		if err := e.Idle(ctx); err != nil {
			b.Fatal(err)
		}
		publish(b, store, story, stories.Breaking)
		began := time.Now()
		e.Kick("p")
		lag := (<-sent).Sub(began)
		took, longest = took+lag, max(longest, lag)
		n++
	}
	b.ReportMetric(float64(took.Microseconds())/float64(n), "µs/kick")
	b.ReportMetric(float64(longest.Microseconds()), "µs/slowest")
}

// signal is a far side that says when a request arrives.
type signal chan time.Time

func (signal) Pace(string) bot.Pace { return bot.Pace{InFlight: 4} }

func (signal) Knows(stories.Op) bool { return true }
func (s signal) Do(context.Context, bot.Operation) bot.Verdict {
	s <- time.Now()
	return bot.Verdict{Outcome: bot.Delivered, MessageID: "m"}
}
func (s signal) Settle(ctx context.Context, p bot.Operation) bot.Verdict { return s.Do(ctx, p) }

// BenchmarkBareHTTP is what BenchmarkHTTP is measured against: the same
// requests without a bot.
func BenchmarkBareHTTP(b *testing.B) {
	l := newLoopback(b, 32)
	b.ReportAllocs()
	before := spent(b)
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			l.Do(context.Background(), bot.Operation{})
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	b.ReportMetric((spent(b)-before).Seconds()/float64(b.N)*1000, "cpu-s/1000")
}
