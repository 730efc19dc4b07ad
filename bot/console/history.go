package console

import (
	"bufio"
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// What a history holds at most.
const (
	maxHistory = 500     // entries
	maxEntry   = 4 << 10 // bytes of one entry; a longer one is kept for this run only
)

// history is what was typed, oldest first, kept in a file between runs: one entry
// a line, quoted as Go quotes strings. It holds no claim code, no token and no
// password: see isPrivate.
type history struct {
	path    string // "" keeps it for this run only
	private func(string) bool
	entries []string
	at      int    // which entry is shown; len(entries) for none
	draft   string // what stood in the line before entries were shown
}

// openHistory reads the history at path. A file that cannot be read or written
// costs only the memory of earlier runs.
func openHistory(path string, private func(string) bool) *history {
	h := &history{path: path, private: private, entries: readHistory(path)}
	h.at = len(h.entries)
	return h
}

// readHistory is what the file holds, the newest at the end.
func readHistory(path string) (entries []string) {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 4*maxEntry+64)
	for scanner.Scan() {
		if entry, err := strconv.Unquote(scanner.Text()); err == nil && entry != "" {
			entries = append(entries, entry)
		}
	}
	return newest(entries)
}

func newest(entries []string) []string { return entries[max(0, len(entries)-maxHistory):] }

// add remembers an entry, and writes it down unless it is private.
func (h *history) add(entry string) {
	if entry = strings.TrimSpace(entry); entry != "" && (len(h.entries) == 0 || h.entries[len(h.entries)-1] != entry) && !h.isPrivate(entry) {
		h.entries = newest(append(h.entries, entry))
		h.write(entry)
	}
	h.at, h.draft = len(h.entries), ""
}

// write adds an entry to the file, to which another console may have added by now.
// It is put in place whole, so that no kill leaves half of it.
func (h *history) write(entry string) {
	if h.path == "" || len(entry) > maxEntry {
		return
	}
	var b strings.Builder
	for _, entry := range newest(append(readHistory(h.path), entry)) {
		b.WriteString(strconv.Quote(entry) + "\n")
	}
	beside := h.path + ".new"
	// Whoever else has it, only its owner may read what was typed.
	err := errors.Join(os.WriteFile(beside, []byte(b.String()), 0o600), os.Chmod(beside, 0o600))
	if err == nil {
		err = os.Rename(beside, h.path)
	}
	if err != nil {
		_ = os.Remove(beside)
	}
}

// secretForms are what is never written down whatever command it stands in: a
// claim, however it is misspelt, its code, tokens of Discord and Slack, passwords
// in addresses.
var secretForms = regexp.MustCompile(`(?i:\bdesk\s+c\w*l\w*m\w*\b)|\b[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}\b|(?i:\bxox[a-z]-|\bxapp-)|[\w-]{18,}\.[\w-]{5,}\.[\w-]{20,}|://[^\s/]*:[^\s/]*@`)

// isPrivate says that an entry must not be kept: not even for this run, where
// somebody else may press Up.
func (h *history) isPrivate(entry string) bool {
	return secretForms.MatchString(entry) || h.private != nil && h.private(entry)
}

// previous is the entry before the one shown; typed is what stands in the line.
func (h *history) previous(typed string) (string, bool) {
	if h.at == 0 {
		return "", false
	}
	if h.at == len(h.entries) {
		h.draft = typed
	}
	h.at--
	return h.entries[h.at], true
}

// next is the entry after the one shown, at the end what had been typed.
func (h *history) next() (string, bool) {
	switch {
	case h.at >= len(h.entries):
		return "", false
	case h.at == len(h.entries)-1:
		h.at++
		return h.draft, true
	}
	h.at++
	return h.entries[h.at], true
}
