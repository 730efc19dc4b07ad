package sqlstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// said is what a database that is opened as SQLite does it says it is, once every
// page of it was checked.
func said(t *testing.T, path string) (word string) {
	t.Helper()
	err := inFile(path, func(s schema) error {
		err := s.db.QueryRowContext(t.Context(), "SELECT value FROM settings WHERE name = 'which'").Scan(&word)
		return errors.Join(err, s.checkPages(t.Context()))
	})
	if err != nil {
		t.Errorf("%s: %v", filepath.Base(path), err)
	}
	return word
}

// newsroom makes a database that says word, most of it in its log as after a
// power cut, and a copy of it.
func newsroom(t *testing.T, word string) (path, copied string) {
	t.Helper()
	from, dir := filepath.Join(t.TempDir(), "news.db"), t.TempDir()
	path, copied = filepath.Join(dir, "news.db"), filepath.Join(t.TempDir(), "copy")
	s, err := Open(t.Context(), "sqlite:"+from, Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Remember(t.Context(), "which", word)
	for _, part := range []string{"", "-wal"} {
		err = errors.Join(err, copyFile(from+part, path+part))
	}
	if err := errors.Join(err, Backup(t.Context(), "sqlite:"+from, copied), s.Close()); err != nil {
		t.Fatal(err)
	}
	return path, copied
}

// left looks at the folder of a database as a restore has left it: the database is
// one of the two, and each that is kept is the old one.
func left(t *testing.T, path string) (word string, kept int) {
	t.Helper()
	if word = said(t, path); word != "old" && word != "new" {
		t.Errorf("the database says %q", word)
	}
	live, err := os.Stat(path)
	files, globbed := filepath.Glob(path + ".before-*")
	if err := errors.Join(err, globbed); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.Contains(file, "draft") {
			continue
		}
		kept++
		if word := said(t, file); word != "old" {
			t.Errorf("%s says %q", filepath.Base(file), word)
		}
		if info, err := os.Stat(file); err != nil || os.SameFile(info, live) {
			t.Errorf("%s is the database itself, %v", filepath.Base(file), err)
		}
	}
	return word, kept
}

// A restore that is killed before any of its steps, or whose step fails, leaves a
// whole database.
func TestARestoreThatStopsLeavesAWholeDatabase(t *testing.T) {
	_, source := newsroom(t, "new")
	now := time.Date(2026, 11, 27, 22, 0, 0, 0, time.UTC)
	stopped := errors.New("stopped")
	for n, ended := 0, false; !ended; n++ {
		path, _ := newsroom(t, "old")
		var at string
		i := 0
		_, err := restore(t.Context(), "sqlite:"+path, source, now, func(next string) error {
			if i++; i <= n {
				return nil
			}
			at = next
			killed := filepath.Join(t.TempDir(), "killed") // the folder as it is now
			if err := os.CopyFS(killed, os.DirFS(filepath.Dir(path))); err != nil {
				t.Fatal(err)
			}
			left(t, filepath.Join(killed, "news.db"))
			return stopped
		})
		if ended = at == ""; !ended && !errors.Is(err, stopped) || ended && err != nil {
			t.Fatalf("stopped before %q: %v", at, err)
		}
		word, kept := left(t, path)
		if replaced := ended || at == "make the name last"; replaced != (word == "new") || replaced && kept != 1 {
			t.Errorf("stopped before %q it says %q, and %d are kept", at, word, kept)
		}
		s, err := Open(t.Context(), "sqlite:"+path, Options{})
		if err != nil {
			t.Fatalf("stopped before %q: %v", at, err)
		}
		// What the bot writes afterwards is in no file that is kept.
		if err := errors.Join(s.Remember(t.Context(), "which", word), s.Remember(t.Context(), "later", "1"), s.Close()); err != nil {
			t.Fatal(err)
		}
		left(t, path)
		if ended && n < 4 {
			t.Errorf("a restore has %d steps only", n)
		}
	}
}

// What SQLite cannot read is kept as it is, and none of its logs is taken for the
// copy's.
func TestRestoreInPlaceOfADamagedDatabase(t *testing.T) {
	_, source := newsroom(t, "new")
	path, _ := newsroom(t, "old")
	before := bytes.Repeat([]byte("no database "), 1000)
	for _, part := range []string{"", "-wal", "-journal"} {
		if err := os.WriteFile(path+part, before, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := Restore(t.Context(), "sqlite:"+path, source, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(kept); err != nil || !bytes.Equal(got, before) {
		t.Errorf("it is kept as %d bytes, want %d, %v", len(got), len(before), err)
	}
	for _, part := range logParts {
		if _, err := os.Lstat(path + part); err == nil {
			t.Errorf("its %s is still there", part)
		}
	}
	if word := said(t, path); word != "new" {
		t.Errorf("the database says %q", word)
	}
}

// What another program has open is not replaced.
func TestRestoreRefusesWhatIsOpenElsewhere(t *testing.T) {
	_, source := newsroom(t, "new")
	path, _ := newsroom(t, "old")
	err := inFile(path, func(s schema) error {
		var n int
		if err := s.db.QueryRowContext(t.Context(), "SELECT count(*) FROM settings").Scan(&n); err != nil {
			return err
		}
		_, err := Restore(context.WithoutCancel(t.Context()), "sqlite:"+path, source, time.Now())
		if err == nil || !strings.Contains(err.Error(), "locked by another program") {
			return fmt.Errorf("it was replaced, or %w", err)
		}
		return nil
	}, "busy_timeout(0)")
	if err != nil {
		t.Fatal(err)
	}
	if word, kept := left(t, path); word != "old" || kept != 0 {
		t.Errorf("it says %q, and %d are kept", word, kept)
	}
}
