package stories_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// halfDue is a store of which what waits for quiet hours to end goes out in some channels
// only.
type halfDue struct {
	*sqlstore.Store
	now time.Time
}

var errHalf = errors.New("one channel failed")

func (h halfDue) NextWait(context.Context) (next, now time.Time, ok bool, err error) {
	return h.now, h.now, true, nil
}

func (halfDue) EndWaits(context.Context, time.Time) (int, error) { return 3, errHalf }

func TestWhatWaitsHoldsNoScheduledUpdateUp(t *testing.T) {
	n, story := openTracked(t)
	n.now = time.Now()
	plan := stories.NewSchedule(n.Publisher, n.store, halfDue{n.store, n.now}, func() {})
	made, err := plan.Add(t.Context(), stories.Act{By: moderator}, stories.Append{Slug: story.Slug, Text: "At nine", Level: stories.Normal}, n.now.Add(-time.Second), false)
	if err != nil {
		t.Fatal(err)
	}
	n.planned = 0
	if _, err := plan.Due(t.Context()); !errors.Is(err, errHalf) {
		t.Errorf("error is %v", err)
	}
	if made, err = plan.One(t.Context(), moderator, made.ID); err != nil || made.State != stories.SchedulePublished {
		t.Errorf("the update is %q, %v", made.State, err)
	}
	if n.planned != 2 {
		t.Errorf("it was told %d times that something goes out, want 2: for the update, and what waited elsewhere", n.planned)
	}
}
