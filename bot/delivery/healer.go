package delivery

import (
	"context"
	"log/slog"
	"time"

	"storybot/stories"
)

// Blocks is what a Healer asks of the newsroom.
type Blocks interface {
	// Refusing lists destinations that refuse the bot, the longest blocked first.
	Refusing(ctx context.Context, limit int) ([]stories.FailingDestination, error)
	// Healed lets a blocked destination be tried again.
	Healed(ctx context.Context, d stories.Destination) (resumed, skipped int, err error)
}

// Healer tries blocked destinations again now and then. Most heal by what a
// platform tells or by a person's button; a right that was given back in
// silence is found here. After each try the next one is twice as far away.
type Healer struct {
	blocks Blocks
	holds  func(lane string) bool
	log    *slog.Logger
	now    func() time.Time
	next   map[stories.Destination]probe
}

// probe is when a destination is tried again, and how long after the last try.
type probe struct {
	at   time.Time
	wait time.Duration
}

// NewHealer returns a Healer over b. It tries what belongs to a lane this process
// holds, so that of several processes one does. now is the wall clock.
func NewHealer(b Blocks, holds func(lane string) bool, log *slog.Logger, now func() time.Time) *Healer {
	return &Healer{blocks: b, holds: holds, log: log, now: now, next: map[stories.Destination]probe{}}
}

// Run tries what is due until ctx ends.
func (h *Healer) Run(ctx context.Context) {
	tick := time.NewTicker(healEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			h.look(ctx, h.now())
		}
	}
}

// look tries what is due now.
func (h *Healer) look(ctx context.Context, now time.Time) {
	blocked, err := h.blocks.Refusing(ctx, mostBlocked)
	if err != nil {
		h.log.Warn("what is blocked could not be read; it is tried again later", "err", err)
		return
	}
	known := make(map[stories.Destination]probe, len(blocked))
	tries := 0
	for _, f := range blocked {
		p, ok := h.next[f.Destination]
		if !ok {
			p = probe{at: f.Since.Add(healFirst), wait: healFirst}
		}
		if waitsFor(f, now) && h.holds(f.Lane) && !now.Before(p.at) && tries < healMost {
			tries++
			p.wait = min(2*p.wait, healLast)
			p.at = now.Add(p.wait)
			h.try(ctx, f.Destination)
		}
		known[f.Destination] = p
	}
	// What was tried a while ago and is not blocked any more has healed.
	for d, p := range h.next {
		if _, blocked := known[d]; !blocked && now.Before(p.at) {
			known[d] = p
		}
	}
	h.next = known
}

// waitsFor says that something waits for a channel that nobody else tries: it is held, or
// a digest has fallen due. Where the bot was removed its platform tells when it is back,
// and until then each try is refused.
func waitsFor(f stories.FailingDestination, now time.Time) bool {
	return !f.Left && (f.Held > 0 || !f.DigestDue.IsZero() && !now.Before(f.DigestDue))
}

func (h *Healer) try(ctx context.Context, d stories.Destination) {
	resumed, skipped, err := h.blocks.Healed(ctx, d)
	if err != nil {
		h.log.Warn("a blocked channel could not be tried again", "destination", d.String(), "platform", d.Platform, "err", err)
		return
	}
	h.log.Info("a blocked channel is tried again", "destination", d.String(), "platform", d.Platform, "deliveries", resumed, "too_old", skipped)
}
