package discord

import (
	"regexp"
	"strings"

	"storybot/bot"
)

// An id is a snowflake: a moment since 2015 in milliseconds and 22 further
// bits (https://discord.com/developers/docs/reference#snowflakes). That is 17
// digits for what is older than the middle of 2015 and at most 20 in 64 bits.
var idForm = regexp.MustCompile(`^[1-9][0-9]{16,19}$`)

// mentionForm is how a client writes a person who was picked; the exclamation
// mark is from the time when nicknames were told apart
// (https://discord.com/developers/docs/reference#message-formatting-formats).
var mentionForm = regexp.MustCompile(`^<@!?([0-9]+)>$`)

// Refs says how people are written on Discord.
func Refs() bot.Refs {
	return bot.Refs{
		Platform: platformName,
		Title:    "Discord",
		Person:   idForm.MatchString,
		Bare: func(_, typed string) string {
			typed = strings.TrimSpace(typed)
			if m := mentionForm.FindStringSubmatch(typed); m != nil {
				typed = m[1]
			}
			if !idForm.MatchString(typed) {
				return ""
			}
			return typed
		},
		Example:   "discord:80351110224678912",
		Workspace: "server",
		Apart:     true,
	}
}
