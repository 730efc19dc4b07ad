package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"storybot/bot"
	"storybot/stories"
)

// typedWords are words that somebody typed, and the argument they were typed for; ""
// where they are a whole command that could not be read.
type typedWords struct{ name, words string }

// undone is an error of a command that did nothing: no client gives back what was typed
// for it, so the refusal does.
type undone struct {
	error
	words []typedWords
}

// Unwrap returns why it did nothing.
func (u undone) Unwrap() error { return u.error }

// typesWords says that words are typed for an argument that nobody wants to type twice.
func typesWords(a bot.Arg) bool { return a.Free || a.Kind == bot.KindText }

// givesBack says that a refusal of the command gives back what was typed. A code that is
// to be known to nobody else is not repeated.
func (c *command) givesBack() bool {
	return !c.recorded && (c.role == stories.Moderator || slices.ContainsFunc(c.Args, typesWords))
}

// keepText has the refusal that err becomes give back all words of r. Who may not give
// the command gets nothing back.
func (r request) keepText(err error) error {
	if err == nil || r.command == nil || !r.command.givesBack() || stories.CodeOf(err) == stories.CodeForbidden {
		return err
	}
	if words := r.words(); len(words) > 0 {
		return undone{err, words}
	}
	return err
}

// words are the words that were typed for the request's arguments.
func (r request) words() (words []typedWords) {
	for _, arg := range r.command.Args {
		if given := strings.TrimSpace(strings.Join(r.values[arg.Name], " ")); given != "" && typesWords(arg) {
			words = append(words, typedWords{arg.Name, given})
		}
	}
	return words
}

// keepLine is keepText of a command that could not be read: of what was typed behind its
// name nothing is left out.
func (c *command) keepLine(err error, text string) error {
	if err == nil || !c.givesBack() || strings.TrimSpace(text) == "" || stories.CodeOf(err) == stories.CodeForbidden {
		return err
	}
	return undone{err, []typedWords{{"", "/" + c.Name + " " + strings.TrimSpace(text)}}}
}

// nearRoom is what is left beside a text that is given back for the stories that may
// have been meant, in Room units.
const nearRoom = 700

// withText adds to a refusal what was typed in vain, as much as there is room for beside
// what takes so much.
func withText(reply bot.Reply, err error, beside int) bot.Reply {
	kept := undone{}
	if !errors.As(err, &kept) {
		return reply
	}
	return quoting(reply, kept.words, beside)
}

// quoting is reply with words below it that are not to be lost: a text that is published
// as it was typed, others with their names. How much is cut is said.
func quoting(reply bot.Reply, words []typedWords, beside int) bot.Reply {
	room := answerRoom - beside - roomOf(reply.Message.Blocks...)
	needs, clean := make([]int, len(words)), make([]string, len(words))
	for i, w := range words {
		clean[i] = bot.Clean(w.words)
		needs[i] = bot.Room(clean[i])
		room -= roomOf(heading(w.cutLabel(len(clean[i]))), bot.Block{Kind: bot.Quote})
	}
	for i, share := range shares(room, needs) {
		head, cut := bot.CutToRoom(clean[i], share)
		label := words[i].label()
		if cut {
			label = words[i].cutLabel(utf8.RuneCountInString(head))
			head += " …"
		}
		if cut || len(words) > 1 || words[i].name != lastWordArg.Name {
			reply.Message.Blocks = append(reply.Message.Blocks, heading(label))
		}
		reply.Message.Blocks = append(reply.Message.Blocks, bot.Block{Kind: bot.Quote, Spans: []bot.Span{bot.Text(head)}})
	}
	return reply
}

// label is what stands above words that are given back.
func (w typedWords) label() string {
	if w.name == "" {
		return "What you typed"
	}
	return "Your " + w.name
}

// cutLabel is the label of words of which so many characters are shown.
func (w typedWords) cutLabel(shown int) string {
	return fmt.Sprintf("%s (its first %s of %s characters)", w.label(), bot.Count(shown), bot.Count(utf8.RuneCountInString(bot.Clean(w.words))))
}

// tooOld refuses the answer to a question that was asked too long ago, with the words
// that waited for it.
func (m *questions) tooOld(q question, said string) bot.Reply {
	reply := refused(said)
	entry := m.manual.named(q.Command)
	if len(q.Answers) == 0 || entry == nil {
		return reply
	}
	r := request{command: entry, values: q.Given.and(q.Answers[0])}
	return withText(reply, r.keepText(stories.Errorf(stories.CodeInvalid, "%s", said)), 0)
}

// refuseNear is a refusal with what was typed in vain and the stories that may have been
// meant.
func (m *refusing) refuseNear(ctx context.Context, err error, refusal *stories.Error) bot.Reply {
	beside := 0
	if len(refusal.Near) > 0 {
		beside = nearRoom
	}
	return m.withNear(ctx, withText(refused(refusal.Message), err, beside), refusal)
}
