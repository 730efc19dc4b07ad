package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAKilledConsolePrintsNoEditAgain kills the program right after it has noted that it
// printed how an update reads now, before or after the database knows: the next start does
// not print it once more.
func TestAKilledConsolePrintsNoEditAgain(t *testing.T) {
	dir := t.TempDir()
	edits := func(p *process) int { return strings.Count(p.stdout.String(), "── #general, edited ──") }
	marks := func() (n int) {
		files, _ := filepath.Glob(filepath.Join(dir, "*.shown"))
		for _, name := range files {
			if text, err := os.ReadFile(name); err == nil {
				n += len(text)
			}
		}
		return n
	}
	enter := func(p *process, line string) {
		t.Helper()
		if _, err := io.WriteString(p.stdin, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	until := func(p *process, what string, met func() bool) {
		t.Helper()
		for deadline := time.Now().Add(patience); !met(); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: not within %v:\n%s", what, patience, p.stdout.String())
			}
		}
	}
	p := startProcess(t, dir, nil)
	p.waitReady()
	enter(p, "/subscribe sony-hack")
	enter(p, "/update sony-hack It rains.")
	until(p, "delivered", func() bool { return strings.Contains(p.stdout.String(), "Delivered to the one channel.") })
	for _, wording := range []string{"It snows.", "It pours."} {
		enter(p, "/desk fix sony-hack 2 "+wording)
		had := marks()
		enter(p, "1")
		until(p, wording, func() bool { return edits(p) == 1 && marks() > had })
		p.kill()
		p = startProcess(t, dir, nil)
		p.waitReady()
		if err := p.stdin.Close(); err != nil { // it ends once everything due is done
			t.Fatal(err)
		}
		if err := p.wait(); err != nil {
			t.Error(err)
		}
		if n := edits(p); n != 0 {
			t.Errorf("%s is printed again:\n%s", wording, p.stdout.String())
		}
		p = startProcess(t, dir, nil)
		p.waitReady()
	}
	p.stop()
}
