package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// pressedIn are the labels that each test has pressed, by the test's name.
var pressedIn sync.Map

type pressed struct{ test, label string }

func presses(t *testing.T, label string) { pressedIn.Store(pressed{t.Name(), label}, true) }

// everyOfferIsPressed compares what the program's source offers with what the test has
// pressed: an offer that nobody presses here must be pressed by the test that
// pressedElsewhere names.
func everyOfferIsPressed(t *testing.T, platform string) {
	t.Helper()
	var labels []string
	pressedIn.Range(func(key, _ any) bool {
		if p := key.(pressed); p.test == t.Name() {
			labels = append(labels, p.label)
		}
		return true
	})
	for label, at := range offeredInSource(t) {
		begins := func(l string) bool { return strings.HasPrefix(l, label) }
		by := pressedElsewhere[label]
		if !slices.ContainsFunc(labels, begins) && !slices.Contains(strings.Fields(by.on+" "+by.not), platform) {
			t.Errorf("nobody presses %q on %s, which %s offers", label, platform, at)
		}
	}
}

// TestOffersAreRegistered looks that what is said to be pressed elsewhere is an offer, and
// that the test which is said to press it is there and speaks of it.
func TestOffersAreRegistered(t *testing.T) {
	offered := offeredInSource(t)
	for label, by := range pressedElsewhere {
		if (by.test == "") != (by.on == "") || (by.not == "") != (by.why == "") {
			t.Errorf("what is said of %q is not whole: %+v", label, by)
		}
		if offered[label] == "" {
			t.Errorf("%q is said to be pressed by %s, and nobody offers it", label, by.test)
		}
		if by.test != "" && !fileOf(t, by.test, strconv.Quote(label)) {
			t.Errorf("%q is said to be pressed by %s, which does not speak of it", label, by.test)
		}
	}
}

// fileOf says whether the file of a test holds words.
func fileOf(t *testing.T, test, words string) bool {
	t.Helper()
	var files []string
	for _, where := range []string{"*_test.go", "../../bot/command/*_test.go"} {
		found, err := filepath.Glob(where)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "func "+test+"(t ") && file != "offered_test.go" {
			return strings.Contains(string(text), strings.TrimSuffix(words, `"`))
		}
	}
	return false
}

// labelled are the functions that make something to press, whose first argument is its
// label, and answer the type whose first field is one.
var labelled = []string{"NewButton", "NewWordButton", "ReadButton", "HistoryButton", "postButton", "sideButton"}

// offeredInSource is how the labels of everything that can be pressed begin, and where
// the source has them. What begins with the name of a story or of somebody is a row of a
// list, of which TestCrawl presses each kind.
func offeredInSource(t *testing.T) map[string]string {
	t.Helper()
	offered := map[string]string{}
	for _, dir := range []string{"bot", "bot/command"} {
		files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(dir), "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no source in %s: %v", dir, err)
		}
		set := token.NewFileSet()
		source := &offers{labels: offered, set: set, consts: map[string]ast.Expr{}}
		var parsed []*ast.File
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(set, file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			parsed = append(parsed, f)
			source.constants(f)
		}
		for _, f := range parsed {
			source.of(f)
		}
	}
	if len(offered) < 50 {
		t.Fatalf("the source is read wrong: %d offers", len(offered))
	}
	return offered
}

// offers finds what can be pressed in the source of a package.
type offers struct {
	labels map[string]string
	set    *token.FileSet
	consts map[string]ast.Expr
}

func (o *offers) constants(f *ast.File) {
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
			for _, s := range g.Specs {
				if v := s.(*ast.ValueSpec); len(v.Names) == len(v.Values) {
					for i, name := range v.Names {
						o.consts[name.Name] = v.Values[i]
					}
				}
			}
		}
	}
}

func (o *offers) of(f *ast.File) {
	for _, d := range f.Decls {
		within, ok := d.(*ast.FuncDecl)
		if !ok || within.Body == nil || slices.Contains(labelled, within.Name.Name) {
			continue
		}
		ast.Inspect(within, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if slices.Contains(labelled, called(n.Fun)) && len(n.Args) > 1 {
					o.label(within, n.Args[0], 0)
				}
			case *ast.CompositeLit:
				kind := called(n.Type)
				for i, e := range n.Elts {
					pair, keyed := e.(*ast.KeyValueExpr)
					switch {
					case kind == "answer" && !keyed && i == 0:
						o.label(within, e, 0)
					case keyed && (kind == "Button" && called(pair.Key) == "Label" || kind == "answer" && called(pair.Key) == "label"):
						o.label(within, pair.Value, 0)
					}
				}
				if list, ok := n.Type.(*ast.ArrayType); ok && called(list.Elt) == "answer" {
					for _, e := range n.Elts {
						if one, ok := e.(*ast.CompositeLit); ok && len(one.Elts) > 0 {
							o.label(within, one.Elts[0], 0)
						}
					}
				}
			}
			return true
		})
	}
}

// called is the name of a function or a type, without its package.
func called(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// label keeps how a label begins, as far as the source says that.
func (o *offers) label(within *ast.FuncDecl, e ast.Expr, deep int) {
	if deep > 4 {
		return
	}
	switch v := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(v.Value)
		text, _, _ = strings.Cut(text, "%")
		if text = strings.TrimSpace(text); err == nil && text != "" {
			o.labels[text] = fmt.Sprintf("%s in %s", within.Name.Name, filepath.Base(o.set.Position(e.Pos()).Filename))
		}
	case *ast.BinaryExpr:
		o.label(within, v.X, deep+1)
	case *ast.CallExpr:
		if name := called(v.Fun); len(v.Args) > 0 && (name == "Sprintf" || name == "Cut" || name == "CutToRoom") {
			o.label(within, v.Args[0], deep+1)
		}
	case *ast.Ident:
		if value := o.consts[v.Name]; value != nil {
			o.label(within, value, deep+1)
			return
		}
		ast.Inspect(within, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if called(left) == v.Name && i < len(n.Rhs) {
						o.label(within, n.Rhs[i], deep+1)
					}
				}
			case *ast.CallExpr: // a function within, of which the label is an argument
				for i, a := range n.Args {
					if text, ok := a.(*ast.BasicLit); ok && i == 1 && called(n.Fun) == "row" && v.Name == "label" {
						o.label(within, text, deep+1)
					}
				}
			}
			return true
		})
	}
}
