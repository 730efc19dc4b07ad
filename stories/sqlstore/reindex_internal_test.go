package sqlstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"storybot/stories"
)

// archive fills a database of an earlier version with stories, each with an
// update, none of them findable.
func archive(t *testing.T, url string, n int) {
	t.Helper()
	var insert strings.Builder
	for id := 2; id <= n; id++ {
		fmt.Fprintf(&insert, `;
			INSERT INTO stories (slug, headline, summary, topics, state, updates, created_at, active_at) VALUES ('s-%d', 'Łódź', '', '', 'developing', 1, 1, 1);
			INSERT INTO slugs (slug, story_id, of_id) VALUES ('s-%d', %d, %d);
			INSERT INTO updates (story_id, number, place, level, text, sources, author_ref, author_name, at, created_at) VALUES (%d, 1, 1, 2, 'Straße', '', '', '', 1, 1)`, id, id, id, id, id)
	}
	at(t, url, 9, insert.String())
}

func openLogged(t *testing.T, url string, log *bytes.Buffer) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, Options{Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Store) mustFind(t *testing.T, query string, want int) {
	t.Helper()
	if _, total, err := s.Search(t.Context(), query, 0, 1); err != nil || total != want {
		t.Errorf("search for %q finds %d, %v; want %d", query, total, err, want)
	}
}

// TestAMergeWhileTheIndexIsMadeAnewLosesNothing, wherever that has come to.
func TestAMergeWhileTheIndexIsMadeAnewLosesNothing(t *testing.T) {
	for kind, made := range databases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for steps := 1; steps < 5; steps++ {
				for _, order := range [][2]int{{0, 2}, {2, 0}} {
					ctx, act := t.Context(), stories.Act{By: stories.User{Ref: "console:ada"}}
					s, err := Open(ctx, made(t), Options{})
					if err != nil {
						t.Fatal(err)
					}
					var ids []int64
					for i, word := range []string{"quagga", "zebra", "okapi"} {
						story, err := s.CreateStory(ctx, act, stories.Story{Slug: fmt.Sprint("s", i), Headline: "A story"})
						if err != nil {
							t.Fatal(err)
						}
						ids = append(ids, story.ID)
						if _, _, err := s.AppendUpdate(ctx, act, stories.Update{StoryID: story.ID, Text: "The " + word, Level: stories.Normal, Author: act.By}); err != nil {
							t.Fatal(err)
						}
					}
					err = s.change(ctx, func(q querier) error {
						for _, text := range []string{`DELETE FROM words`, moreTextsSQL, `UPDATE stories SET updates = 120`} { // so that a step ends amid a story
							if _, err := q.exec(ctx, text); err != nil {
								return err
							}
						}
						_, err := q.exec(ctx, rememberSQL, indexName, "an older version")
						return err
					})
					if err != nil {
						t.Fatal(err)
					}
					s.searchable.Store(false)
					for range steps {
						if _, _, err := s.respellSome(ctx); err != nil {
							t.Fatal(err)
						}
					}
					if _, err := s.MergeStories(ctx, act, ids[order[0]], ids[order[1]]); err != nil {
						t.Fatal(err)
					}
					if err := s.Reindex(ctx); err != nil {
						t.Fatal(err)
					}
					for _, word := range []string{"quagga", "zebra", "okapi"} {
						if _, total, err := s.Search(ctx, word, 0, 5); err != nil || total != 1 {
							t.Errorf("%d merged into %d after %d steps: %q finds %d, %v", order[0], order[1], steps, word, total, err)
						}
					}
					if err := s.Close(); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}

// moreTextsSQL gives every story updates up to the number 120.
const moreTextsSQL = `
	INSERT INTO updates (story_id, number, place, level, text, sources, author_ref, author_name, at, created_at)
	SELECT s.id, c.n, c.n, 2, 'Nothing new', '', '', '', 1, 1
	FROM stories s CROSS JOIN (WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 120) SELECT n FROM n) AS c`

func TestTheIndexIsRebuiltBesideTheServiceAndGoesOnAfterAKill(t *testing.T) {
	const n = 2*indexBatch + 7
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			url, ctx := url(t), t.Context()
			archive(t, url, n)
			var log bytes.Buffer
			s := openLogged(t, url, &log)
			if ready, err := s.Searchable(ctx); err != nil || ready {
				t.Fatalf("searchable %v, %v", ready, err)
			}
			s.mustFind(t, "lodz", 0)
			// What is written meanwhile is found at once, and changes are kept.
			if _, err := s.CreateStory(ctx, stories.Act{At: time.Now()}, stories.Story{Slug: "new", Headline: "Łódź now"}); err != nil {
				t.Fatal(err)
			}
			s.mustFind(t, "lodz", 1)
			if rows, done, err := s.respellSome(ctx); err != nil || done || rows != indexBatch {
				t.Fatalf("first batch: %d, %v, %v", rows, done, err)
			}
			s.mustFind(t, "lodz", indexBatch) // the newest first
			if _, _, err := s.SetStoryState(ctx, stories.Act{At: time.Now()}, n, stories.Closed); err != nil {
				t.Fatal(err)
			}
			// What is taken out of the first batch shows whether that is done again.
			if err := s.change(ctx, func(q querier) error {
				return dropWords(ctx, q, 1, n, []string{"lodz", "łodz"})
			}); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil { // every batch was committed: a kill loses no more
				t.Fatal(err)
			}

			s = openLogged(t, url, &log)
			stopped, cancel := context.WithCancel(ctx)
			cancel()
			if err := s.Reindex(stopped); !errors.Is(err, context.Canceled) {
				t.Errorf("a stopped rebuild returns %v", err)
			}
			if ready, _ := s.Searchable(ctx); ready {
				t.Error("searchable after half of it")
			}
			log.Reset()
			for range 2 { // the second has nothing to do and nothing to say
				if err := s.Reindex(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if got := log.String(); strings.Count(got, "is being rebuilt") != 1 || strings.Count(got, "index rebuilt") != 1 || strings.Count(got, "\n") != 2 {
				t.Errorf("log:\n%s", got)
			}
			if ready, err := s.Searchable(ctx); err != nil || !ready {
				t.Errorf("searchable %v, %v", ready, err)
			}
			s.mustFind(t, "lodz", n) // all but that one, and the new one
			s.mustFind(t, "strasse", n)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestProcessesRebuildTheIndexTogether(t *testing.T) {
	url, ctx := urls["postgres"](t), t.Context()
	const n = 3 * indexBatch
	archive(t, url, n)
	done := make(chan error)
	for range 3 {
		go func() {
			s, err := Open(ctx, url, Options{})
			if err == nil {
				err = errors.Join(s.Reindex(ctx), s.Close())
			}
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	s := openLogged(t, url, new(bytes.Buffer))
	defer s.Close()
	s.mustFind(t, "lodz", n)
	s.mustFind(t, "strasse", n)
}

func TestANewDatabaseHasNothingToRebuild(t *testing.T) {
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s := openLogged(t, url(t), &log)
			defer s.Close()
			if ready, err := s.Searchable(t.Context()); err != nil || !ready {
				t.Errorf("searchable %v, %v", ready, err)
			}
			log.Reset()
			if err := s.Reindex(t.Context()); err != nil || log.Len() > 0 {
				t.Errorf("%v, log %s", err, log.String())
			}
		})
	}
}

// TestAnIndexMadeAnewHasRoomMeanwhile, and gives it back, interrupted or not.
func TestAnIndexMadeAnewHasRoomMeanwhile(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s, err := Open(t.Context(), databases["sqlite"](t), Options{Log: slog.New(slog.NewTextHandler(stopping(stop), nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.CreateStory(ctx, stories.Act{By: stories.User{Ref: "console:ada"}}, stories.Story{Slug: "fire", Headline: "Fire"}); err != nil {
		t.Fatal(err)
	}
	room := func(q querier) (pages int) {
		if err := one(t.Context(), q, `PRAGMA cache_size`, nil, &pages); err != nil {
			t.Fatal(err)
		}
		return pages
	}
	of := func() (pages int) {
		if err := s.change(t.Context(), func(q querier) error { pages = room(q); return nil }); err != nil {
			t.Fatal(err)
		}
		return pages
	}
	usual := of()
	if err := s.room(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if more := of(); more >= usual { // both are negative: kilobytes
		t.Errorf("room grows from %d to %d", usual, more)
	}
	for _, interrupted := range []bool{true, false} { // by the line in the log that it begins
		if !interrupted {
			ctx = t.Context()
		}
		if err := s.change(t.Context(), func(q querier) error {
			_, err := q.exec(t.Context(), rememberSQL, indexName, "an older version")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		s.searchable.Store(false)
		if err := s.Reindex(ctx); interrupted != (err != nil) {
			t.Fatal(err)
		}
		if left := of(); left != usual {
			t.Errorf("interrupted %v: room is %d afterwards, was %d", interrupted, left, usual)
		}
	}
}

// stopping stops who says that the index is being rebuilt.
type stopping context.CancelFunc

func (s stopping) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("is being rebuilt")) {
		s()
	}
	return len(line), nil
}

// TestWordsAreLearntOnce: those that are known already take no writing.
func TestWordsAreLearntOnce(t *testing.T) {
	for kind, made := range databases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s, err := Open(t.Context(), made(t), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			n := 0
			s.engine = counting{s.engine, &n}
			learn := func(words ...string) int {
				n = 0
				if err := s.change(t.Context(), func(q querier) error { return s.learn(t.Context(), q, words) }); err != nil {
					t.Fatal(err)
				}
				return n
			}
			if got := learn("kyiv", "1914", "è"); got != 3 {
				t.Errorf("new words took %d statements", got)
			}
			if got := learn("1914", "kyiv"); got != 1 {
				t.Errorf("known words took %d statements", got)
			}
			if got := learn("è"); got != 0 {
				t.Errorf("what is not learnt took %d statements", got)
			}
			if got := learn("fire", "kyiv"); got != 3 {
				t.Errorf("a new word beside a known one took %d statements", got)
			}
			for _, w := range []string{"kyiv", "1914", "fire"} {
				if found, err := all(t.Context(), s.reader(), scanText, slippedSQL, wordList([]string{w[1:]}), 5); err != nil || len(found) != 1 || found[0] != w {
					t.Errorf("%s is resembled by %q, %v", w[1:], found, err)
				}
				if found, err := all(t.Context(), s.reader(), scanText, nearWordsSQL, `["`+w[:2]+`"]`, 4, 4, 5); err != nil || len(found) != 1 || found[0] != w {
					t.Errorf("%s begins %q, %v", w[:2], found, err)
				}
			}
		})
	}
}
