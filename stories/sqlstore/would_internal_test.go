package sqlstore

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/storetest/pgtest"
)

// Who asks how far something would reach waits for nobody who writes, and is not waited
// for.
func TestAskingHowFarItReachesHoldsNobodyUp(t *testing.T) {
	for name, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "storybot.db"), "postgres": pgtest.URL(t)} {
		t.Run(name, func(t *testing.T) {
			ctx, done := context.WithTimeout(t.Context(), 30*time.Second)
			defer done()
			s, err := Open(ctx, url, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			act := stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Unix(1, 0)}
			story, err := s.CreateStory(ctx, act, stories.Story{Slug: "sony", Headline: "Sony", Topics: []string{"film"}})
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = s.Subscribe(ctx, act, stories.Subscription{Destination: stories.Destination{Platform: "console", Channel: "#news"},
				Target: stories.Target{Kind: stories.TargetTopic, Name: "film"}, Options: stories.Options{Level: stories.Minor}}, "lane")
			if err != nil {
				t.Fatal(err)
			}
			u, _, err := s.AppendUpdate(ctx, act, stories.Update{StoryID: story.ID, Text: "First", Level: stories.Normal, At: act.At})
			if err != nil {
				t.Fatal(err)
			}
			err = s.change(ctx, func(q querier) error { // as who plans, and as who takes followers away
				if err := lockPlanning(ctx, q); err != nil {
					return err
				}
				if _, err := theOne(ctx, q, scanUpdate, lockedUpdateSQL, u.ID); err != nil {
					return err
				}
				would, err := s.WouldRevise(ctx, act, u.ID, stories.Rewording{Kind: stories.Correction, Text: "Second"})
				if want := (stories.Reach{Waiting: 1, Kind: stories.Correction}); err != nil || would.Reach != want || would.Update.Text != "Second" {
					t.Errorf("would reach %+v, %v", would, err)
				}
				n, err := s.Reach(ctx, stories.Update{StoryID: story.ID, Level: stories.Breaking})
				if err != nil || n.Total != 1 {
					t.Errorf("reaches %d, %v", n, err)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
