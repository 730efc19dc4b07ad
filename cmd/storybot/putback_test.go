package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/stories/storetest/pgtest"
)

// putBackSize is the number of channels on each platform.
const putBackSize = 24

// TestPutBack puts an older copy of the database back in the middle of a push,
// after the newer one has sent the rest of it and the program was killed. Nothing
// is sent by itself; once somebody has pressed the button everything is there
// once, and in between the next update arrives everywhere.
func TestPutBack(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]func(t *testing.T, c *crowd) (copied func(*process), restore func()){
		"SQLite, by hand": byHand, "SQLite, by the program": byProgram,
		"PostgreSQL, with --clean": byDump(cleanly), "PostgreSQL, a new database": byDump(anew), "PostgreSQL, rows alone": byDump(rowsAlone),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testPutBack(t, way, true)
		})
	}
	t.Run("SQLite, and the push was cut short", func(t *testing.T) {
		t.Parallel()
		testPutBack(t, byHand, false)
	})
}

// testPutBack has the push go on to its end, and another follow, before the copy
// is put back, or not.
func testPutBack(t *testing.T, way func(*testing.T, *crowd) (func(*process), func()), ended bool) {
	c := newCrowd(t, putBackSize, 5*time.Minute, "")
	copied, restore := way(t, c)
	p := c.start(t)
	c.gather(t)
	c.publishToAll(t)
	if err := c.report(); err != nil { // its push is copied in the middle
		t.Fatal(err)
	}
	c.waitPosts(t, c.owed()-2*putBackSize+4)
	copied(p)
	if ended {
		if err := c.report(); err != nil { // the copy knows nothing of this one
			t.Fatal(err)
		}
		c.waitPosts(t, c.owed()-1)
	} else {
		c.waitPosts(t, c.owed()-putBackSize/2)
	}
	p.kill()
	restore()

	sent := c.posts()
	p = c.start(t)
	c.waitConnected(t)
	c.publishToAll(t) // where the copy knew less, under the number of the lost one
	if n := c.posts(); n != sent+2*putBackSize {
		t.Errorf("%d messages were sent by themselves", n-sent-2*putBackSize)
	}
	status := c.status(t)
	if !regexp.MustCompile(`^\W*[\d,]+ messages for [\d,]+ channels wait for a decision: the database was put back`).MatchString(status.Message.Text) {
		t.Errorf("/desk status does not begin with it:\n%s", status.Message.Text)
	}
	c.press(t, status, "Settle against history", `being looked for`)
	c.waitSettled(t)
	c.check(t)
	if text := c.status(t).Message.Text; strings.Contains(text, "put back") {
		t.Errorf("/desk status still speaks of it:\n%s", text)
	}
	if n := c.posts(); n != c.owed() {
		t.Errorf("%d messages in all, want %d", n, c.owed())
	}
	c.publishToAll(t)
	c.check(t)
	p.stop()
}

// owed is how many messages all that was published makes.
func (c *crowd) owed() int { return 2 * putBackSize * len(c.published) }

// publishToAll publishes an update and waits until it is everywhere.
func (c *crowd) publishToAll(t *testing.T) {
	t.Helper()
	before := c.posts()
	if err := c.report(); err != nil {
		t.Fatal(err)
	}
	c.waitPosts(t, before+2*putBackSize-1)
}

// status asks for /desk status.
func (c *crowd) status(t *testing.T) *discordtest.Answer {
	t.Helper()
	answer, err := c.discord.Command(c.ctx, discordtest.Interaction{Channel: guildChannel, Name: "desk status", Permissions: discordtest.DefaultPermissions})
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// press presses a button of an answer, which must be answered in these words.
func (c *crowd) press(t *testing.T, on *discordtest.Answer, label, words string) *discordtest.Answer {
	t.Helper()
	answer, err := c.discord.Press(c.ctx, on.Message, label, discordtest.Interaction{Channel: guildChannel, Permissions: discordtest.DefaultPermissions})
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(words).MatchString(answer.Message.Text) {
		t.Fatalf("%s is answered with %q, want %q", label, answer.Message.Text, words)
	}
	return answer
}

// useFile makes the crowd's database an SQLite file.
func (c *crowd) useFile(t *testing.T) (path string) {
	path = filepath.Join(t.TempDir(), "news.db")
	c.use("sqlite:" + path)
	return path
}

// use sets the crowd's database.
func (c *crowd) use(url string) {
	for i, setting := range c.env {
		if setting == c.database {
			c.env[i] = "DATABASE_URL=" + url
		}
	}
	c.database = "DATABASE_URL=" + url
}

// byHand copies the file and its log, and copies them back.
func byHand(t *testing.T, c *crowd) (copied func(*process), restore func()) {
	path, copyPath := c.useFile(t), filepath.Join(t.TempDir(), "copy.db")
	return func(p *process) {
		p.signal(syscall.SIGSTOP) // at whatever instant, as a snapshot of the disk
		copyDatabase(t, path, copyPath)
		p.signal(syscall.SIGCONT)
	}, func() { copyDatabase(t, copyPath, path) }
}

// byProgram uses storybot backup beside the bot, and storybot restore.
func byProgram(t *testing.T, c *crowd) (copied func(*process), restore func()) {
	c.useFile(t)
	backup := filepath.Join(t.TempDir(), "copy.db")
	return func(*process) { c.storybot(t, "backup", backup) }, func() { c.storybot(t, "restore", backup) }
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

func copyDatabase(t *testing.T, from, to string) {
	t.Helper()
	_ = os.Remove(to + "-shm")
	for _, part := range []string{"-wal", ""} {
		copyPart(t, from+part, to+part)
	}
}

func copyPart(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if os.IsNotExist(err) {
		_ = os.Remove(to)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
}

// storybot runs a subcommand on the crowd's database, which must end well.
func (c *crowd) storybot(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(c.ctx, binary, args...)
	cmd.Env = []string{c.database}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("storybot %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// byDump uses PostgreSQL's own tools. restore puts the dump back and returns the
// address of the database it is in then.
func byDump(restore func(t *testing.T, url, dump string) string) func(*testing.T, *crowd) (func(*process), func()) {
	return func(t *testing.T, c *crowd) (copied func(*process), back func()) {
		url, dump := pgtest.URL(t), filepath.Join(t.TempDir(), "dump")
		c.use(url)
		return func(*process) { pgtest.Tool(t, "pg_dump", "--format=custom", "--file="+dump, url) }, func() { c.use(restore(t, url, dump)) }
	}
}

func cleanly(t *testing.T, url, dump string) string {
	pgtest.Tool(t, "pg_restore", "--clean", "--if-exists", "--single-transaction", "--dbname="+url, dump)
	return url
}

func anew(t *testing.T, _, dump string) string {
	url := pgtest.URL(t)
	pgtest.Tool(t, "pg_restore", "--dbname="+url, dump)
	return url
}

// rowsAlone leaves the tables where they are.
func rowsAlone(t *testing.T, url, dump string) string {
	pgtest.Tool(t, "psql", url, "--quiet", "--command", `DO $$ BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' CASCADE' FROM pg_tables WHERE schemaname = 'public'); END $$`)
	pgtest.Tool(t, "pg_restore", "--data-only", "--disable-triggers", "--dbname="+url, dump)
	return url
}
