package sqlstore

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"storybot/stories"
)

// placeCode is the code of a failure to get at a file or its folder: CodeInvalid
// where the place itself is wrong, as most are, and CodeUnavailable where the
// same place may do later.
func placeCode(err error) stories.Code {
	for _, passing := range []error{
		syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM,
		syscall.EBUSY, syscall.EAGAIN, syscall.EINTR, syscall.ETIMEDOUT, syscall.ESTALE, syscall.EHOSTDOWN, syscall.ENOTCONN,
	} {
		if errors.Is(err, passing) {
			return stories.CodeUnavailable
		}
	}
	return stories.CodeInvalid
}

// Of the header of an SQLite file: how it begins, and where in it stands that
// it has no write-ahead log. https://www.sqlite.org/fileformat.html#the_database_header
const (
	sqliteMagic   = "SQLite format 3\x00"
	writeVersion  = 18
	withoutWAL    = 1
	sqliteBeginAt = 20 // bytes that are looked at
)

// checkHeader refuses a file that is no database. begin is what it begins with;
// an empty one is a database to be. plain says that it is not one of ours in
// use, which all have a write-ahead log: what else is in it must be looked at.
func checkHeader(path string, begin []byte) (plain bool, err error) {
	switch {
	case len(begin) == 0:
		return false, nil
	case len(begin) < sqliteBeginAt || !strings.HasPrefix(string(begin), sqliteMagic):
		return false, stories.Errorf(stories.CodeInvalid, "The file %s is no SQLite database. Set DATABASE_URL to another file; one that is not there is made.", path)
	}
	return begin[writeVersion] == withoutWAL, nil
}

// checkPlain looks into a file before it is opened as ours, which would change
// the form of another program's.
func checkPlain(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", sqliteAddressOf(path, "busy_timeout(5000)"))
	if err != nil {
		return err
	}
	return errors.Join(schema{name: "sqlite", db: db}.checkOwner(ctx), db.Close())
}

// checkOwner refuses a database that has tables, but not ours. On PostgreSQL
// others may stand beside ours, as those of extensions do.
func (s schema) checkOwner(ctx context.Context) error {
	query := `SELECT table_name FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false))`
	if s.name == "sqlite" {
		query = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	}
	rows, err := s.db.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("list the tables: %w", err)
	}
	defer rows.Close()
	tables := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return fmt.Errorf("list the tables: %w", err)
		}
		tables[name] = true
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("list the tables: %w", err)
	}
	begun := tables["goose_db_version"]
	delete(tables, "goose_db_version")
	switch {
	case begun && tables["stories"] && tables["settings"], begun && len(tables) == 0, !begun && s.name != "sqlite", len(tables) == 0:
		return nil
	case begun && s.name != "sqlite":
		// Another program's steps, or ours before the first: the version tells.
		if version, err := s.version(ctx); err != nil || version == 0 {
			return err
		}
	}
	return stories.Errorf(stories.CodeInvalid, foreign+".")
}

const foreign = "The database holds tables of another program, or of a Storybot with another layout. Set DATABASE_URL to an empty database, or to one that this Storybot made"

// unfit makes of an error while a database is made ready a CodeInvalid where
// the database is another program's or may not be used as ours must be: no later
// try helps.
// https://www.sqlite.org/rescode.html#error and
// https://www.postgresql.org/docs/15/errcodes-appendix.html, class 42.
//
// Of others it says what refusal, the engine's, knows of them, without its
// promise: a program that does not start does not go on by itself.
func unfit(err error, refusal func(error) string) error {
	var known *stories.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return &stories.Error{Code: known.Code, Message: withoutPromise(known.Message), Err: known.Err}
	}
	refused := func(sentence string) error {
		return &stories.Error{Code: stories.CodeInvalid, Message: sentence, Err: err}
	}
	var lite *sqlite.Error
	var server *pgconn.PgError
	switch {
	case errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_ERROR:
		return refused(foreign)
	case errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_NOTADB:
		return refused("The file of the database is no SQLite database. Set DATABASE_URL to another file; one that is not there is made")
	case !errors.As(err, &server):
	case server.Code == "42501", server.Code == "3F000":
		return refused("The user of the database may not make tables in it. Grant it CREATE on the schema, or set DATABASE_URL to a database that belongs to it")
	case strings.HasPrefix(server.Code, "42"):
		return refused(foreign)
	}
	if sentence := refusal(err); sentence != "" {
		return &stories.Error{Code: stories.CodeUnavailable, Message: withoutPromise(sentence), Err: err}
	}
	return err
}

// withoutPromise says of a sentence of an engine's refusal what is to be done
// where the program ends.
func withoutPromise(sentence string) string {
	return promise.ReplaceAllStringFunc(sentence, func(end string) string {
		if end[0] == ';' {
			return "; then start the bot again"
		}
		return ". Start the bot again then"
	})
}

// promise is how a sentence of an engine's refusal ends.
var promise = regexp.MustCompile(`(?i)(; |\. )the bot goes on by itself[^.]*\.$`)

// notLetIn says what is wrong with the address when a server does not let the
// bot in, and "" when the server is away.
// https://www.postgresql.org/docs/15/errcodes-appendix.html, classes 28 and 3D;
// pgconn has no name for the error of a server without TLS.
func notLetIn(err error) string {
	var server *pgconn.PgError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return "shows a certificate that is not trusted. Check sslmode and sslrootcert in DATABASE_URL"
	case errors.As(err, &server): // also where encryption was tried first, and refused
	case strings.Contains(err.Error(), "server refused TLS connection"):
		return "does not encrypt. Switch that on there, or leave sslmode out of DATABASE_URL"
	default:
		return ""
	}
	switch {
	case strings.HasPrefix(server.Code, "28"):
		return "does not let this user in. Check the user and the password in DATABASE_URL, and who may come from here"
	case server.Code == "3D000":
		return "has no database of this name. Create it, or mend the name at the end of DATABASE_URL"
	case server.Code == "42501":
		return "does not let this user use this database. Grant it CONNECT, or mend DATABASE_URL"
	}
	return ""
}
