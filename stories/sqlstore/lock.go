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
// by a lock on a file beside it. The file stays, and says what witness.go reads;
// the lock ends when it is closed or with the process.
func lockFile(path string) (*witness, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, ownMode)
	if err != nil {
		return nil, &stories.Error{Code: placeCode(err), Err: err,
			Message: fmt.Sprintf("The folder of the database %s cannot be written to. Make it writable for the bot, or set DATABASE_URL to another place", path)}
	}
	locked := tryLock(f)
	text, err := io.ReadAll(io.LimitReader(f, 2*recordLength))
	if locked != nil {
		holder, _, _ := strings.Cut(string(text), "\n")
		if holder = strings.TrimSpace(holder); err == nil && holder != "" {
			holder = " (process " + holder + ")"
		}
		refused := stories.Errorf(stories.CodeUnavailable, "The database %s is open in another storybot%s. Stop that one first; to run several replicas, set DATABASE_URL to a PostgreSQL database.", path, holder)
		return nil, errors.Join(refused, f.Close())
	}
	w := &witness{file: f}
	w.said.read(string(text))
	if err == nil {
		err = w.write(w.said)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("use %s: %w", f.Name(), err), f.Close())
	}
	return w, nil
}
