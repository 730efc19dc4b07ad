package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/stories"
	"storybot/stories/search"
)

// indexed is all that stories are found and suggested by, a line each, and the updates
// that stand for words which they do not hold.
func (s *Store) indexed(ctx context.Context) (lines, wrong []string, err error) {
	texts := map[int64]stories.Update{}
	updates, err := all(ctx, s.reader(), scanUpdate, `SELECT `+updateColumns+` FROM updates u`)
	if err != nil {
		return nil, nil, err
	}
	for _, u := range updates {
		texts[u.ID] = u
	}
	_, err = all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var own int
		var word string
		var story, update int64
		if err := r.Scan(&own, &word, &story, &update); err != nil {
			return none, err
		}
		lines = append(lines, fmt.Sprintf("words: %d %d %s", story, own, word))
		if u := texts[update]; own == 0 && (u.StoryID != story || !slices.Contains(search.Words(u.Text), word)) {
			wrong = append(wrong, fmt.Sprintf("%q stands in update %d of %d: %+v", word, update, story, u))
		}
		return none, nil
	}, `SELECT own, word, story_id, update_id FROM words`)
	if err != nil {
		return nil, nil, err
	}
	named := `SELECT 'names: ' || term || ' ' || doc FROM names_held UNION ALL`
	if _, is := s.engine.(*postgresEngine); is {
		named = `SELECT 'names: ' || CAST(words AS TEXT) || ' ' || story_id FROM names UNION ALL`
	}
	more, err := all(ctx, s.reader(), scanText, named+` SELECT 'slugs: ' || slug || ' ' || story_id || ' ' || closed FROM slugs`)
	lines = append(lines, more...)
	slices.Sort(lines)
	return lines, wrong, err
}

// newIndex makes the index anew of the texts alone.
func (s *Store) newIndex(ctx context.Context) error {
	if err := s.change(ctx, func(q querier) error {
		for _, text := range []string{`DELETE FROM words`, s.noNames(), `UPDATE slugs SET closed = 2`, `DELETE FROM settings WHERE name = '` + indexName + `'`} {
			if _, err := q.exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	s.searchable.Store(false)
	return s.Reindex(ctx)
}

func (s *Store) noNames() string {
	if _, is := s.engine.(*postgresEngine); is {
		return `DELETE FROM names`
	}
	return `INSERT INTO names (names) VALUES ('delete-all')`
}

// openIndexed opens an empty database whose index can be read.
func openIndexed(t *testing.T, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, is := s.engine.(*postgresEngine); !is {
		if err := s.change(t.Context(), func(q querier) error {
			_, err := q.exec(t.Context(), `CREATE VIRTUAL TABLE names_held USING fts5vocab(names, instance)`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// sameAnew says how the index differs from one that is made anew.
func (s *Store) sameAnew(ctx context.Context) (differs string, err error) {
	was, wrong, err := s.indexed(ctx)
	if err != nil || len(wrong) > 0 {
		return strings.Join(wrong, "\n"), err
	}
	if err := s.newIndex(ctx); err != nil {
		return "", err
	}
	is, wrong, err := s.indexed(ctx)
	if err != nil || len(wrong) > 0 {
		return "anew: " + strings.Join(wrong, "\n"), err
	}
	for _, line := range except(was, is) {
		differs += "too much: " + line + "\n"
	}
	for _, line := range except(is, was) {
		differs += "missing: " + line + "\n"
	}
	return differs, nil
}

// writer does at random what changes the texts of stories.
type writer struct {
	*Store
	*rapid.T
	ctx context.Context
	now time.Time
	n   int
}

// text has few words, so that stories and updates share them.
func (w *writer) text(name string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(strings.Fields("fire fire-station kyiv Київ 東京都 Łódź Straße sony a d'Ivoire AT&T ﬁre")), 1, 4).Draw(w.T, name), " ")
}

func (w *writer) act() stories.Act {
	w.now = w.now.Add(time.Second)
	return stories.Act{By: stories.User{Ref: "console:ana"}, At: w.now}
}

// fresh is a slug that no story has.
func (w *writer) fresh() string {
	w.n++
	return fmt.Sprintf("%s-%d-%d", rapid.SampledFrom([]string{"fire", "kyiv", "lodz"}).Draw(w.T, "slug"), w.n, w.now.Unix())
}

func (w *writer) one(name, query string) int64 {
	ids, err := all(w.ctx, w.reader(), scanID, query)
	if err != nil {
		w.Fatal(err)
	}
	if len(ids) == 0 {
		return 0
	}
	return rapid.SampledFrom(ids).Draw(w.T, name)
}

// acts are what may be done, each of which may be refused.
func (w *writer) acts() map[string]func() error {
	story, update := w.one("story", `SELECT id FROM stories ORDER BY id`), w.one("update", `SELECT id FROM updates ORDER BY id`)
	news := func() stories.Update {
		return stories.Update{StoryID: story, Text: w.text("news"), Level: stories.Minor, At: w.now, Author: stories.User{Ref: "console:ana"}}
	}
	track := func() (stories.Story, error) {
		topics := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"fire", "asia"}), 0, 2, rapid.ID[string]).Draw(w.T, "topics")
		return w.CreateStory(w.ctx, w.act(), stories.Story{Slug: w.fresh(), Headline: w.text("headline"), Summary: w.text("summary"), Topics: topics, State: stories.Developing})
	}
	acts := map[string]func() error{"track": func() error { _, err := track(); return err }}
	if story == 0 {
		return acts
	}
	maps.Copy(acts, map[string]func() error{
		"update": func() error { _, _, err := w.AppendUpdate(w.ctx, w.act(), news()); return err },
		"reopening update": func() error {
			a := w.act()
			a.Reopen = true
			_, _, err := w.AppendUpdate(w.ctx, a, news())
			return err
		},
		"edit": func() error {
			headline, summary, topics := w.text("headline"), w.text("summary"), []string{"asia"}
			_, err := w.EditStory(w.ctx, w.act(), story, stories.StoryEdit{Headline: &headline, Summary: &summary, Topics: &topics})
			return err
		},
		"rename": func() error { _, err := w.RenameStory(w.ctx, w.act(), story, w.fresh()); return err },
		"rename back": func() error {
			s, err := w.StoryByID(w.ctx, story)
			if err != nil || len(s.Aliases) == 0 {
				return err
			}
			_, err = w.RenameStory(w.ctx, w.act(), story, rapid.SampledFrom(s.Aliases).Draw(w.T, "older"))
			return err
		},
		"merge": func() error {
			into := w.one("into", `SELECT id FROM stories ORDER BY id`)
			_, err := w.MergeStories(w.ctx, w.act(), story, into)
			return err
		},
		"merge the newest": func() error {
			s, err := track()
			if err != nil {
				return err
			}
			u := news()
			u.StoryID = s.ID
			if _, _, err := w.AppendUpdate(w.ctx, w.act(), u); err != nil {
				return err
			}
			_, err = w.MergeStories(w.ctx, w.act(), s.ID, story)
			return err
		},
		"close":  func() error { _, err := w.EndStory(w.ctx, w.act(), news()); return err },
		"shut":   func() error { _, _, err := w.SetStoryState(w.ctx, w.act(), story, stories.Closed); return err },
		"reopen": func() error { _, err := w.BeginStory(w.ctx, w.act(), stories.Update{StoryID: story}); return err },
		"schedule": func() error {
			made, err := w.ScheduleUpdate(w.ctx, w.act(), news(), w.now.Add(time.Hour), false)
			if err != nil || rapid.Bool().Draw(w.T, "wait") {
				return err
			}
			_, _, err = w.PublishScheduled(w.ctx, w.act(), made.ID)
			return err
		},
	})
	for _, kind := range []stories.RevisionKind{stories.Correction, stories.Fix, stories.Withdrawal, stories.Hold, stories.Release} {
		acts[string(kind)] = func() error {
			if kind == stories.Release { // what is not on hold yet cannot be released
				_, _ = w.Revise(w.ctx, w.act(), update, stories.Rewording{Kind: stories.Hold, Reason: "So"})
			}
			_, err := w.Revise(w.ctx, w.act(), update, stories.Rewording{Kind: kind, Text: w.text("wording"), Reason: "So"})
			return err
		}
	}
	return acts
}

// Whatever is done to stories, they are found and suggested by what they say now, as if
// the index were made anew of it.
func TestEveryActLeavesTheIndexExact(t *testing.T) {
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			s := openIndexed(t, url(t))
			now, n := time.UnixMilli(1_400_000_000_000).UTC(), 0
			done := map[string]int{}
			rapid.Check(t, func(t *rapid.T) {
				w := &writer{Store: s, T: t, ctx: context.Background(), now: now, n: n}
				var did []string
				for range rapid.IntRange(3, 10).Draw(t, "acts") {
					acts := w.acts()
					name := rapid.SampledFrom(slices.Sorted(maps.Keys(acts))).Draw(t, "act")
					err := acts[name]()
					if possible := []stories.Code{stories.CodeInvalid, stories.CodeNotFound, stories.CodeClosed, stories.CodeExists, stories.CodeLimited}; err != nil && !slices.Contains(possible, stories.CodeOf(err)) {
						t.Fatalf("%s: %v", name, err)
					} else if err == nil {
						done[name]++
					}
					did = append(did, name)
				}
				now, n = w.now, w.n
				if differs, err := s.sameAnew(w.ctx); err != nil || differs != "" {
					t.Fatalf("after %q: %v\n%s", did, err, differs)
				}
			})
			for _, name := range []string{"track", "update", "reopening update", "edit", "rename", "rename back", "merge", "merge the newest", "close", "shut", "reopen", "schedule", "correction", "fix", "withdrawal", "hold", "release"} {
				if done[name] == 0 && !testing.Short() { // a short run has too few tries to be sure of each
					t.Errorf("%s was never done", name)
				}
			}
		})
	}
}

// Revisions and publications of one story at the same moment leave no word to an update
// that does not hold it, and lose none.
func TestActsAtTheSameMomentLeaveTheIndexExact(t *testing.T) {
	rounds := 30
	if testing.Short() {
		rounds = 8
	}
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			s, ctx := openIndexed(t, url(t)), t.Context()
			act := stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
			story, err := s.CreateStory(ctx, act, stories.Story{Slug: "fire", Headline: "Fire", State: stories.Developing})
			if err != nil {
				t.Fatal(err)
			}
			news := stories.Update{StoryID: story.ID, Text: "north south east west", Level: stories.Minor, At: act.At}
			var ids []int64
			for range 4 {
				u, _, err := s.AppendUpdate(ctx, act, news)
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, u.ID)
			}
			words := strings.Fields("north south east west")
			for round := range rounds {
				var all sync.WaitGroup
				for i, id := range ids {
					all.Go(func() { // each keeps another word, and loses three to nobody or to one another
						if _, err := s.Revise(ctx, act, id, stories.Rewording{Kind: stories.Fix, Text: fmt.Sprint(words[(i+round)%4], " ", round)}); err != nil {
							t.Error(err)
						}
					})
				}
				all.Go(func() {
					u := news
					u.Text = words[round%4] + " rises"
					if _, _, err := s.AppendUpdate(ctx, act, u); err != nil {
						t.Error(err)
					}
				})
				all.Wait()
				if differs, err := s.sameAnew(ctx); err != nil || differs != "" {
					t.Fatalf("round %d: %v\n%s", round, err, differs)
				}
			}
		})
	}
}
