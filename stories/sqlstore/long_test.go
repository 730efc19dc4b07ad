package sqlstore_test

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// longStory gives the newsroom's story n earlier updates, each delivered.
func longStory(b testing.TB, url string, n int) (*sqlstore.Store, stories.Story) {
	b.Helper()
	s, story := newsroom(b, url, 2)
	execute(b, url, fmt.Sprintf(`
		INSERT INTO updates (story_id, number, place, level, text, sources, author_ref, author_name, at, created_at)
			WITH RECURSIVE k (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < %d)
			SELECT %d, i, i, 1, 'Earlier news ' || i, '', 'console:ana', 'Ana', 1700000000000 + i, 1700000000000 + i FROM k`, n, story.ID))
	execute(b, url, `
		INSERT INTO publications (seed, lane_id, update_id, story_id, created_at, level, urgency, total, sent)
			SELECT u.id, t.lane_id, u.id, u.story_id, u.created_at, 1, 1, 1, 1 FROM updates u, destinations t WHERE t.channel = '0'`)
	execute(b, url, fmt.Sprintf(`UPDATE stories SET updates = %d`, n))
	if !strings.HasPrefix(url, "sqlite:") {
		execute(b, url, "ANALYZE")
	}
	return s, story
}

// onTheLongStory is what /update and /story ask of the database.
func onTheLongStory(b testing.TB, s *sqlstore.Store, story stories.Story) {
	b.Helper()
	ctx := context.Background()
	if _, err := s.SameText(ctx, story.ID, "North Korea denied it!", time.Now().Add(-time.Hour)); stories.CodeOf(err) != stories.CodeNotFound {
		b.Fatal(err)
	}
	_, p, err := s.AppendUpdate(ctx, stories.Act{At: time.Now()}, stories.Update{StoryID: story.ID, Text: "North Korea denied it.", Level: stories.Breaking, At: time.Now()})
	if err != nil || p.Total != 2 {
		b.Fatal(p, err)
	}
	if _, err := s.StoryBySlug(ctx, story.Slug); err != nil {
		b.Fatal(err)
	}
	if _, err := s.Updates(ctx, story.ID, 0, 3); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkLongStory publishes an update of a story that has n and shows it: it
// must not matter how many they are.
func BenchmarkLongStory(b *testing.B) {
	for _, n := range []int{400, 400_000} {
		each(b, fmt.Sprintf("/%d", n), func(b *testing.B, url string) {
			s, story := longStory(b, url, n)
			began := spent(b)
			for b.Loop() {
				onTheLongStory(b, s, story)
			}
			perOp(b, began)
		})
	}
}

// BenchmarkMillion leaves 1,000,000 rows waiting, begins some of them and reports
// how much memory the process has needed, in MB. Run it by itself.
func BenchmarkMillion(b *testing.B) {
	s, story := newsroom(b, sqliteURL(b), 100_000)
	for b.Loop() {
		for range 10 {
			publish(b, s, story)
		}
		open, err := s.Publications(b.Context(), benchLane, nil, 100)
		if err != nil {
			b.Fatal(err)
		}
		loaded, err := s.Load(b.Context(), open[0].ID, stories.Ref{}, loadRows)
		if err != nil {
			b.Fatal(err)
		}
		rows := make([]stories.Ref, len(loaded.Rows))
		for i, o := range loaded.Rows {
			rows[i] = o.Ref
		}
		work(b, s, holdLane(b, s), 1, rows, 200)
	}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(u.Maxrss)/1024, "MB")
}
