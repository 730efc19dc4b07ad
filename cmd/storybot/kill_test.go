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
	kills    = flag.Int("kills", 6, "how often TestKill kills the bot on each database")
	killSeed = flag.Uint64("seed", 1, "of TestKill's schedule and faults")
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
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, crowdSize, 3*time.Minute+time.Duration(*kills)*20*time.Second, url(t), spoiled(*killSeed))
			p := c.start(t)
			c.gather(t)
			c.spoil(*killSeed)
			left := c.terrorise(t, p)
			began := time.Now()
			c.waitSettled(t)
			c.check(t)
			t.Logf("%d updates to %d channels, %d kills: %d hit Discord and left %d messages on their way, %d hit Slack and left %d; %v to settle the rest",
				len(c.published), 2*crowdSize, *kills, len(left["discord"]), sum(left["discord"]), len(left["slack"]), sum(left["slack"]), time.Since(began).Round(time.Second))
			t.Logf("Discord recognised %d repeats and made %d faults, Slack %v", c.discord.Stats().Duplicates, c.discord.Stats().Faults, c.slack.Faults())
			if len(left["discord"]) < *kills/3 || len(left["slack"]) == 0 {
				t.Error("too few kills hit a message on its way")
			}
		})
	}
}

var databases = map[string]func(t *testing.T) string{
	"SQLite":     func(t *testing.T) string { return "sqlite:" + t.TempDir() + "/news.db" },
	"PostgreSQL": func(t *testing.T) string { return pgtest.URL(t) },
}

// spoil makes some requests fail.
func (c *crowd) spoil(seed uint64) {
	c.discord.SetFaults(discordtest.Faults{Seed: seed, ResetAfterStore: .02, Status502After: .02, Status500Before: .01})
}

// spoiled is the same on Slack.
func spoiled(seed uint64) slacktest.Option {
	posts := slacktest.Match{Method: "chat.postMessage"}
	return slacktest.WithFaults(seed, slacktest.Chance{Match: posts, Fault: slacktest.ResetAfterStore, P: .02},
		slacktest.Chance{Match: posts, Fault: slacktest.Error502AfterStore, P: .02}, slacktest.Chance{Match: posts, Fault: slacktest.Error500Before, P: .01})
}

// terrorise publishes while it kills the bot over and over. It returns how many
// messages the kills left on their way, those that left any, by platform. The
// bot runs when it returns.
func (c *crowd) terrorise(t *testing.T, p *process) map[string][]int {
	t.Helper()
	random := rand.New(rand.NewPCG(*killSeed, 2))
	enough, publishing := make(chan struct{}), make(chan error, 1)
	go func() {
		err := c.reportUntil(enough)
		if err != nil {
			c.giveUp(err)
		}
		publishing <- err
	}()
	left := map[string][]int{}
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
		inherited(p, left)
		p = c.start(t)
	}
	close(enough)
	if err := <-publishing; err != nil {
		t.Fatal(err)
	}
	inherited(p, left)
	c.discord.SetFaults(discordtest.Faults{})
	c.slack.Heal() // each request that fails may keep its row back for a minute
	return left
}

// reportUntil publishes, never far ahead of what Discord is sent, until enough
// is closed.
func (c *crowd) reportUntil(enough <-chan struct{}) error {
	for {
		owed := (len(crowdStories) + len(c.published) - 1) * len(c.channels)
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

var leftBehind = regexp.MustCompile(`an earlier run left deliveries on their way.* lane=(discord|slack)\S* deliveries=(\d+)`)

// inherited adds what a process found on its way at its start.
func inherited(p *process, left map[string][]int) {
	found := map[string]int{}
	for _, line := range leftBehind.FindAllStringSubmatch(p.log(), -1) {
		n, _ := strconv.Atoi(line[2])
		found[line[1]] += n
	}
	for platform, n := range found {
		left[platform] = append(left[platform], n)
	}
}

func sum(numbers []int) (total int) {
	for _, n := range numbers {
		total += n
	}
	return total
}
