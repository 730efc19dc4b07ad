package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"storybot/bot"
)

// completer says what a word that is being typed may become.
type completer struct {
	words   vocabulary
	person  *person
	handler bot.Handler
}

// line returns what the last word of line may become: a command, an
// option's name, one of its values, a slug.
func (c *completer) line(ctx context.Context, line string) []string {
	if !strings.HasPrefix(line, "/") {
		return matching([]string{"help", "quit"}, line)
	}
	word := line[strings.LastIndexByte(line, ' ')+1:]
	earlier := strings.Fields(strings.TrimSuffix(line, word))
	if len(earlier) == 0 {
		return matching(c.words.commandWords(), word)
	}
	switch earlier[0] {
	case "/join":
		return matching(c.person.channels(), word)
	case "/help":
		return matching(c.words.commandWords(), word)
	}
	spec, args, ok := c.words.specOf(earlier)
	if !ok {
		return matching(c.words.secondWords(earlier[0]), word)
	}
	if name, value, ok := strings.Cut(word, ":"); ok {
		if found := c.values(ctx, spec, name, value); found != nil {
			return prefixed(name+":", found)
		}
	}
	var found []string
	positional := slices.DeleteFunc(slices.Clone(spec.Args), func(a bot.Arg) bool { return !a.Positional })
	if at := len(args); at < len(positional) {
		found = c.values(ctx, spec, positional[at].Name, word)
		if positional[at].Required {
			return found
		}
	}
	return append(found, c.options(spec, args[min(len(args), len(positional)):], word)...)
}

// options are the options that word may become, in whole words: each with its
// values where it has a few. None behind the beginning of the text, where an option
// would be asked about, and none again that was given.
func (c *completer) options(spec bot.Spec, given []string, word string) (found []string) {
	byName := map[string]bool{}
	for _, g := range given {
		name, _, ok := strings.Cut(g, ":")
		if at := slices.IndexFunc(spec.Args, func(a bot.Arg) bool { return a.Name == name }); !ok || at < 0 {
			return nil
		}
		byName[name] = true
	}
	for _, a := range spec.Args {
		if a.Positional || a.Free || byName[a.Name] {
			continue
		}
		if len(a.Choices) == 0 {
			found = append(found, a.Name+":")
		}
		for _, choice := range a.Choices {
			found = append(found, a.Name+":"+choice.Value)
		}
	}
	return matching(found, word)
}

// completionTime is how long the Tab key may take.
const completionTime = time.Second

// values returns the values of an option that begin like typed.
func (c *completer) values(ctx context.Context, spec bot.Spec, name, typed string) (values []string) {
	at := slices.IndexFunc(spec.Args, func(a bot.Arg) bool { return a.Name == name })
	if at < 0 {
		return nil
	}
	for _, choice := range spec.Args[at].Choices {
		values = append(values, choice.Value)
	}
	if spec.Args[at].Completes {
		ctx, cancel := context.WithTimeout(ctx, completionTime)
		defer cancel()
		for _, choice := range c.handler.Complete(ctx, spec.Name, name, typed) {
			values = append(values, choice.Value)
		}
	}
	return matching(values, typed)
}

func matching(words []string, prefix string) (found []string) {
	for _, w := range words {
		if strings.HasPrefix(w, prefix) {
			found = append(found, w)
		}
	}
	return found
}

func prefixed(prefix string, words []string) []string {
	for i := range words {
		words[i] = prefix + words[i]
	}
	return words
}
