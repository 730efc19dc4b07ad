package delivery

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// farSide is a platform: it keeps messages, has limits, and loses answers when
// told to.
type farSide struct {
	pace    bot.Pace
	latency time.Duration
	// nonce makes repeats within two minutes return the first message;
	// otherwise Settle looks at the history, when that is readable.
	nonce      bool
	unreadable bool
	// fault is asked for every request before it arrives; a verdict with
	// Outcome Ambiguous may have Code "stored": the message is kept and the
	// answer lost. ok is false for an ordinary answer.
	fault func(p bot.Operation, settle bool) (v bot.Verdict, ok bool)
	// hang, when set, says how long a request takes to arrive beyond latency.
	hang  func(p bot.Operation) time.Duration
	limit func(p bot.Operation, now time.Time) (v bot.Verdict, limited bool)

	mu       sync.Mutex
	messages map[stories.Destination][]string // keys in order of arrival
	at       map[string]time.Time             // by key
	requests []time.Time
	limited  int
	sends    map[int64]int // by delivery
	settles  int
	flying   int
	most     int // on their way at once
}

func newFarSide() *farSide {
	return &farSide{pace: bot.Pace{InFlight: 8}, latency: 5 * time.Millisecond,
		messages: map[stories.Destination][]string{}, at: map[string]time.Time{}, sends: map[int64]int{}}
}

func (f *farSide) Pace(string) bot.Pace { return f.pace }

func (f *farSide) Knows(stories.Op) bool { return true }

func (f *farSide) Do(ctx context.Context, p bot.Operation) bot.Verdict {
	f.mu.Lock()
	f.sends[p.Delivery.ID]++
	f.flying++
	f.most = max(f.most, f.flying)
	f.mu.Unlock()
	defer func() { f.mu.Lock(); f.flying--; f.mu.Unlock() }()
	return f.request(ctx, p, false)
}

func (f *farSide) Settle(ctx context.Context, p bot.Operation) bot.Verdict {
	f.mu.Lock()
	f.settles++
	f.mu.Unlock()
	if f.nonce && time.Since(p.Delivery.Tries.First) < 2*time.Minute {
		return f.request(ctx, p, true)
	}
	if f.unreadable {
		return bot.Verdict{Outcome: bot.Unreadable, Reason: "cannot be read"}
	}
	if wait := 20*time.Second - time.Since(p.Delivery.Tries.Last); wait > 0 {
		return bot.Verdict{Outcome: bot.Unsettled, RetryAfter: wait}
	}
	if v, ok := f.faulty(p, true); ok {
		return v
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.at[p.Delivery.Key]; ok {
		return bot.Verdict{Outcome: bot.Delivered, MessageID: p.Delivery.Key}
	}
	return bot.Verdict{Outcome: bot.NotSent}
}

func (f *farSide) faulty(p bot.Operation, settle bool) (bot.Verdict, bool) {
	if f.fault == nil {
		return bot.Verdict{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fault(p, settle)
}

// request is a POST: half of the latency passes before it arrives.
func (f *farSide) request(ctx context.Context, p bot.Operation, settle bool) bot.Verdict {
	way := f.latency / 2
	if f.hang != nil {
		way += f.hang(p)
	}
	select {
	case <-time.After(way):
	case <-ctx.Done():
		return bot.Verdict{Outcome: bot.Transient, Code: "canceled"}
	}
	v, faulty := f.faulty(p, settle)
	if faulty && v.Code != "stored" {
		return v
	}
	if limit := f.arrive(p); limit.Limited != bot.ScopeNone {
		return limit
	}
	if faulty {
		return v
	}
	select {
	case <-time.After(f.latency / 2):
	case <-ctx.Done():
		return bot.Verdict{Outcome: bot.Ambiguous, Code: "canceled"}
	}
	return bot.Verdict{Outcome: bot.Delivered, MessageID: p.Delivery.Key}
}

// arrive counts the request and keeps its message.
func (f *farSide) arrive(p bot.Operation) bot.Verdict {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	f.requests = append(f.requests, now)
	if f.limit != nil {
		if v, limited := f.limit(p, now); limited {
			f.limited++
			return v
		}
	}
	if _, ok := f.at[p.Delivery.Key]; ok && f.nonce {
		return bot.Verdict{}
	}
	if _, ok := f.at[p.Delivery.Key]; !ok {
		f.at[p.Delivery.Key] = now
	}
	f.messages[p.Delivery.Destination] = append(f.messages[p.Delivery.Destination], p.Delivery.Key)
	return bot.Verdict{}
}

// bucket is a token bucket.
type bucket struct {
	perSecond, size, tokens float64
	last                    time.Time
}

func (b *bucket) take(now time.Time) bool {
	if b.last.IsZero() {
		b.tokens = b.size
	} else {
		b.tokens = min(b.size, b.tokens+b.perSecond*now.Sub(b.last).Seconds())
	}
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// sent returns how many distinct deliveries were requested, and how many
// requests arrived in all.
func (f *farSide) sent() (deliveries, requests int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.sends), len(f.requests)
}

// has returns how many messages d has.
func (f *farSide) has(d stories.Destination) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.messages[d])
}

// once returns an error unless every row's message is there exactly once, and
// each destination has them in the order of their rows.
func (f *farSide) once(m *memory) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	want := map[stories.Destination][]string{}
	for _, p := range m.order {
		want[p.Destination] = nil
	}
	for _, r := range m.rows {
		want[r.Destination] = append(want[r.Destination], r.Key)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for d, keys := range want {
		if !slices.Equal(keys, f.messages[d]) {
			return fmt.Errorf("%s has %v, want %v", d, f.messages[d], keys)
		}
	}
	return nil
}
