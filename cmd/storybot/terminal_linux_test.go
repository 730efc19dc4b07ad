package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/term"

	"storybot/bot/console/consoletest"
)

// seated is the real program with a person before it.
type seated struct {
	*consoletest.Terminal
	t   *testing.T
	cmd *exec.Cmd
}

// seat starts the program at a terminal of its own of that size.
func seat(t *testing.T, dir string, width, height int, env []string, args ...string) *seated {
	t.Helper()
	s := &seated{Terminal: consoletest.New(t, width, height), t: t, cmd: exec.Command(binary, args...)}
	s.cmd.Dir, s.cmd.Env = dir, env
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = s.TTY, s.TTY, s.TTY
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	s.Ends("editor #general>")
	return s
}

// ends waits for the end of the program, which must be a good one.
func (s *seated) ends() {
	s.t.Helper()
	done := make(chan error, 1)
	go func() { done <- s.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			s.t.Errorf("it ended with %v:\n%s", err, s.Screen())
		}
	case <-time.After(patience):
		s.t.Fatalf("it did not end:\n%s", s.Screen())
	}
}

// TestTheFirstMinutes are the README's, typed at a terminal.
func TestTheFirstMinutes(t *testing.T) {
	for _, width := range []int{80, 40} {
		dir := t.TempDir()
		env := []string{"TERM=xterm-256color"}
		s := seat(t, dir, width, 60, env)
		s.Sees("Storybot, on this terminal.", "leaves.\n\neditor #general>")
		before, err := term.GetState(int(s.TTY.Fd()))
		if err != nil || !strings.HasPrefix(s.Screen(), "Storybot") {
			t.Fatalf("%v, it begins with:\n%s", err, s.Screen())
		}
		s.Press("/subscrib", consoletest.Tab, "son", consoletest.Tab, consoletest.Enter)
		s.Sees("editor #general> /subscribe sony-hack\n")
		s.Ends("\n\neditor #general>")
		s.Paste("/update sony-hack level:breaking The river\nrises 漢字 👩‍🚒.\n\nIts dams hold\nfor now.")
		s.Sees("… for now.")
		s.Press(consoletest.Left, consoletest.Backspace, "w", consoletest.Enter)
		s.Sees("── #general ──", "The river\nrises 漢字 👩‍🚒.\n\nIts dams hold\nfor now.")
		s.Ends("\n\neditor #general>")
		if !strings.Contains(s.Raw(), "\x1b[1m") || !strings.Contains(s.Raw(), "\x1b[2m") {
			t.Error("nothing stands out")
		}
		for row := range strings.SplitSeq(s.Screen(), "\n") {
			if n := len([]rune(row)); n > width {
				t.Errorf("a row of %d in a window of %d: %s", n, width, row)
			}
		}
		s.Press("/story", consoletest.CtrlC, consoletest.CtrlD)
		s.ends()
		after, err := term.GetState(int(s.TTY.Fd()))
		if err != nil || *before == *after {
			t.Errorf("%v, the terminal was left as the program had it", err)
		}
		// The next run knows what was typed, and where one had got to.
		s = seat(t, dir, width, 60, env)
		s.Press(strings.Repeat(consoletest.Up, 12))
		s.Ends("> /subscribe sony-hack")
		s.Press(consoletest.CtrlC)
		s.Resize(60, 60)
		s.Press("quit", consoletest.Enter)
		s.ends()
		info, err := os.Stat(filepath.Join(dir, "storybot-demo.db.history"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the history: %v, %v", info, err)
		}
		if isFile(filepath.Join(dir, defaultFile)) {
			t.Error("the service's database was made")
		}
	}
}

// TestPlainTerminals are sent no more than they show.
func TestPlainTerminals(t *testing.T) {
	for env, sequences := range map[string]bool{"TERM=dumb": false, "TERM=xterm NO_COLOR=1": true} {
		s := seat(t, t.TempDir(), 40, 60, strings.Fields(env))
		s.Press("/story sony-hack", "\n")
		s.Sees("[2] Timeline")
		if raw := s.Raw(); strings.Contains(raw, "\x1b[1m") || strings.Contains(raw, "\x1b[2m") || strings.Contains(raw, "\x1b") != sequences {
			t.Errorf("%s: it was sent %q", env, raw)
		}
		s.Press("/quit", "\n")
		s.ends()
	}
}

// TestATypoIsToldAtATerminal where the log is otherwise quiet.
func TestATypoIsToldAtATerminal(t *testing.T) {
	s := seat(t, t.TempDir(), 80, 40, []string{"TERM=xterm", "DISCORD_TOKN=abc"})
	s.Sees("DISCORD_TOKEN was probably")
	s.Press(consoletest.CtrlC)
	s.ends()
}
