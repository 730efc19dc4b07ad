package console

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// conversation is the talk with who types. What is typed is heard one line after
// another.
type conversation struct {
	page        *page
	person      *person
	words       vocabulary
	asking      *asking
	interactive bool
	leaving     func(context.Context) string // as Config.Leaving; may be nil
	form        *filling                     // that is being filled in; nil for none
}

func newConversation(c Config, p *page) *conversation {
	t := &conversation{page: p, person: newPerson(), words: vocabulary{c.Specs}, interactive: p.screen.interactive(), leaving: c.Leaving}
	t.asking = newAsking(c, p, t.person)
	return t
}

// prompt is what stands before the line that is typed: who speaks and where, or what
// is asked for, with what that holds.
func (t *conversation) prompt() prompt {
	if t.form != nil {
		field := t.form.field()
		return prompt{shown: field.Label + promptEnd, holds: field.Value}
	}
	return prompt{shown: t.person.prompt()}
}

// hear does what one line asks. quit says that it asked to leave.
func (t *conversation) hear(ctx context.Context, h bot.Handler, in input) (quit bool, err error) {
	if errors.Is(in.err, errTooLong) {
		return false, t.tooLong(ctx)
	}
	if in.err != nil {
		return false, fmt.Errorf("read a line: %w", in.err)
	}
	line := strings.TrimSpace(bot.Visible(in.line))
	if t.form != nil {
		return t.fill(ctx, h, line)
	}
	if line == "" {
		return false, nil
	}
	if isNumber(line) {
		return false, t.press(ctx, h, line)
	}
	word, rest := cutWord(line)
	word = strings.ToLower(word)
	own, isOwn := ownNamed(word, rest)
	if !isOwn || !own.is(pressCommand) {
		t.page.count(ctx, (*numbers).passed)
	}
	switch {
	case word == leaveForm:
		return false, t.page.say(ctx, "No form is open, so there is none to leave.")
	case word == "help" || word == "/help":
		return false, t.help(ctx, h, rest)
	case isOwn && asksHelp(rest):
		return false, t.page.tell(ctx, own.explained())
	case isOwn:
		return t.own(ctx, h, own, rest)
	case !strings.HasPrefix(word, "/"):
		return false, t.page.say(ctx, "%s", t.words.chatter(word))
	}
	name, text := t.words.split(strings.TrimPrefix(line, "/"))
	return false, t.ask(ctx, h, inquiry{where: t.person.here(), input: bot.Typed{Name: name, Text: text}})
}

// tooLong says that a line was, and what is asked for still.
func (t *conversation) tooLong(ctx context.Context) error {
	words := fmt.Sprintf("This is longer than the console reads, so nothing was done. A shorter one is read: an update has at most %s characters.", bot.Count(stories.MaxUpdateText))
	if t.form != nil {
		return t.page.tell(ctx, t.form.question(words, t.page.screen))
	}
	return t.page.say(ctx, "%s", words)
}

// ask has the bot answer; where that opens a form, its first field is asked for.
func (t *conversation) ask(ctx context.Context, h bot.Handler, q inquiry) error {
	form, err := t.asking.ask(ctx, h, q)
	if err != nil || form == nil {
		return err
	}
	return t.begin(ctx, q.where, *form)
}

// finish is the end of the conversation: what was typed into a form is kept, and what is
// due is waited for.
func (t *conversation) finish(ctx context.Context, h bot.Handler) error {
	if ctx.Err() != nil {
		return nil // there is time to keep a form, and for nothing else
	}
	if err := t.abandon(ctx, h); err != nil {
		return ignoreStop(ctx, err)
	}
	if err := t.asking.ends.settle(ctx); err != nil {
		return ignoreStop(ctx, err)
	}
	if t.interactive && t.leaving != nil {
		if said := t.leaving(ctx); said != "" {
			if err := t.page.say(ctx, "%s", said); err != nil {
				return err
			}
		}
	}
	return ignoreStop(ctx, t.asking.ends.tellAll(ctx))
}

// ignoreStop drops an error that only says the program is stopping.
func ignoreStop(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// endOfInput does what the end of the input asks. At a terminal, where it is a key, it
// leaves the form first that is open.
func (t *conversation) endOfInput(ctx context.Context, h bot.Handler) (over bool, err error) {
	if t.form != nil && t.interactive {
		return false, t.abandon(ctx, h)
	}
	return true, t.finish(ctx, h)
}
