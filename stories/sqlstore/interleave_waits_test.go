package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"storybot/stories"
)

// A row that stood in the queue is put off as it is begun while quiet hours end, or while
// another subscription comes to decide about it: it goes out with what waited.
func TestPostgresPutOffAndLetGo(t *testing.T) {
	day := time.Date(2031, 3, 4, 0, 0, 0, 0, time.UTC)
	story, film := stories.Target{Kind: stories.TargetStory, Name: "sony-hack"}, stories.Target{Kind: stories.TargetTopic, Name: "film"}
	quiet := stories.Options{Level: stories.Minor, Quiet: "22:00-07:00", Zone: "UTC"}
	for name, tt := range map[string]struct {
		target stories.Target
		at     time.Time
		goes   func(s *scene, a stories.Act) error
	}{
		"quiet hours end": {story, day.Add(31 * time.Hour), func(s *scene, a stories.Act) error {
			_, err := s.EndWaits(context.Background(), a.At)
			return err
		}},
		"the story has other topics": {film, day.Add(23 * time.Hour), func(s *scene, a stories.Act) error {
			none := []string{}
			_, err := s.EditStory(context.Background(), a, s.story.ID, stories.StoryEdit{Topics: &none})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			act := stories.Act{By: stories.User{Ref: "console:ana"}, At: day.Add(21 * time.Hour)}
			topics := []string{"film"}
			if _, err := s.EditStory(t.Context(), act, s.story.ID, stories.StoryEdit{Topics: &topics}); err != nil {
				t.Fatal(err)
			}
			if _, _, err := s.Subscribe(t.Context(), act, stories.Subscription{Destination: crashed, Target: tt.target, Options: quiet}, benchLane); err != nil {
				t.Fatal(err)
			}
			if _, _, err := s.AppendUpdate(t.Context(), act, stories.Update{StoryID: s.story.ID, Text: "News", Level: stories.Normal, At: act.At}); err != nil {
				t.Fatal(err)
			}
			x := s.next(t)
			x.Lane.At, act.At = tt.at, tt.at
			var got stories.Begun
			g := shut(t, s.url, "LOCK TABLE flights IN EXCLUSIVE MODE") // which a begin writes last
			begun := g.begin(1, func() (err error) {
				got, err = s.Exchange(context.Background(), s.lease, x)
				return err
			})
			went := g.begin(2, func() error { return tt.goes(s, act) })
			g.open()
			if err := <-begun; err != nil {
				t.Fatal(err)
			}
			if err := <-went; err != nil {
				t.Fatal(err)
			}
			if got.Deliveries[x.Begin[0].Delivery] {
				t.Error("it was begun in quiet hours")
			}
			if state := s.state(t); state != stories.Pending {
				t.Errorf("it is %s", state)
			}
		})
	}
}
