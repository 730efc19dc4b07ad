package command

import (
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// form is how commands are written on a platform, and so how help shows them.
type form int

// The forms: a line of text, or options that are chosen one by one.
const (
	asText form = iota
	apart
)

// form is how commands are written at a place.
func (m *manual) form(place stories.Destination) form {
	if slices.ContainsFunc(m.people, func(p bot.Refs) bool { return p.Platform == place.Platform && p.Apart }) {
		return apart
	}
	return asText
}

// usage is how the command is written.
func (c *command) usage(as form) string {
	if as == apart {
		return c.UsageApart()
	}
	return c.Usage()
}

// ordered is the arguments in the order they are written in.
func (c *command) ordered(as form) []bot.Arg {
	if as == apart {
		return c.Apart()
	}
	return c.Ordered()
}

// example is the command's example as it is written.
func (c *command) example(as form) string {
	if as == asText {
		return c.Example
	}
	words := []string{"/" + c.Name}
	given, err := c.read(strings.TrimSpace(strings.TrimPrefix(c.Example, words[0])))
	if err != nil {
		return c.Example // a test reads them all
	}
	for _, arg := range c.ordered(as) {
		if value := strings.Join(given.typed[arg.Name], ", "); value != "" {
			words = append(words, arg.Name+":"+value)
		}
	}
	return strings.Join(words, " ")
}
