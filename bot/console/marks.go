package console

import (
	"bufio"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strconv"
	"strings"

	"storybot/bot"
)

// shownCopy is how a message stands on the screen, told from other wordings by a sum.
type shownCopy struct {
	id  string
	sum uint64
}

func copyOf(id string, m bot.Message) shownCopy {
	sum := fnv.New64a()
	sum.Write([]byte(bot.PlainText(m)))
	return shownCopy{id, sum.Sum64()}
}

// marks are what was printed of the newest messages, oldest first. They are kept in a
// file, a line each, since a terminal cannot be read back: a process that was killed
// before anybody else wrote down what it had printed would have it printed once more. A
// file that cannot be read or written costs only that.
type marks struct {
	path   string // "" keeps them for this run only
	copies []shownCopy
	lines  int // in the file
}

// openMarks reads the marks at path. Half a line, of a process that was killed, is none.
func openMarks(path string) *marks {
	m := &marks{path: path}
	file, err := os.Open(path)
	if err != nil {
		return m
	}
	defer file.Close()
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if scanner.Text() != "" {
			m.lines++
		}
		sum, quoted, _ := strings.Cut(scanner.Text(), " ")
		n, err := strconv.ParseUint(sum, 16, 64)
		id, idErr := strconv.Unquote(quoted)
		if err == nil && idErr == nil {
			m.note(shownCopy{id, n})
		}
	}
	return m
}

// note puts a copy in the place of what was known of it.
func (m *marks) note(c shownCopy) {
	if at := m.at(c.id); at >= 0 {
		m.copies = slices.Delete(m.copies, at, at+1)
	}
	m.copies = append(m.copies[max(0, len(m.copies)-maxPrinted):], c)
}

func (m *marks) at(id string) int {
	return slices.IndexFunc(m.copies, func(c shownCopy) bool { return c.id == id })
}

// has says that a message was printed, in whatever wording.
func (m *marks) has(id string) bool { return m.at(id) >= 0 }

// stands says that a message stands there as c has it.
func (m *marks) stands(c shownCopy) bool { return slices.Contains(m.copies, c) }

// add notes what was printed just now.
func (m *marks) add(c shownCopy) {
	if m.note(c); m.path == "" {
		return
	}
	if m.lines++; m.lines > 4*maxPrinted {
		m.rewrite()
		return
	}
	file, err := os.OpenFile(m.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = file.WriteString(c.line())
		err = errors.Join(err, file.Close())
	}
	if err != nil { // for this run it is known
		m.path = ""
	}
}

// line is a copy in the file. It begins a line of its own, behind half of one too.
func (c shownCopy) line() string { return fmt.Sprintf("\n%x %s\n", c.sum, strconv.Quote(c.id)) }

// rewrite keeps the newest alone, put in place whole.
func (m *marks) rewrite() {
	var b strings.Builder
	for _, c := range m.copies {
		b.WriteString(c.line())
	}
	beside := m.path + ".new"
	err := os.WriteFile(beside, []byte(b.String()), 0o600)
	if err == nil {
		err = os.Rename(beside, m.path)
	}
	if err != nil {
		_ = os.Remove(beside)
		m.path = ""
	}
	m.lines = len(m.copies)
}
