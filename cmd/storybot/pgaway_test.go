package main

import (
	"context"
	"net"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/stories/storetest/pgtest"
)

// TestTheServiceWaitsForItsDatabase: a server that is away at the start is waited
// for, the log says why it is away, and a signal ends the waiting well.
func TestTheServiceWaitsForItsDatabase(t *testing.T) {
	t.Parallel()
	o := operate(t)
	server := pgtest.Start(t)
	url := server.URL(t)
	server.Stop(t)
	env := append(o.env, "DISCORD_TOKEN="+discordtest.Token, "DATABASE_URL="+url)
	p := startProcess(t, o.dir, env, "run")
	p.waitLog(`the database server is away; the bot starts once it answers" why="The host refuses the connection: nothing listens at that port`)
	server.Restart(t)
	p.waitReady()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := o.discord.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	p.stop()
	server.Stop(t)
	p = startProcess(t, o.dir, env, "run")
	p.waitLog("the database server is away")
	p.stop()
}

// TestWhatIsWrongWithAServer is said, by the service too where waiting does not help.
func TestWhatIsWrongWithAServer(t *testing.T) {
	t.Parallel()
	o := operate(t)
	url := pgtest.URL(t)
	_, place, _ := strings.Cut(url, "@")
	host, _, _ := strings.Cut(place, "/")
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes a connection and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for name, test := range map[string]struct {
		url    string
		status int
		said   string
	}{
		"refused":            {"postgres://storybot@127.0.0.1:1/news", exitFail, "The host refuses the connection: nothing listens at that port"},
		"an unknown host":    {"postgres://storybot@nowhere.invalid/news", exitFail, "check it in DATABASE_URL."},
		"no answer":          {"postgres://storybot@" + silent.Addr().String() + "/news?connect_timeout=1", exitFail, "The host does not answer"},
		"a missing database": {"postgres://storybot@" + host + "/nosuchdatabase", exitUsage, "has no database of this name. Create it, or mend the name at the end of DATABASE_URL"},
	} {
		for _, args := range [][]string{{"sample"}, {"doctor"}, {"run"}} {
			if args[0] == "run" && test.status == exitFail {
				continue // it waits
			}
			env := append(o.env, "DISCORD_TOKEN="+discordtest.Token, "DATABASE_URL="+test.url)
			want := test.status
			if args[0] == "doctor" {
				want = exitFail
			}
			status, said := o.runs("", env, args...)
			if flat := strings.Join(strings.Fields(strings.ReplaceAll(said, "→ ", "")), " "); status != want || !strings.Contains(flat, test.said) {
				t.Errorf("%s, %s: exit status %d, it does not say %q:\n%s", name, args[0], status, test.said, said)
			}
		}
	}
}
