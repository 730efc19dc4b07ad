package sqlstore

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"storybot/stories"
)

// TestNoNumberIsGivenTwice, also not after an export and an import of a database whose
// newest rows are gone.
func TestNoNumberIsGivenTwice(t *testing.T) {
	const gone = 5000 // the number of a row that is
	for from, source := range databases {
		for to, target := range databases {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				a, b := source(t), target(t)
				fillAll(t, a)
				inTables(t, a, func(s *Store, q querier, table recordTable) error {
					return s.countOn(t.Context(), q, table.name, gone)
				})
				if _, err := Import(t.Context(), b, strings.NewReader(exported(t, a)), ImportOptions{}); err != nil {
					t.Fatal(err)
				}
				n := int64(9000)
				inTables(t, b, func(_ *Store, q querier, table recordTable) error {
					rows, err := q.query(t.Context(), "SELECT * FROM "+table.name+" LIMIT 0")
					if err != nil {
						return err
					}
					columns, err := columnsOf(rows)
					if err := errors.Join(err, rows.Close()); err != nil {
						return err
					}
					var names, places []string
					var values []any
					for i, c := range columns[1:] { // the first counts up
						n++
						names, places = append(names, c.name), append(places, fmt.Sprintf("?%d", i+1))
						values = append(values, anyValue(table.name, c, n, 0))
					}
					var id int64
					insert := "INSERT INTO " + table.name + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(places, ", ") + ") RETURNING id"
					if err := one(t.Context(), q, insert, values, &id); err != nil {
						return fmt.Errorf("%s: %w", insert, err)
					}
					if id != gone+1 {
						t.Errorf("the next row of %s has the number %d, where %d was given before", table.name, id, gone)
					}
					return nil
				})
			})
		}
	}
}

// inTables does something in each table whose rows are counted.
func inTables(t *testing.T, url string, do func(s *Store, q querier, table recordTable) error) {
	t.Helper()
	s, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.change(t.Context(), func(q querier) error {
		for _, table := range recordTables {
			if !table.identity {
				continue
			}
			if err := do(s, q, table); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestAMergedStorysNumberIsNobodyElses: what leads to it would lead to another story.
func TestAMergedStorysNumberIsNobodyElses(t *testing.T) {
	for kind, made := range databases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, a, b := t.Context(), made(t), made(t)
			act := stories.Act{By: stories.User{Ref: "console:ada"}}
			s, err := Open(ctx, a, Options{})
			if err != nil {
				t.Fatal(err)
			}
			var ids []int64
			for _, slug := range []string{"kyiv", "double"} {
				story, err := s.CreateStory(ctx, act, stories.Story{Slug: slug, Headline: "The " + slug})
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, story.ID)
			}
			_, err = s.MergeStories(ctx, act, ids[1], ids[0])
			if err := errors.Join(err, s.Close()); err != nil {
				t.Fatal(err)
			}
			if _, err := Import(ctx, b, strings.NewReader(exported(t, a)), ImportOptions{}); err != nil {
				t.Fatal(err)
			}
			if s, err = Open(ctx, b, Options{}); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			made, err := s.CreateStory(ctx, act, stories.Story{Slug: "flood", Headline: "A flood"})
			if err != nil || made.Slug != "flood" || made.ID <= ids[1] {
				t.Errorf("the new story is %d %q, %v", made.ID, made.Slug, err)
			}
			if led, err := s.StoryByID(ctx, ids[1]); err != nil || led.Slug != "kyiv" {
				t.Errorf("the merged one leads to %q, %v", led.Slug, err)
			}
			if _, err := s.MergeStories(ctx, act, made.ID, ids[0]); err != nil {
				t.Errorf("the new one cannot be merged: %v", err)
			}
		})
	}
}
