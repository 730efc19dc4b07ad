package sqlstore_test

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"storybot/stories"
	"storybot/stories/sqlstore"
	"storybot/stories/storetest/pgtest"
)

// refusedAs checks the code and the words of what Open says of url.
func refusedAs(t *testing.T, url string, code stories.Code, words string) {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), url, sqlstore.Options{})
	if err == nil {
		s.Close()
		t.Fatalf("%s was opened", url)
	}
	if stories.CodeOf(err) != code || !strings.Contains(err.Error(), words) {
		t.Errorf("%s: %s %q, want %s with %q", url, stories.CodeOf(err), err, code, words)
	}
}

// anothers is a database of another program.
func anothers(t *testing.T, driver, address string, statements ...string) {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFileThatIsNoneOfOursIsAWrongSetting(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for name, content := range map[string]string{"text": strings.Repeat("no database ", 1000), "short": "x", "half": "SQLite format 3\x00", "secret": "SQLite format 2\x00" + strings.Repeat("x", 100)} {
		if err := os.WriteFile(in(name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		refusedAs(t, "sqlite:"+in(name), stories.CodeInvalid, in(name)+" is no SQLite database")
		if got, err := os.ReadFile(in(name)); err != nil || string(got) != content {
			t.Errorf("%s was changed to %q, %v", name, got, err)
		}
	}
	refusedAs(t, "sqlite:"+in("no/such/folder.db"), stories.CodeInvalid, "Create it")
	refusedAs(t, "sqlite:"+in("text/below.db"), stories.CodeInvalid, "below.db")
	refusedAs(t, "sqlite:"+dir, stories.CodeInvalid, "is a folder or a device")
	refusedAs(t, "sqlite:"+os.DevNull, stories.CodeInvalid, "is a folder or a device")
	refusedAs(t, "sqlite:"+in("nul\x00.db"), stories.CodeInvalid, "folder")
	if err := os.Symlink(in("loop"), in("loop")); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, "sqlite:"+in("loop"), stories.CodeInvalid, "loop")
}

func TestAnotherProgramsDatabaseIsAWrongSettingAndStaysAsItIs(t *testing.T) {
	for name, statements := range map[string][]string{
		"other tables":                {"CREATE TABLE places (a)"},
		"a table named as ours":       {"CREATE TABLE stories (a)"},
		"in the same form as ours":    {"PRAGMA journal_mode=WAL", "CREATE TABLE places (a)"},
		"steps of the same tool":      {"CREATE TABLE goose_db_version (version_id INTEGER, is_applied INTEGER)", "INSERT INTO goose_db_version VALUES (3, 1)", "CREATE TABLE places (a)"},
		"steps of another tool":       {"CREATE TABLE goose_db_version (id INTEGER)", "CREATE TABLE stories (a)", "CREATE TABLE settings (a)"},
		"an older layout of ours":     {"CREATE TABLE goose_db_version (version_id INTEGER, is_applied INTEGER)", "INSERT INTO goose_db_version VALUES (9, 1)", "CREATE TABLE stories (a)", "CREATE TABLE settings (a)"},
		"nothing of a table but rows": {"CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "other.db")
			anothers(t, "sqlite", path, statements...)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want := "tables of another program"
			if strings.HasSuffix(name, "of ours") && strings.HasPrefix(name, "an older") {
				want = "before its first release"
			}
			refusedAs(t, "sqlite:"+path, stories.CodeInvalid, want)
			if after, err := os.ReadFile(path); strings.HasPrefix(name, "other") && (err != nil || string(after) != string(before)) {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

func TestACopyOfOursInAnotherFormIsOurs(t *testing.T) {
	path, copied := filepath.Join(t.TempDir(), "storybot.db"), filepath.Join(t.TempDir(), "copy.db")
	open(t, "sqlite:"+path).Close()
	anothers(t, "sqlite", path, "VACUUM INTO '"+copied+"'") // has no write-ahead log
	open(t, "sqlite:"+copied)
}

func TestADatabaseThatIsAwayIsNoWrongSetting(t *testing.T) {
	address := sqliteURL(t)
	open(t, address)
	refusedAs(t, address, stories.CodeUnavailable, "open in another storybot")
	refusedAs(t, "postgres://u@127.0.0.1:1/x?connect_timeout=1", stories.CodeUnavailable, "cannot be reached")

	path := filepath.Join(t.TempDir(), "locked.db")
	open(t, "sqlite:"+path).Close()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, s := range []string{"PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "UPDATE settings SET value = value"} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	refusedAs(t, "sqlite:"+path, stories.CodeUnavailable, "locked")
}

func TestAServerThatRefusesTheAddressIsAWrongSetting(t *testing.T) {
	with := func(change func(*url.URL)) string {
		u, err := url.Parse(pgtest.URL(t))
		if err != nil {
			t.Fatal(err)
		}
		change(u)
		return u.String()
	}
	refusedAs(t, with(func(u *url.URL) { u.User = url.UserPassword("nobodyhere", "x") }), stories.CodeInvalid, "does not let this user in")
	refusedAs(t, with(func(u *url.URL) { u.Path = "/nosuch" }), stories.CodeInvalid, "no database of this name")
	refusedAs(t, with(func(u *url.URL) { u.RawQuery = "sslmode=require" }), stories.CodeInvalid, "does not encrypt")
	refusedAs(t, with(func(u *url.URL) { u.RawQuery = "sslmode=whatever" }), stories.CodeInvalid, "is not understood")

	other := pgtest.URL(t)
	anothers(t, "pgx", other, "CREATE TABLE stories (a INT)")
	refusedAs(t, other, stories.CodeInvalid, "tables of another program")
	other = pgtest.URL(t)
	anothers(t, "pgx", other, "CREATE TABLE goose_db_version (version_id INT, is_applied BOOLEAN)", "INSERT INTO goose_db_version VALUES (2, true)", "CREATE TABLE places (a INT)")
	refusedAs(t, other, stories.CodeInvalid, "tables of another program")
	beside := pgtest.URL(t)
	anothers(t, "pgx", beside, "CREATE TABLE spatial_ref_sys (a INT)")
	open(t, beside)
	locked := pgtest.URL(t)
	anothers(t, "pgx", locked, "REVOKE CREATE ON SCHEMA public FROM public", "DO $$BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'guest') THEN CREATE ROLE guest LOGIN; END IF; END$$")
	u, err := url.Parse(locked)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User("guest")
	refusedAs(t, u.String(), stories.CodeInvalid, "may not make tables")
}
