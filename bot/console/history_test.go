package console

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	h := openHistory(path, nil)
	for _, entry := range []string{"/story one", "/story one", "", "  ", "/update x two\nlines \"漢字\"", strings.Repeat("x", maxEntry+1)} {
		h.add(entry)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	again := openHistory(path, nil)
	if got := fmt.Sprintf("%q", again.entries); got != `["/story one" "/update x two\nlines \"漢字\""]` {
		t.Errorf("kept %s", got)
	}
	for range 3 * maxHistory {
		again.add(fmt.Sprint("/story ", len(again.entries), again.at))
		again.add("/stories")
	}
	if n := len(openHistory(path, nil).entries); n != maxHistory {
		t.Errorf("%d entries are kept", n)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("beside it lie %v, %v", left, err)
	}
}

func TestAHistoryThatCannotBeKeptCostsNothingElse(t *testing.T) {
	for _, path := range []string{"", filepath.Join(t.TempDir(), "no", "such", "folder"), t.TempDir()} {
		h := openHistory(path, nil)
		h.add("/story one")
		if entry, ok := h.previous("typed"); !ok || entry != "/story one" {
			t.Errorf("%q: %q %v", path, entry, ok)
		}
		if entry, ok := h.next(); !ok || entry != "typed" {
			t.Errorf("%q: back to %q %v", path, entry, ok)
		}
	}
}

// TestSecretsAreNotRemembered whatever they stand in.
func TestSecretsAreNotRemembered(t *testing.T) {
	for entry, private := range map[string]bool{
		"/desk claim K7QX-42MD-WB3N": true,
		"/desk claim k7qx42mdwb3n":   true,
		"/DESK Claim k7qx 42md wb3n": true,
		"desk claim k7qx":            true,
		"/desk cliam k7qx42mdwb3n":   true,
		"/desk  clam k7qx42mdwb3n":   true,
		"/update x K7QX-42MD-WB3N":   true,
		"K7QX-42MD-WB3N":             true,
		"DISCORD_TOKEN=MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs": true,
		"/update x xoxb-1234-abc":                       true,
		"xapp-1-A0-1-x":                                 true,
		"SLACK_BOT_TOKEN=XOXB-1":                        true,
		"postgres://storybot:Mosel7nahe@localhost/news": true,
		"/desk close sony-hack":                         false,
		"/desk track slug:four-word-slug-here A story":  false,
		"/update x source:https://example.org/a:b Rain": false,
		"/update x He claimed it":                       false,
		"/story sony-hack":                              false,
	} {
		h := openHistory("", nil)
		if h.add(entry); (len(h.entries) == 0) != private {
			t.Errorf("%q is private: %v, want %v", entry, len(h.entries) == 0, private)
		}
	}
}

// TestTwoConsolesKeepOneHistory, and neither loses what the other added.
func TestTwoConsolesKeepOneHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	one, other := openHistory(path, nil), openHistory(path, nil)
	one.add("/story one")
	other.add("/story other")
	one.add("/story two")
	if got := fmt.Sprintf("%q", openHistory(path, nil).entries); got != `["/story one" "/story other" "/story two"]` {
		t.Errorf("kept %s", got)
	}
}
