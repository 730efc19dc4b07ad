package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAFurtherPlatformIsOneLine builds the program with a third platform: its
// folder, and one line in platforms.go beside the import.
func TestAFurtherPlatformIsOneLine(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("the program is built without the race detector")
	}
	dir := t.TempDir()
	absolute := func(path ...string) string {
		name, err := filepath.Abs(filepath.Join(path...))
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	list, err := os.ReadFile("platforms.go")
	if err != nil {
		t.Fatal(err)
	}
	longer := strings.Replace(string(list), "\t\tslack.Kit(),\n", "\t\tslack.Kit(),\n\t\ttoy.Kit(),\n", 1)
	longer = strings.Replace(longer, "\t\"storybot/bot/slack\"\n", "\t\"storybot/bot/slack\"\n\t\"storybot/bot/toy\"\n", 1)
	if n := strings.Count(longer, "\n") - strings.Count(string(list), "\n"); n != 2 {
		t.Fatalf("%d lines were added", n)
	}
	write(t, filepath.Join(dir, "platforms.go"), longer)
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		absolute("platforms.go"):              filepath.Join(dir, "platforms.go"),
		absolute(top, "bot", "toy", "toy.go"): absolute("testdata", "toy.go.txt"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "overlay.json"), string(overlay))
	program := filepath.Join(dir, "storybot")
	build := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	says := func(env []string, args ...string) string {
		cmd := exec.Command(program, args...)
		cmd.Dir, cmd.Env = dir, env
		out, _ := cmd.CombinedOutput() // the words tell
		return string(out)
	}
	token := []string{"TOY_TOKEN=toy-token-0123456789"}
	for _, test := range []struct{ said, want string }{
		{says(nil, "env"), "# What Toy knows the bot by. #TOY_TOKEN="},
		{says(nil, "help"), "Discord, Slack and Toy"},
		{says(nil, "run"), "TOY_TOKEN: missing. It is printed below the toy"},
		{says([]string{"TOY_TOKN=x"}, "run"), "TOY_TOKN in the environment is no setting of Storybot and is ignored; TOY_TOKEN was probably meant"},
		{says([]string{"STORYBOT_ADMINS=toy:"}, "run"), "or toy:ann or console:ada"},
		{says(token, "doctor"), "Toy takes it."},
		{says([]string{"LOG_LEVEL=toy-token-42"}, "run"), `LOG_LEVEL: "…" is no level`},
		{says(append(token, "HTTP_ADDR=/x/toy-token-42"), "run"), `HTTP_ADDR: "…" is no address`},
		{says(nil, "export", "/nowhere/toy-token-42/x"), "/nowhere/" + dots + "/x"},
	} {
		if said := strings.Join(strings.Fields(test.said), " "); !strings.Contains(said, test.want) {
			t.Errorf("%q is not in:\n%s", test.want, test.said)
		}
	}
	p := startProgram(t, program, dir, token, "run")
	p.waitLog(`toy answers" failed=false`)
	p.stop()
}
