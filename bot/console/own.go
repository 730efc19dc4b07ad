package console

import (
	"context"
	"slices"
	"strings"

	"storybot/bot"
)

// ownCommand is one that the console answers itself.
type ownCommand struct {
	names    []string // the first is the one that is shown
	usage    string
	summary  string
	example  string
	wordless bool // it takes no words, and is also taken without its slash
}

// The first names of the console's own commands.
const (
	joinCommand  = "/join"
	asCommand    = "/as"
	pressCommand = "/press"
	quitCommand  = "/quit"
)

// ownCommands is the table of the console's own commands.
func ownCommands() []ownCommand {
	return []ownCommand{
		{[]string{joinCommand}, "/join #channel", "Go to another channel; pushes to all channels are shown under their names", "/join #news", false},
		{[]string{asCommand}, "/as name", "Speak as another user", "/as alice", false},
		{[]string{pressCommand}, "/press number", "Press a button of the newest message that has any; the number alone does too", "/press 2", false},
		{[]string{quitCommand, "/exit"}, "/quit", "Leave; the bot stops with it", "/quit", true},
	}
}

// ownNamed finds the console's own command that a line's first word, in lower case, and
// the rest of it ask for.
func ownNamed(word, rest string) (ownCommand, bool) {
	for _, o := range ownCommands() {
		bare := o.wordless && (rest == "" || asksHelp(rest)) && slices.Contains(o.names, "/"+word)
		if bare || slices.Contains(o.names, word) {
			return o, true
		}
	}
	return ownCommand{}, false
}

// is says which command it is, by its first name.
func (o ownCommand) is(name string) bool { return slices.Contains(o.names, name) }

// asksHelp says that words are nothing but a request for help.
func asksHelp(words string) bool {
	return slices.Contains([]string{"help", "?", "--help", "-h"}, strings.ToLower(words))
}

// explained says what one of the console's own commands does.
func (o ownCommand) explained() bot.Message {
	return bot.Message{Title: o.names[0], Blocks: []bot.Block{
		bot.Para(bot.Text(o.summary + ".")), bot.Para(bot.Code(o.usage)), bot.Para(bot.Text("Example: "), bot.Code(o.example)),
	}}
}

// own does what one of the console's own commands asks.
func (t *conversation) own(ctx context.Context, h bot.Handler, o ownCommand, rest string) (quit bool, err error) {
	switch {
	case o.is(joinCommand):
		return false, t.page.say(ctx, "%s", t.person.join(rest))
	case o.is(asCommand):
		return false, t.page.say(ctx, "%s", t.person.as(rest))
	case o.is(pressCommand):
		return false, t.press(ctx, h, rest)
	}
	return true, nil
}

// help explains what is asked about; without anything it lists the bot's commands
// and the console's own.
func (t *conversation) help(ctx context.Context, h bot.Handler, about string) error {
	if about = strings.TrimPrefix(about, "/"); about != "" && !asksHelp(about) {
		word, _ := cutWord(strings.ToLower(about))
		if o, ok := ownNamed("/"+word, ""); ok {
			return t.page.tell(ctx, o.explained())
		}
		name, text := t.words.split(about)
		return t.ask(ctx, h, inquiry{where: t.person.here(), input: bot.Typed{Name: name, Text: strings.TrimSpace(text + " help")}})
	}
	if err := t.ask(ctx, h, inquiry{where: t.person.here(), input: bot.Typed{Name: "help"}}); err != nil {
		return err
	}
	m := bot.Message{Title: "On this console"}
	for _, o := range ownCommands() {
		m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Code(o.usage), bot.Text(" " + o.summary)}})
	}
	m.Blocks = append(m.Blocks, bot.Para(bot.Text(`A line that ends in \ goes on in the next one.`)))
	return t.page.tell(ctx, m)
}

// press presses a button by its number.
func (t *conversation) press(ctx context.Context, h bot.Handler, number string) error {
	if err := t.page.take(ctx); err != nil {
		return nil
	}
	chosen, instead := t.page.numbers.choose(number)
	t.page.give()
	if chosen == nil {
		return t.page.say(ctx, "%s", instead)
	}
	button := chosen.button
	if button.URL != "" {
		return t.page.say(ctx, "%s is at %s", button.Label, button.URL)
	}
	return t.ask(ctx, h, inquiry{where: chosen.place, input: bot.Press{Action: button.Action, Arg: button.Arg}, pressed: chosen})
}
