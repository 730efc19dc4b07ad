package console

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"

	"storybot/bot"
)

// draw lays a message out in lines, as bot.PlainText does but with what stands
// out and what goes on under what. numbers are the numbers of its buttons.
func draw(m bot.Message, numbers *numbering) (all []line) {
	if title := m.Title; title != "" {
		if m.URL != "" {
			title += " (" + m.URL + ")"
		}
		all = lines(title, bold)
	}
	prev := bot.Heading // what follows a title stands close to it
	for i := 0; i < len(m.Blocks); i++ {
		block := m.Blocks[i]
		if len(all) > 0 && !together(prev, block.Kind) {
			all = append(all, line{})
		}
		if n := tableRows(m.Blocks[i:]); n > 0 {
			all = append(all, drawTable(m.Blocks[i:i+n], numbers)...)
			i += n - 1
		} else {
			all = append(all, drawBlock(block, numbers)...)
		}
		prev = block.Kind
	}
	if m.Image != nil {
		all = append(all, lines("Picture: "+bot.OneLine(m.Image.Alt)+" ("+m.Image.URL+")", dim)...)
	}
	for len(all) > 0 && strings.TrimSpace(all[len(all)-1].plain()) == "" {
		all = all[:len(all)-1]
	}
	return all
}

// together says that no empty line stands between two blocks: items keep together,
// small print keeps to what it belongs to, a heading to what it heads.
func together(prev, next bot.BlockKind) bool {
	return next == bot.Small || prev == bot.Heading || prev == bot.Item && next == bot.Item
}

func drawBlock(block bot.Block, numbers *numbering) []line {
	first, rest, s := "", "", style(0)
	switch block.Kind {
	case bot.Heading:
		s = bold
	case bot.Small:
		s = dim
	case bot.Item:
		first, rest = "- ", "  "
	case bot.Quote:
		first, rest = "> ", "> "
	}
	if mark := numbers.mark(block); mark != "" {
		first, rest = mark, strings.Repeat(" ", len(mark))
	}
	return prefixedLines(first, rest, broken(append(drawSpans(block.Spans, s), numbers.label(block)...)))
}

// prefixedLines puts first before the first row of all and rest before every
// other.
func prefixedLines(first, rest string, runs [][]run) (all []line) {
	for _, r := range runs {
		all = append(all, line{first: first, rest: rest, runs: r})
		first = rest
	}
	return all
}

func drawSpans(spans []bot.Span, s style) (runs []run) {
	for _, span := range spans {
		look := s
		if span.Bold {
			look |= bold
		}
		runs = append(runs, run{bot.PlainSpan(span), look})
	}
	return runs
}

// broken divides runs at the line breaks in them.
func broken(runs []run) [][]run {
	all := [][]run{nil}
	for _, r := range runs {
		for i, part := range strings.Split(r.text, "\n") {
			if i > 0 {
				all = append(all, nil)
			}
			all[len(all)-1] = append(all[len(all)-1], run{part, r.style})
		}
	}
	return all
}

// tableRows counts the blocks at the beginning of blocks that are one table: items
// of something to type and, behind a space, words about it.
func tableRows(blocks []bot.Block) (n int) {
	for _, b := range blocks {
		if b.Kind != bot.Item || len(b.Spans) < 2 || !b.Spans[0].Code || !strings.HasPrefix(b.Spans[1].Text, " ") || strings.HasPrefix(b.Spans[1].Text, " ·") {
			break
		}
		n++
	}
	return n
}

// columnWidth is how wide the first column of a table may be. Where something is
// wider, the words stand under it.
const columnWidth = 18

func drawTable(blocks []bot.Block, numbers *numbering) (all []line) {
	widest := 0
	for _, b := range blocks {
		widest = max(widest, uniseg.StringWidth(b.Spans[0].Text))
	}
	for _, b := range blocks {
		words := drawSpans(b.Spans[1:], 0)
		words[0].text = strings.TrimPrefix(words[0].text, " ")
		words = append(words, numbers.label(b)...)
		mark, typed := numbers.mark(b), bot.OneLine(b.Spans[0].Text)
		if widest > columnWidth {
			all = append(all, line{first: mark, rest: "        ", runs: []run{{typed, bold}}})
			all = append(all, prefixedLines("    ", "    ", broken(words))...)
			continue
		}
		rest := strings.Repeat(" ", len(mark)+widest+2)
		rows := prefixedLines(mark, rest, broken(words))
		gap := strings.Repeat(" ", widest+2-uniseg.StringWidth(typed))
		rows[0].runs = append([]run{{typed, bold}, {gap, 0}}, rows[0].runs...)
		all = append(all, rows...)
	}
	return all
}

// numbering gives the buttons of one message the numbers they are pressed by.
type numbering struct{ buttons []bot.Button }

// mark is what stands before a block with a button of its own.
func (n *numbering) mark(b bot.Block) string {
	if b.Button == nil {
		return ""
	}
	n.buttons = append(n.buttons, *b.Button)
	return fmt.Sprintf("[%d] ", len(n.buttons))
}

// label is what a block's own button does, where the block does not say it.
func (n *numbering) label(b bot.Block) []run {
	if b.Button == nil || strings.Contains(blockText(b), b.Button.Label) {
		return nil
	}
	return []run{{" (" + bot.OneLine(b.Button.Label) + ")", dim}}
}

func blockText(b bot.Block) string {
	var text strings.Builder
	for _, s := range b.Spans {
		text.WriteString(bot.PlainSpan(s))
	}
	return text.String()
}

// drawButtons is the line of the buttons under a message.
func drawButtons(buttons []bot.Button, numbers *numbering) (l line) {
	for i, b := range buttons {
		if i > 0 {
			l.runs = append(l.runs, run{"  ", 0})
		}
		numbers.buttons = append(numbers.buttons, b)
		l.runs = append(l.runs, run{fmt.Sprintf("[%d] %s", len(numbers.buttons), bot.OneLine(b.Label)), whole})
	}
	return l
}
