package sqlstore

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"storybot/stories"
)

// limitPages sets how large the file may grow: 1 stands for "as it is now". A
// file at its limit fails as on a full disk, with SQLITE_FULL.
func limitPages(t *testing.T, s *Store, pages string) {
	t.Helper()
	e := s.engine.(*sqliteEngine)
	w := <-e.writes
	defer func() { e.writes <- w }()
	if _, err := w.conn.ExecContext(context.Background(), "PRAGMA max_page_count = "+pages); err != nil {
		t.Fatal(err)
	}
}

func TestAFullDiskIsUnavailableAndNothingIsHalfDone(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	story, err := s.CreateStory(t.Context(), stories.Act{At: time.Now()}, stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked"})
	if err != nil {
		t.Fatal(err)
	}
	act := stories.Act{Key: "k1", At: time.Now()}
	u := stories.Update{StoryID: story.ID, Text: strings.Repeat("long ", 20_000), Level: stories.Minor, At: act.At}
	limitPages(t, s, "1")
	if _, _, err := s.AppendUpdate(t.Context(), act, u); stories.CodeOf(err) != stories.CodeUnavailable || !strings.Contains(err.Error(), "disk") || strings.Contains(err.Error(), "roll back") {
		t.Errorf("error is %v", err)
	}
	if after, err := s.StoryByID(t.Context(), story.ID); err != nil || after.Updates != 0 {
		t.Errorf("%d updates, %v", after.Updates, err)
	}
	limitPages(t, s, "1000000")
	if u, _, err := s.AppendUpdate(t.Context(), act, u); err != nil || u.Number != 1 {
		t.Errorf("tried again: update %d, %v", u.Number, err)
	}
}
