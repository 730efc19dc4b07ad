package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"storybot/stories"
)

// Backup copies the SQLite database at url, which may be in use, to a new file,
// for its owner alone. The copy is whole as of a moment, was checked, is on the
// disk when Backup returns, and knows that it is one: wherever it is opened it is
// taken for a database that was put back. A file that is there already is never
// touched. CodeInvalid for a PostgreSQL database, which has its own tools.
func Backup(ctx context.Context, url, target string) (err error) {
	path, err := sqlitePath(url, "pg_dump --format=custom --file=FILE and the address makes one, also of a database in use")
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return stories.Errorf(stories.CodeNotFound, "There is no database %s yet. It is made when the bot starts.", path)
	}
	if _, err := os.Lstat(target); err == nil {
		return alreadyThere(target)
	}
	draft := draftOf(target)
	f, err := os.OpenFile(draft, os.O_RDWR|os.O_CREATE|os.O_EXCL, ownMode)
	if err != nil {
		return fmt.Errorf("make a file beside %s: %w", target, err)
	}
	defer func() { err = errors.Join(err, removeAll(draft)) }()
	if err := f.Close(); err != nil {
		return err
	}
	// It reads one state and keeps nobody from writing; an empty file is filled.
	// https://www.sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause
	if err := inFile(path, func(s schema) error {
		if err := s.checkLayout(ctx); err != nil {
			return err
		}
		_, err := s.db.ExecContext(ctx, "VACUUM INTO ?", draft)
		return err
	}, "busy_timeout(5000)"); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	if err := finishCopy(ctx, draft); err != nil {
		return fmt.Errorf("check the copy: %w", err)
	}
	if err := rename(draft, target); err != nil {
		return err
	}
	return syncFolder(target)
}

// sqlitePath is the file an address names. instead is what to use for a server.
func sqlitePath(url, instead string) (string, error) {
	path, ok := strings.CutPrefix(url, "sqlite:")
	if !ok {
		return "", stories.Errorf(stories.CodeInvalid, "This is for an SQLite database; PostgreSQL has its own tools: %s.", instead)
	}
	return resolve(path)
}

func alreadyThere(target string) error {
	return stories.Errorf(stories.CodeExists, "There is a file %s already, and it was left alone. Name one that is not there.", target)
}

// finishCopy makes one file of a copy, marks it as one, and checks it.
func finishCopy(ctx context.Context, path string) error {
	err := inFile(path, func(s schema) error {
		if err := s.checkLayout(ctx); err != nil {
			return err
		}
		_, err := s.db.ExecContext(ctx, sqliteDialect.text(rememberSQL), copiedName, "1")
		return err
	}, "journal_mode(DELETE)", "synchronous(FULL)")
	if err == nil { // on a connection that has nothing in its memory
		err = inFile(path, func(s schema) error { return s.checkPages(ctx) }, "query_only(1)")
	}
	if err != nil {
		return unfit(err, (*sqliteEngine)(nil).refusal)
	}
	return syncFile(path)
}

// inFile runs do on a file that is opened as pragmas say, and no other way.
func inFile(path string, do func(schema) error, pragmas ...string) error {
	db, err := sql.Open("sqlite", sqliteAddressOf(path, pragmas...))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	return errors.Join(do(schema{name: "sqlite", db: db}), db.Close())
}

// checkLayout refuses a database this program cannot use. One of an older version
// is upgraded when it is opened.
func (s schema) checkLayout(ctx context.Context) error {
	if err := s.checkOwner(ctx); err != nil {
		return err
	}
	have, err := s.version(ctx)
	if err != nil {
		return err
	}
	found, err := s.has(ctx, "publications")
	switch want := int64(len(migrationFiles)); {
	case err != nil:
		return err
	case have == 0:
		return stories.Errorf(stories.CodeInvalid, "It holds no newsroom: it has no tables of a Storybot.")
	case !found:
		return errOldLayout
	case have > want:
		return newerTables(have, want)
	}
	return nil
}

// checkPages has SQLite look at every page.
// https://www.sqlite.org/pragma.html#pragma_integrity_check
func (s schema) checkPages(ctx context.Context) error {
	var found string
	if err := s.db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return &stories.Error{Code: stories.CodeInvalid, Message: "It is damaged, and was not used. Take another copy", Err: errors.New(found)}
	}
	return nil
}

// draftOf is the name of a file that becomes path.
func draftOf(path string) string { return path + ".draft-" + strings.ToLower(rand.Text()[:8]) }

// removeAll removes a database's files, as far as they are there.
func removeAll(path string) (err error) {
	for _, part := range []string{"", "-wal", "-shm", "-journal"} {
		if gone := os.Remove(path + part); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// rename gives draft the name target, unless something has it.
func rename(draft, target string) error {
	err := os.Link(draft, target)
	if err == nil {
		return nil
	}
	if _, there := os.Lstat(target); there == nil {
		return alreadyThere(target)
	}
	return os.Rename(draft, target) // a disk without links
}

// copyFile copies a file to a new one, for its owner alone, onto the disk.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownMode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
