package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"storybot/stories"
)

// sqliteReaders is how many reads run at once. Each connection costs about
// 2.5 MB.
const sqliteReaders = 2

// sqliteEngine is one SQLite file: a connection that writes and a few that
// read, all of this process.
type sqliteEngine struct {
	writes  chan *sqliteWriter // holds the writer while nobody uses it
	begun   bool
	writeDB *sql.DB
	readDB  *sql.DB
	reads   statements
	now     func() time.Time
	lock    *witness
}

// openSQLite takes the file's lock and opens it.
func openSQLite(ctx context.Context, path string, now func() time.Time, log *slog.Logger) (engine, schema, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, schema{}, err
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, schema{}, err
	}
	e := &sqliteEngine{writes: make(chan *sqliteWriter, 1), now: now, lock: lock}
	plain, err := makeOwn(path, log)
	if err == nil && plain {
		err = unfit(checkPlain(ctx, path), e.refusal)
	}
	if err != nil {
		return nil, schema{}, errors.Join(err, lock.close())
	}
	if err := e.open(ctx, path); err != nil {
		return nil, schema{}, errors.Join(unfit(fmt.Errorf("open the database %s: %w", path, err), e.refusal), e.close())
	}
	return e, schema{name: "sqlite", db: e.writeDB, dialect: sqliteDialect, begin: e.begin}, nil
}

// resolve follows symbolic links, so that one file has one lock: also to a file
// that is not there yet.
func resolve(path string) (string, error) {
	const most = 40 // as Linux has it, https://man7.org/linux/man-pages/man7/path_resolution.7.html
	for range most {
		next, err := os.Readlink(path)
		if err != nil { // no link
			break
		}
		if !filepath.IsAbs(next) {
			// What leads to the link may be links too, and .. is the folder it is in.
			dir, err := filepath.EvalSymlinks(filepath.Dir(path))
			if err != nil {
				break
			}
			next = filepath.Join(dir, next)
		}
		path = next
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return "", stories.Errorf(stories.CodeInvalid, "The database %s is a link that leads nowhere. Remove it, or set DATABASE_URL to another place.", path)
	}
	if path == "" || strings.HasPrefix(path, ":") {
		return "", stories.Errorf(stories.CodeInvalid, "DATABASE_URL=sqlite:PATH needs the path of a file, for example sqlite:storybot.db.")
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		if info, err := os.Stat(real); err == nil && !info.Mode().IsRegular() {
			return "", stories.Errorf(stories.CodeInvalid, "The database %s is a folder or a device, and no file. Name a file in it, or set DATABASE_URL to another place.", path)
		}
		return real, nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", &stories.Error{Code: placeCode(err), Err: err,
			Message: fmt.Sprintf("The folder of the database %s cannot be opened. Create it, or set DATABASE_URL to another place", path)}
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

// sqliteAddress is the driver's name for a file. A small page cache keeps the
// process small; the WAL is cut back after a large publication.
func sqliteAddress(path string, pragmas ...string) string {
	return sqliteAddressOf(path, append([]string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-2000)", "journal_size_limit(16777216)",
	}, pragmas...)...)
}

// sqliteAddressOf is the driver's name for a file as it is.
func sqliteAddressOf(path string, pragmas ...string) string {
	v := url.Values{"_txlock": {"immediate"}, "_pragma": pragmas}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: v.Encode()}).String()
}

func (e *sqliteEngine) open(ctx context.Context, path string) (err error) {
	if e.writeDB, err = sql.Open("sqlite", sqliteAddress(path)); err != nil {
		return err
	}
	e.writeDB.SetMaxOpenConns(1)
	if e.readDB, err = sql.Open("sqlite", sqliteAddress(path, "query_only(1)")); err != nil {
		return err
	}
	e.readDB.SetMaxOpenConns(sqliteReaders)
	e.readDB.SetMaxIdleConns(sqliteReaders)
	return e.writeDB.PingContext(ctx)
}

// begin hands the one writing connection to write, once migrations are done.
// No other process has the file, so leases of earlier ones are void.
func (e *sqliteEngine) begin(ctx context.Context) error {
	conn, err := e.writeDB.Conn(ctx)
	if err != nil {
		return err
	}
	w := &sqliteWriter{conn: conn}
	if _, err := w.exec(ctx, "UPDATE leases SET owner = '', until = 0 WHERE until > 0"); err != nil {
		return errors.Join(err, w.close())
	}
	e.writes <- w
	e.begun = true
	return nil
}

func (e *sqliteEngine) reader() querier { return sqliteReader{e} }

func (e *sqliteEngine) close() error {
	var errs []error
	if e.begun {
		w := <-e.writes
		if w == nil {
			return nil // closed before
		}
		close(e.writes)
		errs = append(errs, w.close())
	}
	if e.readDB != nil {
		errs = append(errs, e.reads.close(), e.readDB.Close())
	}
	if e.writeDB != nil {
		errs = append(errs, e.writeDB.Close())
	}
	return errors.Join(append(errs, e.lock.close())...)
}

// clock is the process's own: no other process has the file.
func (e *sqliteEngine) clock(context.Context, querier) (time.Time, error) { return e.now(), nil }

// refusal knows the result codes that mean "not now"; see
// https://www.sqlite.org/rescode.html.
func (e *sqliteEngine) refusal(err error) string {
	var fault *sqlite.Error
	switch {
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, errClosed), strings.HasSuffix(err.Error(), closedPool):
		return "The database is closed: the bot is stopping."
	case !errors.As(err, &fault):
		return ""
	}
	switch fault.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return "The disk of the database is full. Free some space there; the bot goes on by itself."
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "The database is locked by another program. Close what has the file open; the bot goes on by itself."
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return "The database cannot be written to. Make its file and folder writable for the bot."
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return "The database's file cannot be read or written. Check its disk; the bot goes on by itself once it works."
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return "The database's file is damaged or no database. Stop the bot and restore the file from a backup."
	}
	return ""
}

var errClosed = errors.New("store closed")

// closedPool ends the error of a *sql.DB after Close; database/sql has no name
// for it.
const closedPool = "sql: database is closed"

// SQLite plans by the value of a bare parameter after LIMIT, and so would plan
// a kept statement again each time it runs; an expression is taken as it is.
var sqliteDialect = dialect{
	parameter: "?$1",
	each:      "json_each($1) AS j",
	numbered:  "json_each($1) AS j",
	among:     "IN (SELECT value FROM json_each($1))",
	limit:     "LIMIT $1+0",
	identity:  "INTEGER PRIMARY KEY AUTOINCREMENT",
	number:    "INTEGER",
	clustered: "WITHOUT ROWID",
}

// statements are prepared once and kept by their common text.
type statements struct {
	mu   sync.Mutex
	kept map[string]*sql.Stmt
}

// get returns the statement for the common text, preparing it at first use.
func (s *statements) get(ctx context.Context, common string, prepare func(context.Context, string) (*sql.Stmt, error)) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt := s.kept[common]; stmt != nil {
		return stmt, nil
	}
	stmt, err := prepare(context.WithoutCancel(ctx), sqliteDialect.text(common))
	if err != nil {
		return nil, err
	}
	if s.kept == nil {
		s.kept = map[string]*sql.Stmt{}
	}
	s.kept[common] = stmt
	return stmt, nil
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, stmt := range s.kept {
		errs = append(errs, stmt.Close())
	}
	s.kept = nil
	return errors.Join(errs...)
}
