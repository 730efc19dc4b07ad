package sqlstore_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

var crashed = stories.Destination{Platform: "console", Channel: "#general"}

// publishAndClaim leaves two updates, the first of them in the air.
func publishAndClaim(t testing.TB, s *sqlstore.Store) {
	t.Helper()
	if err := leaveInTheAir(s); err != nil {
		t.Fatal(err)
	}
}

func leaveInTheAir(s *sqlstore.Store) error {
	ctx := context.Background()
	act := stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
	story, err := s.CreateStory(ctx, act, stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked"})
	if err != nil {
		return err
	}
	sub := stories.Subscription{Destination: crashed, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}}
	if _, _, err := s.Subscribe(ctx, act, sub, benchLane); err != nil {
		return err
	}
	for n := range 2 {
		if _, _, err := s.AppendUpdate(ctx, act, stories.Update{StoryID: story.ID, Text: fmt.Sprint("News ", n), Level: stories.Normal, At: act.At}); err != nil {
			return err
		}
	}
	l, ok, err := s.Acquire(ctx, benchLane, "the dead", time.Hour)
	if err != nil || !ok {
		return fmt.Errorf("acquire: %v %w", ok, err)
	}
	begun, err := begin(ctx, s, l, 1, 10)
	if err != nil || len(begun) != 1 {
		return fmt.Errorf("begun %d: %w", len(begun), err)
	}
	return nil
}

// begin begins up to max of the oldest deliveries, as one batch.
func begin(ctx context.Context, s *sqlstore.Store, l stories.Lease, batch int64, max int, results ...stories.Result) ([]stories.Flight, error) {
	open, err := s.Publications(ctx, l.Name, nil, 1)
	if err != nil {
		return nil, err
	}
	x := stories.Exchange{Batch: batch, Results: results}
	ended := map[int64]bool{}
	for _, r := range results {
		ended[r.Delivery] = true
	}
	for _, p := range open {
		loaded, err := s.Load(ctx, p.ID, stories.Ref{}, max+len(results))
		if err != nil {
			return nil, err
		}
		for _, o := range loaded.Rows {
			if !ended[o.Delivery] && len(x.Begin) < max {
				x.Begin = append(x.Begin, stories.Flight{Ref: o.Ref, Attempt: o.Attempt + 1, First: time.Now(), Last: time.Now()})
			}
		}
	}
	got, err := s.Exchange(ctx, l, x)
	return slices.DeleteFunc(x.Begin, func(f stories.Flight) bool { return !got.Deliveries[f.Delivery] }), err
}

// arrived is the result of a delivery that was sent.
func arrived(f stories.Flight) stories.Result {
	return stories.Result{Flight: f, State: stories.Sent, MessageID: "1234567890123456789", At: time.Now()}
}

// inTheAir checks what publishAndClaim left, as the next process finds it: the
// lease of the dead holds nobody up.
func inTheAir(t testing.TB, s *sqlstore.Store) {
	t.Helper()
	l, ok, err := s.Acquire(t.Context(), benchLane, "next", time.Minute)
	if err != nil || !ok {
		t.Fatalf("acquire: %v %v", ok, err)
	}
	found, loaded, err := s.Recover(t.Context(), l)
	if err != nil || len(found) != 1 || found[0].Attempt != 1 || loaded.Origins[loaded.Rows[0].Origin].Number != 1 {
		t.Fatalf("recovered %+v, %+v, %v", found, loaded, err)
	}
	if _, err := s.Exchange(t.Context(), l, stories.Exchange{Batch: 1, Results: []stories.Result{arrived(found[0])}}); err != nil {
		t.Fatal(err)
	}
	begun, err := begin(t.Context(), s, l, 2, 10)
	if err != nil || len(begun) != 1 || begun[0].Delivery <= found[0].Delivery {
		t.Fatalf("begun %+v, %v", begun, err)
	}
}

// hold is the process that gets killed: it says when it has done its work.
func hold(url string) {
	s, err := sqlstore.Open(context.Background(), url, sqlstore.Options{})
	if err == nil {
		err = leaveInTheAir(s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Stdout.WriteString(".")
	select {}
}
