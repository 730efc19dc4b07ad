package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"storybot/stories"
)

// Examination is what Examine found out about a database.
type Examination struct {
	Place   string // the file, or the server's host; for people
	Engine  string // "SQLite", "PostgreSQL 15.4"
	Exists  bool   // false for a file the first start will make
	Version int64  // of its tables, 0 for none
	Known   int64  // the version this program makes and reads
	// Used says that a storybot has it open or, on PostgreSQL, holds a lease in it.
	Used bool
	// Free is how many bytes are left where the file is, -1 where that is not known.
	Free int64
	// Open is the mode of the file, or of one beside it, that others than its owner can
	// read or write; 0 for none.
	Open fs.FileMode
	// Refused are what cannot be done with it, a sentence each that says what to do;
	// where it is used, writing is not tried.
	Refused []error
}

// Examine looks at the database at url, as Open reads it, and changes nothing in
// it, also while a bot runs. The error is one of Open's, where there is nothing to
// examine.
func Examine(ctx context.Context, url string) (Examination, error) {
	x := Examination{Known: int64(len(migrationFiles)), Free: -1}
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		err := x.file(ctx, path)
		return x, err
	}
	err := x.server(ctx, url)
	return x, err
}

// refuse notes what cannot be done, as Open would say it.
func (x *Examination) refuse(err error, refusal func(error) string) {
	if err != nil {
		x.Refused = append(x.Refused, unfit(err, refusal))
	}
}

// file examines an SQLite file.
func (x *Examination) file(ctx context.Context, path string) error {
	path, err := resolve(path)
	if err != nil {
		return err
	}
	x.Place, x.Engine = path, "SQLite"
	x.Free = freeSpace(filepath.Dir(path))
	e := &sqliteEngine{}
	x.Used = isHeld(path)
	x.refuse(tryFolder(path), e.refusal)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("look at the file of the database: %w", err)
	}
	x.Exists = true
	for _, name := range []string{path, path + "-wal", path + ".lock"} {
		if beside, err := os.Stat(name); err == nil && beside.Mode().Perm()&0o077 != 0 && modesMatter {
			x.Open = beside.Mode().Perm()
		}
	}
	if info.Size() == 0 {
		return nil
	}
	return x.tables(ctx, path, e)
}

// tables looks into an SQLite file.
func (x *Examination) tables(ctx context.Context, path string, e *sqliteEngine) error {
	begin, err := beginning(path)
	if err != nil {
		return unreadable(path, err)
	}
	if _, err := checkHeader(path, begin); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", sqliteAddressOf(path, "busy_timeout(5000)"))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	s := schema{name: "sqlite", db: db, dialect: sqliteDialect}
	err = s.checkOwner(ctx)
	if err == nil {
		x.Version, err = s.version(ctx)
	}
	if err == nil && !x.Used {
		x.refuse(tryWrite(ctx, s, x.Version), e.refusal)
	}
	return errors.Join(unfit(err, e.refusal), db.Close())
}

// server examines a PostgreSQL database.
func (x *Examination) server(ctx context.Context, url string) error {
	opened, s, err := openPostgres(ctx, url)
	if err != nil {
		return err
	}
	e := opened.(*postgresEngine)
	x.Exists = true
	err = s.checkOwner(ctx)
	if err == nil {
		x.Version, err = s.version(ctx)
	}
	if err == nil {
		err = s.db.QueryRowContext(ctx, `SELECT 'PostgreSQL ' || current_setting('server_version')`).Scan(&x.Engine)
	}
	x.Place = "the server"
	if err == nil && x.Version > 0 {
		err = s.db.QueryRowContext(ctx, `SELECT count(*) > 0 FROM leases WHERE until > extract(epoch FROM clock_timestamp()) * 1000`).Scan(&x.Used)
	}
	if err == nil {
		x.refuse(tryWrite(ctx, s, x.Version), e.refusal)
		x.refuse(tryOrigin(ctx, s.db), e.refusal)
	}
	return errors.Join(unfit(err, e.refusal), e.close())
}

// tryWrite does what the bot does first, and takes it back: it makes a table
// where there are none, else it notes something.
func tryWrite(ctx context.Context, s schema, version int64) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if version == 0 {
		_, err = tx.ExecContext(ctx, `CREATE TABLE storybot_trial (name TEXT)`)
	} else {
		_, err = tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ('trial', '') ON CONFLICT (name) DO NOTHING`)
	}
	return err
}

// tryOrigin asks what tells a database from its copies, see postgreshome.go.
func tryOrigin(ctx context.Context, db *sql.DB) error {
	var standby bool
	err := db.QueryRowContext(ctx, `SELECT pg_is_in_recovery()`).Scan(&standby)
	if err != nil || standby {
		return err // that it is one, tryWrite has said
	}
	var origin string
	err = db.QueryRowContext(ctx, `SELECT CAST(system_identifier AS TEXT) || pg_walfile_name(pg_current_wal_lsn()) FROM pg_control_system()`).Scan(&origin)
	if err != nil {
		return &stories.Error{Code: stories.CodeInvalid, Err: err,
			Message: "The user of the database may not ask where it is, by which a restored backup is noticed. Grant it EXECUTE on pg_control_system(), pg_current_wal_lsn() and pg_walfile_name(pg_lsn)."}
	}
	return nil
}

// isHeld says whether a process has the lock of the file at path.
func isHeld(path string) bool {
	f, err := os.OpenFile(path+".lock", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close() // gives back the lock
	return tryLock(f) != nil
}

// trialSize is what tryFolder writes, in bytes.
const trialSize = 256 << 10

// tryFolder writes beside the database and removes it again.
func tryFolder(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".storybot-trial-*")
	if err != nil {
		return &stories.Error{Code: placeCode(err), Err: err,
			Message: fmt.Sprintf("The folder of the database %s cannot be written to. Make it writable for the bot, or set DATABASE_URL to another place", path)}
	}
	_, err = f.Write(make([]byte, trialSize))
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close(), os.Remove(f.Name())); err != nil {
		return &stories.Error{Code: stories.CodeUnavailable, Err: err,
			Message: fmt.Sprintf("Beside the database %s nothing can be written. Free some space on its disk, and check the disk", path)}
	}
	return nil
}

// beginning is what a file begins with, as far as checkHeader looks.
func beginning(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, sqliteBeginAt))
}
