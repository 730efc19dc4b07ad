package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

// BenchmarkAnswer asks /story of the real program, idle and beside a push, and
// reports the time from the event to the callback:
//
//	go test ./cmd/storybot -run '^$' -bench Answer -benchtime 1000x
func BenchmarkAnswer(b *testing.B) {
	for _, c := range []struct {
		name string
		push bool
		opts []discordtest.Option
	}{
		{"idle", false, []discordtest.Option{discordtest.NoLimits()}},
		{"beside a paced push", true, []discordtest.Option{discordtest.WithLimits(discordtest.DocumentedLimits())}},
		{"beside an unlimited push", true, []discordtest.Option{discordtest.NoLimits()}},
	} {
		b.Run(c.name, func(b *testing.B) {
			ctx := b.Context()
			url := "sqlite:" + filepath.Join(b.TempDir(), "news.db")
			far := discordtest.Start(b, c.opts...)
			channels := far.AddChannels(pushChannels)
			follow(b, url, channels)
			startProcess(b, b.TempDir(), []string{
				"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + far.URL(),
				"STORYBOT_ADMINS=discord:" + discordtest.DefaultUser, "DATABASE_URL=" + url, "LOG_LEVEL=info",
			})
			if err := far.WaitReady(ctx); err != nil {
				b.Fatal(err)
			}
			publish := func(n int) {
				_, err := far.Command(ctx, discordtest.Interaction{Channel: channels[0].ID, Name: "update",
					Options: map[string]string{"story": "flood", "text": fmt.Sprintf("The water rises, report %d.", n)}})
				if err != nil && ctx.Err() == nil {
					b.Error(err)
				}
			}
			publish(0)
			if c.push {
				pushing, stop := context.WithCancel(ctx)
				done := make(chan struct{})
				go func() {
					defer close(done)
					for n := 1; pushing.Err() == nil; n++ {
						publish(n)
						if far.WaitPosts(pushing, n*pushChannels) != nil {
							return
						}
					}
				}()
				defer func() { stop(); <-done }()
			} else if err := far.WaitPosts(ctx, pushChannels); err != nil {
				b.Fatal(err)
			}
			latencies := make([]time.Duration, 0, b.N)
			for b.Loop() {
				answer, err := far.Command(ctx, discordtest.Interaction{Channel: channels[0].ID, Name: "story", Options: map[string]string{"story": "flood"}})
				if err != nil {
					b.Fatal(err)
				}
				latencies = append(latencies, answer.Latency)
			}
			slices.Sort(latencies)
			b.ReportMetric(latencies[len(latencies)/2].Seconds()*1000, "p50-ms")
			b.ReportMetric(latencies[len(latencies)*99/100].Seconds()*1000, "p99-ms")
		})
	}
}
