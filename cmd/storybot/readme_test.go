package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"storybot/bot/command"
	"storybot/bot/slack"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func lines(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), "\n")
}

// TestReadmeShowsEveryCommand looks for each command's own example.
func TestReadmeShowsEveryCommand(t *testing.T) {
	text := readme(t)
	for _, s := range command.Specs() {
		if !strings.Contains(text, "`"+s.Example+"`") {
			t.Errorf("README.md does not show `%s`", s.Example)
		}
	}
	for _, s := range subcommands() {
		if s.name != "" && !strings.Contains(text, "storybot "+s.name) {
			t.Errorf("README.md does not mention storybot %s", s.name)
		}
	}
}

// TestReadmeExplainsEverySetting compares the table of settings.
func TestReadmeExplainsEverySetting(t *testing.T) {
	text := readme(t)
	for _, s := range settings {
		row := "| `" + s.name + "` | "
		if s.def != "" {
			row += "`" + s.def + "`"
		}
		if !strings.Contains(text, row+" |") {
			t.Errorf("README.md has no row that begins %q", row+" |")
		}
	}
}

// TestReadmeExplainsEveryScope looks for each scope of the Slack app.
func TestReadmeExplainsEveryScope(t *testing.T) {
	text := readme(t)
	for _, scope := range slack.Scopes() {
		if !strings.Contains(text, "| `"+scope[0]+"` | ") {
			t.Errorf("README.md does not give the reason of %s: %s", scope[0], scope[1])
		}
	}
}
