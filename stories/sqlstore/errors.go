package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"storybot/stories"
)

// told makes of a database's error what Store promises: *stories.Error with
// CodeUnavailable when the database cannot be used now; others as they are.
func (s *Store) told(err error) error {
	var known *stories.Error
	switch {
	case err == nil, errors.As(err, &known), errors.Is(err, stories.ErrLeaseLost),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	if sentence := s.refusal(err); sentence != "" {
		return &stories.Error{Code: stories.CodeUnavailable, Message: sentence, Err: err}
	}
	if forbidden(err) {
		return fmt.Errorf("%w: %w", stories.ErrRefused, err)
	}
	return err
}

// forbidden says that a rule of the tables, or of a value's type, was broken: asked
// again the database says the same. See https://www.sqlite.org/rescode.html and
// the classes 22 and 23, and P0001 of a trigger, of
// https://www.postgresql.org/docs/15/errcodes-appendix.html.
func forbidden(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG:
			return true
		}
		return false
	}
	var server *pgconn.PgError
	return errors.As(err, &server) &&
		(strings.HasPrefix(server.Code, "22") || strings.HasPrefix(server.Code, "23") || server.Code == "P0001")
}

// missing makes of "no rows" a CodeNotFound with this sentence.
func missing(err error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return stories.Errorf(stories.CodeNotFound, format, args...)
	}
	return err
}

// change runs fn in one transaction, with a ledger.
func (s *Store) change(ctx context.Context, fn func(q querier) error) error {
	return s.told(s.write(ctx, func(q querier) error {
		l := &ledger{querier: q}
		if err := fn(l); err != nil {
			return err
		}
		return l.settle(ctx)
	}))
}
