package sqlstore

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"storybot/stories"
)

// Imported is what an import did.
type Imported struct {
	Records int64
	// Before says that this very file had been imported before, and nothing was done.
	Before bool
}

// ImportOptions are what may be set beside address and file.
type ImportOptions struct {
	Options
	DryRun bool // all is checked, and nothing kept
	// Progress is told now and then how many bytes were read; it may be nil.
	Progress func(read int64)
}

// importedName is the setting that says by its digest which file was imported.
const importedName = "imported"

// BadRecord is the error of a file with a line that cannot be imported.
type BadRecord struct {
	Line int64
	Err  error
}

// Error names the line.
func (b *BadRecord) Error() string { return fmt.Sprintf("line %d: %v", b.Line, b.Err) }

// Unwrap returns what is wrong with it.
func (b *BadRecord) Unwrap() error { return b.Err }

var (
	errOccupied = stories.Errorf(stories.CodeExists, "There is a newsroom in the database already. Import into an empty one: name a new file or database in DATABASE_URL.")
	errInUse    = stories.Errorf(stories.CodeUnavailable, "A bot uses the database. Stop every storybot first.")
)

// Import reads what Export wrote into the empty database at url, which no bot may be
// using, all or nothing. What is owed in it may have been sent since: it waits then for
// somebody to decide, as in a backup that was put back. The same file again changes
// nothing. from is read once or more, from its beginning.
//
// *BadRecord for what is wrong in the file; CodeExists for a database with a newsroom in
// it, CodeUnavailable while a bot uses it, and the errors of Open.
func Import(ctx context.Context, url string, from io.ReadSeeker, o ImportOptions) (done Imported, err error) {
	digest, err := digestOf(from)
	if err != nil {
		return done, err
	}
	if done.Before, err = vacant(ctx, url, digest); err != nil || done.Before {
		return done, err
	}
	if o.DryRun {
		return try(ctx, url, from, o)
	}
	s, err := Open(ctx, url, o.Options)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = s.change(ctx, func(q querier) error {
		done = Imported{}
		before, err := recall(ctx, q, importedName)
		if err != nil {
			return err
		}
		if done.Before = before == digest; done.Before {
			return nil
		}
		if done.Records, err = fill(ctx, s.engine, q, from, o); err != nil {
			return err
		}
		// That it is elsewhere now has its next start take it for one that was put back.
		for _, name := range []string{homeName, copiedName, importedName} {
			if _, err := q.exec(ctx, rememberSQL, name, digest); err != nil {
				return err
			}
		}
		return nil
	})
	return done, err
}

// fill reads from into empty tables.
func fill(ctx context.Context, e engine, q querier, from io.ReadSeeker, o ImportOptions) (records int64, err error) {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	m := &importer{q: q, engine: e, lines: bufio.NewReaderSize(from, 1<<16), progress: o.Progress, dry: o.DryRun}
	err = m.all(ctx)
	return m.records, err
}

// digestOf tells one file from others.
func digestOf(from io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, from); err != nil {
		return "", fmt.Errorf("read the file: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// importer is one import, in one transaction.
type importer struct {
	q        querier
	engine   engine
	lines    *bufio.Reader
	line     int64
	read     int64
	records  int64
	dry      bool             // nothing is to be kept, nor how far is counted
	counted  map[string]int64 // as the heading has it
	tables   map[string]*importTable
	progress func(read int64)
}

// importTable is a table that is filled.
type importTable struct {
	columns []column
	insert  string
}

// wrong is an error of the line that was read last.
func (m *importer) wrong(form string, args ...any) error {
	return &BadRecord{m.line, fmt.Errorf(form, args...)}
}

// next reads a line into v. io.EOF behind the last one.
func (m *importer) next(v any) error {
	raw, err := m.lines.ReadBytes('\n')
	m.line++
	m.read += int64(len(raw))
	if err != nil && !(errors.Is(err, io.EOF) && len(raw) > 0) {
		return err
	}
	if m.progress != nil && m.line%reportEvery == 0 {
		m.progress(m.read)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return m.wrong("it is no line of an export (%v)", err)
	}
	if decoder.More() {
		return m.wrong("there is something behind its record")
	}
	return nil
}

func (m *importer) all(ctx context.Context) error {
	var h heading
	if err := m.next(&h); errors.Is(err, io.EOF) {
		return m.wrong("the file is empty")
	} else if err != nil {
		return m.wrong("it is no export of a Storybot")
	}
	if err := h.check(); err != nil {
		return m.wrong("%w", err)
	}
	m.counted = h.Counted
	if err := m.empty(ctx); err != nil {
		return err
	}
	for {
		var entry struct {
			exportedRow
			lastLine
		}
		switch err := m.next(&entry); {
		case errors.Is(err, io.EOF):
			return m.wrong("the file ends in the middle: its last line is missing. Export again")
		case err != nil:
			return err
		case entry.Records != nil:
			return m.ended(ctx, *entry.Records)
		}
		if err := m.insert(ctx, entry.exportedRow); err != nil {
			return err
		}
	}
}

// ended holds what was read against what the last line says, and goes on counting where
// the other database had come to.
func (m *importer) ended(ctx context.Context, said int64) error {
	if said != m.records {
		return m.wrong("the file has %d records, and says that it has %d. Export again", m.records, said)
	}
	if rest, err := m.lines.ReadByte(); !errors.Is(err, io.EOF) && rest != '\n' {
		return m.wrong("there is something behind the last line")
	}
	for _, t := range recordTables {
		if t.identity && !m.dry {
			if err := m.engine.countOn(ctx, m.q, t.name, m.counted[t.name]); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	anyNewsroomSQL = `SELECT (SELECT count(*) FROM (SELECT 1 FROM stories LIMIT ?1) AS s) + (SELECT count(*) FROM (SELECT 1 FROM destinations LIMIT ?1) AS d)
		+ (SELECT count(*) FROM (SELECT 1 FROM members LIMIT ?1) AS m) + (SELECT count(*) FROM (SELECT 1 FROM desk_log LIMIT ?1) AS l)`
	inUseSQL = `SELECT count(*) FROM leases WHERE until > ?1`
)

// empty makes sure that the database is, and takes away what every new one has.
func (m *importer) empty(ctx context.Context) error {
	if err := lockPlanning(ctx, m.q); err != nil {
		return err
	}
	now, err := m.engine.clock(ctx, m.q)
	if err != nil {
		return err
	}
	var some, held int
	if err := one(ctx, m.q, inUseSQL, []any{millis(now)}, &held); err != nil {
		return err
	}
	if err := one(ctx, m.q, anyNewsroomSQL, []any{1}, &some); err != nil {
		return err
	}
	switch {
	case held > 0:
		return errInUse
	case some > 0:
		return errOccupied
	}
	m.tables = map[string]*importTable{}
	for i := range recordTables {
		t := recordTables[len(recordTables)-1-i] // what leads to others before them
		where := ""
		if t.name == "settings" {
			where = " WHERE name NOT IN ('" + homeName + "')"
		}
		if _, err := m.q.exec(ctx, "DELETE FROM "+t.name+where); err != nil {
			return fmt.Errorf("empty %s: %w", t.name, err)
		}
		rows, err := m.q.query(ctx, "SELECT * FROM "+t.name+" LIMIT 0")
		if err != nil {
			return err
		}
		columns, err := columnsOf(rows)
		if err := errors.Join(err, rows.Close()); err != nil {
			return err
		}
		var names, places []string
		for i, c := range columns {
			names, places = append(names, c.name), append(places, fmt.Sprintf("?%d", i+1))
		}
		m.tables[t.name] = &importTable{columns: columns,
			insert: "INSERT INTO " + t.name + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(places, ", ") + ") ON CONFLICT DO NOTHING"}
	}
	return nil
}

// insert writes a record.
func (m *importer) insert(ctx context.Context, r exportedRow) error {
	t := m.tables[r.Record]
	if t == nil {
		return m.wrong("there are no records of the kind %q", r.Record)
	}
	var values []any
	for _, c := range t.columns {
		given, has := r.Is[c.name]
		if !has {
			return m.wrong("%s lacks %s", r.Record, c.name)
		}
		v, err := c.value(given)
		if err != nil {
			return m.wrong("%s has %w", r.Record, err)
		}
		values = append(values, v)
	}
	if len(r.Is) > len(t.columns) {
		return m.wrong("%s has more than %d fields", r.Record, len(t.columns))
	}
	if r.Record == "settings" && strings.Contains(ownSettings, "'"+fmt.Sprint(r.Is["name"])+"'") {
		return m.wrong("the setting %q is of one database alone", r.Is["name"])
	}
	changed, err := m.q.exec(ctx, t.insert, values...)
	if known := (*stories.Error)(nil); err != nil && !errors.As(err, &known) && ctx.Err() == nil && m.engine.refusal(err) == "" {
		return m.wrong("the database refuses it: %w", err)
	}
	if err == nil && changed != 1 {
		return m.wrong("the same %s is there twice", r.Record)
	}
	m.records++
	if err == nil && r.Record == "slugs" {
		return m.leads(ctx, r.Is["story_id"])
	}
	return err
}

// leads makes sure that a slug is of a story. The database looks at that at the end only,
// for a story's slug is taken before it is there: then no line could be named.
func (m *importer) leads(ctx context.Context, to any) error {
	id, _ := to.(json.Number).Int64() // as it was written just now
	var found int
	if err := one(ctx, m.q, `SELECT count(*) FROM stories WHERE id = ?1`, []any{id}, &found); err != nil {
		return err
	}
	if found == 0 {
		return m.wrong("there is no story %d before it", id)
	}
	return nil
}
