package slack

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"storybot/bot"
)

// Limits of a question that stands between a button and what it does
// (https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object).
const (
	maxConfirmTitle = 100
	maxConfirmText  = 300
	maxConfirmLabel = 30
)

// confirmation is a button's question, nil where it has none.
func confirmation(b bot.Button) *slack.ConfirmationBlockObject {
	cut := func(s string, limit int) *slack.TextBlockObject {
		s, _ = bot.Cut(bot.OneLine(s), limit)
		return plainText(s)
	}
	if bot.OneLine(b.Confirm) == "" {
		return nil
	}
	return slack.NewConfirmationBlockObject(cut(b.Label, maxConfirmTitle), cut(b.Confirm, maxConfirmText), cut(b.Label, maxConfirmLabel), plainText("Cancel"))
}

// alone says that a channel is a direct message: nobody else is there to notice
// what a button does (https://docs.slack.dev/reference/objects/conversation-object).
func alone(channel string) bool { return strings.HasPrefix(channel, "D") }

// unasked is m without the questions of its buttons.
func unasked(m *bot.Message) *bot.Message {
	quiet := *m
	quiet.Buttons, quiet.Blocks = slices.Clone(m.Buttons), slices.Clone(m.Blocks)
	for i := range quiet.Buttons {
		quiet.Buttons[i].Confirm = ""
	}
	for i, block := range quiet.Blocks {
		if block.Button != nil {
			b := *block.Button
			b.Confirm = ""
			quiet.Blocks[i].Button = &b
		}
	}
	return &quiet
}
