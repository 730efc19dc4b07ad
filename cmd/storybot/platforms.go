package main

import (
	"strings"

	"storybot/bot"
	"storybot/bot/console"
	"storybot/bot/discord"
	"storybot/bot/slack"
)

// platforms is every chat platform there is: a new one is a folder under bot/
// and a line here. The console is not among them; it belongs to this process's
// terminal.
func platforms() []bot.Kit {
	return []bot.Kit{
		discord.Kit(),
		slack.Kit(),
	}
}

// people is how each platform writes the people it knows.
func people(kits []bot.Kit) []bot.Refs {
	var refs []bot.Refs
	for _, k := range kits {
		refs = append(refs, k.Refs)
	}
	return append(refs, console.Refs())
}

// howPeopleAreWritten is for people who wrote one wrongly.
func howPeopleAreWritten(kits []bot.Kit) string {
	var examples, where []string
	for _, p := range people(kits) {
		examples = append(examples, p.Example)
	}
	for _, k := range kits {
		if k.WhoseID != "" {
			where = append(where, k.WhoseID)
		}
	}
	return "A person is written " + strings.Join(examples, " or ") + ". " + strings.Join(where, ", ")
}
