package sqlstore_test

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// archived is how many updates there are in the ten thousand stories of
// BenchmarkReaders; a million takes some minutes more to write.
var archived = flag.Int("updates", 100_000, "updates in the archive that BenchmarkReaders reads")

// BenchmarkReaders is what readers ask for, one after another, in an empty database
// and in one of ten thousand stories: keystrokes of autocomplete, searches, stories.
// Each iteration asks for something else.
func BenchmarkReaders(b *testing.B) {
	for kind, url := range databases {
		b.Run(kind, func(b *testing.B) {
			b.Run("empty", func(b *testing.B) { readAll(b, archive(b, url(b), 0, 0)) })
			b.Run("full", func(b *testing.B) { readAll(b, archive(b, url(b), 10_000, *archived)) })
		})
	}
}

func readAll(b *testing.B, s *sqlstore.Store) {
	for _, asked := range readers {
		b.Run(asked.name, func(b *testing.B) {
			var took []time.Duration
			began := spent(b)
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				if err := asked.ask(b.Context(), s, i); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			perOp(b, began)
		})
	}
}

// readers are what is asked; ask asks it the i-th time.
var readers = []struct {
	name string
	ask  func(ctx context.Context, s *sqlstore.Store, i int) error
}{
	{"suggest nothing", suggests("")},
	{"suggest a letter", suggests("k", "s", "b", "t")},
	{"suggest a beginning", suggests("kyiv-f", "paris-h", "tokyo-el", "oslo-")},
	{"suggest a slug", suggests("kyiv-fire-0187", "kyiv-fire-9187")},
	{"suggest two words", suggests("flo par", "ha to", "some 1e")},
	{"suggest a misspelt slug", suggests("kiyv-fier", "tokio-hakc", "pariss-flod")},
	{"suggest what there is not", suggests("zzzzzz", "qqqqqqq")},
	{"search a rare word", func(ctx context.Context, s *sqlstore.Store, i int) error {
		return find(ctx, s, fmt.Sprint("rare", i%100))
	}},
	{"search two words", searches("kyiv fire", "hack tokyo", "oslo flood", "vote lima")},
	{"search two beginnings", searches("kyi fir", "hac tok", "osl flo", "vot lim")},
	{"search a short beginning", searches("con", "pro", "int")},
	{"search a letter", searches("k", "s")},
	{"search a word of one update in twenty", searches("twentieth")},
	{"search a word of all updates", searches("every")},
	{"search two words of all updates", searches("every news")},
	{"search a misspelt slug", searches("kiyv fier", "tokio hakc")},
	{"search what there is not", searches("zzzzzz", "qqqqqqq")},
	{"a story", func(ctx context.Context, s *sqlstore.Store, i int) error {
		story, err := s.StoryBySlug(ctx, fmt.Sprintf("kyiv-fire-%04d", 7+180*(i%50)))
		if stories.CodeOf(err) == stories.CodeNotFound {
			_, err = s.Near(ctx, "kyiv-fire", 3)
			return err
		}
		if err == nil {
			_, err = s.Updates(ctx, story.ID, 0, 3)
		}
		return err
	}},
}

func suggests(typed ...string) func(context.Context, *sqlstore.Store, int) error {
	return func(ctx context.Context, s *sqlstore.Store, i int) error {
		found, err := s.Suggest(ctx, typed[i%len(typed)], stories.MaxSuggested)
		if len(found) > stories.MaxSuggested {
			return fmt.Errorf("%d suggestions", len(found))
		}
		return err
	}
}

func searches(queries ...string) func(context.Context, *sqlstore.Store, int) error {
	return func(ctx context.Context, s *sqlstore.Store, i int) error {
		return find(ctx, s, queries[i%len(queries)])
	}
}

func find(ctx context.Context, s *sqlstore.Store, query string) error {
	hits, total, err := s.Search(ctx, query, 0, 6)
	if len(hits) > 6 || total < len(hits) {
		return fmt.Errorf("%d of %d for %q", len(hits), total, query)
	}
	return err
}
