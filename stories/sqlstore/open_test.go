package sqlstore_test

import (
	"bytes"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
	"storybot/stories/storetest/pgtest"
)

// refusedWith checks that Open refuses url with a sentence that holds words.
func refusedWith(t *testing.T, url string, words ...string) {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), url, sqlstore.Options{})
	if err == nil {
		s.Close()
		t.Fatalf("%s was opened", url)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
}

func TestASecondStoreOnTheSameFileIsRefusedByName(t *testing.T) {
	url := sqliteURL(t)
	first := open(t, url)
	refusedWith(t, url, "storybot.db", "open in another storybot", "process", "PostgreSQL")
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(strings.TrimPrefix(url, "sqlite:"), link); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "sqlite:"+link, "open in another storybot")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, url)
}

// holdEnv makes this test binary a process that opens a database and waits.
const holdEnv = "SQLSTORE_TEST_HOLD"

func TestMain(m *testing.M) {
	if url := os.Getenv(holdEnv); url != "" {
		hold(url)
	}
	os.Exit(m.Run())
}

func TestTheLockOfAKilledProcessEndsWithItAndItsWorkIsThere(t *testing.T) {
	url := sqliteURL(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holdEnv+"="+url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // it has published and claimed
		t.Fatal(err)
	}
	refusedWith(t, url, "open in another storybot")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	inTheAir(t, open(t, url))
}

func TestACopyOfTheFilesTakenWhileOpenIsWhole(t *testing.T) {
	url, dir := sqliteURL(t), t.TempDir()
	s := open(t, url)
	publishAndClaim(t, s)
	path := strings.TrimPrefix(url, "sqlite:")
	for _, suffix := range []string{"", "-wal", ".lock"} { // what a power cut leaves
		content, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "copy.db"+suffix), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	inTheAir(t, open(t, "sqlite:"+filepath.Join(dir, "copy.db")))
}

func TestAddressesThatCannotBeOpenedSayWhatToDo(t *testing.T) {
	refusedWith(t, "mysql://x", "DATABASE_URL", "sqlite:PATH", "postgres://")
	refusedWith(t, "sqlite:", "sqlite:storybot.db")
	refusedWith(t, "sqlite::memory:", "the path of a file")
	refusedWith(t, "sqlite:"+filepath.Join(t.TempDir(), "no", "such", "folder.db"), "folder", "DATABASE_URL")
	refusedWith(t, "postgres://user:s3cret@127.0.0.1:1/x?connect_timeout=1", "127.0.0.1:1", "DATABASE_URL")
	refusedWith(t, "postgres://user:s3cret@127.0.0.1:none/x", "DATABASE_URL")
	damaged := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(damaged, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "sqlite:"+damaged, damaged)
}

func TestAPasswordIsInNoError(t *testing.T) {
	for _, url := range []string{"postgres://user:s3cret@127.0.0.1:1/x?connect_timeout=1", "postgres://user:s3cret@127.0.0.1:none/x", "postgres://user:s3cret@%zz/x"} {
		_, err := sqlstore.Open(t.Context(), url, sqlstore.Options{})
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("error is %v", err)
		}
	}
}

func TestAnyFileNameIsThatFile(t *testing.T) {
	for _, name := range []string{"story bot?.db", "50%25.db", "a#b&c=d.db", "日本.db", "semi;colon.db"} {
		path := filepath.Join(t.TempDir(), name)
		open(t, "sqlite:"+path)
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestProcessesThatStartAtOnceCreateTheTablesOnce(t *testing.T) {
	url := pgtest.URL(t)
	var logged syncBuffer
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			s, err := sqlstore.Open(t.Context(), url, sqlstore.Options{Log: slog.New(slog.NewTextHandler(&logged, nil))})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Remember(t.Context(), "a", "b"); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := strings.Count(logged.String(), "database tables upgraded"); n != 1 {
		t.Errorf("tables were upgraded %d times:\n%s", n, logged.String())
	}
}

// syncBuffer is a buffer several loggers may write to.
type syncBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func TestOpeningIsFast(t *testing.T) {
	for kind, make := range databases {
		t.Run(kind, func(t *testing.T) {
			url := make(t)
			open(t, url).Close()
			best := time.Hour // of several: other programs may be busy
			for range 5 {
				began := time.Now()
				s := open(t, url)
				best = min(best, time.Since(began))
				s.Close()
			}
			if best > 200*time.Millisecond {
				t.Errorf("opening a current database takes %v", best)
			}
		})
	}
}

func TestAClosedStoreRefusesAndMayBeClosedAgain(t *testing.T) {
	s := open(t, sqliteURL(t))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Remember(t.Context(), "a", "b"); stories.CodeOf(err) != stories.CodeUnavailable {
		t.Errorf("error is %v", err)
	}
}

// A link to a file that is not there yet, and the file itself, are one database.
func TestADanglingLinkHasTheLockOfItsFile(t *testing.T) {
	folder, links := t.TempDir(), t.TempDir()
	file := filepath.Join(folder, "news.db")
	relative, err := filepath.Rel(links, folder)
	must(t, err)
	link := filepath.Join(links, "link.db")
	must(t, os.Symlink(filepath.Join(relative, "news.db"), link))
	must(t, os.Symlink("link.db", filepath.Join(links, "second.db")))
	open(t, "sqlite:"+filepath.Join(links, "second.db"))
	for _, path := range []string{link, file} {
		if s, err := sqlstore.Open(t.Context(), "sqlite:"+path, sqlstore.Options{}); stories.CodeOf(err) != stories.CodeUnavailable {
			t.Errorf("%s was opened beside it: %v, %v", path, s != nil, err)
		}
	}
	locks, err := filepath.Glob(links + "/*.lock")
	if _, gone := os.Stat(file + ".lock"); err != nil || gone != nil || len(locks) > 0 {
		t.Errorf("its lock is not beside the file: %v, %v, %v", locks, gone, err)
	}
	must(t, os.Symlink("loop.db", filepath.Join(links, "loop.db")))
	if _, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(links, "loop.db"), sqlstore.Options{}); stories.CodeOf(err) != stories.CodeInvalid {
		t.Errorf("a link to itself: %v", err)
	}
}
