package main

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"storybot/bot/discord/discordtest"
	"storybot/stories"
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
	// Who looks at it sees that it lives, and what it waits for.
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "database: down", "/metrics": "storybot_database_up 0"} {
		if _, body := p.get(path); !strings.Contains(body, want) {
			t.Errorf("%s says nothing of %q: %s", path, want, body)
		}
	}
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

// TestTheServiceSaysThatItWaits, also for a server that says nothing of why it is away.
func TestTheServiceSaysThatItWaits(t *testing.T) {
	t.Parallel()
	o := operate(t)
	curt, err := net.Listen("tcp", "127.0.0.1:0") // takes a connection and ends it
	if err != nil {
		t.Fatal(err)
	}
	defer curt.Close()
	go func() {
		for conn, err := curt.Accept(); err == nil; conn, err = curt.Accept() {
			_ = conn.Close()
		}
	}()
	p := startProcess(t, o.dir, append(o.env, "DISCORD_TOKEN="+discordtest.Token, "DATABASE_URL=postgres://storybot@"+curt.Addr().String()+"/news?sslmode=disable"), "run")
	p.waitLog("the database server is away; the bot starts once it answers")
	p.stop()
}

// TestWhatNoWaitingMends ends the start: only a server that does not answer is waited for.
func TestWhatNoWaitingMends(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		away bool
	}{
		"a refused connection":  {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		"an end":                {io.ErrUnexpectedEOF, true},
		"a server that starts":  {&pgconn.PgError{Code: "57P03"}, true},
		"no room":               {&pgconn.PgError{Code: "53300"}, true},
		"a full disk":           {&pgconn.PgError{Code: "53100"}, false},
		"a step that fails":     {&pgconn.PgError{Code: "23505"}, false},
		"a fault of our own":    {errors.New("upgrade the tables"), false},
		"an error that has one": {&stories.Error{Code: stories.CodeUnavailable, Message: "x", Err: &pgconn.PgError{Code: "22001"}}, false},
	} {
		err := notOpened(test.err, &config{hidden: new(hidden), databaseURL: newSecret("postgres://storybot@db/news")})
		if away := (*awayError)(nil); errors.As(err, &away) != test.away {
			t.Errorf("%s: it is waited for: %v", name, !test.away)
		}
	}
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
