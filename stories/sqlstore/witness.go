package sqlstore

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"storybot/stories"
)

// A copy of an SQLite file that was put back does not know what was sent since
// it was made. The lock file beside the database is not copied with it and
// remembers: every start gives the database another random name, an epoch, and
// every batch that begins requests is counted, in its own transaction; both are
// in the lock file too, the count before a request leaves. So a database whose
// epoch is not the lock file's, or whose count is behind it, was put back. A
// process that is killed between the commit and the note leaves the lock file
// behind, which says nothing: then no request has left either.
//
// The note of a begin is not synced. Only a power cut loses it, and then the lock
// file is behind as well.

// testimony is what the lock file says.
type testimony struct {
	begun    int64  // how often anything had been begun
	epoch    string // the database's, "" for none
	previous string // the one before, while the next one is being committed
}

const (
	// recordLength is the length of the lock file, always: it is written in place.
	recordLength = 128
	// longestWord is the longest name of an epoch, so that all fits.
	longestWord = 32
)

// String writes the file: the process that has the lock, then the rest.
func (r testimony) String() string {
	text := fmt.Sprintf("%d\n%d %s %s", os.Getpid(), r.begun, mark(r.epoch), mark(r.previous))
	return text + strings.Repeat(" ", recordLength-1-len(text)) + "\n"
}

// mark keeps an empty word a word.
func mark(word string) string {
	if word == "" {
		return "-"
	}
	return word
}

// read reads what String wrote; of anything else it says nothing.
func (r *testimony) read(text string) {
	*r = testimony{}
	lines := strings.Split(text, "\n")
	if len(lines) < 2 {
		return
	}
	words := strings.Fields(lines[1])
	if len(words) != 3 {
		return
	}
	begun, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil || begun < 0 {
		return
	}
	for i, word := range words[1:] {
		if len(word) > longestWord {
			return
		}
		if word == mark("") {
			words[1+i] = ""
		}
	}
	*r = testimony{begun, words[1], words[2]}
}

// witness is the lock file of an open database.
type witness struct {
	file *os.File

	mu    sync.Mutex
	begun int64     // counted in transactions, whether they are committed or not
	said  testimony // what the file says
	next  string    // the epoch that is being committed
	lost  bool      // what the file says is not known
}

// write says r. mu is held, or nobody else knows of w yet.
func (w *witness) write(r testimony) error {
	if _, err := w.file.WriteAt([]byte(r.String()), 0); err != nil {
		w.lost = true
		return &stories.Error{Code: stories.CodeUnavailable, Err: err,
			Message: "The file " + w.file.Name() + " beside the database cannot be written, and without it nothing is sent. Check the disk and the file's rights; the bot goes on by itself."}
	}
	w.said, w.lost = r, false
	return nil
}

// sync makes what was written outlive a power cut, and the file no longer than it.
func (w *witness) sync() error {
	if err := w.file.Truncate(recordLength); err != nil {
		return err
	}
	return w.file.Sync()
}

func (w *witness) close() error {
	if w == nil {
		return nil
	}
	return w.file.Close()
}

func (e *sqliteEngine) origin() origin { return e.lock }

// same is never sure: every start has another epoch.
func (w *witness) same(context.Context, querier) (bool, error) { return false, nil }

// home gives the database its next epoch.
func (w *witness) home(_ context.Context, _ querier, kept string, begun int64) (now, why string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.said
	switch {
	case kept == "": // a new one
	case was.epoch == "":
		why = "there is no lock file of its last run beside it"
	case kept != was.epoch && kept != was.previous:
		why = "the lock file beside it is of another copy's last run"
	case was.begun > begun:
		why = "the lock file beside it knows of requests it does not know"
	}
	w.begun, w.next = begun, strings.ToLower(rand.Text())
	if kept == "" || why != "" {
		// Until it is committed the lock file must go on to tell that it was put back.
		return w.next, why, nil
	}
	if err := w.write(testimony{begun: was.begun, epoch: w.next, previous: kept}); err != nil {
		return "", "", err
	}
	return w.next, "", w.sync()
}

// settle notes that its epoch was committed.
func (w *witness) settle() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.write(testimony{begun: w.begun, epoch: w.next}); err != nil {
		return err
	}
	return w.sync()
}

func (w *witness) countBegin() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begun++
	return w.begun
}

func (w *witness) witnessBegin(n int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.said.begun >= n && !w.lost {
		return nil
	}
	said := w.said
	said.begun = max(said.begun, n)
	return w.write(said)
}
