package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the program answers into the scripts")

// TestScripts runs the program as a user would, over transcripts that can be
// read: testdata/script/*.txt. Beside testscript's own commands there are
//
//	says FILE ARGS…   run storybot ARGS with FILE as its input; it must end well
//	                  and log no warning. What it prints is kept in the file
//	                  "said", with the present time replaced by NOW
//	exits N ARGS…     run storybot ARGS and expect exit status N
//	exits-alone N ARGS…       the same with nothing to read, as a service runs
//	exits-alone-bare N ARGS…  the same without any setting in the environment
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(binary)+string(os.PathListSeparator)+env.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"says": says, "exits": exits, "exits-alone": exitsAlone, "exits-alone-bare": exitsAloneBare},
	})
}

// now is a time of today or so, as answers show it, and marked one as the mark of a
// revised update does.
var (
	now    = regexp.MustCompile(`20[2-9]\d-\d\d-\d\d \d\d:\d\d UTC|\d+ seconds? old|\d+s ago`)
	marked = regexp.MustCompile(`(Corrected|Released|Withdrawn|since|edited|Since) (?:\d\d:\d\d UTC|20[2-9]\d-\d\d-\d\d)`)
)

func says(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: says FILE ARGS…")
	}
	var said, complaints bytes.Buffer
	cmd := exec.Command(binary, args[1:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), []string{"LOG_LEVEL=warn", "DATABASE_URL=" + ts.Getenv("DATABASE_URL")}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(ts.ReadFile(args[0])), &said, &complaints
	if err := cmd.Run(); err != nil || complaints.Len() > 0 {
		ts.Fatalf("%v, complaining: %s\nafter: %s", err, &complaints, &said)
	}
	text := marked.ReplaceAll(now.ReplaceAll(said.Bytes(), []byte("NOW")), []byte("$1 NOW"))
	ts.Check(os.WriteFile(ts.MkAbs("said"), text, 0o666))
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	exitsAs(ts, neg, args, "storybot")
}

func exitsAlone(ts *testscript.TestScript, neg bool, args []string) {
	exitsAs(ts, neg, args, "sh", "-c", `exec storybot "$@" </dev/null`, "sh")
}

func exitsAloneBare(ts *testscript.TestScript, neg bool, args []string) {
	exitsAs(ts, neg, args, "sh", "-c", `exec env -i `+binary+` "$@" </dev/null`, "sh")
}

// exitsAs runs a command with args behind it but the first, which is the exit
// status it must end with.
func exitsAs(ts *testscript.TestScript, neg bool, args []string, command ...string) {
	if neg || len(args) < 1 {
		ts.Fatalf("the first argument is the exit status")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(command[0], append(command[1:], args[1:]...)...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}
