package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

const benchLane = "bench"

// newsroom is a store with a story that n channels follow.
func newsroom(b testing.TB, url string, n int) (*sqlstore.Store, stories.Story) {
	b.Helper()
	s := open(b, url)
	act := stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
	story, err := s.CreateStory(b.Context(), act, stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked", Topics: []string{"security"}})
	if err != nil {
		b.Fatal(err)
	}
	_, _, err = s.Subscribe(b.Context(), act, stories.Subscription{
		Destination: stories.Destination{Platform: "discord", Workspace: "0", Channel: "0"},
		Target:      stories.Target{Kind: stories.TargetStory, Name: story.Slug}, Level: stories.Minor,
	}, benchLane)
	if err != nil {
		b.Fatal(err)
	}
	crowd(b, url, n-1)
	return s, story
}

// crowd makes n copies of the only destination and its subscription, in two
// statements instead of n commands.
func crowd(b testing.TB, url string, n int) {
	b.Helper()
	execute(b, url, fmt.Sprintf(`
		INSERT INTO destinations (platform, workspace, channel, lane_id)
			WITH RECURSIVE k (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < %d)
			SELECT platform, CAST(100000 + i / 10 AS TEXT), CAST(1234567890123000000 + i AS TEXT), lane_id FROM destinations, k`, n))
	execute(b, url, `
		INSERT INTO subscriptions (destination_id, kind, story_id, level, state, by_ref, by_name, created_at)
			SELECT t.id, kind, story_id, level, b.state, by_ref, by_name, created_at FROM subscriptions b, destinations t WHERE t.channel <> '0'`)
	if !strings.HasPrefix(url, "sqlite:") {
		execute(b, url, "ANALYZE")
	}
}

// execute runs a statement beside the store.
func execute(b testing.TB, url, text string) {
	b.Helper()
	driver, name := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, name = "sqlite", path
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		b.Fatal(err)
	}
}

// perOp reports the processor time this process spent on each operation since
// began: other programs on the machine change it less than the time.
func perOp(b *testing.B, began time.Duration) {
	b.ReportMetric(float64((spent(b)-began).Microseconds())/float64(b.N), "cpu-µs/op")
}

// spent is the processor time of this process so far.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func publish(b testing.TB, s *sqlstore.Store, story stories.Story) stories.Progress {
	b.Helper()
	_, p, err := s.AppendUpdate(context.Background(), stories.Act{At: time.Now()}, stories.Update{StoryID: story.ID, Text: "North Korea denied it.", Level: stories.Normal, At: time.Now()})
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// work sends up to n deliveries in batches, fails the first retries of them
// once, and returns how many it sent.
func work(b testing.TB, s *sqlstore.Store, l stories.Lease, batch, n int) (sent int) {
	b.Helper()
	var results []stories.Result
	for sent < n {
		got, err := s.Advance(context.Background(), l, results, batch, false, time.Now())
		if err != nil {
			b.Fatal(err)
		}
		if len(got.Claimed) == 0 && !got.Waiting {
			return sent
		}
		results = results[:0]
		for _, d := range got.Claimed {
			results = append(results, stories.Result{DeliveryID: d.ID, Attempt: d.Attempt, State: stories.Sent, MessageID: "1234567890123456789", At: time.Now()})
		}
		sent += len(results)
	}
	if _, err := s.Advance(context.Background(), l, results, 0, false, time.Now()); err != nil {
		b.Fatal(err)
	}
	return sent
}

func holdLane(b testing.TB, s *sqlstore.Store) stories.Lease {
	b.Helper()
	l, ok, err := s.Acquire(context.Background(), benchLane, "w", time.Hour)
	if err != nil || !ok {
		b.Fatal(ok, err)
	}
	return l
}

// each runs a benchmark on both databases.
func each(b *testing.B, name string, run func(b *testing.B, url string)) {
	for _, kind := range []string{"sqlite", "postgres"} {
		b.Run(kind+name, func(b *testing.B) { run(b, databases[kind](b)) })
	}
}

// BenchmarkPlan publishes an update to n channels: the time of one publication.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		each(b, fmt.Sprintf("/%dk", n/1000), func(b *testing.B, url string) {
			s, story := newsroom(b, url, n)
			var used time.Duration
			for b.Loop() {
				began := spent(b)
				if p := publish(b, s, story); p.Total != n {
					b.Fatalf("planned %d, want %d", p.Total, n)
				}
				used += spent(b) - began
				b.StopTimer()
				execute(b, url, "DELETE FROM deliveries")
				b.StartTimer()
			}
			perOp(b, spent(b)-used)
		})
	}
}

// BenchmarkAdvance sends deliveries in batches of n: the time of a delivery.
func BenchmarkAdvance(b *testing.B) {
	for _, n := range []int{50, 200} {
		each(b, fmt.Sprintf("/%d", n), func(b *testing.B, url string) { advance(b, url, n) })
	}
}

func advance(b *testing.B, url string, batch int) {
	const channels = 10_000
	s, story := newsroom(b, url, channels)
	l := holdLane(b, s)
	b.ResetTimer()
	var used time.Duration
	for done := 0; done < b.N; {
		b.StopTimer()
		publish(b, s, story)
		b.StartTimer()
		began := spent(b)
		done += work(b, s, l, batch, min(channels, b.N-done))
		used += spent(b) - began
	}
	perOp(b, spent(b)-used)
}

// BenchmarkClaim takes and returns one batch of 50 in a queue of 100,000: the
// time of one Advance.
func BenchmarkClaim(b *testing.B) {
	each(b, "", func(b *testing.B, url string) {
		s, story := newsroom(b, url, 100_000)
		l := holdLane(b, s)
		publish(b, s, story)
		var results []stories.Result
		began := spent(b)
		for b.Loop() {
			got, err := s.Advance(context.Background(), l, results, 50, false, time.Now())
			if err != nil || len(got.Claimed) == 0 {
				b.Fatal(len(got.Claimed), err)
			}
			results = results[:0]
			for _, d := range got.Claimed {
				results = append(results, stories.Result{DeliveryID: d.ID, Attempt: d.Attempt, State: stories.Pending, DueAt: time.Now(), At: time.Now()})
			}
		}
		perOp(b, began)
	})
}

// BenchmarkEmptyClaim asks for work when the first delivery of each of 10,000
// channels waits for its retry, with nine more behind each.
func BenchmarkEmptyClaim(b *testing.B) {
	each(b, "", func(b *testing.B, url string) {
		s, story := newsroom(b, url, 10_000)
		l := holdLane(b, s)
		for range 10 {
			publish(b, s, story)
		}
		backoff(b, s, l, 10_000)
		began := spent(b)
		for b.Loop() {
			got, err := s.Advance(context.Background(), l, nil, 50, false, time.Now())
			if err != nil || len(got.Claimed) > 0 || got.Waiting {
				b.Fatal(len(got.Claimed), got.Waiting, err)
			}
		}
		perOp(b, began)
	})
}

// backoff fails the first delivery of n channels for an hour, and claims until
// nothing more is examined.
func backoff(b testing.TB, s *sqlstore.Store, l stories.Lease, n int) {
	b.Helper()
	var results []stories.Result
	worst := time.Duration(0)
	for failed := 0; ; {
		began := time.Now()
		got, err := s.Advance(context.Background(), l, results, 50, false, time.Now())
		if err != nil {
			b.Fatal(err)
		}
		worst = max(worst, time.Since(began))
		failed += len(got.Claimed)
		results = results[:0]
		for _, d := range got.Claimed {
			results = append(results, stories.Result{DeliveryID: d.ID, Attempt: d.Attempt, State: stories.Pending, DueAt: time.Now().Add(time.Hour), At: time.Now()})
		}
		if len(got.Claimed) == 0 && !got.Waiting {
			if failed != n {
				b.Fatalf("%d channels failed, want %d", failed, n)
			}
			b.Logf("slowest claim on the way: %v", worst)
			return
		}
	}
}

// BenchmarkStoryRead is what /story asks of the database.
func BenchmarkStoryRead(b *testing.B) {
	each(b, "", func(b *testing.B, url string) {
		s, story := newsroom(b, url, 10)
		for range 20 {
			publish(b, s, story)
		}
		began := spent(b)
		for b.Loop() {
			found, err := s.StoryBySlug(context.Background(), "sony-hack")
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Updates(context.Background(), found.ID, 0, 3); err != nil {
				b.Fatal(err)
			}
			if _, err := s.Seen(context.Background(), "discord:1", found.ID); err != nil {
				b.Fatal(err)
			}
		}
		perOp(b, began)
	})
}
