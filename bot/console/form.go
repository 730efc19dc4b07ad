package console

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// filling is a form that is being filled in, field by field, a line each.
type filling struct {
	form   bot.Form
	place  stories.Destination // where it was opened
	fields []bot.Field         // those that are asked for
	at     int                 // the one that is asked for now
	values map[string]string
}

// leaveForm is what is typed to leave a form.
const leaveForm = "/cancel"

// clearField is what is typed to empty a field that may be.
const clearField = "-"

// storyField is the name of the field that says which story something is for.
const storyField = "story"

func newFilling(where stories.Destination, form bot.Form) *filling {
	f := &filling{form: form, place: where, values: map[string]string{}}
	for _, field := range form.Fields {
		if isFixed(field) && len(form.Fields) > 1 {
			f.values[field.Name] = field.Value
			continue
		}
		f.fields = append(f.fields, field)
	}
	return f
}

// isFixed says that a field was answered when the draft was begun: for which story it
// is. One question more each time would stand before what is to be changed.
func isFixed(field bot.Field) bool {
	return field.Name == storyField && field.Kind == bot.ChoiceField && field.Value != "" && field.Problem == ""
}

// field is the one that is asked for.
func (f *filling) field() bot.Field { return f.fields[f.at] }

// changed says that something was typed that the form did not hold.
func (f *filling) changed() bool {
	return slices.ContainsFunc(f.fields, func(field bot.Field) bool {
		value, answered := f.values[field.Name]
		return answered && value != field.Value
	})
}

// hasNumbers says that numbers were shown to choose by.
func (f *filling) hasNumbers() bool {
	return slices.ContainsFunc(f.fields[:f.at+1], func(field bot.Field) bool { return field.Kind == bot.ChoiceField })
}

// question asks for the present field, below a word about what was typed before.
func (f *filling) question(wrong string, s screen) bot.Message {
	m := bot.Message{}
	if f.at == 0 && wrong == "" {
		m.Title = f.form.Title
		m.Blocks = append(m.Blocks, bot.Para(bot.Text(f.intro(s))))
	}
	if wrong != "" {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text(wrong)))
	}
	field := f.field()
	m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Heading, Spans: []bot.Span{bot.Text(fmt.Sprintf("%d of %d: %s", f.at+1, len(f.fields), field.Label))}})
	for _, line := range []string{field.Problem, field.Hint} {
		if line != "" {
			m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Small, Spans: []bot.Span{bot.Text(line)}})
		}
	}
	for i, choice := range field.Choices {
		m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Code(strconv.Itoa(i + 1)), bot.Text(" " + choice.Label)}})
	}
	m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Small, Spans: []bot.Span{bot.Text(keeps(field) + " " + leaveForm + " leaves the form.")}})
	return m
}

// intro says how a form is filled in.
func (f *filling) intro(s screen) string {
	intro := `Answer line by line. A line that ends in \ goes on in the next.`
	if _, edits := s.(*terminal); edits {
		intro += " Up brings what a field holds into the line, to be changed. Ctrl-D leaves the form and keeps what you typed as a draft."
	}
	if f.form.Note != "" {
		intro = f.form.Note + " " + intro
	}
	for _, field := range f.form.Fields {
		if isFixed(field) && len(f.form.Fields) > 1 {
			intro = field.Label + ": " + field.Value + ". " + intro
		}
	}
	return intro
}

// keeps says what an empty line does to a field, and how it is emptied.
func keeps(field bot.Field) string {
	switch {
	case field.Value != "" && field.Required:
		return "It holds: " + field.Value + "\nAn empty line keeps that."
	case field.Value != "":
		return "It holds: " + field.Value + "\nAn empty line keeps that, " + clearField + " empties it."
	case field.Required:
		return "It has to be filled in."
	}
	return "An empty line leaves it out."
}

// begin asks for the first field of a form.
func (t *conversation) begin(ctx context.Context, where stories.Destination, form bot.Form) error {
	t.form = newFilling(where, form)
	return t.askField(ctx, "")
}

func (t *conversation) askField(ctx context.Context, wrong string) error {
	return t.page.tell(ctx, t.form.question(wrong, t.page.screen))
}

// fill takes a line as the answer to the present field.
func (t *conversation) fill(ctx context.Context, h bot.Handler, line string) (quit bool, err error) {
	f := t.form
	word, rest := cutWord(strings.ToLower(line))
	own, isOwn := ownNamed(word, rest)
	value, wrong := answered(f.field(), line)
	switch {
	case word == leaveForm:
		return false, t.page.say(ctx, "You left the form. What you typed into it is not kept.%s", t.closeForm(ctx))
	case isOwn && own.is(quitCommand):
		return true, nil // what was typed is kept at the end
	case t.words.isCommand(line) && !t.interactive: // a script goes on, as it does behind what is refused
		if err := t.leave(ctx, h, "The form was left, since a command came."); err != nil {
			return false, err
		}
		return t.hear(ctx, h, input{line: line})
	case t.words.isCommand(line):
		return false, t.askField(ctx, "This is a command, and you are filling in a form: "+leaveForm+" leaves it.")
	case wrong != "":
		return false, t.askField(ctx, wrong)
	}
	f.values[f.field().Name] = value
	if f.at++; f.at < len(f.fields) {
		return false, t.askField(ctx, "")
	}
	t.form = nil
	return false, t.ask(ctx, h, inquiry{where: f.place, input: bot.Submission{ID: f.form.ID, Values: f.values}})
}

// closeForm ends a form that is left, and returns what numbers press from here on where
// the form had some of its own: a sentence, or "".
func (t *conversation) closeForm(ctx context.Context) (said string) {
	f := t.form
	t.form = nil
	t.page.count(ctx, func(n *numbers) {
		if f.hasNumbers() && len(n.newest) > 0 {
			said = " The numbers are again those of the newest message that has some: " + n.choices() + "."
		}
	})
	return said
}

// leave leaves a form and keeps what was typed: as a draft, which is shown. What becomes
// of it is said when it is known.
func (t *conversation) leave(ctx context.Context, h bot.Handler, words string) error {
	f := t.form
	numbers := t.closeForm(ctx)
	if !f.changed() {
		return t.page.say(ctx, "%s Nothing had been typed into it.%s", words, numbers)
	}
	return t.ask(ctx, h, inquiry{where: f.place, input: bot.Submission{ID: f.form.ID, Values: f.values}, left: words})
}

// abandon leaves the form that is open, if there is one.
func (t *conversation) abandon(ctx context.Context, h bot.Handler) error {
	if t.form == nil {
		return nil
	}
	return t.leave(ctx, h, "The form was left.")
}

// answered is the value of a field that a line gives it, or why it gives none.
func answered(field bot.Field, line string) (value, wrong string) {
	switch {
	case line == "":
		line = field.Value
	case line == clearField && !field.Required:
		line = ""
	}
	if line == "" && field.Required {
		return "", "This has to be filled in."
	}
	if line == "" || field.Kind != bot.ChoiceField {
		return line, ""
	}
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(field.Choices) {
		return field.Choices[n-1].Value, ""
	}
	for _, choice := range field.Choices {
		if strings.EqualFold(line, choice.Value) || strings.EqualFold(line, choice.Label) {
			return choice.Value, ""
		}
	}
	return "", fmt.Sprintf("%s is none of these. Write its number.", bot.OneLine(line))
}
