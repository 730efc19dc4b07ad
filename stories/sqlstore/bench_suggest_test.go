package sqlstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// shelf fills a store with n stories, each with a word of its own, a third of
// them closed.
func shelf(b testing.TB, s *sqlstore.Store, n int) {
	b.Helper()
	subjects := []string{"election", "budget", "flood", "strike", "hack", "trial", "quake", "fire", "summit", "merger", "outage", "vote"}
	places := []string{"kyiv", "paris", "tokyo", "boston", "cairo", "lagos", "lima", "oslo", "delhi", "rome", "quito", "sofia", "perth", "dakar", "minsk"}
	act := stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	for i := range n {
		act.At = act.At.Add(time.Minute)
		subject, place := subjects[i%len(subjects)], places[i/len(subjects)%len(places)]
		story, err := s.CreateStory(b.Context(), act, stories.Story{
			Slug:     fmt.Sprintf("%s-%s-%04d", place, subject, i),
			Headline: fmt.Sprintf("The %s of %s is news number %d to somebody %x", subject, place, i, i*7919),
			Summary:  "What is known so far, in as many words as people write: it began in the morning, nobody was hurt, and the authorities have promised a report.",
			Topics:   []string{subject},
		})
		if err != nil {
			b.Fatal(err)
		}
		if i%3 == 0 {
			if _, _, err := s.SetStoryState(b.Context(), act, story.ID, stories.Closed); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkSuggest is one keystroke of autocomplete, in an empty database and
// beside ten thousand stories.
func BenchmarkSuggest(b *testing.B) {
	for _, n := range []int{0, 10_000} {
		s := open(b, sqliteURL(b))
		shelf(b, s, n)
		if err := s.Prune(b.Context(), time.Now()); err != nil { // as housekeeping does
			b.Fatal(err)
		}
		for _, typed := range []string{"", "k", "kyiv-f", "kyiv-fire-0187", "so ha", "flo par", "some 1e", "kiyv-fier", "zzzzzz"} {
			b.Run(fmt.Sprintf("%d/%q", n, typed), func(b *testing.B) {
				b.ReportAllocs()
				began := spent(b)
				for b.Loop() {
					found, err := s.Suggest(context.Background(), typed, stories.MaxSuggested)
					if err != nil || len(found) > stories.MaxSuggested {
						b.Fatal(len(found), err)
					}
				}
				perOp(b, began)
			})
		}
	}
}
