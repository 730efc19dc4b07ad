package main

import (
	"io"
	"os/exec"
	"strings"
	"testing"
)

// TestSecondProcessOnTheSameFileIsRefused runs two on one SQLite file.
func TestSecondProcessOnTheSameFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	first := startProcess(t, dir, nil)
	first.waitReady()
	second := startProcess(t, dir, nil)
	if err := second.wait(); err == nil {
		t.Error("the second process ended well")
	}
	if !strings.Contains(second.log(), "is open in another storybot") {
		t.Errorf("the second process said: %s", second.log())
	}
	// Looking is allowed meanwhile.
	look := exec.Command(binary, "deliveries")
	look.Dir, look.Env = dir, []string{}
	if out, err := look.CombinedOutput(); err != nil || string(out) != "No deliveries.\n" {
		t.Errorf("storybot deliveries beside a running bot: %v, %s", err, out)
	}
	first.stop()
}

// TestEndOfInputEndsTheProgram types a line and closes the input.
func TestEndOfInputEndsTheProgram(t *testing.T) {
	p := startProcess(t, t.TempDir(), nil)
	t.Logf("ready after %v", p.waitReady().Round(1e6))
	if _, err := io.WriteString(p.stdin, "/story sony-hack\n"); err != nil {
		t.Fatal(err)
	}
	if err := p.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	if !strings.Contains(p.stdout.String(), "sony-hack · developing") {
		t.Errorf("answered: %s", p.stdout.String())
	}
}
