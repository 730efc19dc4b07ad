package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// slow is a queue whose transactions take long.
type slow struct {
	*memory
	by time.Duration
}

func (s slow) Exchange(ctx context.Context, l stories.Lease, x stories.Exchange) (stories.Begun, error) {
	b, err := s.memory.Exchange(ctx, l, x)
	select {
	case <-time.After(s.by):
		return b, err
	case <-ctx.Done():
		return stories.Begun{}, ctx.Err()
	}
}

// A database that is slow makes a push slow; it does not keep it from being made.
func TestASlowDatabaseStillSends(t *testing.T) {
	for _, by := range []time.Duration{900 * time.Millisecond, 1100 * time.Millisecond, 3 * time.Second, 8 * time.Second} {
		for _, rate := range []float64{0, 5} {
			t.Run(fmt.Sprintf("%v at %v a second", by, rate), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					m, far := newMemory(), newFarSide()
					far.pace.PerSecond = rate
					far.hang = func(p bot.Operation) time.Duration {
						if age := time.Since(p.Delivery.Tries.Last); age > storeTimeout+staleAfter {
							t.Errorf("a request left %v after its recorded time", age)
						}
						return 0
					}
					for c := range 60 {
						m.add("p", channel("p", "w", c), 1, stories.Normal)
					}
					start(t, m, far, func(c *Config) { c.Store = slow{m, by} }).settledAll(t, 3*time.Minute)
					if err := far.once(m); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}

// What was begun in an outage that has just ended has a recorded time nobody may
// count on: it is begun once more.
func TestWhatWasBegunInAnOutageLeavesWithAFreshTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.hang = func(p bot.Operation) time.Duration {
			if age := time.Since(p.Delivery.Tries.Last); age > storeTimeout+staleAfter {
				t.Errorf("a request left %v after its recorded time", age)
			}
			return 0
		}
		var out atomic.Bool
		out.Store(true)
		m.lateError = func(call string) error {
			if call == "exchange" && out.Load() {
				return errors.New("no answer")
			}
			return nil
		}
		for c := range 20 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		r := start(t, m, far)
		time.Sleep(time.Minute)
		out.Store(false)
		r.settledAll(t, 10*time.Second)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}
