package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// prompter asks somebody at a terminal, or a pipe, one answer a line.
type prompter struct {
	out      io.Writer
	lines    *bufio.Reader
	terminal int // the descriptor of one, -1 for none
}

func newPrompter(in io.Reader, out io.Writer) *prompter {
	a := &prompter{out: out, lines: bufio.NewReader(in), terminal: -1}
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		a.terminal = int(f.Fd())
	}
	return a
}

// person says whether somebody is there, who can be asked again.
func (a *prompter) person() bool { return a.terminal >= 0 }

// secret asks for something that is not shown, until ctx ends. io.EOF comes with
// what was typed before the end.
func (a *prompter) secret(ctx context.Context, prompt string) (string, error) {
	if !a.person() {
		fmt.Fprint(a.out, "\n"+prompt)
		return a.line(ctx)
	}
	return a.read(ctx, func() (string, error) {
		before, err := term.GetState(a.terminal)
		if err != nil {
			return "", err
		}
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			a.hidden(before)
			fmt.Fprint(a.out, "\n"+prompt)
		}()
		raw, err := term.ReadPassword(a.terminal)
		<-asked
		fmt.Fprintln(a.out)
		return string(raw), err
	})
}

// hidden waits until the terminal shows no more what is typed, as it did before: who
// pastes as soon as they are asked would have a token on the screen. It waits a second at
// most, for a terminal that did not show it either way.
func (a *prompter) hidden(before *term.State) {
	for range 1000 {
		if now, err := term.GetState(a.terminal); err != nil || *now != *before {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// yes asks a question; anything but yes is no.
func (a *prompter) yes(ctx context.Context, question string) (bool, error) {
	fmt.Fprint(a.out, "\n"+question+" [y/N] ")
	answer, err := a.line(ctx)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", nil
}

// line reads one line. Who pipes sees on the next line what follows.
func (a *prompter) line(ctx context.Context) (string, error) {
	answer, err := a.read(ctx, func() (string, error) { return a.lines.ReadString('\n') })
	if !a.person() {
		fmt.Fprintln(a.out)
	}
	return answer, err
}

// errInterrupted is the end of a question that nobody answers any more.
var errInterrupted = errors.New("interrupted; nothing was written")

// read does a read that cannot be ended, and leaves it behind when ctx ends: the
// program does then. The terminal is left as it was.
func (a *prompter) read(ctx context.Context, do func() (string, error)) (string, error) {
	if a.person() {
		if before, err := term.GetState(a.terminal); err == nil {
			defer func() {
				if ctx.Err() != nil {
					_ = term.Restore(a.terminal, before)
				}
			}()
		}
	}
	type answer struct {
		text string
		err  error
	}
	read := make(chan answer, 1)
	go func() {
		text, err := do()
		read <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.out)
		return "", errInterrupted
	case got := <-read:
		if got.err != nil && !errors.Is(got.err, io.EOF) {
			return "", fmt.Errorf("the answer cannot be read: %w", got.err)
		}
		return trimmed(got.text), got.err
	}
}
