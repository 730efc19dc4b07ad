package command

import (
	"strings"

	"storybot/stories"
)

// maxCommand is how long a command may be with all that belongs to it, in
// characters: the longest text and its options.
const maxCommand = stories.MaxUpdateText + 4000

// shortCommand is how many words a command has at most that may ask for help in
// one of them: slug, number, help.
const shortCommand = 3

// mayAskHelp says that text is nothing, or short and has the word help in it.
func mayAskHelp(text string) bool {
	words := strings.Fields(text[:min(len(text), 400)])
	if len(words) > shortCommand {
		return false
	}
	for _, word := range words {
		if asksHelp(word) {
			return true
		}
	}
	return len(words) == 0
}

func tooLong(entry *command, n int) error {
	free, ok := entry.free()
	if !ok {
		return stories.Errorf(stories.CodeInvalid, "This command has %d characters; at most %d fit. Shorten it.", n, maxCommand)
	}
	most := free.MaxLength
	if most == 0 {
		most = stories.MaxUpdateText
	}
	return stories.Errorf(stories.CodeInvalid, "The %s with its options has %d characters; at most %d fit into the %s, and %d with all options. Shorten it.",
		free.Name, n, most, free.Name, maxCommand)
}
