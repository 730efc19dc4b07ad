package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"storybot/stories"
)

// OpenBeside opens a database to change something in it by hand, also while a bot runs on
// it, which finds what is owed then within seconds. It upgrades nothing, takes no lease
// and begins no request. zone is the newsroom's, see Options.Zone. url and errors are those
// of Look.
func OpenBeside(ctx context.Context, url string, now func() time.Time, zone *time.Location) (*Store, error) {
	s := &Store{zone: cmp.Or(zone, time.UTC), log: slog.New(slog.DiscardHandler), now: now, uptime: func() (string, time.Duration) { return "", 0 }, keep: Keep{}.orDefault()}
	var schema schema
	var err error
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		s.engine, schema, err = besideSQLite(ctx, path, now)
	} else {
		s.engine, schema, err = openPostgres(ctx, url)
	}
	if err != nil {
		return nil, err
	}
	return s.ofThisProgram(ctx, schema)
}

// besideSQLite opens a file whether or not another process has its lock: SQLite's own locks
// order the two. Where none has it, it is taken, so that nobody puts a copy in the file's
// place meanwhile. Leases are left alone.
func besideSQLite(ctx context.Context, path string, now func() time.Time) (engine, schema, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, schema{}, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, schema{}, stories.Errorf(stories.CodeNotFound, "There is no database %s yet. It is made when the bot starts.", path)
	}
	lock, err := lockFile(path)
	if err != nil && stories.CodeOf(err) != stories.CodeUnavailable {
		return nil, schema{}, err
	}
	e := &sqliteEngine{writes: make(chan *sqliteWriter, 1), now: now, lock: lock}
	if err := e.open(ctx, path); err != nil {
		return nil, schema{}, errors.Join(unfit(fmt.Errorf("open the database %s: %w", path, err), e.refusal), e.close())
	}
	var conn *sql.Conn
	if conn, err = e.writeDB.Conn(ctx); err != nil {
		return nil, schema{}, errors.Join(err, e.close())
	}
	e.writes <- &sqliteWriter{conn: conn}
	e.begun = true
	return e, schema{name: "sqlite", db: e.readDB, dialect: sqliteDialect}, nil
}
