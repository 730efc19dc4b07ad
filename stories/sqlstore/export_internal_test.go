package sqlstore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/stories"
	"storybot/stories/storetest/pgtest"
)

// databases make an empty one of each kind.
var databases = map[string]func(t testing.TB) string{
	"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "storybot.db") },
	"postgres": pgtest.URL,
}

// fillAll puts rows with values of their own into every table that is exported.
func fillAll(t *testing.T, url string) {
	t.Helper()
	s, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := int64(1000)
	err = s.change(t.Context(), func(q querier) error {
		for _, table := range recordTables {
			rows, err := q.query(t.Context(), "SELECT * FROM "+table.name+" LIMIT 0")
			if err != nil {
				return err
			}
			columns, err := columnsOf(rows)
			if err := errors.Join(err, rows.Close()); err != nil {
				return err
			}
			for copyOf := range int64(2) {
				var names, places []string
				var values []any
				for i, c := range columns {
					n++
					names, places = append(names, c.name), append(places, fmt.Sprintf("?%d", i+1))
					values = append(values, anyValue(table.name, c, n, copyOf))
				}
				insert := "INSERT INTO " + table.name + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(places, ", ") + ")"
				if _, err := q.exec(t.Context(), insert, values...); err != nil {
					return fmt.Errorf("%s: %w", insert, err)
				}
			}
		}
		return nil
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

// anyValue is one a column takes: numbers that lead to a row lead to the first of them.
func anyValue(table string, c column, n, copyOf int64) any {
	switch {
	case c.name == "flying":
		return "[]"
	case c.name == "body", c.name == "marks", c.name == "fields":
		return fmt.Sprintf(`{"n":%d}`, n)
	case c.text:
		return fmt.Sprintf("%d Größe \"<&>\"\n\u2028🦊 \\", n)
	case table == "publications" && c.name == "notice_id" && copyOf == 1:
		return nil
	case c.name == "story_id", c.name == "into_id":
		return int64(101)
	case c.name == "update_id", c.name == "destination_id", c.name == "lane_id":
		return 101 + copyOf
	case c.name == "id":
		return 101 + copyOf
	case c.name == "number":
		return 1<<31 - 1 - n
	}
	return n
}

func exported(t *testing.T, url string) string {
	t.Helper()
	var b bytes.Buffer
	n, err := Export(t.Context(), url, &b, nil)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(b.String(), "\n"); int64(lines) != n+2 {
		t.Errorf("%d lines, and %d records", lines, n)
	}
	return b.String()
}

func sorted(text string) []string { return slices.Sorted(slices.Values(strings.Split(text, "\n"))) }

// TestEveryTableIsExportedOrNot on purpose.
func TestEveryTableIsExportedOrNot(t *testing.T) {
	for kind, made := range databases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			url := made(t)
			s, err := Open(t.Context(), url, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			query := `SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false)) AND table_type = 'BASE TABLE'`
			if kind == "sqlite" {
				// What FTS keeps is in tables of its own (https://www.sqlite.org/fts5.html#fts5_data_structures).
				query = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'names_%'`
			}
			tables, err := all(t.Context(), s.reader(), func(r row) (name string, err error) {
				err = r.Scan(&name)
				return name, err
			}, query)
			if err != nil || len(tables) < len(recordTables) {
				t.Fatalf("%d tables, %v", len(tables), err)
			}
			for _, name := range tables {
				known := slices.ContainsFunc(recordTables, func(r recordTable) bool { return r.name == name })
				if known == slices.Contains(notExported, name) {
					t.Errorf("%s is exported: %v, and is among those that are not: %v", name, known, !known)
				}
			}
		})
	}
}

// TestNothingIsLost of what every table can hold, from each kind of database into each.
func TestNothingIsLost(t *testing.T) {
	for from, source := range databases {
		for to, target := range databases {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				a, b := source(t), target(t)
				fillAll(t, a)
				text := exported(t, a)
				if done, err := Import(t.Context(), b, strings.NewReader(text), ImportOptions{}); err != nil || done.Records != int64(strings.Count(text, "\n"))-2 {
					t.Fatalf("%+v, %v", done, err)
				}
				if diff := cmp.Diff(sorted(text), sorted(exported(t, b))); diff != "" {
					t.Errorf("(-from +to):\n%s", diff)
				}
				// What is made next has a number of its own.
				s, err := Open(t.Context(), b, Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if story, err := s.CreateStory(t.Context(), stories.Act{By: stories.User{Ref: "console:ada"}}, stories.Story{Slug: "next", Headline: "Next"}); err != nil || story.ID <= 102 {
					t.Errorf("the next story is %d, %v", story.ID, err)
				}
				if !s.cameBack {
					t.Error("what is owed in it does not wait for a decision")
				}
			})
		}
	}
}

// TestImportIsAllOrNothing: a bad line is named and nothing is kept; a trial keeps
// nothing; the same again changes nothing; and nothing is imported over a newsroom.
func TestImportIsAllOrNothing(t *testing.T) {
	for kind, made := range databases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			a, b := made(t), made(t)
			fillAll(t, a)
			text := exported(t, a)
			lines := strings.SplitAfter(text, "\n")
			ends := int64(len(lines) - 1)
			story := int64(1 + slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, `{"record":"stories"`) }))
			update := int64(1 + slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, `{"record":"updates"`) }))
			changed := func(n int64, old, new string) string {
				all := slices.Clone(lines)
				if !strings.Contains(all[n-1], old) {
					t.Fatalf("%q is not in %s", old, all[n-1])
				}
				all[n-1] = strings.Replace(all[n-1], old, new, 1)
				return strings.Join(all, "")
			}
			for name, c := range map[string]struct {
				text string
				line int64
				says string
			}{
				"nothing":           {"", 1, "the file is empty"},
				"something else":    {"slug,headline\n", 1, "it is no export of a Storybot"},
				"another's JSON":    {`{"name":"x"}` + "\n", 1, "it is no export of a Storybot"},
				"a newer one":       {changed(1, `"tables":`, `"tables":9`), 1, "of a newer storybot"},
				"an older one":      {changed(1, `"format":1`, `"format":0`), 1, "of an older storybot"},
				"cut off":           {strings.Join(lines[:ends-1], ""), ends, "ends in the middle"},
				"cut in a line":     {text[:len(text)/2], 0, "it is no line of an export"},
				"a line left out":   {strings.Join(slices.Delete(slices.Clone(lines), int(ends)-2, int(ends)-1), ""), ends - 1, "records, and says that it has"},
				"a line twice":      {strings.Join(slices.Insert(slices.Clone(lines), int(story), lines[story-1]), ""), story + 1, "there twice"},
				"more at the end":   {text + lines[story-1], ends, "behind the last line"},
				"an unknown kind":   {changed(story, `"stories"`, `"novels"`), story, `no records of the kind "novels"`},
				"a field less":      {changed(story, `"slug"`, `"snail"`), story, "stories lacks slug"},
				"a field more":      {changed(story, `"is":{`, `"is":{"extra":1,`), story, "more than"},
				"a text for number": {changed(story, `"updates":`, `"updates":"x","x":`), story, "updates that is not a whole number"},
				"a fraction":        {changed(story, `"updates":`, `"updates":0.5,"x":`), story, "updates that is not a whole number"},
				"a number for text": {changed(story, `"slug":"`, `"slug":1,"x":"`), story, "slug that is not a text"},
				"a text with NUL":   {changed(story, `"slug":"`, `"slug":"\u0000`), story, "signs that cannot be stored"},
				"leads nowhere":     {changed(update, `"story_id":101`, `"story_id":7`), update, "the database refuses it"},
				"none where one is": {changed(story, `"updates":`, `"updates":null,"x":`), story, "more than"},
				"not counted":       {changed(1, `"scheduled":`, `"s":`), 1, "how far the numbers of scheduled were counted"},
				"another home":      {changed(2, lines[1], `{"record":"settings","is":{"name":"home","value":"x"}}`+"\n"), 2, "of one database alone"},
			} {
				_, err := Import(t.Context(), b, strings.NewReader(c.text), ImportOptions{})
				bad, is := errors.AsType[*BadRecord](err)
				if c.line > 0 && (!is || bad.Line != c.line) || err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%s: %v, want line %d: %s", name, err, c.line, c.says)
				}
			}
			if done, err := Import(t.Context(), b, strings.NewReader(text), ImportOptions{DryRun: true}); err != nil || done.Records != ends-2 {
				t.Errorf("trial: %+v, %v", done, err)
			}
			empty := exported(t, b)
			if strings.Contains(empty, `"record":"stories"`) {
				t.Errorf("something was kept: %s", empty)
			}
			var read int64
			if done, err := Import(t.Context(), b, strings.NewReader(text), ImportOptions{}); err != nil || done.Before {
				t.Fatalf("%+v, %v", done, err)
			}
			if done, err := Import(t.Context(), b, strings.NewReader(text), ImportOptions{Progress: func(n int64) { read = n }}); err != nil || !done.Before || read != 0 {
				t.Errorf("again: %+v, %v", done, err)
			}
			if _, err := Import(t.Context(), b, strings.NewReader(empty), ImportOptions{}); stories.CodeOf(err) != stories.CodeExists {
				t.Errorf("over a newsroom: %v", err)
			}
		})
	}
}

// TestAnExportTellsHowFarItIs, and an import.
func TestAnExportTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	a, b := databases["sqlite"](t), databases["sqlite"](t)
	s, err := Open(t.Context(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.change(t.Context(), func(q querier) error {
		for n := range 3 * reportEvery {
			if _, err := q.exec(t.Context(), `INSERT INTO person_names (ref, name, seen_at) VALUES (?1, '', 0)`, fmt.Sprint("console:", n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	var told []int64
	n, err := Export(t.Context(), a, &text, func(done, all int64) {
		if all < done || all < 3*reportEvery {
			t.Errorf("%d of %d", done, all)
		}
		told = append(told, done)
	})
	if err != nil || len(told) != 4 || told[3] != n {
		t.Errorf("told %v of %d, %v", told, n, err)
	}
	var read []int64
	if _, err := Import(t.Context(), b, bytes.NewReader(text.Bytes()), ImportOptions{Progress: func(n int64) { read = append(read, n) }}); err != nil || len(read) != 3 || !slices.IsSorted(read) || read[2] > int64(text.Len()) {
		t.Errorf("read %v of %d, %v", read, text.Len(), err)
	}
	for line := range strings.Lines(text.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	// Whoever stops it in between keeps nothing.
	ctx, cancel := context.WithCancel(t.Context())
	c := databases["sqlite"](t)
	if _, err := Import(ctx, c, bytes.NewReader(text.Bytes()), ImportOptions{Progress: func(int64) { cancel() }}); err == nil {
		t.Error("it went on")
	}
	if strings.Contains(exported(t, c), "person_names") {
		t.Error("something was kept")
	}
}
