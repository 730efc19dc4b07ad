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
