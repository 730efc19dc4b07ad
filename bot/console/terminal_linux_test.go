package console

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"storybot/bot"
)

// keyboard is the person's side of a pseudo-terminal: keys go in, what the
// screen was sent can be waited for.
type keyboard struct {
	t      *testing.T
	master *os.File
	tty    *os.File

	mu     sync.Mutex
	screen bytes.Buffer
	news   chan struct{}
}

func newKeyboard(t *testing.T) *keyboard {
	t.Helper()
	// Not by os.OpenFile: asking the file for its descriptor would make reads
	// of it impossible to interrupt.
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	master := os.NewFile(uintptr(fd), "/dev/ptmx")
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 40}); err != nil {
		t.Fatal(err)
	}
	k := &keyboard{t: t, master: master, tty: tty, news: make(chan struct{})}
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		_, _ = io.Copy(k, master) // ends with an error when the master is closed
	}()
	t.Cleanup(func() {
		master.Close() // hangs up, which ends reads of the tty
		<-listening
		tty.Close()
	})
	return k
}

// Write takes what the screen is sent.
func (k *keyboard) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	close(k.news)
	k.news = make(chan struct{})
	return k.screen.Write(p)
}

func (k *keyboard) press(keys string) {
	k.t.Helper()
	if _, err := io.WriteString(k.master, keys); err != nil {
		k.t.Fatal(err)
	}
}

// sees waits until the screen was sent text after what was seen before.
func (k *keyboard) sees(text string) {
	k.t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		k.mu.Lock()
		at := strings.Index(k.screen.String(), text)
		if at >= 0 {
			k.screen.Next(at + len(text))
		}
		shown, news := k.screen.String(), k.news
		k.mu.Unlock()
		if at >= 0 {
			return
		}
		select {
		case <-news:
		case <-timeout:
			k.t.Fatalf("%q is not on the screen: %q", text, shown)
		}
	}
}

func TestTerminal(t *testing.T) {
	k := newKeyboard(t)
	before, err := term.GetState(int(k.tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	c := New(Config{In: k.tty, Out: k.tty, Specs: specs(), Greeting: "Welcome"})
	if !c.Interactive() {
		t.Fatal("a terminal is not taken for one")
	}
	done := make(chan error, 1)
	go func() { done <- c.Run(t.Context(), &echo{}) }()
	k.sees("Welcome")
	k.sees("editor #general> ")

	k.press("/st\tsony-h\t")
	k.sees("/story ")
	k.sees("sony-hack ")
	k.press("\r")
	k.sees("editor in #general: story(sony-hack)")
	k.sees("editor #general> ")

	// What comes while a line is typed stands above it, and the line stays.
	k.press("/join ne")
	k.sees("/join ne")
	m := bot.Plainly("It happened, and this line is wider than the window")
	if v := c.Do(t.Context(), push("k1", &m)); v.Outcome != bot.Delivered {
		t.Fatalf("Do = %+v", v)
	}
	k.sees("── #news ──")
	k.sees("It happened, and this line is wider than\r\nthe window")
	k.sees("editor #general> /join ne")
	if _, err := c.LogWriter(k.tty).Write([]byte("a line of the log\n")); err != nil {
		t.Fatal(err)
	}
	k.sees("a line of the log\r\n")
	k.sees("editor #general> /join ne")
	k.press("ws\r")
	k.sees("You are in #news now.")
	k.sees("editor #news> ")

	k.press("\x1b[A") // Up
	k.sees("/join news")
	k.press("\x15/update " + strings.Repeat("x", maxTyped) + "\r") // the line is cleared first
	k.sees("This line is longer than")
	k.sees("editor #news> ")

	k.press("\x04") // Ctrl-D
	if err := <-done; err != nil {
		t.Errorf("Run = %v", err)
	}
	after, err := term.GetState(int(k.tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(*before) != fmt.Sprint(*after) {
		t.Error("the terminal was not given back as it was")
	}
}
