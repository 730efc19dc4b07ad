package main

import (
	"fmt"
	"path/filepath"
	"testing"

	"storybot/bot/discord/discordtest"
)

// BenchmarkPace pushes to 500 channels of a Discord with its documented limits,
// which allow it in 10 s, and counts the 429s that drew:
//
//	go test ./cmd/storybot -run '^$' -bench Pace -benchtime 3x
func BenchmarkPace(b *testing.B) {
	const followers = 500
	ctx := b.Context()
	url := "sqlite:" + filepath.Join(b.TempDir(), "news.db")
	far := discordtest.Start(b, discordtest.WithLimits(discordtest.DocumentedLimits()))
	channels := far.AddChannels(followers)
	follow(b, url, channels)
	startProcess(b, b.TempDir(), []string{
		"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + far.URL(),
		"STORYBOT_ADMINS=discord:" + discordtest.DefaultUser, "DATABASE_URL=" + url, "LOG_LEVEL=info",
	})
	if err := far.WaitReady(ctx); err != nil {
		b.Fatal(err)
	}
	for n := 1; b.Loop(); n++ {
		if _, err := far.Command(ctx, discordtest.Interaction{Channel: channels[0].ID, Name: "update",
			Options: map[string]string{"story": "flood", "text": fmt.Sprintf("The water rises, report %d.", n)}}); err != nil {
			b.Fatal(err)
		}
		if err := far.WaitPosts(ctx, n*followers); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/push")
	b.ReportMetric(float64(far.Stats().RateLimited), "429s")
}
