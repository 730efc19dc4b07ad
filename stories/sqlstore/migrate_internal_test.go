package sqlstore

import (
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/storetest/pgtest"
)

// TestEveryFileIsAStepOfTheSchema finds a file that no database would get, and
// one whose name tells another version than the step it is part of.
func TestEveryFileIsAStepOfTheSchema(t *testing.T) {
	found, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	version := map[string]int{}
	for i, files := range migrationFiles {
		for _, file := range files {
			for _, db := range []string{"sqlite", "postgres"} {
				version[strings.Replace(file, "DB", db, 1)] = i + 1
			}
		}
	}
	for _, file := range found {
		if want := fmt.Sprintf("migrations/%05d_", version[file]); !strings.HasPrefix(file, want) {
			t.Errorf("%s should begin with %s", file, want)
		}
	}
	if len(found) == 0 {
		t.Error("no files")
	}
}

var urls = map[string]func(t testing.TB) string{
	"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "storybot.db") },
	"postgres": pgtest.URL,
}

// at brings an empty database to an older version, with a story and more in it.
func at(t *testing.T, url string, version int64, more ...string) {
	t.Helper()
	var e engine
	var s schema
	var err error
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		e, s, err = openSQLite(t.Context(), path, time.Now, slog.New(slog.DiscardHandler))
	} else {
		e, s, err = openPostgres(t.Context(), url)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.upgrade(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	const story = `
		INSERT INTO stories (slug, headline, summary, topics, state, created_at, active_at) VALUES ('old', 'Old Łódź story', '', 'security', 'developing', 1, 1);
		INSERT INTO slugs (slug, story_id, of_id) VALUES ('old', 1, 1), ('elder', 1, 1);
		INSERT INTO updates (story_id, number, place, level, text, sources, author_ref, author_name, at, created_at) VALUES (1, 1, 1, 2, 'Straße gesperrt', '', '', '', 1, 1);
		UPDATE stories SET updates = 1`
	if _, err := s.db.ExecContext(t.Context(), story+strings.Join(more, "")); err != nil {
		t.Fatal(err)
	}
	if err := e.close(); err != nil {
		t.Fatal(err)
	}
}

func TestEveryOlderSchemaIsUpgradedWithWhatItHolds(t *testing.T) {
	for name, url := range urls {
		for version := range len(migrationFiles) {
			t.Run(name, func(t *testing.T) {
				url := url(t)
				at(t, url, int64(version+1))
				s, err := Open(t.Context(), url, Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if err := s.Reindex(t.Context()); err != nil {
					t.Fatal(err)
				}
				story, err := s.StoryBySlug(t.Context(), "old")
				if err != nil || story.Headline != "Old Łódź story" {
					t.Fatalf("story is %+v, %v", story, err)
				}
				if u, _, err := s.AppendUpdate(t.Context(), stories.Act{At: time.Now()}, stories.Update{StoryID: story.ID, Text: "New", Level: stories.Minor, At: time.Now()}); err != nil || u.Number != 2 {
					t.Errorf("update is %+v, %v", u, err)
				}
				for _, query := range []string{"lodz", "strasse", "old", "elder"} {
					if found, _, err := s.Search(t.Context(), query, 0, 5); err != nil || len(found) != 1 {
						t.Errorf("search for %q finds %v, %v", query, found, err)
					}
				}
				// An older slug is a name like another.
				for _, typed := range []string{"elder", "eld", "edler", "lod", "odl"} {
					if found, err := s.Suggest(t.Context(), typed, 5); err != nil || len(found) != 1 {
						t.Errorf("%q suggests %v, %v", typed, found, err)
					}
				}
			})
		}
	}
}

func TestANewerSchemaIsRefusedInWords(t *testing.T) {
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			url := url(t)
			s, err := Open(t.Context(), url, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.change(t.Context(), func(q querier) error {
				_, err := q.exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, CAST(1 = 1 AS BOOLEAN))`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			_, err = Open(t.Context(), url, Options{Log: slog.New(slog.DiscardHandler)})
			if err == nil || !strings.Contains(err.Error(), "newer storybot") || !strings.Contains(err.Error(), "99") {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestADatabaseOfAnotherLayoutIsRefusedInWords(t *testing.T) {
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			url := url(t)
			s, err := Open(t.Context(), url, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.change(t.Context(), func(q querier) error {
				for _, text := range []string{`DROP VIEW deliveries`, `DROP VIEW put_back`, `DROP TABLE owed`} {
					if _, err := q.exec(t.Context(), text); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			_, err = Open(t.Context(), url, Options{Log: slog.New(slog.DiscardHandler)})
			if err == nil || !strings.Contains(err.Error(), "before its first release") {
				t.Errorf("error is %v", err)
			}
		})
	}
}
