package sqlstore

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"storybot/stories"
)

// TestATrialLeavesNothing behind: no file, and no table on a server.
func TestATrialLeavesNothing(t *testing.T) {
	for kind, made := range databases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			a, b := made(t), made(t)
			fillAll(t, a)
			text := exported(t, a)
			lines := strings.SplitAfter(text, "\n")
			cut := strings.Join(lines[:len(lines)-2], "")
			for name, file := range map[string]string{"good": text, "bad": cut} {
				done, err := Import(t.Context(), b, strings.NewReader(file), ImportOptions{DryRun: true})
				if name == "good" && (err != nil || done.Records != int64(len(lines))-3) || name == "bad" && err == nil {
					t.Errorf("%s: %+v, %v", name, done, err)
				}
				if path, is := strings.CutPrefix(b, "sqlite:"); is {
					if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) > 0 {
						t.Errorf("%s: %v is left, %v", name, left, err)
					}
				} else if x, err := Examine(t.Context(), b); err != nil || x.Version != 0 {
					t.Errorf("%s: there are tables of version %d, %v", name, x.Version, err)
				}
			}
			before := exported(t, a)
			for _, dry := range []bool{true, false} {
				if _, err := Import(t.Context(), a, strings.NewReader(strings.Replace(text, "Größe", "Grösse", 1)), ImportOptions{DryRun: dry}); stories.CodeOf(err) != stories.CodeExists {
					t.Errorf("over a newsroom: %v", err)
				}
			}
			if exported(t, a) != before {
				t.Error("a newsroom was changed")
			}
			// What was tried can be done, and tried again.
			for range 2 {
				if _, err := Import(t.Context(), b, strings.NewReader(text), ImportOptions{}); err != nil {
					t.Error(err)
				}
			}
			if done, err := Import(t.Context(), b, strings.NewReader(text), ImportOptions{DryRun: true}); err != nil || !done.Before {
				t.Errorf("%+v, %v", done, err)
			}
		})
	}
}

// TestATrialFindsWhatLeadsNowhere, of every row that leads to another, with its line.
func TestATrialFindsWhatLeadsNowhere(t *testing.T) {
	links := linksOf(t)
	if len(links) < 8 || !slices.Contains(links, [2]string{"slugs", "story_id"}) {
		t.Fatalf("%v", links)
	}
	for kind, made := range databases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			a := made(t)
			fillAll(t, a)
			lines := strings.SplitAfter(exported(t, a), "\n")
			target := made(t)
			for _, link := range links {
				at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, `{"record":"`+link[0]+`"`) })
				if at < 0 {
					t.Errorf("there is no record of %s", link[0])
					continue
				}
				var row exportedRow
				if err := json.Unmarshal([]byte(lines[at]), &row); err != nil {
					t.Fatal(err)
				}
				row.Is[link[1]] = 77777
				raw, err := json.Marshal(row)
				if err != nil {
					t.Fatal(err)
				}
				changed := slices.Clone(lines)
				changed[at] = string(raw) + "\n"
				_, err = Import(t.Context(), target, strings.NewReader(strings.Join(changed, "")), ImportOptions{DryRun: true})
				if bad, is := errors.AsType[*BadRecord](err); !is || bad.Line != int64(at+1) {
					t.Errorf("%s.%s: %v, want line %d", link[0], link[1], err, at+1)
				}
			}
		})
	}
}

// linksOf are the columns of exported tables that lead to another table's rows.
func linksOf(t *testing.T) (links [][2]string) {
	t.Helper()
	s, err := Open(t.Context(), databases["sqlite"](t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, table := range recordTables {
		found, err := all(t.Context(), s.reader(), scanText, `SELECT "from" FROM pragma_foreign_key_list('`+table.name+`')`)
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range found {
			links = append(links, [2]string{table.name, column})
		}
	}
	return links
}
