package slack

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"storybot/bot"
)

// actionMark parts a button's action from its place in the message: Slack
// wants every action_id of a message to be different.
const actionMark = "#"

// linkAction is in the place of the action in a button that opens an address:
// Slack reports such a press too. No bot.Action looks like it.
const linkAction = "="

// longestMark is how long the bold word is that a row may begin with, in UTF-16 units:
// longer text is no mark, but what the row says.
const longestMark = 40

// row adds a block with its button beside it: a rich_text can have none, so its
// first line is a section of plain text, and the rest small print. ok is false when
// Slack would not take the button.
func (b *builder) row(block bot.Block) (ok bool) {
	button, ok := b.button(*block.Button)
	if !ok {
		return false
	}
	first, rest := firstLine(block.Spans)
	mark := ""
	if len(first) > 1 && first[0].Bold && bot.Units(first[0].Text) <= longestMark && strings.TrimSpace(plainly(first[1:])) != "" {
		mark, first = strings.TrimSpace(b.take(first[0].Text)), first[1:] // plain text has no bold
	}
	text, cut := bot.Cut(strings.TrimSpace(b.take(plainly(first))), maxSmall)
	if mark != "" { // it stands on a line of its own, so that nothing is to part them
		text = strings.TrimPrefix(text, "· ")
	}
	if text == "" && mark == "" {
		return false
	}
	b.cut = b.cut || cut
	b.pressed++
	b.endRich()
	if mark != "" {
		b.blocks = append(b.blocks, slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionTextElement(mark, &slack.RichTextSectionTextStyle{Bold: true}))))
	}
	if text == "" { // nothing of it fits any more
		text, b.cut = "…", true
	}
	b.blocks = append(b.blocks, slack.NewSectionBlock(plainText(text), nil, slack.NewAccessory(button)))
	b.small(rest)
	return true
}

// firstLine divides spans at the first line break in their text.
func firstLine(spans []bot.Span) (first, rest []bot.Span) {
	for i, s := range spans {
		head, tail, breaks := strings.Cut(s.Text, "\n")
		if !breaks || !s.Time.IsZero() {
			continue
		}
		before, after := s, s
		before.Text, after.Text = head, tail
		return append(spans[:i:i], before), append([]bot.Span{after}, spans[i+1:]...)
	}
	return spans, nil
}

// plainly is what spans say without any markup.
func plainly(spans []bot.Span) string {
	var text strings.Builder
	for _, s := range spans {
		l, _, ok := link(s.URL)
		switch {
		case !s.Time.IsZero():
			text.WriteString(utc(s))
		case ok:
			shown, rest := l.Label(s.Text)
			text.WriteString(shown + rest)
		default:
			text.WriteString(s.Text)
		}
	}
	return text.String()
}

// buttons adds what can be pressed. A button that leads to no address Slack
// would take is left out.
func (b *builder) buttons(buttons []bot.Button) {
	var elements []slack.BlockElement
	for _, button := range buttons {
		if e, ok := b.button(button); ok && len(elements) < maxActions {
			elements = append(elements, e)
			b.pressed++
		}
	}
	if len(elements) > 0 {
		b.blocks = append(b.blocks, slack.NewActionBlock("", elements...))
	}
}

// button is a button of its own place in the message; ok is false for one that
// Slack would not take.
func (b *builder) button(button bot.Button) (e *slack.ButtonBlockElement, ok bool) {
	label, _ := bot.Cut(bot.OneLine(button.Label), maxButtonLabel)
	action := string(button.Action)
	_, address, leads := link(button.URL)
	if button.URL != "" {
		action = linkAction
	}
	if label == "" || button.URL != "" && !leads || action == "" || len(button.Arg) > maxButtonValue || len(action) > maxActionID-10 {
		return nil, false
	}
	e = slack.NewButtonBlockElement(fmt.Sprintf("%s%s%d", action, actionMark, b.pressed), button.Arg, plainText(label))
	e.URL, e.Confirm = address, confirmation(button)
	switch button.Style {
	case bot.Primary:
		e.Style = slack.StylePrimary
	case bot.Danger:
		e.Style = slack.StyleDanger
	}
	return e, true
}
