package command

import (
	"regexp"
	"strings"

	"storybot/bot"
)

// openPositional returns the first positional argument not given yet, nil when
// there is none.
func (p *parser) openPositional() *bot.Arg {
	if p.within {
		return nil
	}
	for i, arg := range p.command.Args {
		if arg.Positional && p.values[arg.Name] == nil {
			return &p.command.Args[i]
		}
	}
	return nil
}

// topicSign is how a topic begins that is followed, nearly enough.
var topicSign = regexp.MustCompile(`^(?i)topics?\s*[:=：]\s*`)

// slugArg is the name of what a story is to be called.
const slugArg = "slug"

// position takes the word that stands in the place of arg. What wraps a story's
// slug, and a comma after it, is not part of it.
func (p *parser) position(arg bot.Arg) string {
	topic := ""
	if sign := topicSign.FindString(p.rest); sign != "" && arg.Name == targetArg.Name {
		topic, p.rest = "topic:", p.rest[len(sign):]
		if name, size, ok, err := quoted(p.rest); ok && err == nil {
			p.rest = p.rest[size:]
			return topic + name
		}
	}
	if arg.Name == slugArg { // of several words it is none, and refused as a whole
		if name, size, ok, err := quoted(p.rest); ok && err == nil {
			p.rest = p.rest[size:]
			return name
		}
	}
	word := topic + p.word()
	if arg.Person || strings.Trim(word[len(topic):], wraps+",;:") == "" && topic != "" {
		return word // of a topic, its name is missing
	}
	if bare := strings.TrimRight(strings.Trim(word, wraps), wraps+",;:"); bare != "" {
		return bare
	}
	return word
}
