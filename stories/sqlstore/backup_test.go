package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

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

// A copy is taken for one where nothing else shows it: put back by hand, with
// nothing begun since and the program not started again.
func TestACopyIsKnownByItsMark(t *testing.T) {
	f := newFiled(t)
	f.visit(func(s *sqlstore.Store) { publishAndClaim(t, s) })
	f.visit(func(s *sqlstore.Store) { must(t, sqlstore.Backup(t.Context(), f.url(), filepath.Join(f.copies, "a"))) })
	f.back("a")
	f.waits(2)
	f.waits(2)
	f.visit(func(s *sqlstore.Store) {
		if p, err := s.PutBack(t.Context()); err != nil || p.Generation != 1 {
			t.Errorf("it is %+v, %v", p, err)
		}
	})
}

// One damaged page of what no start looks at is enough to refuse a copy.
func TestACopyWithADamagedPageIsRefused(t *testing.T) {
	f := newFiled(t)
	f.visit(func(s *sqlstore.Store) { publishAndClaim(t, s) })
	for _, name := range []string{"owed", "publications_by_update", "publications"} {
		copied := filepath.Join(f.copies, name)
		must(t, sqlstore.Backup(t.Context(), f.url(), copied))
		db, err := sql.Open("sqlite", copied)
		must(t, err)
		var page, size int64
		must(t, db.QueryRow("SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_schema WHERE name = ?", name).Scan(&page, &size))
		must(t, db.Close())
		file, err := os.OpenFile(copied, os.O_RDWR, 0)
		must(t, err)
		_, err = file.WriteAt([]byte(strings.Repeat("\xff", int(size))), (page-1)*size)
		must(t, errors.Join(err, file.Close()))
		if _, err := sqlstore.Restore(t.Context(), f.url(), copied, time.Now()); stories.CodeOf(err) != stories.CodeInvalid || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("with a damaged page of %s: %v", name, err)
		}
	}
	f.waits(0)
}
