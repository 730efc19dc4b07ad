package console

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// terminal is a screen with a person before it: a prompt with editing, history
// (Up and Down) and completion (Tab), above which texts are printed at any
// moment.
type terminal struct {
	in, out  *os.File
	line     *term.Terminal
	complete func(line string) []string

	mu    sync.Mutex // guards what follows
	saved *term.State
	width int // of the window, in columns; 0 when unknown
}

// maxTyped is how many characters x/term's Terminal holds in a line. What is
// typed beyond is dropped without a word, so a full line is refused.
const maxTyped = 4096

func newTerminal(in, out *os.File) *terminal {
	t := &terminal{in: in, out: out}
	t.line = newLine(in, out)
	t.line.AutoCompleteCallback = t.tab
	return t
}

// newLine returns a line editor that reads keys from in.
func newLine(in io.Reader, out io.Writer) *term.Terminal {
	return term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "")
}

func (t *terminal) interactive() bool { return true }

func (t *terminal) open() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	saved, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return err
	}
	t.saved = saved
	return nil
}

// close gives the terminal back as it was.
func (t *terminal) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.saved == nil {
		return nil
	}
	err := term.Restore(int(t.in.Fd()), t.saved)
	t.saved = nil
	fmt.Fprintln(t.out)
	return err
}

// resize learns how wide the window is. It is asked before every line rather
// than at every change.
func (t *terminal) resize() {
	width, height, err := term.GetSize(int(t.out.Fd()))
	if err != nil || width <= 0 {
		return
	}
	_ = t.line.SetSize(width, height)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.width = width
}

func (t *terminal) setPrompt(prompt string) { t.line.SetPrompt(prompt) }

// print shows a text and an empty line above the prompt.
func (t *terminal) print(text string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	text = wrap(strings.TrimRight(text, "\n"), t.width) + "\n\n"
	if t.saved == nil {
		_, err := io.WriteString(t.out, text)
		return err
	}
	_, err := io.WriteString(t.line, text)
	return err
}

// wrap breaks lines that are wider than width between words, where words are
// short enough.
func wrap(text string, width int) string {
	if width <= 0 {
		return text
	}
	var b strings.Builder
	column := 0
	for rest := text; rest != ""; {
		end := strings.IndexAny(rest[1:], " \n") + 1
		if end == 0 {
			end = len(rest)
		}
		word := rest[:end] // with the space or line break before it
		rest = rest[end:]
		columns := uniseg.StringWidth(word)
		switch {
		case word[0] == '\n':
			column = columns
		case word[0] == ' ' && column > 0 && column+columns > width:
			word, column = "\n"+word[1:], columns-1
		default:
			column += columns
		}
		b.WriteString(word)
	}
	return b.String()
}

func (t *terminal) above(p []byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.saved == nil {
		return false
	}
	_, err := t.line.Write(p)
	return err == nil
}

func (t *terminal) readLine() (string, error) {
	return joinLines(func() (string, error) {
		t.resize()
		line, err := t.line.ReadLine()
		if errors.Is(err, term.ErrPasteIndicator) {
			err = nil
		}
		if err == nil && utf8.RuneCountInString(line) >= maxTyped {
			return "", errTooLong
		}
		return line, err
	})
}

// tab completes what stands before the cursor: as far as all candidates agree,
// and when that is no further, it lists them.
func (t *terminal) tab(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' || t.complete == nil {
		return "", 0, false
	}
	before, after := line[:pos], line[pos:]
	found := t.complete(before)
	if len(found) == 0 {
		return line, pos, true
	}
	word := before[strings.LastIndexByte(before, ' ')+1:]
	stem := strings.TrimSuffix(before, word)
	if len(found) == 1 {
		done := stem + found[0]
		if !strings.HasSuffix(done, ":") {
			done += " "
		}
		return done + strings.TrimPrefix(after, " "), len(done), true
	}
	if common := commonPrefix(found); len(common) > len(word) {
		return stem + common + after, len(stem + common), true
	}
	_, _ = io.WriteString(t.line, strings.Join(found, "  ")+"\n")
	return line, pos, true
}

// commonPrefix is what all of words begin with.
func commonPrefix(words []string) string {
	prefix := words[0]
	for _, w := range words[1:] {
		for !strings.HasPrefix(w, prefix) {
			_, size := utf8.DecodeLastRuneInString(prefix)
			prefix = prefix[:len(prefix)-size]
		}
	}
	return prefix
}
