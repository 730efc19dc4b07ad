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
	at     int                 // the field that is asked for
	values map[string]string
}

// leaveForm is what is typed to leave a form.
const leaveForm = "/cancel"

// clearField is what is typed to empty a field that may be.
const clearField = "-"

// begin asks for the first field of a form.
func (c *Console) begin(ctx context.Context, where stories.Destination, form bot.Form) error {
	c.form = &filling{form: form, place: where, values: map[string]string{}}
	return c.askField(ctx, "")
}

// askField asks for the present field, below a word about what was typed before.
func (c *Console) askField(ctx context.Context, wrong string) error {
	f := c.form
	m := bot.Message{}
	if f.at == 0 && wrong == "" {
		m.Title = f.form.Title
		intro := "Answer line by line. A line that ends in \\ goes on in the next; " + leaveForm + " leaves the form."
		if f.form.Note != "" {
			intro = f.form.Note + " " + intro
		}
		m.Blocks = append(m.Blocks, bot.Para(bot.Text(intro)))
	}
	if wrong != "" {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text(wrong)))
	}
	field := f.form.Fields[f.at]
	m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Heading, Spans: []bot.Span{bot.Text(fmt.Sprintf("%d of %d: %s", f.at+1, len(f.form.Fields), field.Label))}})
	for _, line := range []string{field.Problem, field.Hint} {
		if line != "" {
			m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Small, Spans: []bot.Span{bot.Text(line)}})
		}
	}
	for i, choice := range field.Choices {
		m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Code(strconv.Itoa(i + 1)), bot.Text(" " + choice.Label)}})
	}
	m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Small, Spans: []bot.Span{bot.Text(keeps(field))}})
	return c.tell(ctx, m)
}

// keeps says what an empty line does to a field.
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

// fill takes a line as the answer to the present field.
func (c *Console) fill(ctx context.Context, h bot.Handler, line string) (quit bool, err error) {
	f := c.form
	field := f.form.Fields[f.at]
	word, rest := cutWord(strings.ToLower(line))
	own, isOwn := c.own(word, rest)
	value, wrong := answered(field, line)
	switch {
	case word == leaveForm:
		c.form = nil
		return false, c.say(ctx, "You left the form. What you typed into it is not kept.")
	case isOwn && slices.Contains(own.names, "/quit"):
		c.form = nil
		return own.do(ctx, h, rest)
	case c.isCommand(line) && !c.Interactive(): // a script goes on, as it does behind what is refused
		c.form = nil
		if err := c.say(ctx, "The form was left, since a command came. What was typed into it is not kept."); err != nil {
			return false, err
		}
		return c.hear(ctx, h, input{line: line})
	case c.isCommand(line):
		return false, c.askField(ctx, "This is a command, and you are filling in a form: "+leaveForm+" leaves it.")
	case wrong != "":
		return false, c.askField(ctx, wrong)
	}
	f.values[field.Name] = value
	if f.at++; f.at < len(f.form.Fields) {
		return false, c.askField(ctx, "")
	}
	c.form = nil
	return false, c.ask(ctx, h, f.place, bot.Submission{ID: f.form.ID, Values: f.values})
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
