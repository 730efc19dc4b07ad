package consoletest

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"golang.org/x/sys/unix"
)

// Patience is how long Sees waits before it fails.
const Patience = 20 * time.Second

// Terminal is a terminal and the person before it.
type Terminal struct {
	// TTY is the program's side.
	TTY *os.File

	t      testing.TB
	master *os.File

	mu       sync.Mutex // guards what follows
	emulator *vt.Emulator
	raw      strings.Builder
	news     chan struct{} // closed when the screen changes
}

// New returns a terminal of that many columns and rows.
func New(t testing.TB, width, height int) *Terminal {
	t.Helper()
	// Not by os.OpenFile: asking the file for its descriptor would make reads of it
	// impossible to interrupt.
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
	k := &Terminal{TTY: tty, t: t, master: master, emulator: vt.NewEmulator(width, height), news: make(chan struct{})}
	k.setSize(width, height)
	listening, answering := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(listening)
		_, _ = io.Copy(k, master) // ends with an error when the master is closed
	}()
	go func() { // what the emulator answers to questions
		defer close(answering)
		for p := make([]byte, 1024); ; {
			n, err := k.emulator.Read(p)
			if err != nil {
				return
			}
			_, _ = master.Write(p[:n]) // nobody is there any more when that fails
		}
	}()
	t.Cleanup(func() {
		master.Close() // hangs up, which ends reads of the tty
		<-listening
		k.emulator.InputPipe().(io.Closer).Close() // its Close would race with its Read
		<-answering
		tty.Close()
	})
	return k
}

// Write takes what the screen is sent.
func (k *Terminal) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	close(k.news)
	k.news = make(chan struct{})
	k.raw.Write(p)
	return k.emulator.Write(p)
}

func (k *Terminal) setSize(width, height int) {
	k.t.Helper()
	if err := unix.IoctlSetWinsize(int(k.TTY.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: uint16(height), Col: uint16(width)}); err != nil {
		k.t.Fatal(err)
	}
}

// Resize gives the window another size. The program is told by a signal where the
// terminal is its own.
func (k *Terminal) Resize(width, height int) {
	k.t.Helper()
	k.mu.Lock()
	k.emulator.Resize(width, height)
	k.mu.Unlock()
	k.setSize(width, height)
}

// Keys, as a terminal sends them
// (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, PC-Style Function Keys).
const (
	Enter     = "\r"
	Tab       = "\t"
	Backspace = "\x7f"
	Up        = "\x1b[A"
	Down      = "\x1b[B"
	Right     = "\x1b[C"
	Left      = "\x1b[D"
	Home      = "\x1b[H"
	End       = "\x1b[F"
	Delete    = "\x1b[3~"
	AltEnter  = "\x1b\r"
	CtrlC     = "\x03"
	CtrlD     = "\x04"
)

// Press presses keys, one after another.
func (k *Terminal) Press(keys ...string) {
	k.t.Helper()
	if _, err := io.WriteString(k.master, strings.Join(keys, "")); err != nil {
		k.t.Fatal(err)
	}
}

// Paste pastes a text, marked as such where the program asked for that.
func (k *Terminal) Paste(text string) {
	k.t.Helper()
	if strings.Contains(k.Raw(), "\x1b[?2004h") {
		text = "\x1b[200~" + text + "\x1b[201~"
	}
	k.Press(strings.NewReplacer("\r\n", "\r\n", "\n", "\r").Replace(text)) // so do terminals
}

// Screen is what is on the screen, without the blanks at the ends of its rows and
// the empty rows below.
func (k *Terminal) Screen() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.screen()
}

func (k *Terminal) screen() string {
	rows := strings.Split(k.emulator.String(), "\n")
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " \r")
	}
	return strings.TrimRight(strings.Join(rows, "\n"), "\n")
}

// Raw is all that the screen was sent.
func (k *Terminal) Raw() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.raw.String()
}

// Sees waits until the screen shows each of texts.
func (k *Terminal) Sees(texts ...string) {
	k.t.Helper()
	k.waits(fmt.Sprintf("%q", texts), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

// Ends waits until what is on the screen ends in text.
func (k *Terminal) Ends(text string) {
	k.t.Helper()
	k.waits(fmt.Sprintf("%q at the end", text), func(screen string) bool { return strings.HasSuffix(screen, text) })
}

// waits until right says so of the screen. k.mu is held meanwhile.
func (k *Terminal) waits(what string, right func(screen string) bool) {
	k.t.Helper()
	timeout := time.After(Patience)
	for {
		k.mu.Lock()
		screen, news := k.screen(), k.news
		done := right(screen)
		k.mu.Unlock()
		if done {
			return
		}
		select {
		case <-news:
		case <-timeout:
			k.t.Fatalf("%s is not on the screen:\n%s", what, screen)
		}
	}
}

// CursorIn waits until the cursor stands in that column, from 0 at the left.
func (k *Terminal) CursorIn(column int) {
	k.t.Helper()
	k.waits(fmt.Sprintf("a cursor in column %d", column), func(string) bool { return k.emulator.CursorPosition().X == column })
}
