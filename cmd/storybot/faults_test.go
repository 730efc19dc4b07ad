package main

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// newSQLiteCrowd is a crowd on a file, gathered, and the bot.
func newSQLiteCrowd(t *testing.T) (c *crowd, p *process, file string) {
	t.Helper()
	file = t.TempDir() + "/news.db"
	c = newCrowd(t, crowdSize, 4*time.Minute, "sqlite:"+file)
	p = c.start(t)
	c.gather(t)
	return c, p, file
}

// outage lets the database fail in the middle of a push until the bot has said
// so. What is on its way may arrive; nothing else is sent, and nothing is
// published.
func (c *crowd) outage(t *testing.T, p *process, begin, end func()) {
	t.Helper()
	c.reports(t, 3)
	c.waitPosts(t, c.posts()+10)
	begin()
	stopped := c.posts()
	asking, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	answer, err := c.discord.Command(asking, discordtest.Interaction{Channel: guildChannel, Name: "update",
		Options: map[string]string{"story": crowdStories[0], "text": "Nobody may ever read this."}})
	if err != nil {
		t.Errorf("/update without a database: %v", err)
	} else if got := answer.Message.Text; !refusal.MatchString(got) {
		t.Errorf("/update without a database: %q, want %q", got, refusal)
	}
	p.waitLog("the database does not answer; nothing is sent until it does")
	if sent := c.posts() - stopped; sent > slotsOfDiscord+16 {
		t.Errorf("%d messages were sent without a database", sent)
	}
	end()
	p.waitLog("the database answers again; deliveries go on")
	c.reports(t, 1)
	c.waitSettled(t)
	c.check(t)
	for _, channel := range c.channels {
		for _, m := range c.discord.Messages(channel) {
			if strings.Contains(m.Text, "Nobody may") {
				t.Fatalf("what was refused is shown in %s", channel)
			}
		}
	}
}

// refusal is what a moderator reads whose update was not published.
var refusal = regexp.MustCompile(`[Nn]othing was changed|took too long|Look whether it was done`)

// TestLockedDatabase has another program hold the file's write lock for longer
// than the bot waits for it.
func TestLockedDatabase(t *testing.T) {
	t.Parallel()
	c, p, file := newSQLiteCrowd(t)
	other, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	run := func(statement string) func() {
		return func() {
			if _, err := conn.ExecContext(context.Background(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	run("PRAGMA busy_timeout = 5000")()
	c.outage(t, p, run("BEGIN IMMEDIATE"), run("ROLLBACK"))
}

// TestHangingChannels has three channels on each platform that take 20 s for
// every request, and four on Discord that refuse the bot. The others are served
// as if nothing were.
func TestHangingChannels(t *testing.T) {
	t.Parallel()
	c, p, _ := newSQLiteCrowd(t)
	const hang = 20 * time.Second
	hanging, blocked, fine := c.channels[:3], c.channels[3:7], c.channels[7:]
	var heal []func()
	for _, channel := range hanging {
		heal = append(heal, c.discord.Fail(discordtest.Match{Channel: channel}, discordtest.Slow(hang)))
	}
	for _, channel := range blocked {
		c.discord.SetPermissions(channel, discordtest.ViewChannel)
	}
	for _, at := range c.places[:3] {
		c.slack.Fail(slacktest.Match{Method: "chat.postMessage", Team: at.team, Channel: at.channel}, -1, slacktest.Slow(hang))
	}
	began := time.Now()
	c.reports(t, 4)
	for _, channel := range fine {
		if _, err := c.discord.WaitMessages(c.ctx, channel, 4); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range c.places[3:] {
		if _, err := c.slack.WaitMessages(c.ctx, at.team, at.channel, 4); err != nil {
			t.Fatal(err)
		}
	}
	took := time.Since(began)
	t.Logf("4 updates to the %d channels that work took %v", len(fine)+len(c.places)-3, took.Round(10*time.Millisecond))
	if took > hang { // the others are done before the first of them has answered
		t.Error("channels that hang delay the others")
	}
	for _, channel := range blocked {
		p.waitLog("DestinationBlocked|blocked.*" + channel)
	}
	for _, h := range heal {
		h()
	}
	c.slack.Heal()
	for _, channel := range blocked {
		c.discord.SetPermissions(channel, discordtest.DefaultPermissions)
	}
	c.waitSettled(t)
	c.check(t)
}
