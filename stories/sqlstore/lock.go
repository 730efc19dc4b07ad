package sqlstore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"storybot/stories"
)

// lockFile makes this process the only one that has the database at path open,
// by a lock on a file beside it. The file stays; the lock ends with unlock or
// with the process.
func lockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, ownMode)
	if err != nil {
		return nil, &stories.Error{Code: placeCode(err), Err: err,
			Message: fmt.Sprintf("The folder of the database %s cannot be written to. Make it writable for the bot, or set DATABASE_URL to another place", path)}
	}
	if err := tryLock(f); err != nil {
		holder := ""
		if text, err := io.ReadAll(io.LimitReader(f, 32)); err == nil && len(text) > 0 {
			holder = " (process " + strings.TrimSpace(string(text)) + ")"
		}
		refused := stories.Errorf(stories.CodeUnavailable, "The database %s is open in another storybot%s. Stop that one first; to run several replicas, set DATABASE_URL to a PostgreSQL database.", path, holder)
		return nil, errors.Join(refused, f.Close())
	}
	err = errors.Join(f.Truncate(0), note(f))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", f.Name(), err), f.Close())
	}
	return f.Close, nil
}

// note writes who has the lock, for the message another process shows.
func note(f *os.File) error {
	_, err := fmt.Fprintln(f, os.Getpid())
	return err
}
