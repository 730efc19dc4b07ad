package sqlstore

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"storybot/stories"
)

var (
	spelledList = regexp.MustCompile(`(\S+)( NOT)? IN \(\s*\d+(\s*,\s*\d+)+\s*\)`)
	kindWord    = regexp.MustCompile(`\b[a-z]+[A-Za-z]*\(\)`)
)

// Which operations are of a kind is said in kinds alone: a list of numbers in a statement
// would stay as it is when another operation comes.
func TestNoStatementSpellsAListOfKinds(t *testing.T) {
	others := []string{"state", "doubtful", "g.part", "coalesce(e.state, 0)", "coalesce(e.state, p.waits * 8)", "coalesce(o.state, 0)", "coalesce(c.state, 0)"} // of which lists are spelled
	used := map[string]bool{}
	look := func(file, text string) {
		for _, k := range kinds {
			used[k.word] = used[k.word] || strings.Contains(text, "op "+k.word) || strings.Contains(text, ") "+k.word)
		}
		for _, at := range spelledList.FindAllStringIndex(text, -1) {
			before, _, _ := strings.Cut(text[at[0]:at[1]], " IN (")
			before = strings.TrimSuffix(text[:at[0]]+before, " NOT")
			fine := false
			for _, name := range others {
				fine = fine || strings.HasSuffix(before, name)
			}
			if !fine {
				t.Errorf("%s: …%s: say which kinds these are by a word of kinds.go", file, text[max(0, at[0]-40):at[1]])
			}
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if l, is := n.(*ast.BasicLit); is && l.Kind == token.STRING && file != "kinds.go" {
				text, err := strconv.Unquote(l.Value)
				if err != nil {
					t.Fatal(err)
				}
				look(file, text)
			}
			return true
		})
	}
	err = fs.WalkDir(os.DirFS("migrations"), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join("migrations", file))
		look(file, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds {
		if !used[k.word] {
			t.Errorf("no statement asks for %s", k.word)
		}
	}
}

// A word stands for numbers in both databases.
func TestKindsAreSpelled(t *testing.T) {
	for _, k := range kinds {
		for _, d := range []dialect{sqliteDialect, postgresDialect} {
			text := d.text("p.op " + k.word)
			if kindWord.MatchString(text) || !strings.HasPrefix(text, "p.op IN (") {
				t.Errorf("%s is spelled %q", k.word, text)
			}
			for _, op := range stories.Ops {
				if got := strings.Contains(text, strconv.Itoa(int(op))); got != k.is(op) {
					t.Errorf("%s of %s is %v", k.word, op, got)
				}
			}
		}
	}
}
