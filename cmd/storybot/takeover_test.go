package main

import (
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"storybot/bot/slack/slacktest"
	"storybot/stories/storetest/pgtest"
)

// mostSockets is how many Socket Mode connections Slack allows an app.
const mostSockets = 10

// slotsOfDiscord is more than can be on its way to Discord when a process ends.
const slotsOfDiscord = 32

// TestTakeover kills, one after the other, the process that pushes and the one
// that is connected to Discord's gateway, each in the middle of a push.
func TestTakeover(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, crowdSize, 4*time.Minute, pgtest.URL(t))
	all := []*process{c.start(t), c.start(t), c.start(t)}
	c.gather(t)
	for _, p := range all {
		p.waitLog("slack connected")
	}
	if n := c.slack.Connections(); n < len(all) || n > mostSockets {
		t.Errorf("%d connections to Slack for %d processes, want at least one each and at most %d together", n, len(all), mostSockets)
	}
	for _, role := range []struct {
		name string
		find func(*testing.T, []*process) int
	}{{"pushes to Discord", pushes}, {"is connected to the gateway", connected}} {
		c.reports(t, 3)
		c.waitPosts(t, c.posts()+10)
		i := role.find(t, all)
		all[i].kill()
		began, before := time.Now(), c.discord.Stats().Posts
		all = append(all[:i], all[i+1:]...)
		c.waitDiscordPosts(t, before+slotsOfDiscord)
		t.Logf("killed the process that %s; the push went on within %v", role.name, time.Since(began).Round(10*time.Millisecond))
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("the push stood still for %v", took)
		}
		c.askSlack(t)
		c.reports(t, 1)
		t.Logf("commands are answered on both platforms after %v", time.Since(began).Round(10*time.Millisecond))
	}
	c.waitSettled(t)
	c.check(t)
	if n := c.slack.Connections(); n > mostSockets {
		t.Errorf("%d connections to Slack", n)
	}
}

// TestAFrozenProcessSendsNothingTwice stops the process that pushes for longer
// than its lease, so that another takes over, and lets it go on.
func TestAFrozenProcessSendsNothingTwice(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, crowdSize, 4*time.Minute, pgtest.URL(t))
	all := []*process{c.start(t), c.start(t)}
	c.gather(t)
	c.reports(t, 4)
	c.waitPosts(t, c.posts()+10)
	frozen := all[pushes(t, all)]
	sendSignal(t, frozen, syscall.SIGSTOP)
	began := time.Now()
	c.waitDiscordPosts(t, c.discord.Stats().Posts+slotsOfDiscord)
	t.Logf("another process went on after %v", time.Since(began).Round(10*time.Millisecond))
	sendSignal(t, frozen, syscall.SIGCONT)
	frozen.waitLog("another process has taken over this lane")
	c.reports(t, 1)
	c.waitSettled(t)
	c.check(t)
}

// TestPostgresRestart ends PostgreSQL in the middle of a push to two processes,
// once for a moment and once for longer than any lease.
func TestPostgresRestart(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	c := newCrowd(t, crowdSize, 4*time.Minute, server.URL(t))
	all := []*process{c.start(t), c.start(t)}
	c.gather(t)
	for _, away := range []time.Duration{0, 9 * time.Second} {
		c.reports(t, 2)
		c.waitPosts(t, c.posts()+10)
		pushing := all[pushes(t, all)]
		server.Stop(t)
		stopped := c.posts()
		pushing.waitLog("the database does not answer; nothing is sent until it does")
		if away > 0 {
			<-time.After(away)
		}
		if sent := c.posts() - stopped; sent > 2*slotsOfDiscord {
			t.Errorf("%d messages were sent without a database", sent)
		}
		server.Restart(t)
		began := time.Now()
		c.waitDiscordPosts(t, c.discord.Stats().Posts+slotsOfDiscord)
		t.Logf("the push went on %v after a restart", time.Since(began).Round(10*time.Millisecond))
		pushing.waitLog("the database answers again")
		c.reports(t, 1)
	}
	c.waitSettled(t)
	c.check(t)
}

// reports publishes n updates.
func (c *crowd) reports(t *testing.T, n int) {
	t.Helper()
	for range n {
		if err := c.report(); err != nil {
			t.Fatal(err)
		}
	}
}

// waitDiscordPosts waits until Discord shows more than n messages.
func (c *crowd) waitDiscordPosts(t *testing.T, n int) {
	t.Helper()
	if err := c.discord.WaitPosts(c.ctx, n+1); err != nil {
		t.Fatalf("%d messages on Discord, waiting for %d: %v", c.discord.Stats().Posts, n+1, err)
	}
}

// askSlack asks for a story on Slack.
func (c *crowd) askSlack(t *testing.T) {
	t.Helper()
	answer, err := c.slack.Slash(c.ctx, slacktest.Slash{Team: team, Channel: c.places[0].channel, User: reader, Command: "/story", Text: "flood"})
	if err != nil || !flood.MatchString(answer.Visible()) {
		t.Errorf("/story on Slack: %v %+v", err, answer)
	}
}

var flood = regexp.MustCompile(`All about the flood`)

func sendSignal(t *testing.T, p *process, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

var discordDelivered = regexp.MustCompile(`storybot_deliveries_total\{outcome="delivered",platform="discord"\} (\d+)`)

// pushes finds the process that has delivered the most on Discord.
func pushes(t *testing.T, all []*process) (index int) {
	t.Helper()
	most := -1
	for i, p := range all {
		delivered := 0
		_, metrics := p.get("/metrics")
		if match := discordDelivered.FindStringSubmatch(metrics); match != nil {
			delivered, _ = strconv.Atoi(match[1])
		}
		if delivered > most {
			index, most = i, delivered
		}
	}
	return index
}

var gatewayUp = regexp.MustCompile(`storybot_connection_up\{connection="discord"\} 1`)

// connected finds the process that is connected to Discord's gateway.
func connected(t *testing.T, all []*process) int {
	t.Helper()
	for i, p := range all {
		if _, metrics := p.get("/metrics"); gatewayUp.MatchString(metrics) {
			return i
		}
	}
	t.Fatal("no process is connected to the gateway")
	return 0
}

// TestADatabaseThatIsAwayIsSaid takes PostgreSQL away from a process that is
// alone: no other process is connected, and nobody may be told so.
func TestADatabaseThatIsAwayIsSaid(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	f := newFar(t)
	f.env = append(f.env, "STORYBOT_ADMINS=slack:"+team+"/"+reader)
	p := f.connect(t, "DATABASE_URL="+server.URL(t))
	server.Stop(t)
	p.waitLog("the lease was lost")
	_, body := p.get("/readyz")
	if strings.Contains(body, "Another process") || strings.Count(body, "The database cannot be reached") < 2 {
		t.Errorf("/readyz: %s", body)
	}
	if got := f.onSlack(t, "/desk", "status"); strings.Contains(got, "Another process") || !strings.Contains(got, "The database cannot be reached") {
		t.Errorf("/desk status: %q", got)
	}
	server.Restart(t)
	f.waitConnected(t)
	p.stop()
}
