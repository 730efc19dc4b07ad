package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// logCalls are the names under which something is said to a log: slog's
// functions and methods, and the makers of its attributes.
var logCalls = map[string]bool{
	"Debug": true, "Info": true, "Warn": true, "Error": true, "Log": true, "LogAttrs": true, "With": true,
	"DebugContext": true, "InfoContext": true, "WarnContext": true, "ErrorContext": true,
	"Any": true, "String": true, "Group": true,
}

// TestLogKeys asserts that a cause stands under "err" everywhere, so that one
// search of the log finds all of them.
func TestLogKeys(t *testing.T) {
	files := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		for _, at := range wrongLogKeys(parsed) {
			t.Errorf("%s: the key of an error in the log is \"err\"", set.Position(at))
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files: %v", files, err)
	}
}

// wrongLogKeys finds calls that log something under the key "error".
func wrongLogKeys(file *ast.File) (found []token.Pos) {
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if called, ok := call.Fun.(*ast.SelectorExpr); !ok || !logCalls[called.Sel.Name] {
			return true
		}
		for _, arg := range call.Args {
			if text, ok := arg.(*ast.BasicLit); ok && text.Kind == token.STRING {
				if s, err := strconv.Unquote(text.Value); err == nil && s == "error" {
					found = append(found, text.Pos())
				}
			}
		}
		return true
	})
	return found
}

func TestWrongLogKeysAreFound(t *testing.T) {
	for code, want := range map[string]int{
		`log.Warn("it failed", "error", err)`:           1,
		`p.log.With("error", err).Info("x", "a", 1)`:    1,
		`log.LogAttrs(c, l, "x", slog.Any("error", e))`: 1,
		`log.Error("error", "err", err)`:                1, // a message that says nothing is no better
		`log.Warn("it failed", "err", err)`:             0,
		`reply("error", err)`:                           0,
	} {
		parsed, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nfunc f() { "+code+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(wrongLogKeys(parsed)); got != want {
			t.Errorf("%s: %d found, want %d", code, got, want)
		}
	}
}
