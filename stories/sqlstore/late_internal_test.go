package sqlstore

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"storybot/stories"
)

// blockedNews is a newsroom of which one channel has been told to refuse the bot.
func blockedNews(t *testing.T, at time.Time, o stories.Options) (*Store, stories.Act, stories.Destination) {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	act := stories.Act{By: stories.User{Ref: "console:ana"}, At: at}
	d := stories.Destination{Platform: "console", Workspace: "w", Channel: "#a"}
	sub := stories.Subscription{Destination: d, Target: stories.Target{Kind: stories.TargetAll}, Options: o, CreatedBy: act.By}
	if _, _, err := s.Subscribe(t.Context(), act, sub, "console"); err != nil {
		t.Fatal(err)
	}
	return s, act, d
}

// A workspace that invited the bot again, between the look at what it has left for long and
// the end of that, keeps what it follows.
func TestWhatWasLeftIsLookedAtAgainBeforeItEnds(t *testing.T) {
	at := time.Date(2031, 3, 4, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		meanwhile func(s *Store, d stories.Destination) error
		follows   int
	}{
		"nothing": {func(*Store, stories.Destination) error { return nil }, 0},
		"invited again": {func(s *Store, d stories.Destination) error {
			_, _, err := s.ReopenDestination(t.Context(), d, 5, at)
			return err
		}, 1},
		"invited and removed again": {func(s *Store, d stories.Destination) error {
			if _, _, err := s.ReopenDestination(t.Context(), d, 5, at); err != nil {
				return err
			}
			return s.BlockDestination(t.Context(), d, stories.Obstacle{Reason: "was left", Left: true}, at)
		}, 1},
		"barred for another reason": {func(s *Store, d stories.Destination) error {
			if _, _, err := s.ReopenDestination(t.Context(), d, 5, at); err != nil {
				return err
			}
			return s.BlockDestination(t.Context(), d, stories.Obstacle{Reason: "is archived"}, at)
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, d := blockedNews(t, at, stories.Options{Level: stories.Minor})
			if err := s.BlockDestination(t.Context(), d, stories.Obstacle{Reason: "was left", Left: true}, at.Add(-stories.KeepLeft)); err != nil {
				t.Fatal(err)
			}
			if err := tt.meanwhile(s, d); err != nil {
				t.Fatal(err)
			}
			if err := s.endStillLeft(t.Context(), d, "was left", at.Add(-stories.KeepLeft), at); err != nil {
				t.Fatal(err)
			}
			subs, err := s.Subscriptions(t.Context(), d)
			if err != nil || len(subs) != tt.follows {
				t.Errorf("it follows %v, %v", subs, err)
			}
		})
	}
}

// Of processes that share a database the clocks differ a little: that is no clock that was
// set back, after which all that waits is looked at.
func TestAClockThatIsALittleBehindIsNotSetBack(t *testing.T) {
	at := time.Date(2031, 3, 4, 12, 0, 0, 0, time.UTC)
	for behind, rewound := range map[time.Duration]bool{0: false, time.Millisecond: false, clocksDiffer: false, clocksDiffer + time.Millisecond: true, time.Hour: true} {
		s, _, _ := blockedNews(t, at, stories.Options{Level: stories.Minor, Quiet: "22:00-07:00", Zone: "UTC"})
		for _, now := range []time.Time{at, at.Add(-behind)} {
			if _, err := s.EndWaits(t.Context(), now); err != nil {
				t.Fatal(err)
			}
		}
		text, err := recall(t.Context(), s.reader(), waitsName)
		if err != nil {
			t.Fatal(err)
		}
		// What was found anew then is remembered as of that instant.
		if want := at.Add(-behind); (text == `{"Zone":"UTC","At":`+list([]int64{millis(want)})[1:14]+`}`) != (rewound || behind == 0) {
			t.Errorf("%v behind: kept up to %s", behind, text)
		}
	}
}

// However many digests fall due together, their subscriptions are moved on at once.
func TestDigestsThatFallDueAreSettledAtOnce(t *testing.T) {
	at := time.Date(2031, 3, 4, 12, 0, 0, 0, time.UTC)
	var took []int
	for _, channels := range []int{2, 40} {
		s, act, _ := blockedNews(t, at, stories.Options{Level: stories.Minor})
		for i := range channels {
			d := stories.Destination{Platform: "console", Channel: fmt.Sprint("#", i)}
			sub := stories.Subscription{Destination: d, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor, Digest: "hourly"}, CreatedBy: act.By}
			if _, _, err := s.Subscribe(t.Context(), act, sub, "console"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.EndWaits(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		n := 0
		s.engine = counting{s.engine, &n}
		if _, err := s.EndWaits(t.Context(), at.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		took = append(took, n)
		var moved int
		err := one(t.Context(), s.reader(), `SELECT count(*) FROM subscriptions WHERE due_at = ?1 AND collects_from = ?2 AND digested_to = ?2 AND waits_from = 0`,
			[]any{millis(at.Add(2 * time.Hour)), millis(at.Add(time.Hour))}, &moved)
		if err != nil || moved != channels {
			t.Errorf("%d of %d were moved on, %v", moved, channels, err)
		}
	}
	if took[1] > took[0]+2 { // one look at most for all that is due
		t.Errorf("two take %d statements, forty %d", took[0], took[1])
	}
}
