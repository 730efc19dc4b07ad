package console

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"storybot/bot"
)

// ownCommand is one that the console answers itself.
type ownCommand struct {
	names    []string // the first is the one that is shown
	usage    string
	summary  string
	example  string
	do       func(ctx context.Context, h bot.Handler, rest string) (quit bool, err error)
	wordless bool // it takes no words, and is also taken without its slash
}

// ownCommands is the table of the console's own commands.
func (c *Console) ownCommands() []ownCommand {
	staying := func(do func(context.Context, string) error) func(context.Context, bot.Handler, string) (bool, error) {
		return func(ctx context.Context, _ bot.Handler, rest string) (bool, error) { return false, do(ctx, rest) }
	}
	return []ownCommand{
		{[]string{"/join"}, "/join #channel", "Go to another channel; pushes to all channels are shown under their names", "/join #news", staying(c.join), false},
		{[]string{"/as"}, "/as name", "Speak as another user", "/as alice", staying(c.as), false},
		{[]string{"/press"}, "/press number", "Press a button of the newest message that has any; the number alone does too", "/press 2", func(ctx context.Context, h bot.Handler, rest string) (bool, error) {
			return false, c.press(ctx, h, rest)
		}, false},
		{[]string{"/quit", "/exit"}, "/quit", "Leave; the bot stops with it", "/quit", func(context.Context, bot.Handler, string) (bool, error) { return true, nil }, true},
	}
}

// own finds the console's own command that a line's first word, in lower case, and
// the rest of it ask for.
func (c *Console) own(word, rest string) (ownCommand, bool) {
	for _, o := range c.ownCommands() {
		bare := o.wordless && (rest == "" || asksHelp(rest)) && slices.Contains(o.names, "/"+word)
		if bare || slices.Contains(o.names, word) {
			return o, true
		}
	}
	return ownCommand{}, false
}

// asksHelp says that words are nothing but a request for help.
func asksHelp(words string) bool {
	return slices.Contains([]string{"help", "?", "--help", "-h"}, strings.ToLower(words))
}

// explain says what one of the console's own commands does.
func (c *Console) explain(ctx context.Context, o ownCommand) error {
	m := bot.Message{Title: o.names[0], Blocks: []bot.Block{
		bot.Para(bot.Text(o.summary + ".")), bot.Para(bot.Code(o.usage)), bot.Para(bot.Text("Example: "), bot.Code(o.example)),
	}}
	return c.tell(ctx, m)
}

// help explains what is asked about; without anything it lists the bot's commands
// and the console's own.
func (c *Console) help(ctx context.Context, h bot.Handler, about string) error {
	if about = strings.TrimPrefix(about, "/"); about != "" && !asksHelp(about) {
		word, _ := cutWord(strings.ToLower(about))
		if o, ok := c.own("/"+word, ""); ok {
			return c.explain(ctx, o)
		}
		name, text := c.split(about)
		return c.ask(ctx, h, c.here(), bot.Typed{Name: name, Text: strings.TrimSpace(text + " help")})
	}
	if err := c.ask(ctx, h, c.here(), bot.Typed{Name: "help"}); err != nil {
		return err
	}
	m := bot.Message{Title: "On this console"}
	for _, o := range c.ownCommands() {
		m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Code(o.usage), bot.Text(" " + o.summary)}})
	}
	m.Blocks = append(m.Blocks, bot.Para(bot.Text(`A line that ends in \ goes on in the next one.`)))
	return c.tell(ctx, m)
}

// tell prints a message of the console's own.
func (c *Console) tell(ctx context.Context, m bot.Message) error {
	if err := c.take(ctx); err != nil {
		return nil
	}
	defer c.give()
	return c.screen.print(draw(m))
}

// parts are the lines that a text of several is: one, unless every line of it is a
// command, as where several were copied from a page.
func (c *Console) parts(text string) (all []string) {
	text = strings.ReplaceAll(text, "\\\n", "\n") // a backslash joins lines, as from a pipe
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		if !c.isCommand(l) {
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
func (c *Console) isCommand(l string) bool {
	word, rest := cutWord(strings.ToLower(l))
	_, own := c.own(word, rest)
	return own || word == "help" && rest == "" || slices.Contains(c.commandWords(), word)
}

var (
	channelForm = regexp.MustCompile(`^#[\pL\pN][\pL\pN_-]{0,79}$`)
	nameForm    = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,39}$`)
)

func (c *Console) join(ctx context.Context, name string) error {
	name = "#" + strings.TrimLeft(name, "#")
	if !channelForm.MatchString(name) {
		return c.say(ctx, "A channel's name is letters, digits, - and _, at most 80 of them. Example: /join #news")
	}
	c.channel = name
	c.mu.Lock()
	if !slices.Contains(c.joined, name) {
		c.joined = append(c.joined, name)
	}
	c.mu.Unlock()
	return c.say(ctx, "You are in %s now.", name)
}

func (c *Console) as(ctx context.Context, name string) error {
	name = strings.TrimPrefix(name, "@")
	if !nameForm.MatchString(name) {
		return c.say(ctx, "A user's name is letters, digits, dots, - and _, at most 40 of them. Example: /as alice")
	}
	if !isPerson(name) {
		return c.say(ctx, "%s is nobody's name here: chats take it for a group of people. Take another one. Example: /as alice", name)
	}
	c.user = name
	return c.say(ctx, "You are %s now.", name)
}

// chatter answers what is no command.
func (c *Console) chatter(ctx context.Context, word string) error {
	if name := strings.ToLower(word); slices.ContainsFunc(c.config.Specs, func(s bot.Spec) bool { return s.Name == name || strings.HasPrefix(s.Name, name+" ") }) {
		return c.say(ctx, "Commands begin with a slash: /%s …", name)
	}
	return c.say(ctx, "Commands begin with a slash. Example: /story sony-hack. Write help for all of them.")
}

// press presses a button of the newest message that had any.
func (c *Console) press(ctx context.Context, h bot.Handler, number string) error {
	if err := c.take(ctx); err != nil {
		return nil
	}
	buttons, place := c.buttons, c.place
	c.give()
	if len(buttons) == 0 {
		return c.say(ctx, "There is no message with buttons yet. Where a message has some, they stand below it, with their numbers.")
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(buttons) {
		return c.say(ctx, "The newest message with buttons has these: %s. Example: /press 1", choices(buttons))
	}
	button := buttons[n-1]
	if button.URL != "" {
		return c.say(ctx, "%s is at %s", button.Label, button.URL)
	}
	return c.ask(ctx, h, place, bot.Press{Action: button.Action, Arg: button.Arg})
}

// choices writes buttons as numbers to press.
func choices(buttons []bot.Button) string {
	var labels []string
	for i, b := range buttons {
		labels = append(labels, fmt.Sprintf("[%d] %s", i+1, bot.OneLine(b.Label)))
	}
	return strings.Join(labels, "  ")
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 8)
	return err == nil
}
