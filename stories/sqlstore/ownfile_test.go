//go:build !windows

package sqlstore_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// TestFilesAreTheOwnersAlone makes a database where new files are for everybody.
func TestFilesAreTheOwnersAlone(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := t.TempDir()
	path := filepath.Join(dir, "news.db")
	var log syncBuffer
	s, err := sqlstore.Open(t.Context(), "sqlite:"+path, sqlstore.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Remember(t.Context(), "a", "b"); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		found[f.Name()] = true
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %v", f.Name(), mode)
		}
	}
	for _, name := range []string{"news.db", "news.db-wal", "news.db-shm", "news.db.lock"} {
		if !found[name] {
			t.Errorf("there is no %s: %v", name, found)
		}
	}
	if strings.Contains(log.String(), "WARN") {
		t.Errorf("a new file is warned about: %s", &log)
	}
}

// TestAFileOthersCanReadIsWarnedAbout and keeps its mode.
func TestAFileOthersCanReadIsWarnedAbout(t *testing.T) {
	for mode, warned := range map[os.FileMode]bool{0o600: false, 0o640: true, 0o644: true, 0o666: true} {
		path := filepath.Join(t.TempDir(), "news.db")
		open(t, "sqlite:"+path).Close()
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		var log syncBuffer
		s, err := sqlstore.Open(t.Context(), "sqlite:"+path, sqlstore.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%v became %v, %v", mode, info.Mode(), err)
		}
		if got := strings.Contains(log.String(), "chmod 600"); got != warned {
			t.Errorf("%v is warned about: %v\n%s", mode, got, &log)
		}
	}
}

// TestAFileThatCannotBeMade is refused in words, and leaves no lock behind.
func TestAFileThatCannotBeMade(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "news.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(dir, "news.db"), sqlstore.Options{})
		if stories.CodeOf(err) != stories.CodeInvalid || !strings.Contains(err.Error(), "set DATABASE_URL to another place") {
			t.Errorf("error is %v", err)
		}
	}
}
