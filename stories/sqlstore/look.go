package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"storybot/stories"
)

// Look opens a database to read it only, also while another process has it
// open. It upgrades nothing; methods that write fail. url is as for Open.
//
// Errors are sentences for whoever asked: no such database, tables older or
// newer than this program's.
func Look(ctx context.Context, url string) (*Store, error) {
	s := &Store{log: slog.New(slog.DiscardHandler), now: time.Now, zone: time.UTC}
	var schema schema
	var err error
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		s.engine, schema, err = lookSQLite(ctx, path)
	} else {
		s.engine, schema, err = openPostgres(ctx, url)
	}
	if err != nil {
		return nil, err
	}
	return s.ofThisProgram(ctx, schema)
}

// ofThisProgram is the store, unless its tables are older or newer than this program's: it
// is closed then.
func (s *Store) ofThisProgram(ctx context.Context, schema schema) (*Store, error) {
	have, err := schema.version(ctx)
	if want := int64(len(migrationFiles)); err == nil && have != want {
		err = stories.Errorf(stories.CodeInvalid, "The database's tables have version %d, this program knows %d. Use the program that runs the bot.", have, want)
	}
	if err == nil {
		s.install, err = s.Recall(ctx, installationName)
	}
	if err != nil {
		return nil, errors.Join(s.told(err), s.close())
	}
	return s, nil
}

// lookSQLite opens the readers of a file without its lock. The file is left in the form it
// has: it may be another program's, or a copy.
func lookSQLite(ctx context.Context, path string) (engine, schema, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, schema{}, err
	}
	begin, err := beginning(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, schema{}, stories.Errorf(stories.CodeNotFound, "There is no database %s yet. It is made when the bot starts.", path)
	case err != nil:
		return nil, schema{}, unreadable(path, err)
	}
	if _, err := checkHeader(path, begin); err != nil {
		return nil, schema{}, err
	}
	closed := make(chan *sqliteWriter) // what writes finds that there is no writer
	close(closed)
	e := &sqliteEngine{writes: closed, now: time.Now}
	if e.readDB, err = sql.Open("sqlite", sqliteAddressOf(path, "busy_timeout(5000)", "cache_size(-2000)", "query_only(1)")); err != nil {
		return nil, schema{}, fmt.Errorf("open the database %s: %w", path, err)
	}
	s := schema{name: "sqlite", db: e.readDB, dialect: sqliteDialect}
	if err := s.checkOwner(ctx); err != nil {
		return nil, schema{}, errors.Join(unfit(err, e.refusal), e.close())
	}
	return e, s, nil
}

// unreadable is the error of a file that may not be read.
func unreadable(path string, err error) error {
	return &stories.Error{Code: placeCode(err), Err: err,
		Message: fmt.Sprintf("The file of the database %s cannot be read. Make it and its folder readable and writable for the bot, or set DATABASE_URL to another place", path)}
}
