package sqlstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"storybot/stories"
)

// placeOfSQL tells a database from its copies. system_identifier is another on
// every cluster that was initialised anew, and survives in files that are copied;
// the timeline, which begins the name of a WAL file, is another once a backup was
// recovered or a standby promoted; the database's oid and the table's are others
// once they were made again. With them goes the transaction that wrote them down,
// as the row itself tells it: another once its rows were put back. None of all
// that changes with a restart, with VACUUM FULL or CLUSTER.
// https://www.postgresql.org/docs/15/functions-info.html,
// https://www.postgresql.org/docs/15/functions-admin.html,
// https://www.postgresql.org/docs/15/continuous-archiving.html and
// https://www.postgresql.org/docs/15/ddl-system-columns.html
const (
	placeOfSQL = `
		CAST(c.system_identifier AS TEXT) || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
			|| '/' || (SELECT CAST(oid AS TEXT) FROM pg_database WHERE datname = current_database())
			|| '/' || CAST(CAST(CAST('owed' AS regclass) AS oid) AS TEXT)`
	sameSQL = `SELECT count(*) FROM settings s, pg_control_system() AS c WHERE s.name = ?1 AND s.value = ` + placeOfSQL + ` || '/' || CAST(s.xmin AS TEXT)`
	homeSQL = `SELECT ` + placeOfSQL + ` || '/' || CAST(CAST(pg_current_xact_id() AS xid) AS TEXT) FROM pg_control_system() AS c`
)

// postgresHome is the origin of a database on a server, which tells by itself.
type postgresHome struct{}

func (e *postgresEngine) origin() origin { return postgresHome{} }

func (postgresHome) same(ctx context.Context, q querier) (bool, error) {
	var n int
	err := readable(one(ctx, q, sameSQL, []any{homeName}, &n))
	return n == 1, err
}

// home is called where the transaction is to keep it under its own number.
func (h postgresHome) home(ctx context.Context, q querier, kept string, _ int64) (now, why string, err error) {
	if same, err := h.same(ctx, q); err != nil || same {
		return kept, "", err
	}
	if kept != "" {
		why = "it is not where it was, or its rows were written anew"
	}
	err = readable(one(ctx, q, homeSQL, nil, &now))
	return now, why, err
}

func (postgresHome) settle() error            { return nil }
func (postgresHome) countBegin() int64        { return 0 }
func (postgresHome) witnessBegin(int64) error { return nil }

// readable puts into words that a server does not let its databases be told apart.
func readable(err error) error {
	var fault *pgconn.PgError
	if errors.As(err, &fault) && fault.Code == "55000" { // object_not_in_prerequisite_state: a standby
		return &stories.Error{Code: stories.CodeUnavailable, Err: err,
			Message: "The database is read-only now. Point DATABASE_URL at the primary server, or wait for it."}
	}
	if errors.As(err, &fault) && fault.Code == "42501" { // insufficient_privilege
		return &stories.Error{Code: stories.CodeInvalid, Err: err,
			Message: "The user of the database may not tell it from its copies. Grant it EXECUTE on pg_control_system(), pg_current_wal_lsn() and pg_walfile_name(pg_lsn)"}
	}
	return err
}
