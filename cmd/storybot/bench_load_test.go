package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/stories/storetest/archivetest"
	"storybot/stories/storetest/pgtest"
)

// loaded is how many updates BenchmarkLoad's full newsroom has. Its ten thousand stories
// are followed by a tenth as many channels as it has updates.
var loaded = flag.Int("loaded", 1_000_000, "updates in the newsroom that BenchmarkLoad fills")

// BenchmarkLoad asks the real program with a full newsroom the same as one with a nearly
// empty one, in turn, in the same run, and reports both and their ratio; of what it starts
// also how long the import took, from start to ready, and resident memory:
//
//	go test ./cmd/storybot -run '^$' -bench Load -benchtime 300x -timeout 2h
func BenchmarkLoad(b *testing.B) {
	for database, url := range map[string]func(testing.TB) string{
		"SQLite":     func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "news.db") },
		"PostgreSQL": pgtest.URL,
	} {
		b.Run(database, func(b *testing.B) {
			const storyCount = 10_000
			full := startSide(b, url(b), load{stories: storyCount, updates: *loaded, followers: *loaded / 10})
			empty := startSide(b, url(b), load{stories: 1, updates: 1, followers: max(1, *loaded/10/storyCount)})
			b.Run("start", func(b *testing.B) {
				for b.Loop() { // as much once as often
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(full.imported.Seconds(), "import-s")
				b.ReportMetric(full.ready.Seconds()*1000, "full-ready-ms")
				b.ReportMetric(empty.ready.Seconds()*1000, "empty-ready-ms")
				b.ReportMetric(float64(full.p.memory())/(1<<20), "full-MB")
				b.ReportMetric(float64(full.p.memory())/float64(empty.p.memory()), "memory-ratio")
			})
			for _, asked := range loadQuestions {
				b.Run(asked.name, func(b *testing.B) {
					var took [2][]time.Duration
					for i := 0; b.Loop(); i++ {
						for side, s := range []*loadSide{empty, full} {
							took[side] = append(took[side], asked.ask(b, s, i))
						}
					}
					b.ReportMetric(0, "ns/op")
					for _, p := range []int{50, 99} {
						var at [2]float64
						for side := range took {
							slices.Sort(took[side])
							at[side] = took[side][len(took[side])*p/100].Seconds() * 1000
						}
						b.ReportMetric(at[1], fmt.Sprintf("p%d-ms", p))
						b.ReportMetric(at[1]/at[0], fmt.Sprintf("p%d-ratio", p))
					}
				})
			}
		})
	}
}

// loadSide is the program on one of the databases.
type loadSide struct {
	load
	far      *discordtest.Server
	channels []discordtest.Channel
	p        *process
	imported time.Duration
	ready    time.Duration
	posts    int // how many were to come so far
}

// startSide fills a database, starts the program on it once for its index, and again for
// the measurement.
func startSide(b *testing.B, url string, l load) *loadSide {
	b.Helper()
	s := &loadSide{load: l, far: discordtest.Start(b, discordtest.NoLimits())}
	s.channels = s.far.AddChannels(l.followers)
	var first *process
	first, s.imported = startLoaded(b, s.far, url, l, s.channels)
	first.stop()
	s.p = startProcess(b, b.TempDir(), loadSettings(s.far, url))
	s.ready = s.p.waitReady()
	if err := s.far.WaitReady(b.Context()); err != nil {
		b.Fatal(err)
	}
	return s
}

// command answers after how long the answer was there.
func (s *loadSide) command(b *testing.B, name string, options map[string]string) time.Duration {
	b.Helper()
	answer, err := s.far.Command(b.Context(), discordtest.Interaction{Channel: s.channels[0].ID, Name: name, Options: options})
	if err != nil {
		b.Fatal(err)
	}
	return answer.Latency
}

// story is one that there is.
func (s *loadSide) story(i int) archivetest.Story { return archivetest.Story(i % s.stories) }

// loadQuestions are what is asked; ask asks it the i-th time.
var loadQuestions = []struct {
	name string
	ask  func(b *testing.B, s *loadSide, i int) time.Duration
}{
	{"story", func(b *testing.B, s *loadSide, i int) time.Duration {
		return s.command(b, "story", map[string]string{"story": s.story(i * 7).Slug()})
	}},
	{"a keystroke", func(b *testing.B, s *loadSide, i int) time.Duration {
		typed := []string{"", "k", "kyiv-f", "flo par", "kiyv-fier", "zzzzzz"}[i%6]
		began := time.Now()
		if _, err := s.far.Autocomplete(b.Context(), discordtest.Interaction{Channel: s.channels[0].ID, Name: "story", Options: map[string]string{"story": typed}}, "story"); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}},
	{"a rare word", search(func(i int) string { return fmt.Sprint("rare", i%100) }, aWordOfOne())},
	{"two words", search(func(i int) string {
		return []string{"kyiv fire", "hack tokyo", "oslo flood", "vote lima"}[i%4]
	}, "kyiv election")},
	{"a word of one update in twenty", search(func(int) string { return "twentieth" }, aWordOfOne())},
	{"a word of all updates", search(func(int) string { return "every" }, "every")},
	{"update", func(b *testing.B, s *loadSide, i int) time.Duration {
		took := s.command(b, "update", map[string]string{"story": s.story(i).Slug(), "text": fmt.Sprintf("Report %d.", i)})
		s.posts += max(1, s.followers/s.stories)
		if err := s.far.WaitPosts(b.Context(), s.posts); err != nil {
			b.Fatal(err)
		}
		return took
	}},
}

// aWordOfOne is in the only update of the nearly empty newsroom.
func aWordOfOne() string {
	words := strings.Fields(strings.Trim(archivetest.NewUpdates().Next(0), "."))
	return words[len(words)-1]
}

// search looks for words in the full newsroom, and in the nearly empty one for what its
// only story holds: what finds a story is compared with what finds a story.
func search(words func(i int) string, alone string) func(*testing.B, *loadSide, int) time.Duration {
	return func(b *testing.B, s *loadSide, i int) time.Duration {
		asked := words(i)
		if s.stories == 1 {
			asked = alone
		}
		return s.command(b, "stories", map[string]string{"words": asked})
	}
}
