package sqlstore

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// plans tells how SQLite carries statements out (https://www.sqlite.org/eqp.html).
type plans struct {
	store   *Store
	tables  []string
	partial []string // indexes of some rows alone
}

func newPlans(t *testing.T, s *Store) plans {
	t.Helper()
	named := func(where string) []string {
		names, err := all(t.Context(), s.reader(), func(r row) (name string, err error) { return name, r.Scan(&name) }, `SELECT name FROM sqlite_master WHERE `+where)
		if err != nil || len(names) == 0 {
			t.Fatalf("where %s: %v, %v", where, names, err)
		}
		return names
	}
	return plans{s, named(`type = 'table'`), named(`type = 'index' AND sql LIKE '% WHERE %'`)}
}

// planLine is a line of a plan; those of one query have one parent.
type planLine struct {
	parent int
	detail string
}

// of are the tables that a statement reads from end to end, and its plan. An index of some
// rows alone may be read so. What is not surely something else counts as a table.
func (p plans) of(t *testing.T, text string) (whole, lines []string) {
	t.Helper()
	args := make([]any, highest(text))
	for i := range args {
		args[i] = "[1]"
	}
	found, err := all(t.Context(), p.store.reader(), func(r row) (l planLine, err error) {
		var id, unused int
		return l, r.Scan(&id, &l.parent, &unused, &l.detail)
	}, "EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	read, made := namesIn(text, p.tables)
	for _, l := range found {
		lines = append(lines, l.detail)
		scan := scans.FindStringSubmatch(l.detail)
		if scan == nil || slices.Contains(p.partial, scan[2]) || slices.Contains(made, scan[1]) ||
			slices.Contains(found, planLine{l.parent, "CO-ROUTINE " + scan[1]}) || slices.Contains(found, planLine{l.parent, "MATERIALIZE " + scan[1]}) {
			continue
		}
		whole = append(whole, cmp.Or(read[scan[1]], scan[1]))
	}
	return whole, lines
}

// What a statement reads, and by which name: tables, and what it makes itself.
var (
	readsNamed = regexp.MustCompile(`\b(?:FROM|JOIN|UPDATE|INTO|,)\s*([a-z_]+)\b(?:\s+(?:AS\s+)?([a-z_]+)\b)?`)
	scans      = regexp.MustCompile(`^SCAN ([a-z_]+)(?: USING (?:COVERING )?INDEX ([a-z_0-9]+))?$`)
	makesNamed = regexp.MustCompile(`\)\s*(?:AS\s+)?([a-z_]+)\b|(?:\bWITH|\bRECURSIVE|,)\s+([a-z_]+)\s*(?:\([a-z_, ]*\)\s*)?AS\s+(?:(?:NOT )?MATERIALIZED\s*)?\(`)
)

// namesIn are the names that a statement has for tables, each with its table, and those for
// what it makes itself and for nothing else: reading that from end to end is meant.
func namesIn(text string, tables []string) (read map[string]string, made []string) {
	for _, found := range makesNamed.FindAllStringSubmatch(text, -1) {
		made = append(made, found[1]+found[2])
	}
	read = map[string]string{}
	for _, found := range readsNamed.FindAllStringSubmatch(text, -1) {
		switch name := cmp.Or(found[2], found[1]); {
		case slices.Contains(tables, found[1]):
			read[name] = found[1]
		case slices.Contains(made, found[1]):
			made = append(made, name)
		}
	}
	return read, slices.DeleteFunc(made, func(name string) bool { return slices.Contains(tables, name) || read[name] != "" })
}

// highest is the highest parameter of a text.
func highest(text string) int {
	n := 0
	for i := 1; i <= 20; i++ {
		if strings.Contains(text, fmt.Sprint("?", i)) {
			n = i
		}
	}
	return n
}

// The names that plans give are those of the statement, whatever they are.
func TestPlansTellWhatIsReadWhole(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	plans := newPlans(t, s)
	for text, want := range map[string]string{
		`SELECT id FROM notices WHERE done = 0`:                                                   "",
		`SELECT n.id FROM notices n WHERE n.done = 0 OR n.rests > 0 ORDER BY n.id DESC`:           "notices",
		`SELECT zz.id FROM outcomes AS zz WHERE zz.message_id <> ?1`:                              "outcomes",
		`SELECT y.id FROM stories x, notices y WHERE x.id = ?1 AND y.id > x.id + 0 OR y.done = 7`: "notices stories",
		`DELETE FROM heads WHERE gone = ?1`:                                                       "heads",
		`UPDATE heads SET gone = ?1`:                                                              "heads",
		`SELECT count(*) FROM subscriptions`:                                                      "subscriptions",
		`SELECT n.id FROM (SELECT id FROM notices WHERE done = 0 LIMIT ?1) AS n`:                  "",
		`SELECT n.id FROM (SELECT n.id FROM notices n WHERE n.revision = 7 LIMIT ?1) AS n`:        "notices",
		`WITH few AS MATERIALIZED (SELECT id FROM notices WHERE done = 0) SELECT f.id FROM few f`: "",
		`SELECT d.id FROM deliveries d WHERE d.message_id = ?1`:                                   "d", // in the view
	} {
		whole, lines := plans.of(t, text)
		slices.Sort(whole)
		if got := strings.Join(slices.Compact(whole), " "); got != want {
			t.Errorf("%s reads all of %q, not of %q:\n%s", text, got, want, strings.Join(lines, "\n"))
		}
	}
}
