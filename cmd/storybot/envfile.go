package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// assignment is a line of envFile.
type assignment struct {
	name, value string
	replaces    bool // it was set before
}

// envText is envFile before it is changed.
type envText struct {
	path string // where it is, links followed
	text string
	vars map[string]string
}

// readForChange reads envFile, of which there may be none.
func readForChange() (envText, error) {
	e := envText{path: envFile, vars: map[string]string{}}
	if real, err := filepath.EvalSymlinks(envFile); err == nil {
		e.path = real
	}
	raw, err := os.ReadFile(e.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return e, nil
	case err != nil:
		return e, fmt.Errorf("%s cannot be read, so it is left as it is: %w", envFile, err)
	}
	e.text = string(decoded(raw))
	vars, ok := parseEnv(e.text)
	if e.vars = vars; !ok {
		return e, errors.New(envFile + " cannot be read, so it is left as it is")
	}
	return e, nil
}

// has says whether a name is set to anything.
func (e envText) has(name string) bool { return trimmed(e.vars[name]) != "" }

// plainValue is what stands in envFile without quotes.
var plainValue = regexp.MustCompile(`^[A-Za-z0-9._,:/@%+-]+$`)

// line writes an assignment.
func (a assignment) line() string {
	if plainValue.MatchString(a.value) {
		return a.name + "=" + a.value
	}
	return a.name + "='" + a.value + "'"
}

// with is the text with assignments in it: each in the place of the one before, or
// at the end. All else stays as it is; where that cannot be, it is an error.
func (e envText) with(all []assignment) (string, error) {
	text := e.text
	for _, a := range all {
		there := regexp.MustCompile(`(?m)^[ \t]*(export[ \t]+)?` + regexp.QuoteMeta(a.name) + `[ \t]*[=:].*$`)
		if at := there.FindAllStringIndex(text, -1); at != nil {
			last := at[len(at)-1] // which is the one that counts
			text = text[:last[0]] + a.line() + text[last[1]:]
			continue
		}
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		text += a.line() + "\n"
	}
	want := maps.Clone(e.vars)
	for _, a := range all {
		want[a.name] = a.value
	}
	if after, ok := parseEnv(text); !ok || !maps.Equal(after, want) {
		return "", errors.New(envFile + " is written in a way that setup cannot add to without spoiling it, so it is left as it is. Move it away and start again")
	}
	return text, nil
}

// write replaces envFile at once, readable for its owner alone.
func (e envText) write(all []assignment) (err error) {
	text, err := e.with(all)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(e.path), ".env-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", envFile, err)
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), e.path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("%s cannot be written: %w", envFile, err)
	}
	return nil
}
