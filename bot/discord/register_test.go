package discord

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"storybot/bot"
)

// table is a table of commands with every feature.
var table = []bot.Spec{
	{Name: "story", Summary: "Show a story.", Args: []bot.Arg{{Name: "slug", Summary: "Which one.", Positional: true, Completes: true}}},
	{Name: "subscribe", Summary: "Follow a story here.", Manages: true, Args: []bot.Arg{
		{Name: "level", Summary: "The least level.", Choices: []bot.Choice{{Value: "breaking", Label: "breaking only"}, {Value: "minor", Label: "all"}}},
		{Name: "target", Summary: "What to follow.", Required: true, Completes: true, MaxLength: 60},
	}},
	{Name: "desk track", Summary: "Start a story.", Args: []bot.Arg{{Name: "headline", Summary: "Its headline.", Free: true, MaxLength: 100000}}},
	{Name: "desk log", Summary: "Who did what."},
	{Name: "desk moderators", Summary: "Who may write.", Args: []bot.Arg{{Name: "user", Summary: "Whom.", Person: true, Completes: true, MaxLength: 128}}},
}

func TestTheTableBecomesCommands(t *testing.T) {
	list, err := define(table, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "commands", raw)
}

// A slug that a text can do without is required all the same: clients drop words
// typed for an option that is not.
func TestAnInsistedOptionIsRequired(t *testing.T) {
	list, err := define([]bot.Spec{{Name: "x", Summary: "y", Args: []bot.Arg{{Name: "b", Summary: "c"}, {Name: "a", Summary: "b", Insist: true}}}}, nil)
	if err != nil || list[0].Options[0].Name != "a" || !list[0].Options[0].Required || list[0].Options[1].Required {
		t.Errorf("commands = %+v, %v", list, err)
	}
}

func TestTablesDiscordWouldRefuse(t *testing.T) {
	arg := func(change func(*bot.Arg)) []bot.Spec {
		a := bot.Arg{Name: "a", Summary: "b"}
		change(&a)
		return []bot.Spec{{Name: "x", Summary: "y", Args: []bot.Arg{a}}}
	}
	many := bytes.Repeat([]byte("x"), 26)
	for name, specs := range map[string][]bot.Spec{
		"long name":    arg(func(a *bot.Arg) { a.Name = strings.Repeat("x", 33) }),
		"spaced name":  arg(func(a *bot.Arg) { a.Name = "a b" }),
		"long summary": arg(func(a *bot.Arg) { a.Summary = strings.Repeat("x", 101) }),
		"many choices": arg(func(a *bot.Arg) {
			for range many {
				a.Choices = append(a.Choices, bot.Choice{Value: "v", Label: "l"})
			}
		}),
		"empty choice": arg(func(a *bot.Arg) { a.Choices = []bot.Choice{{Value: "v"}} }),
		"many options": {{Name: "x", Summary: "y", Args: make([]bot.Arg, 26)}},
	} {
		if _, err := define(specs, nil); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
