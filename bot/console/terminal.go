package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"
)

// terminal is a screen with a person before it: a line that is edited at the
// bottom, with history (Up and Down) and completion (Tab), above which texts are
// printed at any moment. Bubble Tea reads the keys and draws.
type terminal struct {
	in, out  *os.File
	styled   bool
	history  func() *history
	complete func(line string) []string
	// parts divides what was typed or pasted into the lines it is.
	parts func(text string) []string

	// printing is held by whoever prints, so that no text stands within another.
	printing sync.Mutex

	mu      sync.Mutex // guards what follows
	program *tea.Program
	drawn   chan struct{} // closed when program has drawn its first frame
	ended   chan struct{} // closed when program is over
	failed  error         // why it is, when nobody asked it to end
	typed   []string      // lines nobody has read yet
	news    chan struct{} // holds one when something was typed, or the end asked for
	leaving bool          // the person asked to leave
	prompt  string
}

func newTerminal(in, out *os.File, styled bool) *terminal {
	return &terminal{
		in: in, out: out, styled: styled, news: make(chan struct{}, 1),
		history: func() *history { return new(history) },
		parts:   func(text string) []string { return []string{text} },
	}
}

func (t *terminal) interactive() bool { return true }

// size is the window's, in columns and rows; of one that tells none the usual.
func (t *terminal) size() (width, height int) { return windowSize(t.out) }

func windowSize(out *os.File) (width, height int) {
	width, height, err := term.GetSize(int(out.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}

func (t *terminal) open() error {
	width, height := t.size()
	e := newEditor(t.history(), width, height)
	e.complete, e.submit, e.leave = t.complete, t.submit, t.leave
	// Signals are the process's; so is a panic, which Bubble Tea turns into an error
	// after it has given the terminal back.
	drawn := make(chan struct{})
	program := tea.NewProgram(e, tea.WithInput(t.in), tea.WithOutput(&firstFrame{File: t.out, drawn: drawn}),
		tea.WithoutSignalHandler(), tea.WithFilter(t.reflow))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.program, t.drawn, t.ended = program, drawn, make(chan struct{})
	go func(ended chan struct{}) {
		_, err := program.Run()
		t.mu.Lock()
		defer t.mu.Unlock()
		t.failed, t.program = err, nil
		close(ended)
	}(t.ended)
	return nil
}

// reflow goes up to where the frame begins once a terminal that became narrower
// has broken its rows. Bubble Tea counts the rows it drew, and would draw the
// frame anew below the beginning of the old one.
func (t *terminal) reflow(m tea.Model, msg tea.Msg) tea.Msg {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		if more := m.(*editor).brokenRows(size.Width); more > 0 {
			fmt.Fprintf(t.out, cursorUp, more)
		}
	}
	return msg
}

// cursorUp is CUU, Cursor Up (ECMA-48, 8.3.22).
const cursorUp = "\x1b[%dA"

// firstFrame is a window that says when Bubble Tea has drawn in it. Until then
// Bubble Tea takes the frame to be as high as the window, and what is printed
// above it would push everything off the screen.
type firstFrame struct {
	*os.File
	drawn chan struct{}
	once  sync.Once
}

// pasteOn asks a terminal to mark what is pasted, which the first frame begins with
// (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, Bracketed Paste Mode).
const pasteOn = "\x1b[?2004h"

func (f *firstFrame) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	if err != nil || bytes.Contains(p, []byte(pasteOn)) {
		f.once.Do(func() { close(f.drawn) })
	}
	return n, err
}

// close gives the terminal back as it was, once all that was printed is there.
func (t *terminal) close() error {
	t.printing.Lock()
	defer t.printing.Unlock()
	if program, ended := t.running(); program != nil {
		program.Send(endMsg{})
		<-ended
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

func (t *terminal) running() (*tea.Program, chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.program, t.ended
}

// submit takes what was typed.
func (t *terminal) submit(text string) {
	t.mu.Lock()
	t.typed = append(t.typed, t.parts(text)...)
	t.mu.Unlock()
	t.wake()
}

// leave notes that the person asked to leave, after the lines typed so far.
func (t *terminal) leave() {
	t.mu.Lock()
	t.leaving = true
	t.mu.Unlock()
	t.wake()
}

func (t *terminal) wake() {
	select {
	case t.news <- struct{}{}:
	default:
	}
}

func (t *terminal) setPrompt(prompt string) {
	t.mu.Lock()
	t.prompt = prompt
	t.mu.Unlock()
}

// readLine waits for a line and leaves it on the screen under the prompt.
func (t *terminal) readLine() (string, error) {
	program, ended := t.running()
	if program == nil {
		return "", t.end()
	}
	for asked := false; ; {
		line, prompt, ok, leaving := t.next()
		switch {
		case ok && len(line) > maxLine:
			return "", errTooLong
		case ok:
			width, _ := t.size()
			return line, t.put(typedRows(prompt, line, width))
		case leaving:
			return "", io.EOF
		case !asked:
			program.Send(promptMsg(prompt))
			asked = true
		}
		select {
		case <-t.news:
		case <-ended:
			return "", t.end()
		}
	}
}

func (t *terminal) next() (line, prompt string, ok, leaving bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.typed) > 0 {
		line, ok, t.typed = t.typed[0], true, t.typed[1:]
	}
	return line, t.prompt, ok, t.leaving
}

// end is what reading ends with once there is no program any more.
func (t *terminal) end() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed != nil && !errors.Is(t.failed, io.EOF) {
		return fmt.Errorf("the terminal: %w", t.failed)
	}
	return io.EOF
}

// print shows lines and an empty one above the prompt.
func (t *terminal) print(all []line) error {
	width, _ := t.size()
	var rows []string
	for _, l := range all {
		rows = append(rows, l.rows(width-1, t.styled)...)
	}
	return t.put(append(rows, ""))
}

func (t *terminal) above(p []byte) bool {
	if program, _ := t.running(); program == nil {
		return false
	}
	width, _ := t.size()
	var rows []string
	for _, l := range lines(string(p), 0) {
		l.rest = "  "
		rows = append(rows, l.rows(width-1, false)...)
	}
	return t.put(rows) == nil
}

// put shows rows above the prompt, in pieces that leave it on the screen.
func (t *terminal) put(rows []string) error {
	t.printing.Lock()
	defer t.printing.Unlock()
	program, _ := t.running()
	if program == nil {
		_, err := io.WriteString(t.out, strings.Join(rows, "\n")+"\n")
		return err
	}
	t.mu.Lock()
	drawn, ended := t.drawn, t.ended
	t.mu.Unlock()
	select {
	case <-drawn:
	case <-ended:
	}
	_, height := t.size()
	for piece := max(1, height/2-1); len(rows) > 0; {
		n := min(piece, len(rows))
		text := strings.Join(rows[:n], "\n")
		if text == "" {
			text = " " // Bubble Tea leaves out what is empty
		}
		program.Send(tea.Println(text)())
		rows = rows[n:]
	}
	return nil
}
