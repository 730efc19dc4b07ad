package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories/storetest/pgtest"
)

// awayFor is how long a database is away in TestDatabaseAwayForAMinute.
const awayFor = time.Minute

// TestDatabaseAwayForAMinute takes the database away in the middle of a push:
// PostgreSQL is stopped, the SQLite file is locked by another program.
func TestDatabaseAwayForAMinute(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than a minute")
	}
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		c, p, file := newSQLiteCrowd(t)
		conn := otherProgram(t, file)
		c.away(t, p, conn("BEGIN EXCLUSIVE"), conn("ROLLBACK"))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		server := pgtest.Start(t)
		c := newCrowd(t, crowdSize, 4*time.Minute, server.URL(t))
		p := c.start(t)
		c.gather(t)
		c.away(t, p, func() { server.Stop(t) }, func() { server.Restart(t) })
	})
}

// otherProgram has the SQLite file open and runs statements on it.
func otherProgram(t *testing.T, file string) (run func(statement string) func()) {
	t.Helper()
	other, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	run = func(statement string) func() {
		return func() {
			if _, err := conn.ExecContext(context.Background(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	run("PRAGMA busy_timeout = 5000")()
	return run
}

// away lets the database be away for awayFor. Commands are refused in words and
// in time, /readyz says what is wrong, and the log does once, however long it
// lasts.
func (c *crowd) away(t *testing.T, p *process, begin, end func()) {
	t.Helper()
	c.reports(t, 3)
	c.waitPosts(t, c.posts()+10)
	before := strings.Count(p.log(), "\n")
	begin()
	stopped := c.posts()
	over := time.After(awayFor)
	p.waitLog("the database does not answer; nothing is sent until it does")
	for i := range 3 {
		// The first one may find the bot waiting for a lock to go away.
		if took := c.refused(t); took > firstAnswerTime && i > 0 {
			t.Errorf("/update without a database was refused after %v", took)
		}
	}
	if status, body := p.get("/readyz"); status != http.StatusServiceUnavailable || !databaseDown.MatchString(body) || strings.Contains(body, "Another process") {
		t.Errorf("/readyz without a database: %d\n%s", status, body)
	}
	<-over
	if sent := c.posts() - stopped; sent > slotsOfDiscord+16 {
		t.Errorf("%d messages were sent without a database", sent)
	}
	end()
	p.waitLog("the database answers again; deliveries go on")
	c.reports(t, 1)
	c.waitSettled(t)
	c.check(t)
	if status, body := p.get("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz afterwards: %d\n%s", status, body)
	}
	c.checkLog(t, p, before)
}

var databaseDown = regexp.MustCompile(`database: down: The database (cannot be reached|is busy or locked|is locked)`)

// firstAnswerTime is what Discord leaves for the first answer to a command
// (https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback).
const firstAnswerTime = 3 * time.Second

// refused publishes without a database, and tells how long the refusal took.
func (c *crowd) refused(t *testing.T) (took time.Duration) {
	t.Helper()
	asking, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	began := time.Now()
	answer, err := c.discord.Command(asking, discordtest.Interaction{Channel: guildChannel, Name: "update",
		Options: map[string]string{"story": crowdStories[0], "text": "Nobody may ever read this."}})
	if err != nil {
		t.Errorf("/update without a database: %v", err)
		return 0
	}
	took = time.Since(began).Round(time.Millisecond)
	t.Logf("refused after %v: %q", took, answer.Message.Text)
	if got := answer.Message.Text; !refusal.MatchString(got) {
		t.Errorf("/update without a database: %q, want %q", got, refusal)
	}
	return took
}

// checkLog looks at the warnings and errors after the first lines: the outage
// and its end are told once each by those who send, and the rest is bounded.
func (c *crowd) checkLog(t *testing.T, p *process, from int) {
	t.Helper()
	loud := map[string]int{}
	total := 0
	for _, line := range strings.Split(p.log(), "\n")[from:] {
		if m := loudLine.FindStringSubmatch(line); m != nil {
			loud[m[1]]++
			total++
		}
	}
	t.Logf("warnings and errors: %v", loud)
	for _, said := range []string{"the database does not answer; nothing is sent until it does", "the database answers again; deliveries go on"} {
		if n := strings.Count(p.log(), said); n != 1 {
			t.Errorf("%q was said %d times", said, n)
		}
	}
	if total > 60 {
		t.Errorf("%d warnings and errors for one outage", total)
	}
}

var loudLine = regexp.MustCompile(`level=(?:WARN|ERROR) msg=("[^"]*"|\S+)`)

// TestHangingPlatform has every post to one platform take 20 s, longer than the
// bot waits, though it arrives. The other platform is served as ever,
// commands are answered on both, and nothing is lost or doubled in the end.
func TestHangingPlatform(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than a minute")
	}
	t.Parallel()
	const hang = 20 * time.Second
	for _, hanging := range []string{"discord", "slack"} {
		t.Run(hanging, func(t *testing.T) {
			t.Parallel()
			c, p, _ := newSQLiteCrowd(t)
			heal, other := c.hang(hanging, hang)
			began := time.Now()
			c.reports(t, 3)
			if err := other(3); err != nil {
				t.Fatalf("the other platform: %v", err)
			}
			if took := time.Since(began); took > hang {
				t.Errorf("the other platform took %v for 3 updates", took)
			}
			hung := time.NewTimer(hang + 5*time.Second) // as long as the first ones take
			defer hung.Stop()
			select {
			case <-hung.C:
			case <-p.ended:
				t.Fatalf("the bot ended: %v", p.err)
			}
			asked := time.Now()
			c.reports(t, 1)
			c.askSlack(t)
			if took := time.Since(asked); took > firstAnswerTime {
				t.Errorf("two commands took %v", took)
			}
			heal()
			healed := time.Now()
			c.waitSettled(t)
			c.check(t)
			t.Logf("settled %v after it worked again", time.Since(healed).Round(time.Second))
		})
	}
}

// hang lets every post to a platform take so long. other waits until each
// channel of the other one shows n messages.
func (c *crowd) hang(platform string, so time.Duration) (heal func(), other func(n int) error) {
	if platform == "discord" {
		heal = c.discord.Fail(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.Slow(so))
		return heal, func(n int) error {
			for _, at := range c.places {
				if _, err := c.slack.WaitMessages(c.ctx, at.team, at.channel, n); err != nil {
					return fmt.Errorf("%v: %w", at, err)
				}
			}
			return nil
		}
	}
	c.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, -1, slacktest.Slow(so))
	return c.slack.Heal, func(n int) error {
		for _, channel := range c.channels {
			if _, err := c.discord.WaitMessages(c.ctx, channel, n); err != nil {
				return fmt.Errorf("%s: %w", channel, err)
			}
		}
		return nil
	}
}
