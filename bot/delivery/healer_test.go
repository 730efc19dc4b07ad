package delivery

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"storybot/stories"
)

// stubborn is a newsroom whose blocked channel refuses every try until healsAt.
type stubborn struct {
	since   time.Time
	healsAt time.Time
	held    int
	due     time.Time // of its digest
	left    bool
	tries   []time.Duration // since it was blocked
}

var locked = stories.Destination{Platform: "chat", Workspace: "w", Channel: "locked"}

func (s *stubborn) Refusing(context.Context, int) ([]stories.FailingDestination, error) {
	if n := len(s.tries); n > 0 && !s.since.Add(s.tries[n-1]).Before(s.healsAt) {
		return nil, nil
	}
	return []stories.FailingDestination{{Destination: locked, State: stories.Blocked, Since: s.since, Held: s.held, DigestDue: s.due, Left: s.left}}, nil
}

func (s *stubborn) Healed(_ context.Context, d stories.Destination) (int, int, error) {
	s.tries = append(s.tries, time.Since(s.since).Truncate(time.Hour))
	return 1, 0, nil
}

func TestABlockedChannelIsTriedAgainEverMoreRarely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		newsroom := &stubborn{since: time.Now(), healsAt: time.Now().Add(60 * time.Hour), held: 3}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			NewHealer(newsroom, func(string) bool { return true }, slog.New(slog.DiscardHandler), time.Now).Run(ctx)
		}()
		time.Sleep(100 * time.Hour) // of the bubble
		cancel()
		<-done
		want := []time.Duration{1, 3, 7, 15, 31, 55, 79}
		if len(newsroom.tries) != len(want) {
			t.Fatalf("tried after %v, want %v hours", newsroom.tries, want)
		}
		for i, hours := range want {
			if got := newsroom.tries[i]; got != hours*time.Hour {
				t.Errorf("try %d after %v, want %v hours", i, got, int(hours))
			}
		}
	})
}

func TestAChannelNothingWaitsForIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		newsroom := &stubborn{since: time.Now(), healsAt: time.Now().Add(time.Hour)}
		h := NewHealer(newsroom, func(string) bool { return true }, slog.New(slog.DiscardHandler), time.Now)
		h.look(t.Context(), time.Now().Add(48*time.Hour))
		if len(newsroom.tries) != 0 {
			t.Errorf("tried %d times", len(newsroom.tries))
		}
	})
}

func TestAChannelOfALaneElsewhereIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		newsroom := &stubborn{since: time.Now(), healsAt: time.Now().Add(time.Hour), held: 3}
		h := NewHealer(newsroom, func(string) bool { return false }, slog.New(slog.DiscardHandler), time.Now)
		h.look(t.Context(), time.Now().Add(48*time.Hour))
		if len(newsroom.tries) != 0 {
			t.Errorf("tried %d times", len(newsroom.tries))
		}
	})
}

// A channel that gets digests alone holds nothing while it is blocked, for no other digest
// is made meanwhile: it is tried once one has fallen due.
func TestABlockedChannelIsTriedOnceItsDigestIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		newsroom := &stubborn{since: time.Now(), healsAt: time.Now().Add(time.Hour), due: time.Now().Add(5 * time.Hour)}
		h := NewHealer(newsroom, func(string) bool { return true }, slog.New(slog.DiscardHandler), time.Now)
		h.look(t.Context(), newsroom.due.Add(-time.Second))
		if len(newsroom.tries) != 0 {
			t.Errorf("tried before: %v", newsroom.tries)
		}
		if h.look(t.Context(), newsroom.due); len(newsroom.tries) != 1 {
			t.Errorf("tried %v times once it was due", len(newsroom.tries))
		}
	})
}

// Where the bot was removed every try is refused, and its platform tells when it is back.
func TestAChannelWhereTheBotWasRemovedIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		newsroom := &stubborn{since: time.Now(), healsAt: time.Now().Add(time.Hour), held: 3, due: time.Now(), left: true}
		h := NewHealer(newsroom, func(string) bool { return true }, slog.New(slog.DiscardHandler), time.Now)
		if h.look(t.Context(), time.Now().Add(48*time.Hour)); len(newsroom.tries) != 0 {
			t.Errorf("tried %d times", len(newsroom.tries))
		}
	})
}
