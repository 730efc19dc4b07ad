package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
	"storybot/stories/storetest/pgtest"
)

// visit opens a database and closes it when do is done, as a process does.
func visit(t testing.TB, url string, do func(s *sqlstore.Store)) {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), url, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	do(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// beginMore begins one delivery more, and leaves it on its way.
func beginMore(t testing.TB, s *sqlstore.Store) {
	t.Helper()
	l, ok, err := s.Acquire(t.Context(), benchLane, "the dead", time.Hour)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	flown, _, err := s.Recover(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	var results []stories.Result
	for _, f := range flown {
		results = append(results, arrived(f))
	}
	if _, err := s.Exchange(t.Context(), l, stories.Exchange{Batch: 1, Results: results}); err != nil {
		t.Fatal(err)
	}
	begun, err := begin(t.Context(), s, l, 2, 1)
	if err != nil || len(begun) != 1 {
		t.Fatal(begun, err)
	}
}

// waits is how many deliveries wait because the database was put back.
func waits(t testing.TB, s *sqlstore.Store) int {
	t.Helper()
	p, err := s.PutBack(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p.Waiting
}

// filed is a database in a file, with copies of it.
type filed struct {
	testing.TB
	path, copies string
}

func newFiled(t testing.TB) filed {
	dir := t.TempDir()
	return filed{t, filepath.Join(dir, "news.db"), t.TempDir()}
}

func (f filed) url() string { return "sqlite:" + f.path }

func (f filed) visit(do func(s *sqlstore.Store)) {
	f.Helper()
	visit(f, f.url(), do)
}

// keep copies the closed database under a name, back puts a copy in its place.
func (f filed) keep(name string) { f.copy(f.path, filepath.Join(f.copies, name)) }
func (f filed) back(name string) { f.copy(filepath.Join(f.copies, name), f.path) }

func (f filed) copy(from, to string) {
	f.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}
	if err != nil {
		f.Fatal(err)
	}
}

func (f filed) waits(want int) {
	f.Helper()
	f.visit(func(s *sqlstore.Store) {
		if got := waits(f, s); got != want {
			f.Errorf("%d deliveries wait, want %d", got, want)
		}
	})
}

func (f filed) edit(change func(lock []byte) []byte) {
	f.Helper()
	lock, err := os.ReadFile(f.path + ".lock")
	if err == nil {
		err = os.WriteFile(f.path+".lock", change(lock), 0o600)
	}
	if err != nil {
		f.Fatal(err)
	}
}

// Each case has two updates owed, the first of them begun.
func TestAFileThatWasPutBackIsNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(f filed)
		want int // of two deliveries that are owed, or one once the first was sent
	}{
		"nothing happened":      {func(f filed) {}, 0},
		"it was started again":  {func(f filed) { f.waits(0) }, 0},
		"a copy of the present": {func(f filed) { f.keep("a"); f.back("a") }, 0},
		"a copy from before the next begin": {func(f filed) {
			f.keep("a")
			f.visit(func(s *sqlstore.Store) { beginMore(f, s) })
			f.back("a")
		}, 2},
		"a copy from before a start": {func(f filed) {
			f.keep("a")
			f.visit(func(*sqlstore.Store) {})
			f.back("a")
		}, 2},
		"a copy in another place": {func(f filed) {
			f.keep("a")
			must(f, os.Remove(f.path+".lock"))
		}, 2},
		"forward again": {func(f filed) {
			f.keep("old")
			f.visit(func(s *sqlstore.Store) { beginMore(f, s) })
			f.keep("new")
			f.back("old")
			f.waits(2)
			f.back("new")
		}, 1},
		"a lock file of another database": {func(f filed) {
			other := newFiled(f)
			other.visit(func(*sqlstore.Store) {})
			f.copy(other.path+".lock", f.path+".lock")
		}, 2},
		"an empty lock file":      {func(f filed) { f.edit(func([]byte) []byte { return nil }) }, 2},
		"a lock file of nonsense": {func(f filed) { f.edit(func([]byte) []byte { return []byte("12\n-3 a b\n") }) }, 2},
		"killed before the begin was noted": {func(f filed) {
			f.keep("new")
			lock := f.path + ".lock"
			f.copy(lock, lock+".old")
			// The same epoch, and a lock file that is behind.
			f.edit(func(l []byte) []byte { return regexp.MustCompile(`\n\d+ `).ReplaceAll(l, []byte("\n0 ")) })
		}, 0},
		"a lock file that is ahead": {func(f filed) {
			f.edit(func(l []byte) []byte { return regexp.MustCompile(`\n\d+ `).ReplaceAll(l, []byte("\n9 ")) })
		}, 2},
		"a new database in its place": {func(f filed) {
			for _, part := range []string{"", "-wal", "-shm"} {
				if err := os.Remove(f.path + part); err != nil && !os.IsNotExist(err) {
					f.Fatal(err)
				}
			}
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFiled(t)
			f.visit(func(s *sqlstore.Store) { publishAndClaim(t, s) })
			c.do(f)
			f.waits(c.want)
			f.waits(c.want) // it is noticed once
			f.visit(func(s *sqlstore.Store) {
				if p, err := s.PutBack(t.Context()); err != nil || (p.Generation > 0) != (c.want > 0) || p.Generation > 2 {
					t.Errorf("it was put back %d times, %v", p.Generation, err)
				}
			})
		})
	}
}

// What is asked of the database between the commit of a begin and its answer is
// noted in the lock file: also where the answer of the commit was lost and the
// exchange is made again.
func TestABeginIsNotedBeforeARequestLeaves(t *testing.T) {
	f := newFiled(t)
	noted := func() string {
		text, err := os.ReadFile(f.path + ".lock")
		must(t, err)
		return regexp.MustCompile(`\n(\d+) `).FindStringSubmatch(string(text))[1]
	}
	s := open(t, f.url())
	if got := noted(); got != "0" {
		t.Errorf("before anything was begun %s is noted", got)
	}
	publishAndClaim(t, s)
	if got := noted(); got != "1" {
		t.Errorf("after the first begin %s is noted", got)
	}
	beginMore(t, s)
	if got := noted(); got != "2" {
		t.Errorf("after the second begin %s is noted", got)
	}
	l, ok, err := s.Acquire(t.Context(), benchLane, "the dead", time.Hour)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := s.Exchange(t.Context(), l, stories.Exchange{Batch: 1}); err != nil {
		t.Fatal(err)
	}
	if got := noted(); got != "2" {
		t.Errorf("after an exchange that began nothing %s is noted", got)
	}
}

// addresses make a database on a server whose copies they can make and put back.
func TestAServersDatabaseThatWasPutBackIsNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(t *testing.T, s *pgtest.Server, url string) string
		want int
	}{
		"nothing happened": {func(t *testing.T, _ *pgtest.Server, url string) string { return url }, 0},
		"maintenance": {func(t *testing.T, _ *pgtest.Server, url string) string {
			onServer(t, url, "VACUUM FULL", "VACUUM FREEZE", "CLUSTER deliveries USING deliveries_pkey", "CLUSTER settings USING settings_pkey", "REINDEX TABLE deliveries", "ANALYZE")
			return url
		}, 0},
		"a restart": {func(t *testing.T, s *pgtest.Server, url string) string { s.Restart(t); return url }, 0},
		"other settings are written": {func(t *testing.T, _ *pgtest.Server, url string) string {
			visit(t, url, func(s *sqlstore.Store) { must(t, s.Remember(t.Context(), "a", "b")) })
			return url
		}, 0},
		"a dump with --clean": {func(t *testing.T, _ *pgtest.Server, url string) string {
			dump := dumped(t, url)
			pgtest.Tool(t, "pg_restore", "--clean", "--if-exists", "--single-transaction", "--dbname="+url, dump)
			return url
		}, 2},
		"a dump in another database": {func(t *testing.T, s *pgtest.Server, url string) string {
			other := s.URL(t)
			pgtest.Tool(t, "pg_restore", "--dbname="+other, dumped(t, url))
			return other
		}, 2},
		"the rows of a dump": {func(t *testing.T, _ *pgtest.Server, url string) string {
			dump := dumped(t, url)
			onServer(t, url, "TRUNCATE settings, flights, publications, deliveries, queue, held, leases, planning")
			for _, table := range []string{"settings", "flights", "publications", "deliveries", "queue", "held", "leases", "planning"} {
				pgtest.Tool(t, "pg_restore", "--data-only", "--table="+table, "--dbname="+url, dump)
			}
			return url
		}, 2},
		"a database made from it": {func(t *testing.T, s *pgtest.Server, url string) string {
			onServer(t, s.URL(t), "CREATE DATABASE copied TEMPLATE "+nameOf(url))
			return strings.Replace(url, "/"+nameOf(url)+"?", "/copied?", 1)
		}, 2},
		"somebody says so": {func(t *testing.T, _ *pgtest.Server, url string) string {
			visit(t, url, func(s *sqlstore.Store) {
				if n, err := s.Restored(t.Context()); err != nil || n != 2 {
					t.Errorf("%d wait, %v", n, err)
				}
			})
			return url
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.Start(t)
			url := s.URL(t)
			visit(t, url, func(s *sqlstore.Store) { publishAndClaim(t, s) })
			url = c.do(t, s, url)
			for range 2 {
				visit(t, url, func(s *sqlstore.Store) {
					if got := waits(t, s); got != c.want {
						t.Errorf("%d deliveries wait, want %d", got, c.want)
					}
				})
			}
		})
	}
}

// A program that goes on while a dump is put back reads nothing of it.
func TestADumpPutBackUnderARunningProgramIsNoticed(t *testing.T) {
	url := pgtest.URL(t)
	s := open(t, url)
	publishAndClaim(t, s)
	dump := dumped(t, url)
	beginMore(t, s)
	pgtest.Tool(t, "pg_restore", "--clean", "--if-exists", "--single-transaction", "--dbname="+url, dump)
	found, err := s.Publications(t.Context(), benchLane, nil, 10)
	if err != nil || len(found) != 0 {
		t.Errorf("it reads %+v, %v", found, err)
	}
	if got := waits(t, s); got != 2 {
		t.Errorf("%d deliveries wait, want 2", got)
	}
}

func dumped(t *testing.T, url string) string {
	t.Helper()
	dump := filepath.Join(t.TempDir(), "dump")
	pgtest.Tool(t, "pg_dump", "--format=custom", "--file="+dump, url)
	return dump
}

func nameOf(url string) string {
	return regexp.MustCompile(`/([a-z0-9]+)\?`).FindStringSubmatch(url)[1]
}

func onServer(t *testing.T, url string, statements ...string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	must(t, err)
	defer db.Close()
	for _, text := range statements {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestBackupUnderLoad copies a database while it is written to. Every copy holds
// each update with its delivery, and is taken for one that was put back.
func TestBackupUnderLoad(t *testing.T) {
	f := newFiled(t)
	s := open(t, f.url())
	publishAndClaim(t, s)
	story, err := s.StoryBySlug(t.Context(), "sony-hack")
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	published := make(chan error, 1)
	go func() {
		act := stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
		for n := 0; ; n++ {
			if ctx.Err() != nil {
				published <- nil
				return
			}
			if _, _, err := s.AppendUpdate(context.Background(), act, stories.Update{StoryID: story.ID, Text: fmt.Sprint("More ", n), Level: stories.Normal, At: act.At}); err != nil {
				published <- err
				return
			}
		}
	}()
	for n := range 5 {
		name := filepath.Join(f.copies, fmt.Sprint(n))
		must(t, sqlstore.Backup(t.Context(), f.url(), name))
		if err := sqlstore.Backup(t.Context(), f.url(), name); stories.CodeOf(err) != stories.CodeExists {
			t.Errorf("over a copy that is there: %v", err)
		}
		visit(t, "sqlite:"+name, func(c *sqlstore.Store) {
			story, err := c.StoryByID(t.Context(), story.ID)
			if err != nil || story.Updates < 2 || waits(t, c) != story.Updates {
				t.Errorf("copy %d has %d updates and %d deliveries that wait, %v", n, story.Updates, waits(t, c), err)
			}
		})
	}
	stop()
	must(t, <-published)
	left, err := os.ReadDir(f.copies)
	must(t, err)
	for _, file := range left {
		if strings.Contains(file.Name(), "draft") {
			t.Errorf("%s was left", file.Name())
		}
	}
}

// TestRestore goes back and forward again.
func TestRestore(t *testing.T) {
	f := newFiled(t)
	copied := filepath.Join(f.copies, "a")
	f.visit(func(s *sqlstore.Store) {
		publishAndClaim(t, s)
		must(t, sqlstore.Backup(t.Context(), f.url(), copied))
		if _, err := sqlstore.Restore(t.Context(), f.url(), copied, time.Now()); stories.CodeOf(err) != stories.CodeUnavailable || !strings.Contains(err.Error(), "open in another storybot") {
			t.Errorf("beside a running bot: %v", err)
		}
		beginMore(t, s)
	})
	now := time.Date(2026, 11, 27, 22, 0, 0, 0, time.UTC)
	kept, err := sqlstore.Restore(t.Context(), f.url(), copied, now)
	if err != nil || kept != f.path+".before-20261127T220000Z" {
		t.Fatal(kept, err)
	}
	f.waits(2)
	forward, err := sqlstore.Restore(t.Context(), f.url(), kept, now)
	if err != nil || forward == kept {
		t.Fatal(forward, err)
	}
	f.waits(1)
	files, err := filepath.Glob(f.path + "*")
	must(t, err)
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v, %v", file, info.Mode(), err)
		}
		if strings.Contains(file, "draft") {
			t.Errorf("%s was left", file)
		}
	}
}

// A database that crashed keeps what stands in its log, and its log does not mix
// with the copy.
func TestRestoreKeepsTheLogOfWhatItReplaces(t *testing.T) {
	f := newFiled(t)
	copied, crashed := filepath.Join(f.copies, "a"), newFiled(t)
	f.visit(func(s *sqlstore.Store) {
		publishAndClaim(t, s)
		must(t, sqlstore.Backup(t.Context(), f.url(), copied))
		beginMore(t, s)
		for _, part := range []string{"", "-wal"} { // as a power cut leaves it
			f.copy(f.path+part, crashed.path+part)
		}
	})
	kept, err := sqlstore.Restore(t.Context(), crashed.url(), copied, time.Now())
	must(t, err)
	crashed.waits(2)
	visit(t, "sqlite:"+kept, func(s *sqlstore.Store) {
		if got := waits(t, s); got != 1 {
			t.Errorf("in what was kept %d deliveries wait, want 1: its log is lost", got)
		}
	})
}

func TestRestoreRefusesWhatIsNoCopy(t *testing.T) {
	f := newFiled(t)
	f.visit(func(s *sqlstore.Store) { publishAndClaim(t, s) })
	before, err := os.ReadFile(f.path)
	must(t, err)
	write := func(name string, content []byte) string {
		path := filepath.Join(f.copies, name)
		must(t, os.WriteFile(path, content, 0o600))
		return path
	}
	good := filepath.Join(f.copies, "good")
	must(t, sqlstore.Backup(t.Context(), f.url(), good))
	whole, err := os.ReadFile(good)
	must(t, err)
	damaged := append([]byte(nil), whole...)
	for i := len(damaged) / 2; i < len(damaged)/2+20000; i++ {
		damaged[i] ^= 0x5a
	}
	changed := func(name, statement string) string {
		path := write(name, whole)
		db, err := sql.Open("sqlite", path)
		must(t, err)
		_, err = db.Exec(statement)
		must(t, errors.Join(err, db.Close()))
		return path
	}
	for source, words := range map[string]string{
		filepath.Join(f.copies, "none"): "no such file",
		write("empty", nil):             "empty or no file",
		f.copies:                        "empty or no file",
		write("text", []byte(strings.Repeat("no database ", 100))): "no SQLite database",
		write("half", whole[:len(whole)/2]):                        "damaged",
		write("damaged", damaged):                                  "damaged",
		f.path:                                                     "the database itself",
		changed("foreign", "DROP TABLE stories"):                   "another program",
		changed("newer", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)"): "newer storybot",
	} {
		_, err := sqlstore.Restore(t.Context(), f.url(), source, time.Now())
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want %q", filepath.Base(source), err, words)
		}
	}
	if after, err := os.ReadFile(f.path); err != nil || string(after) != string(before) {
		t.Errorf("the database was touched, %v", err)
	}
	files, _ := filepath.Glob(f.path + "*")
	for _, file := range files {
		if strings.Contains(file, "draft") || strings.Contains(file, "before") {
			t.Errorf("%s was left", file)
		}
	}
	for _, url := range []string{"postgres://storybot@127.0.0.1:1/x"} {
		_, err := sqlstore.Restore(t.Context(), url, good, time.Now())
		if err == nil || !strings.Contains(err.Error(), "pg_restore") {
			t.Errorf("on a server: %v", err)
		}
		if err := sqlstore.Backup(t.Context(), url, good+"2"); err == nil || !strings.Contains(err.Error(), "pg_dump") {
			t.Errorf("on a server: %v", err)
		}
	}
}
