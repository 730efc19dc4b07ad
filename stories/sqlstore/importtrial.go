package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"storybot/stories"
)

// vacant looks whether a file may be imported into the database at url, and changes
// nothing there: a newsroom's tables are not upgraded to find out that it is one. before
// says that this very file was. What happens meanwhile the import itself finds out.
func vacant(ctx context.Context, url, digest string) (before bool, err error) {
	var e engine
	var s schema
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if path, err = resolve(path); err != nil {
			return false, err
		}
		info, err := os.Stat(path)
		if err != nil || info.Size() == 0 {
			return false, nil // it is made, or Open says why it cannot be
		}
		if isHeld(path) {
			return false, stories.Errorf(stories.CodeUnavailable, "The database %s is open in another storybot. Stop that one first.", path)
		}
		e, s, err = lookSQLite(ctx, path)
		if err != nil {
			return false, err
		}
	} else if !strings.HasPrefix(url, "postgres") {
		return false, nil // Open says what it should be
	} else if e, s, err = openPostgres(ctx, url); err != nil {
		return false, err
	}
	before, err = s.vacant(ctx, e, digest)
	return before, errors.Join(unfit(err, e.refusal), e.close())
}

// vacant is the same of a database that is open.
func (s schema) vacant(ctx context.Context, e engine, digest string) (before bool, err error) {
	if err := s.checkOwner(ctx); err != nil {
		return false, err
	}
	switch have, err := s.version(ctx); {
	case err != nil || have == 0:
		return false, err
	case have > int64(len(migrationFiles)):
		return false, newerTables(have, int64(len(migrationFiles)))
	}
	if found, err := s.has(ctx, "owed"); err != nil || !found {
		return false, errors.Join(err, errOldLayout)
	}
	last, err := recall(ctx, e.reader(), importedName)
	if err != nil || last == digest {
		return last == digest, err
	}
	if s.name != "sqlite" { // where the file's lock tells
		now, err := e.clock(ctx, e.reader())
		if err != nil {
			return false, err
		}
		var held int
		if err := one(ctx, e.reader(), inUseSQL, []any{millis(now)}, &held); err != nil || held > 0 {
			return false, errors.Join(err, errInUse)
		}
	}
	var some int
	if err := one(ctx, e.reader(), anyNewsroomSQL, []any{1}, &some); err != nil || some == 0 {
		return false, err
	}
	return false, errOccupied
}

var errDry = errors.New("nothing is kept")

// try imports from and keeps nothing, the tables neither.
func try(ctx context.Context, url string, from io.ReadSeeker, o ImportOptions) (Imported, error) {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return tryBeside(ctx, path, from, o)
	}
	if !strings.HasPrefix(url, "postgres") {
		_, err := Open(ctx, url, o.Options)
		return Imported{}, err
	}
	e, schema, err := openPostgres(ctx, url)
	if err != nil {
		return Imported{}, err
	}
	s := &Store{engine: e, log: slog.New(slog.DiscardHandler), now: time.Now}
	have, err := schema.version(ctx)
	if err != nil {
		return Imported{}, errors.Join(unfit(err, e.refusal), e.close())
	}
	done, err := s.tryIn(ctx, from, o, func(q querier) error { return schema.layOut(ctx, q, have) })
	return done, errors.Join(unfit(err, e.refusal), e.close())
}

// tryBeside imports into a file of its own, where the database is to be: so it is known
// that there is room for it.
func tryBeside(ctx context.Context, path string, from io.ReadSeeker, o ImportOptions) (done Imported, err error) {
	if path, err = resolve(path); err != nil {
		return done, err
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".storybot-trial-*")
	if err != nil {
		return done, &stories.Error{Code: placeCode(err), Err: err,
			Message: fmt.Sprintf("The folder of the database %s cannot be written to. Make it writable for the bot, or set DATABASE_URL to another place", path)}
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := Open(ctx, "sqlite:"+filepath.Join(dir, filepath.Base(path)), o.Options)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.tryIn(ctx, from, o, func(querier) error { return nil })
}

// tryIn imports in a transaction that is taken back.
func (s *Store) tryIn(ctx context.Context, from io.ReadSeeker, o ImportOptions, first func(querier) error) (done Imported, err error) {
	err = s.change(ctx, func(q querier) error {
		if err := first(q); err != nil {
			return err
		}
		done = Imported{}
		if done.Records, err = fill(ctx, s.engine, q, from, o); err != nil {
			return err
		}
		return errDry
	})
	if errors.Is(err, errDry) {
		return done, nil
	}
	return Imported{}, err
}

// layOut makes the tables above a version in a transaction.
func (s schema) layOut(ctx context.Context, q querier, have int64) error {
	for _, files := range migrationFiles[have:] {
		for _, file := range files {
			text, err := migrations.ReadFile(strings.ReplaceAll(file, "DB", s.name))
			if err != nil {
				return err
			}
			if _, err := q.exec(ctx, string(text)); err != nil {
				return err
			}
		}
	}
	return nil
}
