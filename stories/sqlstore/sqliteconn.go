package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
		return ctx.Err()
	case w = <-e.writes:
	}
	if w == nil {
		return errClosed
	}
	defer func() { e.writes <- w }()
	return w.transact(context.WithoutCancel(ctx), fn)
}

func (w *sqliteWriter) transact(ctx context.Context, fn func(q querier) error) (err error) {
	if _, err := w.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			_, rollback := w.exec(ctx, "ROLLBACK")
			if err != nil && rollback != nil {
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
