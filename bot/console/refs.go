package console

import (
	"strings"

	"storybot/bot"
)

// Refs says how people are written on the console: by the name /as takes.
func Refs() bot.Refs {
	return bot.Refs{
		Platform: Platform,
		Person:   nameForm.MatchString,
		Bare: func(_, typed string) string {
			typed = strings.TrimPrefix(strings.TrimSpace(typed), "@")
			if !nameForm.MatchString(typed) {
				return ""
			}
			return typed
		},
		Named:   true,
		Example: Platform + ":ada",
	}
}
