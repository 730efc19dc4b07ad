package slack

import (
	"context"
	"sync"
	"time"
)

// gate keeps the connections of one process from being opened too often. The
// pause between two openings doubles with each connection that was of no use
// and falls back with one that was.
type gate struct {
	least, most time.Duration

	mu     sync.Mutex
	fails  int
	last   time.Time // the newest opening
	until  time.Time // not before, by Slack's word
	recent []time.Time
}

// alarmOpens is how many openings a minute are one too many to be silent about.
const alarmOpens = 5

// wait returns when the next connection may be opened. often is how many were
// opened in the last minute when that is alarming, else 0.
func (g *gate) wait(ctx context.Context) (often int, ok bool) {
	for {
		pause := g.claim(time.Now())
		if pause <= 0 {
			break
		}
		if !sleep(ctx, pause) {
			return 0, false
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.recent) > alarmOpens {
		often = len(g.recent)
	}
	return often, ctx.Err() == nil
}

// claim opens the gate for the caller, or returns how long to wait before
// asking again.
func (g *gate) claim(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if pause := g.next().Sub(now); pause > 0 {
		return jitter(pause)
	}
	g.last = now
	keep := g.recent[:0]
	for _, t := range append(g.recent, now) {
		if now.Sub(t) < time.Minute {
			keep = append(keep, t)
		}
	}
	g.recent = keep
	return 0
}

// next is when the next opening is allowed.
func (g *gate) next() time.Time {
	if g.last.IsZero() {
		return g.until
	}
	next := g.last.Add(min(g.least<<min(g.fails, 10), g.most))
	if g.until.After(next) {
		return g.until
	}
	return next
}

// good notes a connection that was of use.
func (g *gate) good() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fails = 0
}

// bad notes an opening that came to nothing, and until when Slack asked to be
// left alone. It returns how long the pause will be at least.
func (g *gate) bad(retryAfter time.Duration) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fails++
	if until := time.Now().Add(retryAfter); retryAfter > 0 && until.After(g.until) {
		g.until = until
	}
	return max(0, time.Until(g.next()))
}
