package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"storybot/stories"
)

// Who only asks what would be sent once more waits for nobody, and has nobody wait.
func TestPostgresARetryThatIsTriedLocksNothing(t *testing.T) {
	s := newScene(t)
	s.publish(t)
	x := s.next(t)
	if _, err := s.Exchange(t.Context(), s.lease, x); err != nil {
		t.Fatal(err)
	}
	failed := arrived(x.Begin[0])
	failed.State, failed.MessageID, failed.Reason = stories.Failed, "", "no"
	s.batch++
	if _, err := s.Exchange(t.Context(), s.lease, stories.Exchange{Batch: s.batch, Results: []stories.Result{failed}}); err != nil {
		t.Fatal(err)
	}
	g := shut(t, s.url, "SELECT p.id FROM planning p CROSS JOIN lanes l FOR UPDATE")
	for _, ask := range []stories.Retry{{DryRun: true}, {DryRun: true, IDs: []int64{x.Begin[0].Delivery}}} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		done, err := s.RetryDeliveries(ctx, s.act(), ask)
		cancel()
		if err != nil || done.Failed != 1 {
			t.Errorf("%+v: %+v, %v", ask, done, err)
		}
	}
	g.open()
	if done, err := s.RetryDeliveries(t.Context(), s.act(), stories.Retry{}); err != nil || done.Failed != 1 {
		t.Errorf("done: %+v, %v", done, err)
	}
}
