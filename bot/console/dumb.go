package console

import (
	"io"
	"os"
	"strings"
	"sync"
)

// dumb is a screen with a person before a terminal that can do no more than print:
// it edits the line itself, and what comes while one is typed stands in between,
// with the prompt again below.
type dumb struct {
	pipe
	out *os.File

	mu     sync.Mutex // guards what follows
	prompt string
	shown  string // the prompt that a line is typed behind, or ""
}

func newDumb(in, out *os.File) *dumb {
	return &dumb{pipe: *newPipe(in, out, false), out: out}
}

func (*dumb) interactive() bool { return true }

func (d *dumb) setPrompt(prompt prompt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.prompt = prompt.shown
}

func (d *dumb) readLine() (string, error) {
	d.mu.Lock()
	prompt := d.prompt
	d.mu.Unlock()
	return joinLines(func() (string, error) {
		if err := d.ask(prompt); err != nil {
			return "", err
		}
		prompt = continued
		line, err := d.physicalLine()
		d.mu.Lock()
		defer d.mu.Unlock()
		d.shown = ""
		return line, err
	})
}

func (d *dumb) ask(prompt string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shown = prompt
	_, err := io.WriteString(d.out, prompt)
	return err
}

func (d *dumb) print(all []line) error {
	width, _ := windowSize(d.out)
	var rows []string
	for _, l := range all {
		rows = append(rows, l.rows(width-1, false)...)
	}
	return d.put(strings.Join(rows, "\n") + "\n\n")
}

func (d *dumb) above(p []byte) bool { return d.put(string(p)) == nil }

// put prints a text below what is being typed, and the prompt below it.
func (d *dumb) put(text string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shown != "" {
		text = "\n" + text + d.shown
	}
	_, err := io.WriteString(d.out, text)
	return err
}
