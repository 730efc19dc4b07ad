package command

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// rawReference is what only programs and operators read.
var rawReference = regexp.MustCompile(`\b(discord|slack|console|far):[#0-9A-Za-z]|\b[0-9]{17,20}\b|\b[CDGTUW]0[A-Z0-9]{2,}\b`)

// TestNoTranscriptShowsAReference reads every answer of every transcript.
func TestNoTranscriptShowsAReference(t *testing.T) {
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	read := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "    ") { // what somebody typed
				continue
			}
			read++
			if found := rawReference.FindString(line); found != "" {
				t.Errorf("%s: %q in %q", file, found, line)
			}
		}
	}
	if read < 100 {
		t.Errorf("only %d lines of answers were read", read)
	}
}
