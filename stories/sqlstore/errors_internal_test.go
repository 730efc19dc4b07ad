package sqlstore

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"storybot/stories"
)

// What a rule of the tables forbids is told from what may go well later.
func TestWhatARuleForbidsIsNoOutage(t *testing.T) {
	for code, want := range map[string]bool{"23505": true, "23503": true, "22003": true, "22021": true, "P0001": true,
		"40001": false, "53100": false, "57P01": false, "08006": false, "42P01": false, "XX000": false} {
		s := &Store{engine: &postgresEngine{}}
		if err := s.told(&pgconn.PgError{Code: code}); errors.Is(err, stories.ErrRefused) != want {
			t.Errorf("%s: %v", code, err)
		}
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, c := range []struct {
		text string
		want bool
	}{
		{"CREATE TABLE x (a INTEGER PRIMARY KEY, b INTEGER NOT NULL UNIQUE)", false},
		{"INSERT INTO x VALUES (1, 1)", false},
		{"INSERT INTO x VALUES (1, 2)", true},
		{"INSERT INTO x VALUES (2, 1)", true},
		{"INSERT INTO x VALUES (2, NULL)", true},
		{"INSERT INTO x VALUES ('a', 2)", true},
		{"INSERT INTO y VALUES (1)", false},
		{"CREATE TRIGGER t BEFORE DELETE ON x BEGIN SELECT RAISE(ABORT, 'never'); END", false},
		{"DELETE FROM x", true},
	} {
		_, err := db.Exec(c.text)
		if err = (&Store{engine: &sqliteEngine{}}).told(err); errors.Is(err, stories.ErrRefused) != c.want {
			t.Errorf("%s: %v", c.text, err)
		}
	}
}
