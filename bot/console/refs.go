package console

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"storybot/bot"
)

// Refs says how people are written on the console: by the name /as takes.
func Refs() bot.Refs {
	return bot.Refs{
		Platform: Platform,
		Title:    "console",
		Person:   isPerson,
		Bare: func(_, typed string) string {
			typed = strings.TrimPrefix(strings.TrimSpace(typed), "@")
			if !isPerson(typed) {
				return ""
			}
			return typed
		},
		Named:   true,
		Example: Platform + ":ada",
		Naming:  "Write the name they take with /as, for example ada; it is no word that means many.",
	}
}

// isPerson says whether a name can be a person's: it has the form of one and is
// no word by which chats call many, or answer themselves. In any case, and with
// the stop at a sentence's end, such a word is nobody: to give it a role would
// look as if everyone had that role.
func isPerson(name string) bool {
	if !nameForm.MatchString(name) {
		return false
	}
	word := strings.TrimRight(norm.NFKC.String(name), "._-")
	return !slices.ContainsFunc([]string{"everyone", "everybody", "here", "channel", "group", "all", "help"}, func(many string) bool {
		return strings.EqualFold(word, many)
	})
}
