package delivery

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever reads the package comment meets every file, and no file that is not there.
func TestTheTourNamesEveryFile(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "delivery.go", nil, parser.PackageClauseOnly|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{"delivery.go": true}
	for _, word := range strings.FieldsFunc(f.Doc.Text(), func(r rune) bool { return strings.ContainsRune(" \t\n,;:()", r) }) {
		if word = strings.TrimSuffix(word, "."); strings.HasSuffix(word, ".go") {
			named[word] = true
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") && !named[file] {
			t.Errorf("the package comment does not name %s", file)
		}
		delete(named, file)
	}
	for file := range named {
		t.Errorf("the package comment names %s, which is not there", file)
	}
}

// What a number means and why it is so stands in one file.
func TestTunablesAreInOneFile(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "tunables.go" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range bytes.Split(text, []byte("\n")) {
			if code, _, _ := bytes.Cut(line, []byte("//")); bytes.Contains(code, []byte(" * time.")) && !bytes.Contains(code, []byte("time.Duration(")) {
				t.Errorf("%s:%d: a duration that is no tunable: %s", file, n+1, line)
			}
		}
	}
}
