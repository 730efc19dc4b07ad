package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"storybot/stories"
)

// An export is JSON Lines. The first line is a heading, the last one says how many
// records stand between: a file that was cut off is known by that. A record is a row of
// a table, under its name, each column under its own:
//
//	{"storybot":"export","format":1,"tables":1,"installation":"k3v…","counted":{"stories":12,…}}
//	{"record":"stories","is":{"id":1,"slug":"sony-hack","headline":"…",…}}
//	{"records":2188}
//
// Texts are strings, all else whole numbers: times are milliseconds since 1970 in UTC,
// what is true is 1. The files of migrations say of each column what it is; tables is the
// number of the newest of them. What is only made of other records (the search index),
// and what is the database's alone (where it is), is left out.

// formatVersion is that of the lines; what is in the records is of the tables' version.
const formatVersion = 1

// recordTable is a table whose rows are exported, ordered by its first key columns. A
// row stands behind those that it leads to.
type recordTable struct {
	name string
	key  int
	// identity says that its first column counts up.
	identity bool
}

// recordTables are all that is kept for good, and what is owed.
var recordTables = []recordTable{
	{"settings", 1, false},
	{"stories", 1, true}, {"slugs", 1, false}, {"merged", 1, false}, {"removed", 1, false}, {"forgotten", 1, false}, {"updates", 1, true}, {"revisions", 2, false}, {"scheduled", 1, true},
	{"lanes", 1, true}, {"destinations", 1, true}, {"subscriptions", 1, true}, {"mutes", 2, false}, {"desks", 2, false},
	{"members", 1, false}, {"place_names", 3, false}, {"person_names", 1, false}, {"seen", 2, false}, {"desk_log", 1, true},
	{"acts", 2, false}, {"notes", 1, false}, {"drafts", 1, false}, {"allowances", 2, false},
	{"notices", 1, true}, {"publications", 1, true}, {"owed", 1, false}, {"outcomes", 1, false}, {"queue", 3, false}, {"held", 2, false},
	{"readings", 2, false}, {"shown", 2, false}, {"heads", 2, false}, {"broadcasting", 1, false}, {"digests", 3, false}, {"gathered", 3, false},
	{"pinged", 1, false}, {"flights", 1, false}, {"leases", 1, false}, {"lane_work", 1, false},
	{"lane_waits", 2, false}, {"lane_refusals", 2, false}, {"alarms", 1, true}, {"troubles", 2, false},
}

// notExported are the tables whose rows are made of others, or are the program's.
var notExported = []string{"planning", "words", "names", "vocabulary", "slips", "goose_db_version"}

// ownSettings are the settings that are of one database, and not of the newsroom in it.
const ownSettings = `('` + homeName + `', '` + copiedName + `', '` + indexName + `', '` + importedName + `')`

// selection is the query of a table's rows.
func (t recordTable) selection() string {
	where := ""
	if t.name == "settings" {
		where = " WHERE name NOT IN " + ownSettings
	}
	order := []string{"1", "2", "3"}[:t.key]
	return "SELECT * FROM " + t.name + where + " ORDER BY " + strings.Join(order, ", ")
}

// column is one of a table's.
type column struct {
	name string
	text bool
}

// columnsOf are the columns of rows.
func columnsOf(rows *sql.Rows) ([]column, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	var columns []column
	for _, t := range types {
		columns = append(columns, column{t.Name(), t.DatabaseTypeName() == "TEXT"})
	}
	return columns, nil
}

// value is what a column takes of a value in a record.
func (c column) value(given any) (any, error) {
	switch v := given.(type) {
	case string:
		if !c.text {
			break
		}
		if clean(v) != v {
			return nil, fmt.Errorf("a %s with signs that cannot be stored", c.name)
		}
		return v, nil
	case json.Number:
		n, err := v.Int64()
		if c.text || err != nil {
			break
		}
		return n, nil
	case nil:
		return nil, nil // the table says where that may be
	}
	want := "a whole number"
	if c.text {
		want = "a text"
	}
	return nil, fmt.Errorf("a %s that is not %s", c.name, want)
}

// heading is the first line of an export.
type heading struct {
	Storybot     string `json:"storybot"`
	Format       int    `json:"format"`
	Tables       int64  `json:"tables"`
	Installation string `json:"installation"`
	// Counted are by table the highest numbers that were ever given, also to rows that
	// are gone.
	Counted map[string]int64 `json:"counted"`
}

// exportedRow is a record.
type exportedRow struct {
	Record string         `json:"record"`
	Is     map[string]any `json:"is"`
}

// lastLine is the last line.
type lastLine struct {
	Records *int64 `json:"records"`
}

// check refuses a heading of something else.
func (h heading) check() error {
	known := int64(len(migrationFiles))
	switch {
	case h.Storybot != "export" || h.Installation == "":
		return errors.New("it is no export of a Storybot")
	case h.Format > formatVersion || h.Tables > known:
		return fmt.Errorf("it is of a newer storybot, with tables of version %d where this program knows %d. Import it with the newer one", h.Tables, known)
	case h.Format < formatVersion || h.Tables < known:
		return fmt.Errorf("it is of an older storybot, with tables of version %d where this program has %d. Import it with that program, and start this one on the database", h.Tables, known)
	}
	return h.checkCounted()
}

// looking opens the database at url to read it, also while a bot runs.
func looking(ctx context.Context, url string) (engine, schema, error) {
	var e engine
	var s schema
	var err error
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		e, s, err = lookSQLite(ctx, path)
	} else {
		e, s, err = openPostgres(ctx, url)
	}
	if err != nil {
		return nil, s, err
	}
	have, err := s.version(ctx)
	if want := int64(len(migrationFiles)); err == nil && have != want {
		err = stories.Errorf(stories.CodeInvalid, "The database's tables have version %d, this program knows %d. Use the program that runs the bot.", have, want)
	}
	if err != nil {
		return nil, s, errors.Join(err, e.close())
	}
	return e, s, nil
}
