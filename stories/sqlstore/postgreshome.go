package sqlstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"storybot/stories"
)

// homeSQL tells a database from its copies. system_identifier is another on every
// cluster that was initialised anew, and survives in files that are copied; the
// timeline, which begins the name of a WAL file, is another once a backup was
// recovered or a standby promoted; the table's oid is another once the tables were
// made again; and the transaction is another once their rows were. None of them
// changes with a restart, with VACUUM FULL or CLUSTER.
// https://www.postgresql.org/docs/15/functions-info.html,
// https://www.postgresql.org/docs/15/functions-admin.html and
// https://www.postgresql.org/docs/15/continuous-archiving.html
const (
	homeSQL = `
		SELECT CAST(system_identifier AS TEXT) || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '/' || CAST(CAST(CAST('deliveries' AS regclass) AS oid) AS TEXT)
		FROM pg_control_system()`
	homeTransactionSQL = `SELECT CAST(xmin AS TEXT) FROM settings WHERE name = ?1`
	transactionSQL     = `SELECT CAST(CAST(pg_current_xact_id() AS xid) AS TEXT)`
)

// postgresHome is the origin of a database on a server, which tells by itself.
type postgresHome struct{}

func (e *postgresEngine) origin() origin { return postgresHome{} }

func (postgresHome) same(ctx context.Context, q querier, kept string) (bool, error) {
	place, err := whereabouts(ctx, q)
	if err != nil || kept == "" {
		return false, err
	}
	var transaction string
	err = one(ctx, q, homeTransactionSQL, []any{homeName}, &transaction)
	return kept == place+"/"+transaction, err
}

// home is called where the transaction is to keep it under its own number.
func (h postgresHome) home(ctx context.Context, q querier, kept string, _ int64) (now, why string, err error) {
	if same, err := h.same(ctx, q, kept); err != nil || same {
		return kept, "", err
	}
	if kept != "" {
		why = "it is not where it was, or its rows were written anew"
	}
	place, err := whereabouts(ctx, q)
	if err != nil {
		return "", "", err
	}
	var transaction string
	err = one(ctx, q, transactionSQL, nil, &transaction)
	return place + "/" + transaction, why, err
}

func (postgresHome) settle() error            { return nil }
func (postgresHome) countBegin() int64        { return 0 }
func (postgresHome) witnessBegin(int64) error { return nil }

// whereabouts reads all but the transaction.
func whereabouts(ctx context.Context, q querier) (place string, err error) {
	err = one(ctx, q, homeSQL, nil, &place)
	var fault *pgconn.PgError
	if errors.As(err, &fault) && fault.Code == "42501" { // insufficient_privilege
		err = &stories.Error{Code: stories.CodeInvalid, Err: err,
			Message: "The user of the database may not tell it from its copies. Grant it EXECUTE on pg_control_system(), pg_current_wal_lsn() and pg_walfile_name(pg_lsn)"}
	}
	return place, err
}
