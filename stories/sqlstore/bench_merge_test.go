package sqlstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// grown are two stories of so many updates each, all published and findable; those of
// the first are as old as those of the second where they are mixed, else newer.
func grown(b *testing.B, url string, from, into int, mixed bool) (s *sqlstore.Store, first, second stories.Story) {
	b.Helper()
	s = open(b, url)
	act := stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
	for i, n := range []int{from, into} {
		story, err := s.CreateStory(b.Context(), act, stories.Story{Slug: fmt.Sprint("story", i+1), Headline: "Sony Pictures attacked"})
		if err != nil {
			b.Fatal(err)
		}
		at := 0
		if !mixed { // what goes over is all newer
			at = (1 - i) * 1_000_000
		}
		execute(b, url, fmt.Sprintf(`
			INSERT INTO updates (story_id, number, place, level, text, sources, author_ref, author_name, at, created_at)
				WITH RECURSIVE k (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < %d)
				SELECT %d, i, i, 2, 'North Korea denied that it had anything to do with the attack, for the ' || i || 'th time.', '', 'console:ana', 'Ana', %d + i, %[3]d + i FROM k WHERE i <= %[1]d`, n, story.ID, at))
		execute(b, url, fmt.Sprintf(`UPDATE stories SET updates = %d WHERE id = %d`, n, story.ID))
		execute(b, url, fmt.Sprintf(`
			INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, level, urgency, total, sent)
				SELECT 1, 1, id, story_id, created_at, 2, 2, 1, 1 FROM updates WHERE story_id = %d`, story.ID))
		findable(b, url, story.ID)
		if i == 0 {
			first = story
		} else {
			second = story
		}
	}
	if !strings.HasPrefix(url, "sqlite:") {
		execute(b, url, "ANALYZE")
	}
	return s, first, second
}

// findable has the updates of a story found by their words.
func findable(b *testing.B, url string, story int64) {
	b.Helper()
	if !strings.HasPrefix(url, "sqlite:") {
		execute(b, url, fmt.Sprintf(`INSERT INTO pieces (story_id, update_id) SELECT story_id, id FROM updates WHERE story_id = %d`, story))
		execute(b, url, fmt.Sprintf(`
			INSERT INTO pieces_words (piece_id, words)
				SELECT p.id, array_to_tsvector(array_remove(string_to_array(lower(u.text), ' '), '')) FROM pieces p JOIN updates u ON u.id = p.update_id WHERE p.story_id = %d`, story))
		return
	}
	execute(b, url, fmt.Sprintf(`INSERT INTO pieces (story_id, update_id) SELECT story_id, id FROM updates WHERE story_id = %d`, story))
	execute(b, url, fmt.Sprintf(`INSERT INTO pieces_words (rowid, words) SELECT p.id, lower(u.text) FROM pieces p JOIN updates u ON u.id = p.update_id WHERE p.story_id = %d`, story))
}

// BenchmarkMerge makes one story of two: a long one goes on as a short one, and the
// other way round.
func BenchmarkMerge(b *testing.B) {
	const many, few = 200_000, 100
	for _, tt := range []struct {
		name       string
		from, into int
		mixed      bool
	}{
		{"few", few, few, true}, {"many into few", many, few, false}, {"few into many", few, many, false}, {"few into many, of the same time", few, many, true},
	} {
		each(b, "/"+tt.name, func(b *testing.B, url string) {
			b.ReportAllocs()
			var used time.Duration
			for b.Loop() {
				b.StopTimer()
				url := databases[strings.Split(strings.TrimPrefix(b.Name(), "BenchmarkMerge/"), "/")[0]](b)
				s, from, into := grown(b, url, tt.from, tt.into, tt.mixed)
				b.StartTimer()
				began := spent(b)
				if m, err := s.MergeStories(b.Context(), stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}, from.ID, into.ID); err != nil || !m.Changed {
					b.Fatal(m.Changed, err)
				}
				b.StopTimer()
				used += spent(b) - began
				s.Close()
				b.StartTimer()
			}
			b.ReportMetric(float64(used.Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}
