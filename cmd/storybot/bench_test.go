package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/stories"
	"storybot/stories/sqlstore"
	"storybot/stories/storetest/pgtest"
)

// pushChannels is how many channels follow in BenchmarkPush.
const pushChannels = 1000

// BenchmarkPush publishes updates to 1,000 channels through the real program,
// against a far side without limits, and sets the rate beside that of a bare
// loop that posts the same to the same far side and stores nothing:
//
//	go test ./cmd/storybot -run '^$' -bench Push -benchtime 20x
//
// The far side runs in the benchmark's own process, so on few cores it takes
// its share of both.
func BenchmarkPush(b *testing.B) {
	for name, database := range map[string]func(b *testing.B) string{
		"SQLite":     func(b *testing.B) string { return "sqlite:" + filepath.Join(b.TempDir(), "news.db") },
		"PostgreSQL": func(b *testing.B) string { return pgtest.URL(b) },
	} {
		b.Run(name, func(b *testing.B) {
			ctx := b.Context()
			url := database(b)
			far := discordtest.Start(b, discordtest.NoLimits())
			channels := far.AddChannels(pushChannels)
			follow(b, url, channels)
			p := startProcess(b, b.TempDir(), []string{
				"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + far.URL(),
				"STORYBOT_ADMINS=discord:" + discordtest.DefaultUser, "DATABASE_URL=" + url, "LOG_LEVEL=info",
			})
			if err := far.WaitReady(ctx); err != nil {
				b.Fatal(err)
			}
			publish := func(n int) {
				if _, err := far.Command(ctx, discordtest.Interaction{Channel: channels[0].ID, Name: "update",
					Options: map[string]string{"story": "flood", "text": fmt.Sprintf("The water rises, report %d.", n)}}); err != nil {
					b.Fatal(err)
				}
				if err := far.WaitPosts(ctx, n*pushChannels); err != nil {
					b.Fatal(err)
				}
			}
			publish(1)
			busy := p.cpu()
			b.ResetTimer()
			for i := range b.N {
				publish(i + 2)
			}
			b.StopTimer()
			posts := float64(b.N * pushChannels)
			rate := posts / b.Elapsed().Seconds()
			b.ReportMetric(rate, "deliveries/s")
			b.ReportMetric((p.cpu()-busy).Seconds()*1000/posts, "cpu-s/1000")
			b.ReportMetric(rate/bareRate(b, far, channels), "of-bare-loop")
			b.ReportMetric(float64(p.memory())/(1<<20), "MB-resident")
		})
	}
}

// follow makes every channel follow the story flood, straight in the database.
func follow(b testing.TB, url string, channels []discordtest.Channel) {
	b.Helper()
	store, err := sqlstore.Open(b.Context(), url, sqlstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	act := stories.Act{By: stories.User{Ref: "discord:1", Name: "bench"}, At: time.Now()}
	story, err := store.CreateStory(b.Context(), act, stories.Story{Slug: "flood", Headline: "Rhine rises above nine metres", State: stories.Developing})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range channels {
		sub := stories.Subscription{
			Destination: stories.Destination{Platform: "discord", Workspace: c.Guild, Channel: c.ID},
			Target:      stories.Target{Kind: stories.TargetStory, Name: story.Slug}, StoryID: story.ID,
			Options: stories.Options{Level: stories.Minor, Mode: stories.ModeChannel}, State: stories.Active, CreatedBy: act.By,
		}
		if _, _, err := store.Subscribe(b.Context(), act, sub, "discord"); err != nil {
			b.Fatal(err)
		}
	}
}

// cpu is the processor time the program has used.
func (p *process) cpu() time.Duration {
	p.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0 // not a Linux
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+2:]))
	var ticks, more int64
	fmt.Sscan(fields[11], &ticks)
	fmt.Sscan(fields[12], &more)
	const perSecond = 100 // USER_HZ, the same on every Linux
	return time.Duration(ticks+more) * time.Second / perSecond
}

// bareLoop names the setting that makes the test binary a bare posting loop:
// the address to post to, then the channels.
const bareLoop = "STORYBOT_TEST_BARE_LOOP"

// bareRate returns the posts a second of a loop in a process of its own.
func bareRate(b *testing.B, far *discordtest.Server, channels []discordtest.Channel) float64 {
	b.Helper()
	ids := make([]string, len(channels))
	for i, c := range channels {
		ids[i] = c.ID
	}
	const rounds = 10
	before := far.Stats().Posts
	loop := exec.Command(os.Args[0])
	loop.Env = append(os.Environ(), bareLoop+"="+far.URL())
	loop.Stdin = strings.NewReader(strings.Repeat(strings.Join(ids, " ")+" ", rounds))
	out, err := loop.CombinedOutput()
	if err != nil {
		b.Fatalf("the bare loop: %v\n%s", err, out)
	}
	var took time.Duration
	if took, err = time.ParseDuration(strings.TrimSpace(string(out))); err != nil {
		b.Fatal(err)
	}
	if posted := far.Stats().Posts - before; posted != rounds*len(ids) {
		b.Fatalf("the bare loop posted %d", posted)
	}
	b.ReportMetric((loop.ProcessState.UserTime()+loop.ProcessState.SystemTime()).Seconds()*1000/float64(rounds*len(ids)), "bare-cpu-s/1000")
	return float64(rounds*len(ids)) / took.Seconds()
}

// runBareLoop posts one message to each channel named on standard input, over
// 16 kept connections, and prints how long that took.
func runBareLoop(url string) int {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return 1
	}
	channels := strings.Fields(string(input))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	work := make(chan int)
	var group sync.WaitGroup
	failed := make(chan error, 16)
	began := time.Now()
	for range 16 {
		group.Go(func() {
			for i := range work {
				if err := barePost(client, url, channels[i], i); err != nil {
					select {
					case failed <- err:
					default:
					}
				}
			}
		})
	}
	for i := range channels {
		work <- i
	}
	close(work)
	group.Wait()
	select {
	case err := <-failed:
		fmt.Println(err)
		return 1
	default:
	}
	fmt.Println(time.Since(began))
	return 0
}

func barePost(client *http.Client, url, channel string, n int) error {
	body := fmt.Sprintf(`{"nonce":"bare-%d","enforce_nonce":true,"allowed_mentions":{"parse":[]},"content":"The water rises, report %d.\n-# Rhine rises above nine metres\n-# flood, update 4 · bench","components":[{"type":1,"components":[{"type":2,"style":2,"label":"Timeline","custom_id":"timeline:1~bare-%d"},{"type":2,"style":2,"label":"Stop here","custom_id":"stop:1"}]}]}`, n, n, n)
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url+"/v9/channels/"+channel+"/messages", strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bot "+discordtest.Token)
	request.Header.Set("User-Agent", "DiscordBot (https://storybot.example, bare)")
	request.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	return nil
}
