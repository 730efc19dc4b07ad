package discord

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	commands "storybot/bot/command"
)

// TestOptionsSayWhatHelpSays: the options that Discord offers, in their order and
// words, are those of the line that help shows.
func TestOptionsSayWhatHelpSays(t *testing.T) {
	specs := commands.Specs()
	list, err := define(specs, nil)
	if err != nil {
		t.Fatal(err)
	}
	usages := map[string]string{}
	var walk func(name, summary string, options []commandOption)
	walk = func(name, summary string, options []commandOption) {
		words := []string{"/" + name}
		for _, o := range options {
			if o.Type == discordgo.ApplicationCommandOptionSubCommand {
				walk(name+" "+o.Name, o.Description, o.Options)
				words = nil
				continue
			}
			form := o.Name + ":"
			var values []string
			for _, c := range o.Choices {
				values = append(values, string(c.Value))
			}
			if form += strings.Join(values, "/"); len(values) == 0 {
				form += "…"
			}
			if !o.Required {
				form = "[" + form + "]"
			}
			words = append(words, form)
			summary += "|" + o.Description
		}
		if words != nil {
			usages[name] = strings.Join(words, " ") + "|" + summary
		}
	}
	for _, c := range list {
		walk(c.Name, c.Description, c.Options)
	}
	for _, s := range specs {
		want := s.UsageApart() + "|" + s.Summary
		for _, a := range s.Apart() {
			want += "|" + a.Summary
		}
		if usages[s.Name] != want {
			t.Errorf("Discord offers %q, help says %q", usages[s.Name], want)
		}
	}
	if len(usages) != len(specs) {
		t.Errorf("%d commands of %d", len(usages), len(specs))
	}
}

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
