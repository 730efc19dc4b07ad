package sqlstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
	made "storybot/stories/storetest/archivetest"
)

// archive fills a database with made-up stories and updates among them, which takes a
// few minutes for a million, and opens it.
func archive(b testing.TB, url string, storyCount, updates int) *sqlstore.Store {
	b.Helper()
	if err := layTables(b, url); err != nil {
		b.Fatal(err)
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	insert := func(table, columns string, n int, row func(i int) string) {
		const most = 1000
		for from := 0; from < n; from += most {
			var rows []string
			for i := from; i < min(n, from+most); i++ {
				rows = append(rows, "("+row(i)+")")
			}
			execute(b, url, "INSERT INTO "+table+" ("+columns+") VALUES "+strings.Join(rows, ","))
		}
	}
	each := updates / max(1, storyCount)
	closed := map[bool]int{true: 1}
	state := map[bool]stories.State{false: stories.Developing, true: stories.Closed}
	insert("stories", "slug, headline, summary, topics, state, updates, created_at, active_at", storyCount, func(i int) string {
		story := made.Story(i)
		return fmt.Sprintf("'%s', '%s', '%s', '%s', '%s', %d, %d, %d", story.Slug(), story.Headline(), story.Summary(), story.Subject(), state[story.Closed()], each, at+int64(i), at+int64(i)*60_000)
	})
	insert("slugs", "slug, story_id, of_id, closed", storyCount, func(i int) string {
		return fmt.Sprintf("'%s', %d, %d, %d", made.Story(i).Slug(), i+1, i+1, closed[made.Story(i).Closed()])
	})
	texts := made.NewUpdates()
	insert("updates", "story_id, number, place, level, text, sources, author_ref, author_name, at, created_at", each*storyCount, func(i int) string {
		story := i % storyCount
		return fmt.Sprintf("%d, %d, %[2]d, 2, '%s', '', 'console:ana', 'Ana', %d, %d", story+1, i/storyCount+1, texts.Next(made.Story(story)), at+int64(i), at+int64(i))
	})
	execute(b, url, "DELETE FROM settings WHERE name = 'indexed'")
	s := open(b, url)
	began := time.Now()
	if err := s.Reindex(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d stories and %d updates were indexed in %v", storyCount, each*storyCount, time.Since(began).Round(time.Second))
	if !strings.HasPrefix(url, "sqlite:") {
		execute(b, url, "VACUUM ANALYZE")
	}
	if err := s.Prune(b.Context(), time.Now()); err != nil { // as housekeeping does
		b.Fatal(err)
	}
	return s
}

// layTables makes the tables of an empty database.
func layTables(b testing.TB, url string) error {
	s, err := sqlstore.Open(b.Context(), url, sqlstore.Options{})
	if err != nil {
		return err
	}
	return s.Close()
}
