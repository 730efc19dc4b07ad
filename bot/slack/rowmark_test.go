package slack

import (
	"strings"
	"testing"

	"storybot/bot"
)

// A row that begins with a mark shows it in bold, and the text behind it as typed.
func TestARowsMarkIsBold(t *testing.T) {
	open := bot.NewButton("Update 3", bot.ActionRead, 1, 3)
	row := bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Bold("BREAKING "), bot.Text("The *dykes* break.")}, Button: &open}
	_, encoded := encodeMessage(&bot.Message{Blocks: []bot.Block{row}})
	got := string(encoded)
	if !strings.Contains(got, `{"type":"text","text":"BREAKING","style":{"bold":true`) || !strings.Contains(got, `"type":"plain_text","text":"The *dykes* break."`) {
		t.Error(got)
	}
}

// What parts a row's mark from its text is not shown where they are on two lines.
func TestARowsTextBeginsWithNoSeparator(t *testing.T) {
	open := bot.NewButton("flood 09:00", bot.ActionScheduled, 1)
	row := bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Bold("Sunday 29 November 2026, 09:00 UTC"), bot.Text(" · flood, normal\nThe chancellor visits.")}, Button: &open}
	_, encoded := encodeMessage(&bot.Message{Blocks: []bot.Block{row}})
	got := string(encoded)
	if !strings.Contains(got, `"type":"plain_text","text":"flood, normal"`) || !strings.Contains(got, `"text":"Sunday 29 November 2026, 09:00 UTC","style":{"bold":true`) {
		t.Error(got)
	}
}
