package sqlstore_test

import (
	"bytes"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

func TestLookReadsTheSameDeliveriesAsTheStoreThatMadeThem(t *testing.T) {
	for kind, address := range databases {
		t.Run(kind, func(t *testing.T) {
			url := address(t)
			s := open(t, url)
			publishAndClaim(t, s)
			want, err := s.Deliveries(t.Context(), stories.DeliveryFilter{}, 1)
			if err != nil || len(want) != 1 {
				t.Fatalf("the store has %v, %v", want, err)
			}
			look, err := sqlstore.Look(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer look.Close()
			got, err := look.Deliveries(t.Context(), stories.DeliveryFilter{}, 1)
			if err != nil || len(got) != 1 || got[0].Key != want[0].Key || len(got[0].Key) < 10 {
				t.Errorf("Look reads %v, %v; want %v", got, err, want)
			}
		})
	}
}

// TestLookingChangesNoFile: another program's stays in its form, and so does a copy.
func TestLookingChangesNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own := filepath.Join(dir, "own.db")
	s := open(t, "sqlite:"+own)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ make, says string }{
		"another program's": {"CREATE TABLE t (x)", "holds tables of another program"},
		"a copy":            {"PRAGMA journal_mode = DELETE", ""},
		"a text":            {"", "is no SQLite database"},
	} {
		path := filepath.Join(dir, name)
		switch name {
		case "a copy":
			raw, err := os.ReadFile(own)
			if err := errors.Join(err, os.WriteFile(path, raw, 0o600)); err != nil {
				t.Fatal(err)
			}
			fallthrough
		case "another program's":
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = db.Exec(c.make)
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
		default:
			if err := os.WriteFile(path, []byte("notes of last week, and no database"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for way, look := range map[string]func(url string) error{
			"export": func(url string) error {
				_, err := sqlstore.Export(t.Context(), url, io.Discard, nil)
				return err
			},
			"look": func(url string) error {
				s, err := sqlstore.Look(t.Context(), url)
				if err == nil {
					err = s.Close()
				}
				return err
			},
			"examine": func(url string) error {
				_, err := sqlstore.Examine(t.Context(), url)
				return err
			},
		} {
			if err := look("sqlite:" + path); c.says == "" && err != nil || c.says != "" && (stories.CodeOf(err) != stories.CodeInvalid || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%s, %s: %v", name, way, err)
			}
			after, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(before, after) {
				t.Errorf("%s, %s: it was changed, %v", name, way, err)
			}
		}
	}
}
