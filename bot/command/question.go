package command

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"storybot/bot"
)

// question is a command that waits for its author to say what they meant. It
// is kept as a note.
type question struct {
	By      string // the only one who may answer
	Command string
	Answers []values // what the command is given, by the number of the answer
}

// The kinds of notes: the first letter of their ids.
const (
	questionKind = "q"
	searchKind   = "n"
)

// answer is one way to go on from a question.
type answer struct {
	label string
	given values
}

// question puts a command aside and asks, with a button for each answer, of
// which one is taken once, however often they are pressed.
func (m *Mux) question(ctx context.Context, r request, asked string, answers ...answer) (bot.Reply, error) {
	q := question{By: r.User.Ref, Command: r.command.Name}
	for _, a := range answers {
		q.Answers = append(q.Answers, a.given)
	}
	note, err := json.Marshal(q)
	if err != nil {
		return bot.Reply{}, err
	}
	id := questionKind + rand.Text()
	if err := m.stories.PutNote(ctx, r.User, id, string(note)); err != nil {
		return bot.Reply{}, err
	}
	reply := refused(asked)
	for i, a := range answers {
		reply.Message.Buttons = append(reply.Message.Buttons, bot.NewWordButton(a.label, bot.ActionAnswer, int64(i), id))
	}
	return reply, nil
}

// pressAnswer goes on with the command that a question put aside.
func (m *Mux) pressAnswer(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	note, err := m.note(ctx, args.Word)
	if err != nil {
		return bot.Reply{}, err
	}
	var q question
	entry := (*command)(nil)
	if json.Unmarshal([]byte(note), &q) == nil {
		entry = m.named(q.Command)
	}
	if entry == nil || args.Number(0) >= int64(len(q.Answers)) {
		return bot.Reply{}, bot.ErrOldButton // a note of another kind
	}
	if q.By != r.User.Ref {
		return refused("Only the person who typed this command can answer its question; nothing was changed."), nil
	}
	r.Key = "answer:" + args.Word // one deed, whichever answer is pressed, however often
	r.command, r.values = entry, q.Answers[args.Number(0)]
	return m.carryOut(ctx, r)
}

// whichReading asks what a text means that resembles options: one button takes
// those, the other what was typed as it stands. Only who may give the command
// is asked.
func (m *Mux) whichReading(ctx context.Context, r request, read reading) (bot.Reply, error) {
	if err := m.may(ctx, r.Command, r.command); err != nil {
		return bot.Reply{}, err
	}
	taken := r
	taken.values = read.taken
	if err := cmp.Or(m.checkTarget(ctx, taken), r.command.check(read.taken)); err != nil {
		return bot.Reply{}, err
	}
	if err := r.command.check(read.typed); err != nil && !read.dropped {
		return bot.Reply{}, err
	}
	var pieces []string
	for _, o := range read.options {
		piece := clip(strings.TrimSpace(o.source))
		if first, _ := utf8.DecodeRuneInString(piece); closers[first] == "" {
			piece = "“" + piece + "”"
		}
		pieces = append(pieces, piece)
	}
	looks := "looks like an option. Nothing was changed yet: is it meant as one?"
	if len(pieces) > 1 {
		looks = "look like options. Nothing was changed yet: are they meant as such?"
	}
	free, takesText := r.command.free()
	asked := strings.Join(pieces, " and ") + " " + looks
	use := "Use " + typedOptions(read.options)
	switch long := bot.Units(use) > maxShownUse; {
	case long && len(pieces) > 1:
		use = "Use the options"
	case long:
		use = "Use the option"
	}
	other := "Without it"
	if takesText && !read.dropped {
		other = "As typed"
	}
	reply, err := m.question(ctx, r, asked, answer{use, read.taken}, answer{other, read.typed})
	if err != nil || !takesText || read.dropped {
		return reply, err
	}
	for _, a := range []struct {
		label string
		given values
	}{{use, read.taken}, {other, read.typed}} {
		text, _ := bot.Cut(bot.OneLine(a.given.get(free.Name)), maxAskedText)
		reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Bold(a.label), bot.Text(fmt.Sprintf(": the %s is “%s”", free.Name, text))))
	}
	return reply, nil
}

// maxShownUse is how long the label of a button that names options may be: what
// fits a phone in one line, in UTF-16 units.
const maxShownUse = 30

// maxAskedText is how much of a text a question shows, in UTF-16 units.
const maxAskedText = 120
