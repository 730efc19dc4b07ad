package console

import (
	"slices"
	"strings"
	"unicode"

	"storybot/bot"
)

// vocabulary is what can be typed: the bot's commands and the console's own.
type vocabulary struct{ specs []bot.Spec }

// split separates a command's name from the rest; names of two words are known
// from the specs.
func (w vocabulary) split(line string) (name, text string) {
	fields := strings.Fields(line)
	if len(fields) >= 2 && w.isSpec(strings.ToLower(fields[0]+" "+fields[1])) {
		_, rest, _ := strings.Cut(line, fields[0])
		_, rest, _ = strings.Cut(rest, fields[1])
		return strings.ToLower(fields[0] + " " + fields[1]), strings.TrimSpace(rest)
	}
	name, text = cutWord(line)
	return strings.ToLower(name), text
}

// cutWord divides a line after its first word, at white space of any kind.
func cutWord(line string) (word, rest string) {
	if i := strings.IndexFunc(line, unicode.IsSpace); i >= 0 {
		return line[:i], strings.TrimSpace(line[i:])
	}
	return line, ""
}

func (w vocabulary) isSpec(name string) bool {
	return slices.ContainsFunc(w.specs, func(s bot.Spec) bool { return s.Name == name })
}

// chatter answers a line that begins with a word that is no command.
func (w vocabulary) chatter(word string) string {
	name := strings.ToLower(word)
	if slices.ContainsFunc(w.specs, func(s bot.Spec) bool { return s.Name == name || strings.HasPrefix(s.Name, name+" ") }) {
		return "Commands begin with a slash: /" + name + " …"
	}
	return "Commands begin with a slash. Example: /story sony-hack. Write help for all of them."
}

// commandWords are the first words of all commands.
func (w vocabulary) commandWords() []string {
	all := []string{"/help"}
	for _, o := range ownCommands() {
		all = append(all, o.names[0])
	}
	for _, s := range w.specs {
		first, _, _ := strings.Cut(s.Name, " ")
		all = append(all, "/"+first)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// secondWords are the second words of the commands that begin with first.
func (w vocabulary) secondWords(first string) (all []string) {
	for _, s := range w.specs {
		if _, second, ok := strings.Cut("/"+s.Name, first+" "); ok {
			all = append(all, second)
		}
	}
	return all
}

// specOf finds the command that what is typed begins with, and its arguments.
func (w vocabulary) specOf(typed []string) (spec bot.Spec, args []string, ok bool) {
	for _, s := range w.specs {
		name := strings.Fields("/" + s.Name)
		if len(typed) >= len(name) && slices.Equal(typed[:len(name)], name) {
			return s, typed[len(name):], true
		}
	}
	return bot.Spec{}, nil, false
}

// parts are the lines that a text of several is: one, unless every line of it is a
// command, as where several were copied from a page.
func (w vocabulary) parts(text string) (all []string) {
	text = strings.ReplaceAll(text, "\\\n", "\n") // a backslash joins lines, as from a pipe
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		if !w.isCommand(l) {
			return []string{text}
		}
		all = append(all, l)
	}
	if len(all) < 2 {
		return []string{text}
	}
	return all
}

// isCommand says whether a line begins with a command there is.
func (w vocabulary) isCommand(l string) bool {
	word, rest := cutWord(strings.ToLower(l))
	_, own := ownNamed(word, rest)
	return own || word == "help" && rest == "" || slices.Contains(w.commandWords(), word)
}
