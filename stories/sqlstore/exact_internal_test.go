package sqlstore

import (
	"path/filepath"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/storetest/pgtest"
)

// onBoth runs a test on both databases, each with one story that two channels
// follow, and hands it two deliveries of one update that are on their way.
func onBoth(t *testing.T, opts Options, test func(t *testing.T, s *Store, l stories.Lease, begun []stories.Flight)) {
	for name, url := range map[string]func(testing.TB) string{
		"sqlite": func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "storybot.db") }, "postgres": pgtest.URL,
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(t.Context(), url(t), opts)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			act := stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
			story, err := s.CreateStory(t.Context(), act, stories.Story{Slug: "sony", Headline: "Sony", State: stories.Developing})
			if err != nil {
				t.Fatal(err)
			}
			for _, channel := range []string{"#a", "#b", "#c"} {
				sub := stories.Subscription{Destination: stories.Destination{Platform: "console", Channel: channel}, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}}
				if channel == "#c" { // known, and follows nothing of it
					sub.Target = stories.Target{Kind: stories.TargetTopic, Name: "other"}
				}
				if _, _, err := s.Subscribe(t.Context(), act, sub, "lane"); err != nil {
					t.Fatal(err)
				}
			}
			if _, _, err := s.AppendUpdate(t.Context(), act, stories.Update{StoryID: story.ID, Text: "News", Level: stories.Normal, At: act.At}); err != nil {
				t.Fatal(err)
			}
			l, ok, err := s.Acquire(t.Context(), "lane", "w", time.Minute)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			found, err := s.Publications(t.Context(), "lane", nil, 10)
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			loaded, err := s.Load(t.Context(), found[0].ID, stories.Ref{}, 10)
			if err != nil || len(loaded.Rows) != 2 {
				t.Fatal(loaded, err)
			}
			var begin []stories.Flight
			for _, r := range loaded.Rows {
				begin = append(begin, stories.Flight{Ref: r.Ref, Attempt: 1, First: act.At, Last: act.At})
			}
			if _, err := s.Exchange(t.Context(), l, stories.Exchange{Batch: 1, Begin: begin, Lane: stories.LaneNote{At: s.now(), Working: true}}); err != nil {
				t.Fatal(err)
			}
			test(t, s, l, begin)
		})
	}
}

// Whatever is wrong with what is owed, a counter falls by what was taken from it: at
// nothing with rows left a publication would never be read again.
func TestAPublicationIsReadWhileItHasRows(t *testing.T) {
	onBoth(t, Options{}, func(t *testing.T, s *Store, l stories.Lease, begun []stories.Flight) {
		ctx := t.Context()
		err := s.change(ctx, func(q querier) error { // one row lies elsewhere than was begun
			lane, err := holdLane(ctx, q, l)
			if err != nil {
				return err
			}
			return owe(ctx, q, place{id: begun[0].Place, lane: lane}, []waiting{{begun[0].Ref}}, time.Now())
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // and the second results are none
			var results []stories.Result
			for _, f := range begun {
				results = append(results, stories.Result{Flight: stories.Flight{Ref: f.Ref, Attempt: 1}, State: stories.Sent, MessageID: "m", At: time.Now()})
			}
			if _, err := s.Exchange(ctx, l, stories.Exchange{Batch: 2, Results: results}); err != nil {
				t.Fatal(err)
			}
		}
		found, err := s.Publications(ctx, "lane", nil, 10)
		if err != nil || len(found) != 1 {
			t.Errorf("publications with rows: %v, %v", found, err)
		}
		p, err := s.ProgressOf(ctx, 1)
		if want := (stories.Progress{UpdateID: 1, Total: 2, Sent: 2}); err != nil || p != want {
			t.Errorf("progress %+v, want %+v: %v", p, want, err)
		}
	})
}

// What has ended does not end again, nor is it owed again.
func TestAResultOfWhatHasEndedChangesNothing(t *testing.T) {
	for name, state := range map[string]stories.DeliveryState{"sent": stories.Sent, "to be tried again": stories.Pending} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, Options{}, func(t *testing.T, s *Store, l stories.Lease, begun []stories.Flight) {
				ctx := t.Context()
				err := s.change(ctx, func(q querier) error {
					return move(ctx, q, []waiting{{begun[0].Ref}}, stories.Skipped, inTheWords("taken away"), time.Now())
				})
				if err != nil {
					t.Fatal(err)
				}
				r := stories.Result{Flight: stories.Flight{Ref: begun[0].Ref, Attempt: 1}, State: state, At: time.Now()}
				if _, err := s.Exchange(ctx, l, stories.Exchange{Batch: 2, Results: []stories.Result{r}, Flying: begun[1:]}); err != nil {
					t.Fatal(err)
				}
				p, err := s.ProgressOf(ctx, 1)
				if want := (stories.Progress{UpdateID: 1, Total: 2, Waiting: 1, Failed: 1}); err != nil || p != want {
					t.Errorf("progress %+v, want %+v: %v", p, want, err)
				}
				skipped, err := s.Deliveries(ctx, stories.DeliveryFilter{States: []stories.DeliveryState{stories.Skipped}}, 10)
				if err != nil || len(skipped) != 1 {
					t.Errorf("skipped %v, %v", skipped, err)
				}
			})
		})
	}
}

// Rows that two take away at once are counted once.
func TestWhatWasTakenAwayIsNotCountedAgain(t *testing.T) {
	onBoth(t, Options{}, func(t *testing.T, s *Store, l stories.Lease, begun []stories.Flight) {
		ctx := t.Context()
		queued, held := waiting{begun[0].Ref}, waiting{begun[0].Ref}
		held.Publication = 0
		for _, step := range []struct {
			row waiting
			to  stories.DeliveryState
		}{{queued, stories.Held}, {queued, stories.Held}, {held, stories.Skipped}, {held, stories.Skipped}} {
			if err := s.change(ctx, func(q querier) error { return move(ctx, q, []waiting{step.row}, step.to, inTheWords("no"), time.Now()) }); err != nil {
				t.Fatal(err)
			}
		}
		p, err := s.ProgressOf(ctx, 1)
		if want := (stories.Progress{UpdateID: 1, Total: 2, Waiting: 1, Failed: 1}); err != nil || p != want {
			t.Errorf("progress %+v, want %+v: %v", p, want, err)
		}
	})
}

// A replica whose clock is an hour ahead takes a lane over that worked just now.
func TestALaneThatWorkedJustNowIsNotIdle(t *testing.T) {
	ahead := time.Duration(0)
	opts := Options{Now: func() time.Time { return time.Now().Add(ahead) }}
	onBoth(t, opts, func(t *testing.T, s *Store, l stories.Lease, begun []stories.Flight) {
		if _, file := s.engine.(*sqliteEngine); file {
			return // one process has it, with its clock
		}
		ahead = time.Hour
		defer func() { ahead = 0 }()
		past, err := s.LanePast(t.Context(), "lane")
		if err != nil || past.Idle > time.Minute {
			t.Errorf("idle for %v: %v", past.Idle, err)
		}
	})
}
