package slack

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/bot/command"
)

var specs = []bot.Spec{
	{Name: "story", Summary: "A story: headline, state and newest updates", Args: []bot.Arg{{Name: "slug", Positional: true}}, Example: "/story sony-hack"},
	{Name: "subscribe", Summary: "Let this channel follow a story, a topic or everything", Manages: true,
		Args: []bot.Arg{{Name: "target", Positional: true, Required: true}, {Name: "level"}}},
	{Name: "update", Summary: "Append an update", Args: []bot.Arg{{Name: "text", Free: true, Required: true}, {Name: "slug", Positional: true, Required: true}, {Name: "level"}}},
	{Name: "desk track", Summary: "Start a story"},
	{Name: "desk close", Summary: "Close a story"},
}

var menus = []bot.MenuSpec{
	{Name: "add", Label: "Add to story", Summary: "Make an update of this message", OnMessage: true},
	{Name: "write", Label: "Write an update", Summary: "Write an update of a story"},
}

func TestManifestGolden(t *testing.T) {
	m, err := Manifest(specs, menus)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "manifest.golden", m)
}

// The hint is the line that help shows, options before the text.
func TestManifestHints(t *testing.T) {
	for _, table := range [][]bot.Spec{specs, command.Specs()} {
		hints := map[string]string{}
		for _, c := range manifestCommands(table) {
			hints[c.Command] = c.Hint
		}
		for _, s := range table {
			group, sub, grouped := strings.Cut("/"+s.Name, " ")
			switch hint := hints[group]; {
			case grouped && !slices.Contains(strings.Split(hint, " | "), sub):
				t.Errorf("%q is not in the hint %q", sub, hint)
			case !grouped && group+strings.TrimRight(" "+hint, " ") != s.Usage():
				t.Errorf("hint %q of %s", hint, s.Usage())
			}
		}
	}
	for _, c := range manifestCommands(specs) {
		if want := "<slug> [level:…] <text>"; c.Command == "/update" && c.Hint != want {
			t.Errorf("hint %q, want %q", c.Hint, want)
		}
	}
}

// Every scope has a reason, and every event the scope Slack wants for it
// (https://docs.slack.dev/reference/events).
func TestManifestScopes(t *testing.T) {
	m, err := Manifest(specs, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got manifest
	if err := json.Unmarshal(m, &got); err != nil {
		t.Fatal(err)
	}
	granted := map[string]bool{}
	for _, s := range got.OAuth.Scopes.Bot {
		granted[s] = true
		if scopeReasons[s] == "" {
			t.Errorf("scope %s has no reason", s)
		}
	}
	for _, e := range got.Settings.Events.Bot {
		scope := "channels:read"
		switch {
		case e == "app_mention":
			scope = "app_mentions:read"
		case e == "message.im":
			scope = "im:history"
		case strings.HasPrefix(e, "group_"):
			scope = "groups:read"
		case e == "app_uninstalled", e == "tokens_revoked":
			continue
		}
		if !granted[scope] {
			t.Errorf("event %s needs the scope %s", e, scope)
		}
	}
}

func TestManifestRefusesWhatSlackWould(t *testing.T) {
	for name, menus := range map[string][]bot.MenuSpec{
		"too many shortcuts": slices.Repeat(menus[:1], maxShortcuts+1),
		"a long name":        {{Name: "a", Label: strings.Repeat("a", maxShortcutName+1), Summary: "x"}},
		"no name":            {{Name: "a", Summary: "x"}},
		"a long description": {{Name: "a", Label: "x", Summary: strings.Repeat("a", maxShortcutText+1)}},
	} {
		if m, err := Manifest(nil, menus); err == nil {
			t.Errorf("%s: no error, manifest %.80s", name, m)
		}
	}
	many := make([]bot.Spec, maxCommands+1)
	for i := range many {
		many[i].Name = strings.Repeat("x", i+1)
	}
	for name, specs := range map[string][]bot.Spec{
		"too many commands": many,
		"a long name":       {{Name: strings.Repeat("a", maxCommandName)}},
		"a long hint":       {{Name: "a", Args: []bot.Arg{{Name: strings.Repeat("b", maxUsageHint)}}}},
	} {
		if m, err := Manifest(specs, nil); err == nil {
			t.Errorf("%s: no error, manifest %.80s", name, m)
		}
	}
}
