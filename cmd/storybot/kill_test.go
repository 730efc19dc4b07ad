package main

import (
	"errors"
	"flag"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories/storetest/pgtest"
)

// A longer run: go test ./cmd/storybot -run TestKill -kills 300 -seed 7 -timeout 2h
var (
	kills = flag.Int("kills", 6, "how often TestKill kills the bot on each database")
	seed  = flag.Uint64("seed", 1, "of TestKill's schedule and faults")
)

// crowdSize is the number of channels on each platform, killsAfter the longest
// time from a start's first message to its end.
const (
	crowdSize  = 40
	killsAfter = 900 * time.Millisecond
)

// TestKill ends the bot with SIGKILL at random instants while it publishes and
// pushes, with answers lost and requests failed in between. In the end every
// channel shows each update once and in order, and the database says so.
func TestKill(t *testing.T) {
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, crowdSize, 3*time.Minute+time.Duration(*kills)*20*time.Second, url(t), discordtest.DocumentedLimits())
			p := c.start(t)
			c.gather(t)
			c.spoil(*seed)
			hit := c.terrorise(t, p)
			began := time.Now()
			c.waitSettled(t)
			c.check(t)
			t.Logf("%d updates to %d channels; %d of %d kills hit messages on their way, %d in all; %v to settle the rest; Discord recognised %d repeats; %d faults there, %v on Slack",
				len(c.published), 2*crowdSize, len(hit), *kills, sum(hit), time.Since(began).Round(time.Second), c.discord.Stats().Duplicates, c.discord.Stats().Faults, c.slack.Faults())
			if len(hit) < *kills/3 {
				t.Errorf("only %d of %d kills hit messages on their way", len(hit), *kills)
			}
		})
	}
}

var databases = map[string]func(t *testing.T) string{
	"SQLite":     func(t *testing.T) string { return "sqlite:" + t.TempDir() + "/news.db" },
	"PostgreSQL": func(t *testing.T) string { return pgtest.URL(t) },
}

// spoil makes some requests fail, on both platforms.
func (c *crowd) spoil(seed uint64) {
	c.discord.SetFaults(discordtest.Faults{Seed: seed, ResetAfterStore: .02, Status502After: .02, Status500Before: .01, CutBody: .01})
	random := rand.New(rand.NewPCG(seed, 1))
	for range 1 << 10 {
		_ = random
	}
	posts := slacktest.Match{Method: "chat.postMessage"}
	_ = posts
}

// terrorise publishes while it kills the bot over and over, and returns how
// many messages each kill that hit some left on their way. The bot runs when
// it returns.
func (c *crowd) terrorise(t *testing.T, p *process) (hit []int) {
	t.Helper()
	random := rand.New(rand.NewPCG(*seed, 2))
	enough, publishing := make(chan struct{}), make(chan error, 1)
	go func() { publishing <- c.reportUntil(enough) }()
	for n := range *kills {
		if n%4 != 3 { // one of four dies at any moment of its start
			c.waitPosts(t, c.posts())
		}
		select {
		case <-time.After(time.Duration(random.Int64N(int64(killsAfter)))):
		case <-p.ended:
			t.Fatalf("the bot ended by itself: %v", p.err)
		}
		p.kill()
		if n > 0 {
			hit = append(hit, leftBehind(p)...)
		}
		p = c.start(t)
	}
	close(enough)
	if err := <-publishing; err != nil {
		t.Fatal(err)
	}
	return append(hit, leftBehind(p)...)
}

// reportUntil publishes, never far ahead of what Discord is sent, until enough
// is closed.
func (c *crowd) reportUntil(enough <-chan struct{}) error {
	for {
		owed := (len(c.published) - 1) * len(c.channels)
		if err := c.discord.Wait(c.ctx, func() bool { return c.discord.Stats().Posts >= owed }); err != nil {
			return errors.Join(errors.New("waiting for Discord to show what was published"), err)
		}
		select {
		case <-enough:
			return nil
		default:
		}
		if err := c.report(); err != nil {
			return err
		}
	}
}

var inherited = regexp.MustCompile(`an earlier run left deliveries on their way.* deliveries=(\d+)`)

// leftBehind returns how many messages a process found on their way at its
// start, nothing when there were none.
func leftBehind(p *process) []int {
	found := 0
	for _, line := range inherited.FindAllStringSubmatch(p.log(), -1) {
		n, _ := strconv.Atoi(line[1])
		found += n
	}
	if found == 0 {
		return nil
	}
	return []int{found}
}

func sum(numbers []int) (total int) {
	for _, n := range numbers {
		total += n
	}
	return total
}
