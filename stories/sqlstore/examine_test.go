package sqlstore_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"storybot/stories/sqlstore"
)

func TestExamineTellsWhoUsesADatabaseAndChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "news.db")
	url := "sqlite:" + path
	examine := func() sqlstore.Examination {
		x, err := sqlstore.Examine(t.Context(), url)
		if err != nil || len(x.Refused) > 0 {
			t.Fatalf("%v, %v", err, x.Refused)
		}
		return x
	}
	if x := examine(); x.Exists || x.Used || x.Version != 0 || x.Free == 0 {
		t.Errorf("before it is made: %+v", x)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	s, err := sqlstore.Open(t.Context(), url, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if x := examine(); !x.Exists || !x.Used || x.Version != x.Known || x.Open != 0 {
		t.Errorf("while it is open: %+v", x)
	}
	if err := s.Remember(t.Context(), "a", "b"); err != nil {
		t.Errorf("it cannot be written to any more: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if x := examine(); x.Used || x.Version != x.Known {
		t.Errorf("when it was closed: %+v", x)
	}
	if s, err = sqlstore.Open(t.Context(), url, sqlstore.Options{}); err != nil {
		t.Fatalf("it cannot be opened any more: %v", err)
	}
	if kept, err := s.Recall(t.Context(), "trial"); err != nil || kept != "" {
		t.Errorf("%q was left in it, %v", kept, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestExamineRefusesWhatIsNoneOfOurs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.db")
	if err := os.WriteFile(path, []byte("notes of last week, and no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlstore.Examine(t.Context(), "sqlite:"+path); err == nil || !strings.Contains(err.Error(), "is no SQLite database") {
		t.Errorf("got %v", err)
	}
}
