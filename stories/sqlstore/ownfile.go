package sqlstore

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"

	"storybot/stories"
)

// ownMode is the mode of the files we make: they hold names of people and texts
// nobody has published yet. SQLite gives the -wal and -shm files the mode of the
// database (https://www.sqlite.org/src/file/src/os_unix.c, findCreateFileMode).
const ownMode os.FileMode = 0o600

// makeOwn makes the database's file, for its owner alone, where there is none.
// One that is there keeps its mode, which may be on purpose; it is warned about
// when others can read it. plain is checkHeader's.
func makeOwn(path string, log *slog.Logger) (plain bool, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, ownMode)
	if err != nil {
		return false, &stories.Error{Code: placeCode(err), Err: err,
			Message: fmt.Sprintf("The file of the database %s cannot be made or written to. Make it and its folder writable for the bot, or set DATABASE_URL to another place", path)}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, fmt.Errorf("look at the file of the database: %w", err)
	}
	begin, err := io.ReadAll(io.LimitReader(f, sqliteBeginAt))
	if err != nil {
		return false, fmt.Errorf("look at the file of the database: %w", err)
	}
	if plain, err = checkHeader(path, begin); err != nil {
		return false, err
	}
	// Windows has no such modes; its files belong to whom their folder does.
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		log.Warn("other users of this machine can get at the database's file; to keep it to the bot: chmod 600, with its -wal and -shm", "file", path, "mode", mode.String())
	}
	return plain, nil
}
