package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"syscall"
	"unicode"

	"github.com/joho/godotenv"
	"golang.org/x/text/encoding"
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"storybot/stories"
)

// environment is what the process was started with: NAME=value, as os.Environ
// has it.
type environment []string

// lookup returns the value of a name; of one that is there twice the first, as
// os.LookupEnv does.
func (e environment) lookup(name string) (value string, set bool) {
	for _, pair := range e {
		if n, v, ok := strings.Cut(pair, "="); ok && n == name {
			return v, true
		}
	}
	return "", false
}

// names are the names that are set.
func (e environment) names() (names []string) {
	for _, pair := range e {
		if name, _, ok := strings.Cut(pair, "="); ok {
			names = append(names, name)
		}
	}
	return names
}

// envFile is where settings are read from besides the environment, in the
// working directory.
const envFile = ".env"

// readEnvFile reads envFile, nil when there is none.
func readEnvFile() (map[string]string, error) {
	raw, err := os.ReadFile(envFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, errors.New(envFile + " cannot be read: you may not read it. Make it yours: chown and chmod 600")
	case errors.Is(err, syscall.EISDIR):
		return nil, errors.New(envFile + " cannot be read: it is a folder. Settings are in a file of this name")
	case err != nil:
		return nil, fmt.Errorf("%s cannot be read: %w", envFile, err)
	}
	text := string(decoded(raw))
	file, ok := parseEnv(text)
	if !ok { // an error of the parser's quotes the line, which may hold a token
		return nil, fmt.Errorf("%s cannot be read: line %d is neither NAME=value nor a # comment, or its quotes do not match", envFile, wrongLine(text))
	}
	return file, nil
}

// trialName is set behind what is parsed: what stands before it is whole then.
const trialName = "STORYBOT_TRIAL"

// envName is a name of a setting as the parser takes them.
var envName = regexp.MustCompile(`^[A-Za-z_.][A-Za-z0-9_.-]*$`)

// parseEnv reads the text of a .env file. The parser alone passes over a last line
// that is no assignment, and takes one without a name.
func parseEnv(text string) (vars map[string]string, ok bool) {
	vars, err := godotenv.Unmarshal(text + "\n" + trialName + "=1\n")
	if err != nil || vars[trialName] != "1" {
		return nil, false
	}
	delete(vars, trialName)
	for name := range vars {
		if !envName.MatchString(name) {
			return nil, false
		}
	}
	return vars, true
}

// wrongLine is the number of the first line of a .env file that cannot be read: the
// one after the longest beginning that can, where that is not blank.
func wrongLine(text string) int {
	lines := strings.Split(text, "\n")
	good := 0
	for n := range lines {
		if _, ok := parseEnv(strings.Join(lines[:n+1], "\n")); ok {
			good = n + 1
		}
	}
	for good < len(lines)-1 && strings.TrimSpace(lines[good]) == "" {
		good++
	}
	return good + 1
}

// decoded makes UTF-8 of what an editor wrote: a byte order mark says in which
// encoding, and is no part of the text. Windows writes them.
func decoded(raw []byte) []byte {
	text, _, err := transform.Bytes(utf.BOMOverride(encoding.Nop.NewDecoder()), raw)
	if err != nil {
		return raw
	}
	return text
}

// maxValue bounds what is read of a file that holds a setting, in bytes.
const maxValue = 64 << 10

// origin is where a setting's value is from.
type origin struct {
	given  bool
	byFile bool   // NAME_FILE named a file that holds it
	path   string // of that file
	empty  bool   // the name is set to nothing
}

// find looks for a setting's value, its default when none is given: NAME or the
// contents of the file NAME_FILE names, in the environment before envFile. A
// value that is set but empty in the environment hides the one in envFile. Whatever may hold a secret is told to
// hide, also where finding fails; no error quotes any of it.
func (s setting) find(env environment, file map[string]string, hide *hidden) (text string, from origin, err error) {
	inFile := func(name string) (string, bool) { v, ok := file[name]; return v, ok }
	for _, source := range []func(string) (string, bool){env.lookup, inFile} {
		text, direct := source(s.name)
		path, byFile := source(s.name + "_FILE")
		path = trimmed(path)
		byFile = byFile && path != ""
		if s.secret && !strings.HasPrefix(text, "sqlite:") {
			hide.add(text)
		}
		switch {
		case !direct && !byFile:
			if _, set := source(s.name + "_FILE"); set {
				return s.def, origin{empty: true}, nil
			}
			continue
		case byFile:
			hide.addWords(path) // it may be the secret itself
			if trimmed(text) != "" {
				return "", origin{}, fmt.Errorf("%s and %s_FILE are both set. Keep one of them", s.name, s.name)
			}
			raw, err := readValue(path)
			if err != nil {
				return "", origin{}, s.unreadable(err)
			}
			text = string(decoded(raw))
			hide.add(text)
			hide.add(strings.TrimPrefix(trimmed(text), "sqlite:"))
			hide.addAddress(trimmed(text))
		}
		if isBlank(trimmed(text)) {
			return s.def, origin{empty: true}, nil
		}
		return trimmed(text), origin{given: true, byFile: byFile, path: path}, nil
	}
	return s.def, origin{}, nil
}

var errTooLarge = errors.New("too large")

func readValue(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxValue+1))
	if err == nil && len(raw) > maxValue {
		err = errTooLarge
	}
	return raw, err
}

// unreadable says why the file of NAME_FILE could not be read, without its
// path: a token may have been put there.
func (s setting) unreadable(err error) error {
	why := "it could not be read"
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG), errors.Is(err, fs.ErrInvalid):
		why = "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		why = "you may not read it"
	case errors.Is(err, syscall.EISDIR):
		why = "it is a folder"
	case errors.Is(err, errTooLarge):
		why = "it is too large to hold a setting"
	}
	return fmt.Errorf("the file of %s_FILE cannot be read: %s. %s_FILE takes the path of a file; the value itself belongs in %s", s.name, why, s.name, s.name)
}

// trimmed is a value without white space and invisible characters around it,
// which come along when it is copied.
func trimmed(v string) string {
	return strings.TrimFunc(v, func(r rune) bool {
		return unicode.IsSpace(r) || stories.Ignorable(r) || r == 0
	})
}

// isBlank says whether nothing is in v but what separates and surrounds values.
func isBlank(v string) bool {
	return strings.Trim(v, " \t\r\n,\"'") == ""
}
