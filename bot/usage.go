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

// UsageApart is how the command is written where its options are chosen one by
// one, in the order they are offered there, required ones first:
// "/update story:… text:… [level:minor/normal/breaking]".
func (s Spec) UsageApart() string {
	words := []string{"/" + s.Name}
	for _, arg := range s.Apart() {
		form := arg.Name + ":"
		if len(arg.Choices) > 0 {
			form += arg.choiceWords()
		} else {
			form += "…"
		}
		if !arg.insisted() {
			form = "[" + form + "]"
		}
		words = append(words, form)
	}
	return strings.Join(words, " ")
}

// Apart is the arguments in the order in which options are offered one by one:
// required ones first.
func (s Spec) Apart() []Arg {
	args := slices.Clone(s.Args)
	slices.SortStableFunc(args, func(a, b Arg) int {
		switch {
		case a.insisted() == b.insisted():
			return 0
		case a.insisted():
			return -1
		}
		return 1
	})
	return args
}

func (a Arg) insisted() bool { return a.Required || a.Insist }

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
