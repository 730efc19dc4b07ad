package discord

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
	"storybot/bot/platformtest"
)

// rig is a platform at its usual times and a strict Discord, on a network in
// memory: for tests in which hours pass in no time.
type rig struct {
	srv     *discordtest.Server
	far     *platformtest.MemNet
	p       *Platform
	n       *notes
	log     *upLog
	started chan error
}

// newRig makes one. The platform has the commands of specs, does not run yet,
// and may be replaced by again.
func newRig(t *testing.T, specs []bot.Spec) *rig {
	t.Helper()
	r := &rig{far: platformtest.NewMemNet(), n: newNotes(), log: newUpLog(), started: make(chan error, 10_000)}
	r.srv = discordtest.Start(t, discordtest.WithListener(r.far))
	r.srv.AddChannel(testGuild, testChannel)
	r.p = r.again(t, specs)
	return r
}

// again returns the platform of another process that has the same database.
func (r *rig) again(t *testing.T, specs []bot.Spec) *Platform {
	t.Helper()
	p, err := New(Config{
		Token: discordtest.Token, APIURL: r.srv.URL(), Specs: specs, Places: r.n, Memory: r.n, Log: slog.New(r.log),
		Started: func(err error) { r.started <- err },
	})
	if err != nil {
		t.Fatal(err)
	}
	carry(r.far, p)
	t.Cleanup(p.rest.close)
	return p
}

func (r *rig) run(t *testing.T) (stop func()) {
	ended, cancel := start(t, r.p, handler{})
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	}
}

// up says whether the gateway comes up within a time.
func (r *rig) up(within time.Duration) bool {
	select {
	case <-r.log.ups:
		return true
	case <-time.After(within):
		return false
	}
}

func (r *rig) awaitUp(t *testing.T) {
	t.Helper()
	if !r.up(time.Minute) {
		t.Fatalf("the gateway does not come up: %q", r.p.Health()[0].Detail)
	}
}

// upLog is a log that tells when the gateway is up and counts errors.
type upLog struct {
	slog.Handler
	ups    chan string // READY or RESUMED
	errors atomic.Int64
}

func newUpLog() *upLog { return &upLog{Handler: slog.DiscardHandler, ups: make(chan string, 10_000)} }

func (l *upLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *upLog) WithAttrs([]slog.Attr) slog.Handler       { return l }

func (l *upLog) Handle(_ context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		l.errors.Add(1)
	}
	if r.Message == "the gateway is up" {
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "event" {
				l.ups <- a.Value.String()
			}
			return true
		})
	}
	return nil
}
