package console

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
)

// follows is an answer that goes on until over is set.
func follows(over *atomic.Bool) func(bot.Command) bot.Reply {
	return func(bot.Command) bot.Reply {
		return bot.Reply{
			Message: bot.Plainly("Published."),
			Live: func(context.Context) (bot.Message, bool, error) {
				if over.Load() {
					return bot.Plainly("Published. Delivered to both channels."), true, nil
				}
				return bot.Plainly("Published. Delivered 1 of 2."), false, nil
			},
			Ending: func(context.Context) (bot.Message, error) {
				if over.Load() {
					return bot.Plainly("sony-hack, update 2: Delivered to both channels."), nil
				}
				return bot.Plainly("sony-hack, update 2: Delivered 1 of 2."), nil
			},
		}
	}
}

// TestAnEndIsReadInAPipeThatGoesOn: how a push ended is read when it has, be it an hour
// later, though no further line comes and the pipe does not end.
func TestAnEndIsReadInAPipeThatGoesOn(t *testing.T) {
	for name, after := range map[string]time.Duration{"soon": time.Second, "after an hour": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in, typed := io.Pipe()
				var out bytes.Buffer
				var over atomic.Bool
				c := New(Config{In: in, Out: &out, Specs: specs()})
				done := make(chan error, 1)
				go func() { done <- c.Run(t.Context(), &echo{reply: follows(&over)}) }()
				if _, err := io.WriteString(typed, "/update x it\n"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(after) // of the bubble's clock
				synctest.Wait()
				if got := out.String(); got != "Published.\n\nDelivered 1 of 2.\n\n" {
					t.Errorf("so far %q", got)
				}
				over.Store(true)
				time.Sleep(liveSlowly)
				synctest.Wait()
				end := "Published.\n\nDelivered 1 of 2.\n\nsony-hack, update 2: Delivered to both channels.\n\n"
				if got := out.String(); got != end {
					t.Errorf("in the end %q", got)
				}
				typed.Close()
				if err := <-done; err != nil || out.String() != end {
					t.Errorf("Run = %v, printed %q", err, out.String())
				}
			})
		})
	}
}

// TestWhatIsNotOverIsToldAtTheEndOfAPipe as it stands then, once: nobody waits for a
// channel that cannot be reached. What was said already is not said again.
func TestWhatIsNotOverIsToldAtTheEndOfAPipe(t *testing.T) {
	for name, want := range map[string]string{"unchanged": "", "over by then": "sony-hack, update 2: Delivered to both channels.\n\n"} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			var over atomic.Bool
			c := New(Config{In: strings.NewReader("/update x it\n"), Out: &out, Specs: specs(), Settled: func(_ context.Context, last bool) error {
				over.Store(last && want != "")
				return nil
			}})
			if err := c.Run(t.Context(), &echo{reply: follows(&over)}); err != nil {
				t.Fatal(err)
			}
			if got := out.String(); got != "Published.\n\nDelivered 1 of 2.\n\n"+want {
				t.Errorf("printed %q", got)
			}
		})
	}
}

// typist is a screen before which somebody sits who types lines.
type typist struct {
	*pipe
}

func (typist) interactive() bool { return true }

// TestWhoLeavesReadsHowFarItIs: a person waits no longer than they have patience for
// what is on its way, and reads how far it is.
func TestWhoLeavesReadsHowFarItIs(t *testing.T) {
	for name, test := range map[string]struct {
		settled func(context.Context, *atomic.Bool) error
		want    string
	}{
		"over": {func(_ context.Context, over *atomic.Bool) error { over.Store(true); return nil }, "sony-hack, update 2: Delivered to both channels."},
		"it takes long": {func(ctx context.Context, _ *atomic.Bool) error {
			<-ctx.Done()
			return errors.New("the wait was given up")
		}, "sony-hack, update 2: Delivered 1 of 2."},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				var over atomic.Bool
				config := Config{Specs: specs(), Settled: func(ctx context.Context, _ bool) error { return test.settled(ctx, &over) }}
				c := New(Config{In: strings.NewReader(""), Out: &out})
				c.screen = typist{newPipe(strings.NewReader("/update x it\nquit\n"), &out, false)}
				c.sender.page = newPage(c.screen, time.UTC)
				c.talk = newConversation(config, c.sender.page)
				began := time.Now()
				if err := c.Run(t.Context(), &echo{reply: follows(&over)}); err != nil {
					t.Fatal(err)
				}
				if got, want := out.String(), "Published.\n\n"+test.want+"\n\n"; got != want || time.Since(began) > leaveTime {
					t.Errorf("after %v %q, want %q", time.Since(began), got, want)
				}
			})
		})
	}
}
