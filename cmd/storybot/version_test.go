package main

import (
	"os/exec"
	"regexp"
	"testing"
)

// TestVersionUnderGoRun names the commit, which go run does not record.
func TestVersionUnderGoRun(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("links the program once more")
	}
	want, err := exec.Command("git", "log", "-1", "--format=%H").Output()
	if err != nil {
		t.Skip("this is no checkout of the source")
	}
	out, err := exec.Command("go", "run", ".", "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^storybot \S+\ncommit: ([0-9a-f]{40}) of [0-9T:+Z-]+(, and changes since)?\nbuilt with: go1\.\S+ for \w+/\w+\n$`)
	if found := form.FindSubmatch(out); found == nil || string(found[1])+"\n" != string(want) {
		t.Errorf("%s", out)
	}
}
