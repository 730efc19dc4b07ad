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
	typed *typing

	// printing is held by whoever prints, so that no text stands within another.
	printing sync.Mutex

	mu     sync.Mutex // guards what follows
	frame  *frame     // nil before it is opened
	prompt prompt
}

func newTerminal(in, out *os.File, styled bool) *terminal {
	return &terminal{
		in: in, out: out, styled: styled, typed: newTyping(),
		history: func() *history { return new(history) },
		parts:   func(text string) []string { return []string{text} },
	}
}

func (t *terminal) interactive() bool { return true }

// windowSize is in columns and rows; of a window that tells none the usual.
func windowSize(out *os.File) (width, height int) {
	width, height, err := term.GetSize(int(out.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}

// frame is the line being edited, as Bubble Tea runs it.
type frame struct {
	program *tea.Program
	drawn   chan struct{} // closed when it has been drawn first
	ended   chan struct{} // closed when it is over
	failed  error         // why it is, when nobody asked for that; set by then
}

func (t *terminal) open() error {
	width, height := windowSize(t.out)
	e := newEditor(t.history(), width, height)
	e.complete, e.leave = t.complete, t.typed.leave
	e.submit = func(text string) { t.typed.add(t.parts(text)...) }
	// Signals are the process's; so is a panic, which Bubble Tea turns into an error
	// after it has given the terminal back.
	f := &frame{drawn: make(chan struct{}), ended: make(chan struct{})}
	f.program = tea.NewProgram(e, tea.WithInput(t.in), tea.WithOutput(&firstFrame{file: t.out, drawn: f.drawn}),
		tea.WithoutSignalHandler(), tea.WithFilter(t.reflow))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.frame = f
	go func() { // close waits for its end
		defer close(f.ended)
		_, f.failed = f.program.Run()
	}()
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
	file  *os.File
	drawn chan struct{}
	once  sync.Once
}

// Bubble Tea asks for the size of what is a file in these ways.
func (f *firstFrame) Fd() uintptr                { return f.file.Fd() }
func (f *firstFrame) Read(p []byte) (int, error) { return f.file.Read(p) }
func (f *firstFrame) Close() error               { return f.file.Close() }

// pasteOn asks a terminal to mark what is pasted, which the first frame begins with
// (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, Bracketed Paste Mode).
const pasteOn = "\x1b[?2004h"

func (f *firstFrame) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	if err != nil || bytes.Contains(p, []byte(pasteOn)) {
		f.once.Do(func() { close(f.drawn) })
	}
	return n, err
}

// close gives the terminal back as it was, once all that was printed is there.
func (t *terminal) close() error {
	t.printing.Lock()
	defer t.printing.Unlock()
	f := t.opened()
	if f == nil {
		return nil
	}
	f.program.Send(endMsg{})
	<-f.ended
	return f.failed
}

func (t *terminal) opened() *frame {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.frame
}

// running is what edits the line; nil when nothing does.
func (t *terminal) running() *frame {
	f := t.opened()
	if f == nil {
		return nil
	}
	select {
	case <-f.ended:
		return nil
	default:
		return f
	}
}

func (t *terminal) setPrompt(prompt prompt) {
	t.mu.Lock()
	t.prompt = prompt
	t.mu.Unlock()
}

// readLine waits for a line and leaves it on the screen under the prompt.
func (t *terminal) readLine() (string, error) {
	f := t.running()
	if f == nil {
		return "", t.end()
	}
	t.mu.Lock()
	prompt := t.prompt
	t.mu.Unlock()
	for asked := false; ; {
		line, ok, leaving := t.typed.next()
		switch {
		case ok && len(line) > maxLine:
			return "", errTooLong
		case ok:
			width, _ := windowSize(t.out)
			return line, t.put(typedRows(prompt.shown, line, width))
		case leaving:
			return "", io.EOF
		case !asked:
			f.program.Send(promptMsg(prompt))
			asked = true
		}
		select {
		case <-t.typed.news:
		case <-f.ended:
			return "", t.end()
		}
	}
}

// end is what reading ends with once nothing is edited any more.
func (t *terminal) end() error {
	f := t.opened()
	if f == nil || f.failed == nil || errors.Is(f.failed, io.EOF) {
		return io.EOF
	}
	return fmt.Errorf("the terminal: %w", f.failed)
}

// print shows lines and an empty one above the prompt.
func (t *terminal) print(all []line) error {
	width, _ := windowSize(t.out)
	var rows []string
	for _, l := range all {
		rows = append(rows, l.rows(width-1, t.styled)...)
	}
	return t.put(append(rows, ""))
}

func (t *terminal) above(p []byte) bool {
	if t.running() == nil {
		return false
	}
	width, _ := windowSize(t.out)
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
	f := t.running()
	if f == nil {
		_, err := io.WriteString(t.out, strings.Join(rows, "\n")+"\n")
		return err
	}
	select {
	case <-f.drawn:
	case <-f.ended:
	}
	_, height := windowSize(t.out)
	for piece := max(1, height/2-1); len(rows) > 0; {
		n := min(piece, len(rows))
		text := strings.Join(rows[:n], "\n")
		if text == "" {
			text = " " // Bubble Tea leaves out what is empty
		}
		f.program.Send(tea.Println(text)())
		rows = rows[n:]
	}
	return nil
}
