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
		Target:      stories.Target{Kind: stories.TargetStory, Name: story.Slug}, Options: stories.Options{Level: stories.Minor},
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
		INSERT INTO subscriptions (destination_id, kind, story_id, level, mode, digest, quiet, tz, mention, mention_level, publish, state, by_ref, by_name, created_at)
			SELECT t.id, kind, story_id, level, mode, digest, quiet, tz, mention, mention_level, publish, b.state, by_ref, by_name, created_at FROM subscriptions b, destinations t WHERE t.channel <> '0'`)
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

// loadAll reads everything that is owed in the lane, as its holder does.
func loadAll(b testing.TB, s *sqlstore.Store) (rows []stories.Ref) {
	b.Helper()
	open, err := s.Publications(context.Background(), benchLane, nil, 1000)
	if err != nil {
		b.Fatal(err)
	}
	for _, p := range open {
		for after := (stories.Ref{}); ; {
			loaded, err := s.Load(context.Background(), p.ID, after, loadRows)
			if err != nil {
				b.Fatal(err)
			}
			for _, o := range loaded.Rows {
				rows = append(rows, o.Ref)
			}
			if len(loaded.Rows) < loadRows {
				break
			}
			after = rows[len(rows)-1]
		}
	}
	return rows
}

const loadRows = 2000

// work begins and finishes rows in batches: each transaction finishes one batch
// and begins the next.
func work(b testing.TB, s *sqlstore.Store, l stories.Lease, first int64, rows []stories.Ref, size int) (batches int64) {
	b.Helper()
	return workOn(b, s, l, first, rows, size, 0)
}

// workOn is work of what shows a revision.
func workOn(b testing.TB, s *sqlstore.Store, l stories.Lease, first int64, rows []stories.Ref, size, revision int) (batches int64) {
	b.Helper()
	var results []stories.Result
	for len(rows) > 0 || len(results) > 0 {
		n := min(size, len(rows))
		x := stories.Exchange{Batch: first + batches, Results: results}
		for _, r := range rows[:n] {
			x.Begin = append(x.Begin, stories.Flight{Ref: r, Attempt: 1, First: time.Now(), Last: time.Now()})
		}
		rows = rows[n:]
		got, err := s.Exchange(context.Background(), l, x)
		if err != nil {
			b.Fatal(err)
		}
		results = results[:0]
		for _, f := range x.Begin {
			if !got.Deliveries[f.Delivery] {
				b.Fatal("not begun")
			}
			result := arrived(f)
			result.Revision = revision
			results = append(results, result)
		}
		batches++
	}
	return batches
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
			planning(b, url, s, story, n)
		})
	}
}

// planning publishes an update to n channels over and over, each time as the first one.
func planning(b *testing.B, url string, s *sqlstore.Store, story stories.Story, n int) {
	b.Helper()
	var used time.Duration
	for b.Loop() {
		began := spent(b)
		if p := publish(b, s, story); p.Total != n {
			b.Fatalf("planned %d, want %d", p.Total, n)
		}
		used += spent(b) - began
		b.StopTimer()
		for _, table := range []string{"owed", "outcomes", "queue", "publications"} {
			execute(b, url, "DELETE FROM "+table)
		}
		b.StartTimer()
	}
	perOp(b, spent(b)-used)
}

// BenchmarkPlanDecided publishes an update to n channels that follow its topic and all
// beside it: the topic decides in each.
func BenchmarkPlanDecided(b *testing.B) {
	const n = 100_000
	each(b, "/100k", func(b *testing.B, url string) {
		s, story := newsroom(b, url, n)
		execute(b, url, `UPDATE subscriptions SET kind = 'topic', topic = 'security', story_id = 0`)
		execute(b, url, `
			INSERT INTO subscriptions (destination_id, kind, level, mode, digest, quiet, tz, mention, mention_level, publish, state, by_ref, by_name, created_at)
				SELECT destination_id, 'all', level, mode, digest, quiet, tz, mention, mention_level, publish, state, by_ref, by_name, created_at FROM subscriptions`)
		planning(b, url, s, story, n)
	})
}

// BenchmarkRevise corrects an update of n channels: what asking for it costs, and doing
// it, the first time, and once it has been corrected before, and often.
func BenchmarkRevise(b *testing.B) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	each(b, fmt.Sprintf("/%dk", n/1000), func(b *testing.B, url string) {
		s, story := newsroom(b, url, n)
		execute(b, url, `INSERT INTO subscriptions (destination_id, kind, level, mode, digest, quiet, tz, mention, mention_level, publish, state, by_ref, by_name, created_at)
			SELECT destination_id, 'all', level, mode, digest, quiet, tz, mention, mention_level, publish, state, by_ref, by_name, created_at FROM subscriptions`)
		publish(b, s, story)
		lease := holdLane(b, s)
		batch := work(b, s, lease, 1, loadAll(b, s), loadRows) + 1
		u, err := s.UpdateByNumber(b.Context(), story.ID, 1)
		if err != nil {
			b.Fatal(err)
		}
		act := stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
		want := stories.Reach{Edits: n, Told: n, Kind: stories.Correction}
		for i, name := range []string{"first", "second", "third", "4th", "5th"} {
			w := stories.Rewording{Kind: stories.Correction, Text: fmt.Sprint("It was denied again, ", i)}
			b.Run(name+"/asked", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if got, err := s.WouldRevise(b.Context(), act, u.ID, w); err != nil || got.Reach != want {
						b.Fatalf("%+v, %v", got.Reach, err)
					}
				}
			})
			b.Run(name+"/done", func(b *testing.B) {
				b.ReportAllocs()
				if b.N > 1 {
					b.Skip("it is done once: run it with -benchtime 1x")
				}
				for range b.N {
					if got, err := s.Revise(b.Context(), act, u.ID, w); err != nil || got.Reach != want {
						b.Fatalf("%+v, %v", got.Reach, err)
					}
				}
			})
			batch += workOn(b, s, lease, batch, loadAll(b, s), loadRows, i+1)
		}
	})
}

// BenchmarkExchange begins and finishes deliveries in batches of n: the time of a
// delivery.
func BenchmarkExchange(b *testing.B) {
	for _, n := range []int{50, 200} {
		each(b, fmt.Sprintf("/%d", n), func(b *testing.B, url string) { exchange(b, url, n) })
	}
}

func exchange(b *testing.B, url string, size int) {
	const channels = 10_000
	s, story := newsroom(b, url, channels)
	l := holdLane(b, s)
	b.ResetTimer()
	var used time.Duration
	batch := int64(1)
	for done := 0; done < b.N; {
		b.StopTimer()
		publish(b, s, story)
		rows := loadAll(b, s)
		rows = rows[:min(len(rows), b.N-done)]
		b.StartTimer()
		began := spent(b)
		batch += work(b, s, l, batch, rows, size)
		done += len(rows)
		used += spent(b) - began
	}
	perOp(b, spent(b)-used)
}

// BenchmarkLoad reads what is owed into memory: the time of a row.
func BenchmarkLoad(b *testing.B) {
	each(b, "", func(b *testing.B, url string) {
		const channels = 10_000
		s, story := newsroom(b, url, channels)
		publish(b, s, story)
		b.ResetTimer()
		for done := 0; done < b.N; done += channels {
			if rows := loadAll(b, s); len(rows) != channels {
				b.Fatalf("loaded %d rows", len(rows))
			}
		}
	})
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
