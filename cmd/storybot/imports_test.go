package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows says which of our packages each package may import. A package that is
// not listed, such as one for tests, may import any but is imported by tests
// only.
var arrows = map[string][]string{
	"stories":          nil,
	"stories/latin":    {"stories"},
	"stories/search":   {"stories", "stories/latin"},
	"stories/sqlstore": {"stories", "stories/latin", "stories/search"},
	"bot":              {"stories"},
	"bot/command":      {"bot", "stories", "stories/latin", "stories/search"},
	"bot/delivery":     {"bot", "bot/lease", "stories"},
	"bot/lease":        {"stories"},
	"bot/schedule":     {"bot/lease"},
	"bot/pictures":     {"bot", "stories"},
	"bot/names":        {"stories"},
	"bot/markup":       nil,
	"bot/discord":      {"bot", "bot/markup", "bot/pictures", "stories"},
	"bot/slack":        {"bot", "bot/markup", "bot/pictures", "stories"},
	"bot/console":      {"bot", "stories"},
	"cmd/storybot": {"bot", "bot/command", "bot/console", "bot/delivery", "bot/discord", "bot/lease", "bot/names", "bot/schedule", "bot/slack",
		"stories", "stories/sqlstore"},
}

// TestImportArrows asserts the picture in the README: cmd knows all, bot knows
// stories, stories knows the standard library alone.
func TestImportArrows(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "storybot/")
		allowed, ours := arrows[name]
		if !ours && !strings.HasSuffix(name, "test") {
			t.Errorf("%s has no arrows: add it to the picture", name)
		}
		for _, path := range p.Imports {
			imported, own := strings.CutPrefix(path, "storybot/")
			switch {
			case own && ours && !slices.Contains(allowed, imported):
				t.Errorf("%s imports %s", name, imported)
			case !own && name == "stories" && strings.Contains(path, ".") && path != "golang.org/x/text/unicode/norm": // two forms of one letter are one word
				t.Errorf("%s imports %s, which is not in the standard library", name, path)
			}
		}
	}
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) (all []goPackage) {
	t.Helper()
	list := exec.Command("go", "list", "-json=ImportPath,Imports", "storybot/...")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// TestNoPlatformOutsideItsFolder finds names and values of a platform in code
// that must not know any. Comments and sentences for people may give examples.
func TestNoPlatformOutsideItsFolder(t *testing.T) {
	for _, dir := range []string{"bot", "bot/command", "bot/delivery", "cmd/storybot", "stories", "stories/sqlstore"} {
		files, err := filepath.Glob(filepath.Join("..", "..", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, file := range files {
			switch {
			case strings.HasSuffix(file, "_test.go"), filepath.Base(file) == "platforms.go" && dir == "cmd/storybot":
			case dir == "cmd/storybot":
				findPlatforms(t, file, "discord", "slack") // the console belongs to the program
			default:
				findPlatforms(t, file, "discord", "slack", "console")
			}
		}
	}
}

func findPlatforms(t *testing.T, file string, names ...string) {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		text := ""
		switch n := n.(type) {
		case *ast.Ident:
			text = n.Name
		case *ast.BasicLit:
			if s, err := strconv.Unquote(n.Value); err == nil && !strings.Contains(s, " ") {
				text = s
			}
		}
		for _, name := range names {
			if strings.Contains(strings.ToLower(text), name) {
				t.Errorf("%s: %q names a platform", set.Position(n.Pos()), text)
			}
		}
		return true
	})
}

// TestTopLevel asserts that a visitor sees the whole at one glance.
func TestTopLevel(t *testing.T) {
	allowed := []string{"LICENSE", "README.md", "bot", "cmd", "go.mod", "go.sum", "stories"}
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
	list.Dir = filepath.Join("..", "..")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	for file := range strings.Lines(string(out)) {
		top, _, _ := strings.Cut(strings.TrimSpace(file), "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(allowed, top) {
			t.Errorf("%s is at the top level", top)
		}
	}
}

// TestFilesAreSmall keeps a subject a file.
func TestFilesAreSmall(t *testing.T) {
	const most = 350 // lines
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(filepath.Dir(path), "test") {
			return err
		}
		if n := lines(t, path); n > most {
			t.Errorf("%s has %d lines; at most %d read well", path, n, most)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMainIsShort(t *testing.T) {
	if n := lines(t, "main.go"); n >= 60 {
		t.Errorf("main.go has %d lines", n)
	}
}
