package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"storybot/bot"
)

// complete returns what the last word of line may become: a command, an
// option's name, one of its values, a slug.
func (c *Console) complete(ctx context.Context, h bot.Handler, line string) []string {
	if !strings.HasPrefix(line, "/") {
		return matching([]string{"help", "quit"}, line)
	}
	word := line[strings.LastIndexByte(line, ' ')+1:]
	earlier := strings.Fields(strings.TrimSuffix(line, word))
	if len(earlier) == 0 {
		return matching(c.commandWords(), word)
	}
	switch earlier[0] {
	case "/join":
		return matching(c.channels(), word)
	case "/help":
		return matching(c.commandWords(), word)
	}
	spec, args, ok := c.specOf(earlier)
	if !ok {
		return matching(c.secondWords(earlier[0]), word)
	}
	if name, value, ok := strings.Cut(word, ":"); ok {
		if found := c.values(ctx, h, spec, name, value); found != nil {
			return prefixed(name+":", found)
		}
	}
	var found []string
	positional := slices.DeleteFunc(slices.Clone(spec.Args), func(a bot.Arg) bool { return !a.Positional })
	if at := len(args); at < len(positional) {
		found = c.values(ctx, h, spec, positional[at].Name, word)
		if positional[at].Required {
			return found
		}
	}
	return append(found, c.options(spec, args[min(len(args), len(positional)):], word)...)
}

// options are the options that word may become, in whole words: each with its
// values where it has a few. None behind the beginning of the text, where an option
// would be asked about, and none again that was given.
func (c *Console) options(spec bot.Spec, given []string, word string) (found []string) {
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

// channels are the channels seen.
func (c *Console) channels() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.joined)
}

// commandWords are the first words of all commands.
func (c *Console) commandWords() []string {
	words := []string{"/help"}
	for _, o := range c.ownCommands() {
		words = append(words, o.names[0])
	}
	for _, s := range c.config.Specs {
		first, _, _ := strings.Cut(s.Name, " ")
		words = append(words, "/"+first)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// secondWords are the second words of the commands that begin with first.
func (c *Console) secondWords(first string) (words []string) {
	for _, s := range c.config.Specs {
		if _, second, ok := strings.Cut("/"+s.Name, first+" "); ok {
			words = append(words, second)
		}
	}
	return words
}

// specOf finds the command that words begin with, and its arguments.
func (c *Console) specOf(words []string) (spec bot.Spec, args []string, ok bool) {
	for _, s := range c.config.Specs {
		name := strings.Fields("/" + s.Name)
		if len(words) >= len(name) && slices.Equal(words[:len(name)], name) {
			return s, words[len(name):], true
		}
	}
	return bot.Spec{}, nil, false
}

// completionTime is how long the Tab key may take.
const completionTime = time.Second

// values returns the values of an option that begin like typed.
func (c *Console) values(ctx context.Context, h bot.Handler, spec bot.Spec, name, typed string) (values []string) {
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
		for _, choice := range h.Complete(ctx, spec.Name, name, typed) {
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
