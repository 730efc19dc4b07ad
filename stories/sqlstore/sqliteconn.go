package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"storybot/stories"
)

// sqliteReader runs reads on any of the reading connections.
type sqliteReader struct{ *sqliteEngine }

func (r sqliteReader) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	stmt, err := r.reads.get(ctx, text, r.readDB.PrepareContext)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, storable(args)...)
}

func (r sqliteReader) exec(context.Context, string, ...any) (int64, error) {
	return 0, errors.New("a reader does not write")
}

// sqliteWriter is the one connection that writes. Its statements are prepared
// on the connection, not on a transaction, so that they outlive it; BEGIN and
// COMMIT are therefore plain statements too.
type sqliteWriter struct {
	conn  *sql.Conn
	stmts statements
	// hasty says that the last transaction met another program's lock: then
	// nobody waits long, so that people are told while they look.
	hasty bool
}

func (w *sqliteWriter) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	stmt, err := w.stmts.get(ctx, text, w.conn.PrepareContext)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, storable(args)...)
}

func (w *sqliteWriter) exec(ctx context.Context, text string, args ...any) (int64, error) {
	stmt, err := w.stmts.get(ctx, text, w.conn.PrepareContext)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(ctx, storable(args)...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (w *sqliteWriter) close() error { return errors.Join(w.stmts.close(), w.conn.Close()) }

// write waits its turn for the writer; from then on ctx is not asked any more,
// so that what was begun ends in a commit or a roll back and never halfway.
func (e *sqliteEngine) write(ctx context.Context, fn func(q querier) error) error {
	var w *sqliteWriter
	select {
	case <-ctx.Done():
		return notReached(ctx)
	case w = <-e.writes:
	}
	if w == nil {
		return errClosed
	}
	defer func() { e.writes <- w }()
	return w.transact(context.WithoutCancel(ctx), fn)
}

// notReached is the error of who waited for the writer in vain: nothing of it
// was begun.
func notReached(ctx context.Context) error {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ctx.Err()
	}
	return &stories.Error{Code: stories.CodeUnavailable, Message: "The database is busy or locked by another program.", Err: ctx.Err()}
}

func (w *sqliteWriter) transact(ctx context.Context, fn func(q querier) error) (err error) {
	if err := w.begin(ctx); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			_, rollback := w.exec(ctx, "ROLLBACK")
			if err != nil && rollback != nil && !overAlready(rollback) {
				err = fmt.Errorf("%w (and roll back: %w)", err, rollback)
			}
		}
	}()
	if err := fn(w); err != nil {
		return err
	}
	if _, err := w.exec(ctx, "COMMIT"); err != nil {
		return err
	}
	done = true
	return nil
}

// begin waits for another program's lock as long as sqliteAddress says, and
// while it lasts only shortly.
func (w *sqliteWriter) begin(ctx context.Context) error {
	_, err := w.exec(ctx, "BEGIN IMMEDIATE")
	var fault *sqlite.Error
	locked := errors.As(err, &fault) && fault.Code()&0xff == sqlite3.SQLITE_BUSY
	if locked == w.hasty {
		return err
	}
	wait := "PRAGMA busy_timeout = 5000"
	if locked {
		wait = "PRAGMA busy_timeout = 100"
	}
	if _, failed := w.conn.ExecContext(ctx, wait); failed == nil {
		w.hasty = locked
	}
	return err
}

// overAlready says that a ROLLBACK failed because SQLite had rolled back by
// itself, as it does when the disk is full
// (https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction).
// It has no code of its own for that.
func overAlready(rollback error) bool {
	var fault *sqlite.Error
	return errors.As(rollback, &fault) && fault.Code() == sqlite3.SQLITE_ERROR && strings.Contains(fault.Error(), "no transaction is active")
}
