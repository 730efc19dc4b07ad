package command

import (
	"maps"
	"strings"
	"unicode"

	"storybot/bot"
)

// values holds what a command was given, by the name of the argument; an
// option that was given twice has two values.
type values map[string][]string

// get returns the value of name, "" when it was not given.
func (v values) get(name string) string {
	if len(v[name]) == 0 {
		return ""
	}
	return v[name][0]
}

// all is every value, one a line.
func (v values) all() string {
	var b strings.Builder
	for _, given := range v {
		b.WriteString(strings.Join(given, "\n") + "\n")
	}
	return b.String()
}

// with returns a copy of v in which name has this value alone; "" takes it away.
func (v values) with(name, value string) values {
	changed := values{}
	for k, old := range v {
		changed[k] = old
	}
	delete(changed, name)
	if value != "" {
		changed[name] = []string{value}
	}
	return changed
}

// and returns a copy of v in which what more holds stands in the place of its own.
func (v values) and(more values) values {
	both := values{}
	maps.Copy(both, v)
	maps.Copy(both, more)
	return both
}

// unfold writes mentions out: by the reference of the person or the role in an argument
// that names one, by name in every other.
func (v values) unfold(c *command, mentions []bot.Mention) {
	for _, arg := range c.Args {
		for i, value := range v[arg.Name] {
			if who, ok := bot.Mentioned(value, mentions); ok && arg.Person && who.User().Ref != "" {
				v[arg.Name][i] = who.User().Ref
				continue
			}
			if group, ok := bot.Mentioned(value, mentions); ok && arg.Role && group.Kind == bot.RoleKind && group.Ref != "" {
				v[arg.Name][i] = group.Ref
				continue
			}
			v[arg.Name][i] = bot.Unfold(value, mentions)
		}
	}
}

// cutWord divides text at the end of its first word.
func cutWord(text string) (word, rest string) {
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	end := wordEnd(text, 0)
	return text[:end], text[end:]
}
