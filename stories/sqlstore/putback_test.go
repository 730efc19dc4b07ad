package sqlstore_test

import (
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

// Somebody who says so of a database that shows it says the same thing.
func TestSayingSoOfWhatWasNoticedIsOnePutBack(t *testing.T) {
	f := newFiled(t)
	f.visit(func(s *sqlstore.Store) { publishAndClaim(t, s) })
	f.keep("a")
	f.visit(func(s *sqlstore.Store) { beginMore(t, s) })
	f.back("a")
	f.visit(func(s *sqlstore.Store) {
		n, err := s.Restored(t.Context())
		must(t, err)
		if p, err := s.PutBack(t.Context()); err != nil || n != 2 || p.Waiting != 2 || p.Generation != 1 {
			t.Errorf("%d wait, and it is %+v, %v", n, p, err)
		}
	})
	f.visit(func(s *sqlstore.Store) { // another time
		n, err := s.Restored(t.Context())
		must(t, err)
		if p, err := s.PutBack(t.Context()); err != nil || n != 2 || p.Generation != 2 {
			t.Errorf("%d wait, and it is %+v, %v", n, p, err)
		}
	})
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
			onServer(t, url, "VACUUM FULL", "VACUUM FREEZE", "CLUSTER owed USING owed_pkey", "CLUSTER settings USING settings_pkey", "REINDEX TABLE owed", "ANALYZE")
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
			onServer(t, url, "TRUNCATE settings, flights, publications, owed, outcomes, queue, held, leases, planning")
			for _, table := range []string{"settings", "flights", "publications", "owed", "outcomes", "queue", "held", "leases", "planning"} {
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

// A program that goes on while a dump is put back reads nothing of it and begins
// nothing of it, whatever it does next.
func TestADumpPutBackUnderARunningProgramIsNoticed(t *testing.T) {
	server := pgtest.Start(t)
	url := server.URL(t)
	s := open(t, url)
	publishAndClaim(t, s) // the first of two updates is on its way
	ctx := t.Context()
	l, ok, err := s.Acquire(ctx, benchLane, "the dead", time.Hour)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	flown, _, err := s.Recover(ctx, l)
	must(t, err)
	open, err := s.Publications(ctx, benchLane, nil, 10)
	must(t, err)
	last := open[len(open)-1].ID
	loaded, err := s.Load(ctx, last, stories.Ref{}, 10)
	if err != nil || len(loaded.Rows) != 1 {
		t.Fatal(loaded.Rows, err)
	}
	row := loaded.Rows[0]
	now := time.Now()
	x := stories.Exchange{Batch: 1, Begin: []stories.Flight{{Ref: row.Ref, Attempt: 1, First: now, Last: now}}}
	dump := dumped(t, url)
	_, err = s.Exchange(ctx, l, x) // and sent since
	must(t, err)
	_, err = s.Exchange(ctx, l, stories.Exchange{Batch: 2, Results: []stories.Result{arrived(flown[0]), arrived(x.Begin[0])}})
	must(t, err)
	x.Batch = 3
	for name, ask := range map[string]func() (int, error){
		"Publications": func() (int, error) {
			found, err := s.Publications(ctx, benchLane, nil, 10)
			return len(found), err
		},
		"Load": func() (int, error) {
			found, err := s.Load(ctx, last, stories.Ref{}, 10)
			return len(found.Rows), err
		},
		"LoadPlaces": func() (int, error) {
			found, err := s.LoadPlaces(ctx, []int64{last}, []int64{row.Place})
			return len(found.Rows), err
		},
		"Recover": func() (int, error) {
			found, _, err := s.Recover(ctx, l)
			if !errors.Is(err, stories.ErrLeaseLost) {
				t.Errorf("Recover: %v", err)
			}
			return len(found), nil
		},
		"Exchange": func() (int, error) {
			begun, err := s.Exchange(ctx, l, x)
			if !errors.Is(err, stories.ErrLeaseLost) {
				t.Errorf("Exchange: %v", err)
			}
			return len(begun.Deliveries), nil
		},
	} {
		pgtest.Tool(t, "pg_restore", "--clean", "--if-exists", "--single-transaction", "--dbname="+url, dump)
		if n, err := ask(); n != 0 || err != nil {
			t.Errorf("%s reads or begins %d of it, %v", name, n, err)
		}
		if got := waits(t, s); got != 2 {
			t.Errorf("after %s %d deliveries wait, want 2", name, got)
		}
		if again, err := s.Exchange(ctx, l, x); !errors.Is(err, stories.ErrLeaseLost) {
			t.Errorf("after %s its holder begins %v, %v", name, again.Deliveries, err)
		}
	}
}

// What ends while the database is noted to be put back has ended: whoever notes
// that waits for the lanes' holders.
func TestWhatEndsMeanwhileDoesNotWait(t *testing.T) {
	server := pgtest.Start(t)
	url := server.URL(t)
	s := open(t, url)
	publishAndClaim(t, s)
	db, err := sql.Open("pgx", url)
	must(t, err)
	defer db.Close()
	holder, err := db.BeginTx(t.Context(), nil) // an exchange that is not committed
	must(t, err)
	defer holder.Rollback()
	for _, text := range []string{
		"SELECT 1 FROM leases FOR UPDATE",
		"CREATE TEMPORARY TABLE ended ON COMMIT DROP AS SELECT min(id) AS id FROM owed",
		"INSERT INTO outcomes (id, state, message_id) SELECT id, 2, 'm' FROM ended",
		"UPDATE publications SET queued = queued - 1, sent = sent + 1 WHERE id IN (SELECT publication_id FROM deliveries WHERE id IN (SELECT id FROM ended))",
	} {
		if _, err := holder.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	noted := make(chan error, 1)
	go func() {
		n, err := s.Restored(t.Context())
		if err == nil && n != 1 {
			err = fmt.Errorf("%d deliveries wait, want 1", n)
		}
		noted <- err
	}()
	for blocked := 0; blocked == 0; {
		select {
		case err := <-noted:
			t.Fatalf("it did not wait for the holder: %v", err)
		default:
			must(t, db.QueryRow("SELECT count(*) FROM pg_locks WHERE NOT granted").Scan(&blocked))
		}
	}
	must(t, holder.Commit())
	must(t, <-noted)
	p, err := s.ProgressOf(t.Context(), 1)
	if want := (stories.Progress{UpdateID: 1, Total: 1, Sent: 1}); err != nil || p != want {
		t.Errorf("its progress is %+v, %v", p, err)
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
