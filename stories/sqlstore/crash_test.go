package sqlstore_test

import (
	"context"
	"fmt"
	"os"
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
	sub := stories.Subscription{Destination: crashed, Target: stories.Target{Kind: stories.TargetAll}, Level: stories.Minor}
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
	batch, err := s.Advance(ctx, l, nil, 10, false, time.Now())
	if err != nil || len(batch.Claimed) != 1 {
		return fmt.Errorf("claimed %d: %w", len(batch.Claimed), err)
	}
	return nil
}

// inTheAir checks what publishAndClaim left, as the next process finds it: the
// lease of the dead holds nobody up.
func inTheAir(t testing.TB, s *sqlstore.Store) {
	t.Helper()
	l, ok, err := s.Acquire(t.Context(), benchLane, "next", time.Minute)
	if err != nil || !ok {
		t.Fatalf("acquire: %v %v", ok, err)
	}
	found, err := s.Recover(t.Context(), l)
	if err != nil || len(found) != 1 || found[0].Number != 1 || found[0].Attempt != 1 {
		t.Fatalf("recovered %+v, %v", found, err)
	}
	batch, err := s.Advance(t.Context(), l, []stories.Result{{DeliveryID: found[0].ID, Attempt: 1, State: stories.Sent, At: time.Now()}}, 10, false, time.Now())
	if err != nil || len(batch.Claimed) != 1 || batch.Claimed[0].Number != 2 {
		t.Fatalf("claimed %+v, %v", batch.Claimed, err)
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
