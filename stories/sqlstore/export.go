package sqlstore

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Export writes all that is kept in the database at url to w, as of one moment and also
// while a bot runs; records.go says how. progress is told now and then how many records
// were written, of how many; it may be nil. url is as for Open. The number of records is
// returned.
func Export(ctx context.Context, url string, w io.Writer, progress func(done, all int64)) (records int64, err error) {
	e, s, err := looking(ctx, url)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(unfit(err, e.refusal), e.close()) }()
	options := &sql.TxOptions{ReadOnly: true}
	if s.name == "postgres" {
		options.Isolation = sql.LevelRepeatableRead // a file is read so anyway
	}
	tx, err := s.db.BeginTx(ctx, options)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // nothing was written
	x := &exporter{schema: s, tx: tx, to: bufio.NewWriterSize(w, 1<<16), progress: progress}
	x.lines = json.NewEncoder(x.to)
	x.lines.SetEscapeHTML(false)
	if err := x.all(ctx); err != nil {
		return 0, err
	}
	return x.done, x.to.Flush()
}

// exporter is one export.
type exporter struct {
	schema    schema
	tx        *sql.Tx
	to        *bufio.Writer
	lines     *json.Encoder
	done, sum int64
	progress  func(done, all int64)
}

// reportEvery is after how many records progress is told.
const reportEvery = 1000

func (x *exporter) all(ctx context.Context) error {
	h := heading{Storybot: "export", Format: formatVersion, Tables: int64(len(migrationFiles)), Counted: map[string]int64{}}
	err := x.tx.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = '`+installationName+`'`).Scan(&h.Installation)
	if err != nil {
		return fmt.Errorf("read the installation's id: %w", err)
	}
	for _, t := range recordTables {
		var n int64
		if err := x.tx.QueryRowContext(ctx, "SELECT count(*) FROM "+t.name).Scan(&n); err != nil {
			return fmt.Errorf("count %s: %w", t.name, err)
		}
		x.sum += n
		if !t.identity {
			continue
		}
		if h.Counted[t.name], err = x.schema.countedTo(ctx, x.tx, t.name); err != nil {
			return fmt.Errorf("read how far %s was counted: %w", t.name, err)
		}
	}
	if err := x.lines.Encode(h); err != nil {
		return err
	}
	for _, t := range recordTables {
		if err := x.table(ctx, t); err != nil {
			return fmt.Errorf("export %s: %w", t.name, err)
		}
	}
	x.report()
	return x.lines.Encode(lastLine{&x.done})
}

func (x *exporter) report() {
	if x.progress != nil {
		x.progress(x.done, max(x.done, x.sum))
	}
}

// table writes the rows of one.
func (x *exporter) table(ctx context.Context, t recordTable) error {
	rows, err := x.tx.QueryContext(ctx, t.selection())
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := columnsOf(rows)
	if err != nil {
		return err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		r := exportedRow{Record: t.name, Is: make(map[string]any, len(columns))}
		for i, c := range columns {
			r.Is[c.name] = values[i]
			if raw, is := values[i].([]byte); is { // as some drivers give texts
				r.Is[c.name] = string(raw)
			}
		}
		if err := x.lines.Encode(r); err != nil {
			return err
		}
		if x.done++; x.done%reportEvery == 0 {
			x.report()
		}
	}
	return rows.Err()
}
