package command

import (
	"maps"
	"slices"
	"strings"

	"storybot/bot"
)

// reading is what a text says: as it stands and, where something in it
// resembles options, with those taken.
type reading struct {
	typed values
	// Of a doubt: what is given when the options are taken, which those are, and
	// whether they are left out, not text, when they are not.
	taken   values
	options []candidate
	dropped bool
}

// doubtful says that somebody must say which reading is meant.
func (r reading) doubtful() bool { return len(r.options) > 0 }

// story is what the reading names as the story, or "".
func (r reading) story() string {
	if r.doubtful() && r.taken.get(storyArg.Name) != "" {
		return r.taken.get(storyArg.Name)
	}
	return r.typed.get(storyArg.Name)
}

func (r reading) unfold(c *command, mentions []bot.Mention) {
	r.typed.unfold(c, mentions)
	if r.doubtful() {
		r.taken.unfold(c, mentions)
	}
}

// read reads the text form of c. Errors are *misuse or CodeInvalid, and the
// reading then holds what was read before it.
func (c *command) read(text string) (reading, error) {
	plain := parser{command: c, rest: text, values: values{}}
	plainErr := plain.all()
	if plainErr == nil && c.searches() {
		return reading{typed: plain.values}, nil
	}
	lenient := parser{command: c, rest: text, values: values{}, lenient: true}
	err := lenient.all()
	switch {
	case len(lenient.taken) == 0 || same(plain.values, lenient.values):
		return reading{typed: plain.values}, plainErr
	case err != nil:
		return reading{typed: lenient.values}, err
	case plainErr != nil:
		return reading{typed: plain.values}, plainErr
	}
	return reading{plain.values, lenient.values, lenient.taken, plain.dropped}, nil
}

// within looks for options in the free text of a command whose options came
// apart. What cannot be read as one is text there.
func (c *command) within(given values) reading {
	free, ok := c.free()
	if !ok || c.searches() || given.get(free.Name) == "" {
		return reading{typed: given}
	}
	lenient := parser{command: c, rest: given.get(free.Name), values: given.with(free.Name, ""), lenient: true, within: true}
	for name, old := range lenient.values {
		lenient.values[name] = slices.Clone(old)
	}
	if err := lenient.all(); err != nil || len(lenient.taken) == 0 || same(given, lenient.values) {
		return reading{typed: given}
	}
	return reading{given, lenient.values, lenient.taken, false}
}

// searches says that the free text of c is only looked for, never published.
func (c *command) searches() bool {
	_, free := c.free()
	return free && !c.changes()
}

func same(a, b values) bool {
	return maps.EqualFunc(a, b, func(x, y []string) bool { return slices.Equal(x, y) })
}

// typedOptions are options as one types them.
func typedOptions(options []candidate) string {
	words := make([]string, 0, len(options))
	for _, o := range options {
		words = append(words, o.typed())
	}
	return strings.Join(words, " ")
}
