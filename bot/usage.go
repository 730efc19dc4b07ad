package bot

import (
	"slices"
	"strings"
)

// Usage is how the command is written as text, in the order it is read:
// "/update <story> [level:minor/normal/breaking] [source:…] <text>".
func (s Spec) Usage() string {
	words := []string{"/" + s.Name}
	for _, arg := range s.Ordered() {
		words = append(words, arg.usage())
	}
	return strings.Join(words, " ")
}

// Ordered is the arguments in the order they are typed: positional ones,
// options, free text.
func (s Spec) Ordered() []Arg {
	args := slices.Clone(s.Args)
	slices.SortStableFunc(args, func(a, b Arg) int { return a.place() - b.place() })
	return args
}

func (a Arg) place() int {
	switch {
	case a.Positional:
		return 0
	case a.Free:
		return 2
	}
	return 1
}

func (a Arg) usage() string {
	form := "<" + a.Name + ">"
	switch {
	case len(a.Choices) > 0 && a.Positional:
		form = a.choiceWords()
	case len(a.Choices) > 0:
		form = a.Name + ":" + a.choiceWords()
	case !a.Positional && !a.Free:
		form = a.Name + ":…"
	}
	if a.Required {
		return form
	}
	return "[" + strings.Trim(form, "<>") + "]"
}

func (a Arg) choiceWords() string {
	var values []string
	for _, c := range a.Choices {
		values = append(values, c.Value)
	}
	return strings.Join(values, "/")
}
