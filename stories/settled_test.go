package stories_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"storybot/stories"
)

// air is a store that knows what is on its way only.
type air struct {
	stories.FollowingStore
	inFlight func() ([]int64, error)
}

func (a air) InFlight(context.Context, stories.Destination) ([]int64, error) { return a.inFlight() }

// Who stops something is answered when what was on its way has ended, and after
// two seconds at most.
func TestSettled(t *testing.T) {
	lost := errors.New("lost")
	for _, tt := range []struct {
		name  string
		after func(time.Duration) ([]int64, error) // what is on its way then
		want  bool
		took  time.Duration
	}{
		{"nothing is on its way", func(time.Duration) ([]int64, error) { return nil, nil }, true, 0},
		{"it ends soon", func(d time.Duration) ([]int64, error) {
			if d < 300*time.Millisecond {
				return []int64{7}, nil
			}
			return nil, nil
		}, true, 300 * time.Millisecond},
		{"what sets out later is not waited for", func(d time.Duration) ([]int64, error) {
			if d < 100*time.Millisecond {
				return []int64{7}, nil
			}
			return []int64{8}, nil
		}, true, 100 * time.Millisecond},
		{"it does not end", func(time.Duration) ([]int64, error) { return []int64{7}, nil }, false, 2 * time.Second},
		{"nobody can say", func(time.Duration) ([]int64, error) { return nil, lost }, false, 0},
		{"nobody can say any more", func(d time.Duration) ([]int64, error) {
			if d == 0 {
				return []int64{7}, nil
			}
			return nil, lost
		}, false, 50 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				s := stories.NewService(stories.Config{Stores: stories.Stores{Following: air{inFlight: func() ([]int64, error) { return tt.after(time.Since(began)) }}}})
				if got := s.Following.Settled(t.Context(), news); got != tt.want || time.Since(began) != tt.took {
					t.Errorf("settled is %v after %v, want %v after %v", got, time.Since(began), tt.want, tt.took)
				}
			})
		})
	}
}
