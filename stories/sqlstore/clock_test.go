package sqlstore_test

import (
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// What waits for its time goes by the clock by which it was planned, this process's: a
// database elsewhere may have another, and leases alone go by that.
func TestWhatWaitsGoesByTheClockItWasPlannedBy(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := time.Date(2031, 3, 5, 23, 0, 0, 0, time.UTC) // of no database
			s, err := sqlstore.Open(t.Context(), url(t), sqlstore.Options{Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			ok := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			ana := stories.User{Ref: "console:ana", Name: "Ana"}
			act := stories.Act{By: ana, At: now}
			story, err := s.CreateStory(t.Context(), act, stories.Story{Slug: "flood", Headline: "The flood", State: stories.Developing})
			ok(err)
			update := stories.Update{StoryID: story.ID, Text: "The water rises.", Level: stories.Normal, Author: ana, At: now}
			_, err = s.ScheduleUpdate(t.Context(), act, update, now.Add(time.Hour), false)
			ok(err)
			_, _, err = s.Subscribe(t.Context(), act, stories.Subscription{
				Destination: stories.Destination{Platform: "console", Channel: "#news"},
				Target:      stories.Target{Kind: stories.TargetStory, Name: "flood"},
				Options:     stories.Options{Quiet: "22:00-07:00"},
				CreatedBy:   ana,
			}, "console")
			ok(err)
			_, _, err = s.AppendUpdate(t.Context(), act, update)
			ok(err)
			if _, err := s.EndWaits(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the clock is set on, over both
				scheduled, at, waits, err := s.NextScheduled(t.Context())
				ok(err)
				if !waits || !at.Equal(now) || scheduled.Due.After(at) != (now.Hour() == 23) {
					t.Errorf("scheduled: %v at %v, %v", scheduled.Due, at, waits)
				}
				next, at, waits, err := s.NextWait(t.Context())
				ok(err)
				if !waits || !at.Equal(now) || next.After(at) != (now.Hour() == 23) {
					t.Errorf("quiet hours: %v at %v, %v", next, at, waits)
				}
				now = now.Add(9 * time.Hour)
			}
		})
	}
}
