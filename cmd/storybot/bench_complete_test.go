package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/stories"
	"storybot/stories/sqlstore"
	"storybot/stories/storetest/archivetest"
	"storybot/stories/storetest/pgtest"
)

// BenchmarkCompletion types into an option of the real program, with no story and with
// ten thousand, and reports the time from the event to the suggestions:
//
//	go test ./cmd/storybot -run '^$' -bench Completion -benchtime 300x
func BenchmarkCompletion(b *testing.B) {
	for database, url := range map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "news.db") },
		"postgres": pgtest.URL,
	} {
		for _, n := range []int{0, 10_000} {
			b.Run(fmt.Sprintf("%s/%d stories", database, n), func(b *testing.B) {
				url := url(b)
				startStories(b, url, n)
				far := discordtest.Start(b, discordtest.NoLimits())
				far.AddChannel(guild, guildChannel)
				startProcess(b, b.TempDir(), []string{"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + far.URL(), "DATABASE_URL=" + url, "LOG_LEVEL=info"})
				if err := far.WaitReady(b.Context()); err != nil {
					b.Fatal(err)
				}
				for _, typing := range []struct {
					name  string
					texts []string
				}{
					{"nothing", []string{""}}, {"a letter", []string{"k", "s", "b"}}, {"a beginning", []string{"kyiv-f", "paris-h", "oslo-"}}, {"a slug", []string{"kyiv-fire-0150", "oslo-vote-0077"}},
					{"two beginnings", []string{"flo par", "ha to"}}, {"misspelt", []string{"kiyv-fier", "tokio-hakc", "pariss-flod"}}, {"misspelt and not to its end", []string{"parsi-flo", "kiyv-f"}}, {"what there is not", []string{"zzzzzz", "qqqqqqq"}},
				} {
					b.Run(typing.name, func(b *testing.B) {
						var took []time.Duration
						for i := 0; b.Loop(); i++ {
							began := time.Now()
							if _, err := far.Autocomplete(b.Context(), discordtest.Interaction{Channel: guildChannel, Name: "story", Options: map[string]string{"story": typing.texts[i%len(typing.texts)]}}, "story"); err != nil {
								b.Fatal(err)
							}
							took = append(took, time.Since(began))
						}
						slices.Sort(took)
						b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
						b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
					})
				}
			})
		}
	}
}

// startStories starts so many stories about twelve subjects in fifteen places, a third of them closed.
func startStories(b *testing.B, url string, n int) {
	b.Helper()
	s, err := sqlstore.Open(b.Context(), url, sqlstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		made := archivetest.Story(i)
		act := stories.Act{By: stories.User{Ref: "console:ana"}, At: at.Add(time.Duration(i) * time.Minute)}
		story, err := s.CreateStory(b.Context(), act, stories.Story{Slug: made.Slug(), Headline: made.Headline(), Topics: []string{made.Subject()}, State: stories.Developing})
		if err == nil && made.Closed() {
			_, _, err = s.SetStoryState(b.Context(), act, story.ID, stories.Closed)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Prune(b.Context(), time.Now()); err != nil { // as housekeeping does
		b.Fatal(err)
	}
}
