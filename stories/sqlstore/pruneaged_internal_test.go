package sqlstore

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/storetest/pgtest"
)

// overBoth runs a test over an empty database of each kind, whose clock is now.
func overBoth(t *testing.T, keep Keep, test func(t *testing.T, s *Store, now *time.Time)) {
	for kind, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "storybot.db"), "postgres": pgtest.URL(t)} {
		t.Run(kind, func(t *testing.T) {
			now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
			s, err := Open(t.Context(), url, Options{Now: func() time.Time { return now }, Keep: keep})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			test(t, s, &now)
		})
	}
}

// rowsOf counts what a table holds.
func rowsOf(t *testing.T, s *Store, table string) (n int) {
	t.Helper()
	if err := one(t.Context(), s.reader(), `SELECT count(*) FROM `+table, nil, &n); err != nil {
		t.Fatal(table, err)
	}
	return n
}

// Each kind of what is kept goes once it is older than its own setting says, however much
// of it there is, and what is newer stays.
func TestWhatIsKeptForATimeGoesAfterIt(t *testing.T) {
	const day = 24 * time.Hour
	overBoth(t, Keep{Marks: 40 * day, Log: 50 * day, Names: 60 * day}, func(t *testing.T, s *Store, now *time.Time) {
		act := stories.Act{By: stories.User{Ref: "console:ana", Name: "Ana"}, At: *now}
		story, err := s.CreateStory(t.Context(), act, stories.Story{Slug: "flood", Headline: "H", State: stories.Developing})
		if err != nil {
			t.Fatal(err)
		}
		u, _, err := s.AppendUpdate(t.Context(), act, stories.Update{StoryID: story.ID, Text: "News", Level: stories.Normal, At: act.At, Author: act.By})
		if err != nil {
			t.Fatal(err)
		}
		many := 2*pruneBatch + 1
		if err := s.change(t.Context(), func(q querier) error {
			for i := range many { // many readers, much done, many seen
				for _, row := range []struct {
					text string
					args []any
				}{
					{markSeenSQL, []any{fmt.Sprint("console:r", i), story.ID, 1, millis(*now)}},
					{logSQL, []any{millis(*now), "console:ana", "Ana", "status", 0, "", "", "", ""}},
					{`INSERT INTO person_names (ref, name, seen_at) VALUES (?1, 'R', ?2)`, []any{fmt.Sprint("console:r", i), millis(*now)}},
					{`INSERT INTO place_names (platform, workspace, channel, form, name, seen_at) VALUES ('console', '', ?1, 'channel', 'C', ?2)`, []any{fmt.Sprint("#c", i), millis(*now)}},
				} {
					if _, err := q.exec(t.Context(), row.text, row.args...); err != nil {
						return err
					}
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		*now = now.Add(39 * day)
		if err := s.MarkSeen(t.Context(), "console:r0", story.ID, 1); err != nil { // looked again, nothing new
			t.Fatal(err)
		}
		for _, step := range []struct {
			after                      time.Duration
			marks, log, people, places int
		}{
			{0, many, many + 2, many, many},
			{2 * day, 1, many + 2, many, many}, // who looked again is not new to it
			{10 * day, 1, 0, many, many},
			{10 * day, 1, 0, 0, 0},
			{20 * day, 0, 0, 0, 0},
		} {
			*now = now.Add(step.after)
			if err := s.Prune(t.Context(), *now); err != nil {
				t.Fatal(err)
			}
			for table, want := range map[string]int{"seen": step.marks, "desk_log": step.log, "person_names": step.people, "place_names": step.places} {
				if got := rowsOf(t, s, table); got != want {
					t.Errorf("after %v %s holds %d rows, want %d", step.after, table, got, want)
				}
			}
		}
		// Who published what stays as long as the update does.
		if kept, err := s.UpdateByNumber(t.Context(), story.ID, u.Number); err != nil || kept.Author != act.By {
			t.Errorf("the update is of %v, %v", kept.Author, err)
		}
	})
}

// Unless somebody says otherwise the log is kept for good, and the rest for a year.
func TestTheLogIsKeptForGoodByDefault(t *testing.T) {
	overBoth(t, Keep{}, func(t *testing.T, s *Store, now *time.Time) {
		act := stories.Act{By: stories.User{Ref: "console:ana", Name: "Ana"}, At: *now}
		story, err := s.CreateStory(t.Context(), act, stories.Story{Slug: "flood", Headline: "H", State: stories.Developing})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.MarkSeen(t.Context(), "console:r", story.ID, 1); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct{ days, marks int }{{0, 1}, {364, 1}, {2, 0}, {36500, 0}} {
			*now = now.AddDate(0, 0, step.days)
			if err := s.Prune(t.Context(), *now); err != nil {
				t.Fatal(err)
			}
			if marks, log := rowsOf(t, s, "seen"), rowsOf(t, s, "desk_log"); marks != step.marks || log != 1 {
				t.Errorf("%d days later %d marks and %d lines of the log are left", step.days, marks, log)
			}
		}
	})
}
