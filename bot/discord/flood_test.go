package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"

	"storybot/bot"
	"storybot/stories"
)

// TestAFloodOfEventsStartsNothingWithoutBound: while commands, the store and
// Discord's API hang, more arrives than may wait.
func TestAFloodOfEventsStartsNothingWithoutBound(t *testing.T) {
	for name, c := range map[string]struct {
		kind string
		raw  func(n int) string
		most int // goroutines
	}{
		"interactions": {"INTERACTION_CREATE", func(n int) string {
			return fmt.Sprintf(`{"id":"%d","token":"T","type":2,"guild_id":"1","channel_id":"2","data":{"name":"story","type":1}}`, n+1)
		}, 2 * maxWaiting},
		"keystrokes": {"INTERACTION_CREATE", func(n int) string {
			return fmt.Sprintf(`{"id":"%d","token":"T","type":4,"guild_id":"1","channel_id":"2","data":{"name":"story","type":1,"options":[{"name":"slug","type":3,"value":"s","focused":true}]}}`, n+1)
		}, 2 * maxWaiting},
		"presses": {"INTERACTION_CREATE", func(n int) string {
			return fmt.Sprintf(`{"id":"%d","token":"T","type":3,"guild_id":"1","channel_id":"2","data":{"custom_id":"x"}}`, n+1)
		}, 2 * maxWaiting},
		"nonsense":      {"INTERACTION_CREATE", func(n int) string { return fmt.Sprintf(`{"id":"%d"}`, n) }, 0},
		"READY":         {"READY", func(n int) string { return fmt.Sprintf(`{"user":{"id":"1"},"application":{"id":"%d"}}`, n+1) }, 0},
		"channels":      {"CHANNEL_UPDATE", func(n int) string { return fmt.Sprintf(`{"id":"%d","guild_id":"1"}`, n+1) }, 0},
		"deletions":     {"CHANNEL_DELETE", func(n int) string { return fmt.Sprintf(`{"id":"%d","guild_id":"1"}`, n+1) }, 0},
		"unknown kinds": {"SOMETHING_NEW", func(n int) string { return `{}` }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, table)
				r.far.Away.Store(true)
				free := make(chan struct{})
				r.p.places = slowPlaces{r.n, free}
				s := newServing(r.p, handler{
					handle:   func(context.Context, bot.Command) bot.Reply { <-free; return bot.Reply{Message: bot.Plainly("x")} },
					complete: func(string, string, string) []bot.Choice { <-free; return nil },
				})
				ctx, cancel := context.WithCancel(t.Context())
				s.life.tasks.Go(func() { s.registrar.run(ctx) })
				synctest.Wait()
				before := runtime.NumGoroutine()
				for n := range 2*maxWaiting + 10 {
					s.dispatch(ctx, event{Type: c.kind, RawData: json.RawMessage(c.raw(n))})
				}
				synctest.Wait()
				if more := runtime.NumGoroutine() - before; more > c.most+10 {
					t.Errorf("%d goroutines were started", more)
				}
				if len(s.places.news.queue) > maxNews || s.waiting.Load() > maxWaiting || len(s.seen.ids) > maxSeen {
					t.Errorf("%d news, %d interactions, %d ids", len(s.places.news.queue), s.waiting.Load(), len(s.seen.ids))
				}
				close(free)
				cancel()
				s.wait()
			})
		})
	}
}

// slowPlaces hangs until it is free.
type slowPlaces struct {
	*notes
	free chan struct{}
}

func (p slowPlaces) Ended(context.Context, stories.Destination, string)             { <-p.free }
func (p slowPlaces) Blocked(context.Context, stories.Destination, stories.Obstacle) { <-p.free }
func (p slowPlaces) Healed(context.Context, stories.Destination)                    { <-p.free }
