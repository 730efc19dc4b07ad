package command

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"storybot/bot"
)

// doubts carries commands out, or asks what was meant first.
type doubts struct {
	now       func() time.Time
	guard     *guard
	manual    *manual
	questions *questions
	refusing  *refusing
}

// doubt is a reading that leaves in doubt what is meant, as it is kept.
type doubt struct {
	Taken   values // with what resembles options taken as such
	Looks   string // what does, and the question
	Use     string // the button that takes it
	Dropped bool   // it is left out, not text, when it is not taken
}

// and is d with what more holds in the place of its own.
func (d doubt) and(more values) doubt {
	d.Taken = d.Taken.and(more)
	return d
}

// doubt is what the reading leaves in doubt.
func (r reading) doubt() doubt {
	return doubt{Taken: r.taken, Looks: looksLike(r.options), Use: useLabel(r.options), Dropped: r.dropped}
}

// whichMeant asks what a text means that resembles options: one button takes
// those, the other what was typed, which r holds, as it stands. Only who may give
// the command is asked, and only what can be done is offered.
func (m *doubts) whichMeant(ctx context.Context, r request, d doubt) (bot.Reply, error) {
	if err := m.guard.may(ctx, r.Command, r.command); err != nil {
		return bot.Reply{}, err
	}
	noOption, noTyped := m.refusal(ctx, r, d.Taken), m.refusal(ctx, r, r.values)
	for _, err := range []error{noOption, noTyped} {
		if err != nil && !inWords(err) {
			return bot.Reply{}, err // nobody knows whether it could be done
		}
	}
	if noOption != nil && noTyped != nil {
		return bot.Reply{}, noOption
	}
	free, takesText := r.command.free()
	showsText := takesText && !d.Dropped
	other := "Without it"
	if showsText {
		other = "As typed"
	}
	asked := d.Looks
	var answers []answer
	if noOption == nil {
		answers = append(answers, answer{d.Use, d.Taken})
	} else {
		asked += " As one it would be refused: " + noOption.Error()
	}
	if noTyped == nil {
		answers = append(answers, answer{other, r.values})
	} else {
		asked += " " + other + " it would be refused: " + noTyped.Error()
	}
	reply, err := m.questions.question(ctx, r, asked, answers...)
	if err != nil || !showsText {
		return reply, err
	}
	for _, a := range answers {
		text, _ := bot.Cut(bot.OneLine(a.given.get(free.Name)), maxAskedText)
		reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Bold(a.label), bot.Text(fmt.Sprintf(": the %s is “%s”", free.Name, text))))
	}
	return reply, nil
}

// refusal is why the request would be refused with these values, as far as that
// can be told before it is carried out.
func (m *doubts) refusal(ctx context.Context, r request, given values) error {
	r.values = given
	if err := cmp.Or(m.guard.checkTarget(ctx, r), r.command.check(given)); err != nil || r.command.verify == nil {
		return err
	}
	return r.command.verify(ctx, r)
}

// looksLike names the pieces of a text that resemble options, and asks.
func looksLike(options []candidate) string {
	looks := "looks like an option. Nothing was changed yet: is it meant as one?"
	if len(options) > 1 {
		looks = "look like options. Nothing was changed yet: are they meant as such?"
	}
	return namedPieces(options) + " " + looks
}

// namedPieces names options as they were typed.
func namedPieces(options []candidate) string {
	var pieces []string
	for _, o := range options {
		piece := clip(strings.TrimSpace(o.source))
		if first, _ := utf8.DecodeRuneInString(piece); closers[first] == "" {
			piece = "“" + piece + "”"
		}
		pieces = append(pieces, piece)
	}
	return strings.Join(pieces, " and ")
}

// useLabel is the button that takes the options.
func useLabel(options []candidate) string {
	use := "Use " + typedOptions(options)
	switch long := bot.Units(use) > maxShownUse; {
	case long && len(options) > 1:
		return "Use the options"
	case long:
		return "Use the option"
	}
	return use
}

// maxShownUse is how long the label of a button that names options may be: what
// fits a phone in one line, in UTF-16 units.
const maxShownUse = 30

// maxAskedText is how much of a text a question shows, in UTF-16 units.
const maxAskedText = 120
