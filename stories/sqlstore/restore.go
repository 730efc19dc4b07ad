package sqlstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"storybot/stories"
)

// Restore puts a copy of the database in place of the SQLite database at url,
// which nobody may be using. The copy is checked before anything is touched; the
// present database is kept beside it, under the name that is returned, "" when
// there was none. However Restore ends, also by a power cut, the database is
// either the present one or the copy, each whole. CodeUnavailable while the bot
// runs, CodeInvalid for a copy that is none of ours, of a newer program or
// damaged, and for a PostgreSQL database.
func Restore(ctx context.Context, url, source string, now time.Time) (kept string, err error) {
	return restore(ctx, url, source, now, func(string) error { return nil })
}

// restore tells step what it is about to do, and does not do it after an error.
func restore(ctx context.Context, url, source string, now time.Time, step func(next string) error) (kept string, err error) {
	path, err := sqlitePath(url, "stop every storybot, then pg_restore --clean --if-exists --single-transaction --dbname= with the address puts one back, which storybot notices by itself")
	if err != nil {
		return "", err
	}
	if err := checkSource(source, path); err != nil {
		return "", err
	}
	lock, err := lockFile(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lock.close()) }()
	draft := draftOf(path)
	defer func() { err = errors.Join(err, removeAll(draft)) }()
	for _, part := range []string{"", "-wal"} { // files that were copied with their log
		if err := copyFile(source+part, draft+part); err != nil && (part == "" || !errors.Is(err, fs.ErrNotExist)) {
			return "", fmt.Errorf("copy %s: %w", source+part, err)
		}
	}
	if err := finishCopy(ctx, draft); err != nil {
		return "", fmt.Errorf("check %s: %w", source, err)
	}
	if kept, err = setAside(ctx, path, now, step); err != nil {
		return kept, fmt.Errorf("keep the present database: %w", err)
	}
	if err := step("replace it"); err != nil {
		return kept, err
	}
	if err := os.Rename(draft, path); err != nil {
		return kept, err
	}
	if err := step("make the name last"); err != nil {
		return kept, err
	}
	return kept, syncFolder(path)
}

// logParts end the names of what SQLite keeps beside a database.
var logParts = [...]string{"-wal", "-journal", "-shm"}

// setAside makes one whole file of a database, whose name the next may take in one
// step, and copies that to another name: a file of its own, for the database goes
// on being written to if nothing takes its place.
func setAside(ctx context.Context, path string, now time.Time, step func(next string) error) (kept string, err error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return "", removeAll(path) // a log without its database
	}
	if err := step("make it whole"); err != nil {
		return "", err
	}
	whole, err := makeWhole(ctx, path)
	if err != nil {
		return "", err
	}
	kept = path + ".before-" + now.UTC().Format("20060102T150405Z")
	if _, err := os.Lstat(kept); err == nil {
		kept += "-" + strings.ToLower(rand.Text()[:6])
	}
	parts := []string{""}
	if !whole { // its log is all that may mend it
		parts = []string{"-wal", "-journal", ""}
	}
	for _, part := range parts {
		if err := step("keep it" + part); err != nil {
			return "", err
		}
		if err := keep(path+part, kept+part); err != nil && (part == "" || !errors.Is(err, fs.ErrNotExist)) {
			return "", err
		}
	}
	if err := syncFolder(path); err != nil || whole {
		return kept, err
	}
	// Never are they to be taken for the log of what takes its place.
	for _, part := range logParts {
		if err := step("remove its " + part); err != nil {
			return kept, err
		}
		if err := os.Remove(path + part); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return kept, err
		}
	}
	return kept, syncFolder(path)
}

// makeWhole has SQLite write what stands in the log of a database into its file
// and remove the log. It changes no content, and can be interrupted at any time.
// whole is false for what SQLite cannot read.
// https://www.sqlite.org/pragma.html#pragma_journal_mode
func makeWhole(ctx context.Context, path string) (whole bool, err error) {
	mode := ""
	err = inFile(path, func(s schema) error {
		return s.db.QueryRowContext(ctx, "PRAGMA journal_mode=DELETE").Scan(&mode)
	}, "busy_timeout(5000)", "synchronous(FULL)")
	var fault *sqlite.Error
	if errors.As(err, &fault) {
		switch fault.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return false, nil
		}
	}
	if err != nil {
		return false, unfit(err, (*sqliteEngine)(nil).refusal)
	}
	for _, part := range logParts {
		if _, err := os.Lstat(path + part); mode != "delete" || !errors.Is(err, fs.ErrNotExist) {
			return false, stories.Errorf(stories.CodeUnavailable, "The log %s%s of the present database cannot be written into it. Close what has the file open, and try again.", path, part)
		}
	}
	return true, syncFile(path)
}

// keep copies a file to a name that nothing has, at which it is there whole or not
// at all.
func keep(from, to string) (err error) {
	draft := draftOf(to)
	defer func() {
		if gone := os.Remove(draft); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}()
	if err := copyFile(from, draft); err != nil {
		return err
	}
	return rename(draft, to)
}

// checkSource refuses what cannot be a copy of the database at path.
func checkSource(source, path string) error {
	info, err := os.Stat(source)
	if err != nil {
		return fmt.Errorf("look at the copy: %w", err)
	}
	if present, err := os.Stat(path); err == nil && os.SameFile(info, present) {
		return stories.Errorf(stories.CodeInvalid, "The file %s is the database itself. Name a copy of it.", source)
	}
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return stories.Errorf(stories.CodeInvalid, "The file %s is no copy of a database: it is empty or no file. Name one that storybot backup has made.", source)
	}
	f, err := os.Open(source)
	if err != nil {
		return fmt.Errorf("look at the copy: %w", err)
	}
	defer f.Close()
	begin, err := io.ReadAll(io.LimitReader(f, sqliteBeginAt))
	if err != nil {
		return fmt.Errorf("look at the copy: %w", err)
	}
	if _, err := checkHeader(source, begin); err != nil {
		return stories.Errorf(stories.CodeInvalid, "The file %s is no SQLite database. Name one that storybot backup has made.", source)
	}
	return nil
}
