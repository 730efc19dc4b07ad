package sqlstore_test

import (
	"path/filepath"
	"testing"

	"storybot/stories/sqlstore"
	"storybot/stories/storetest"
	"storybot/stories/storetest/pgtest"
)

// open opens the database at url for the length of a test.
func open(t testing.TB, url string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), url, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func sqliteURL(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "storybot.db") }

// databases are both kinds, by name.
var databases = map[string]func(testing.TB) string{"sqlite": sqliteURL, "postgres": pgtest.URL}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store { return counted(t, sqliteURL(t)) })
}

func TestPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole run has it: the suite on a second database takes minutes under the race detector")
	}
	storetest.Run(t, func(t *testing.T) storetest.Store { return counted(t, pgtest.URL(t)) })
}
