package console

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"

	"storybot/bot"
)

// draw lays a message out in lines, as bot.PlainText does but with what stands
// out and what goes on under what, and without its buttons.
func draw(m bot.Message) (all []line) {
	m = m.WithoutPicture() // a terminal shows none
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
			all = append(all, drawTable(m.Blocks[i:i+n])...)
			i += n - 1
		} else {
			all = append(all, drawBlock(block)...)
		}
		prev = block.Kind
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

func drawBlock(block bot.Block) []line {
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
	case bot.Paragraph:
		rest = strings.Repeat(" ", hanging(block.Spans))
	}
	return prefixedLines(first, rest, broken(drawSpans(block.Spans, s)))
}

// usageIndent is how far a line to type is indented where it goes on.
const usageIndent = 4

// hanging is how far a paragraph that is a line to type goes on indented: behind
// what announces it, such as "Example: ". Any other does not.
func hanging(spans []bot.Span) int {
	if len(spans) == 0 || !spans[len(spans)-1].Code {
		return 0
	}
	switch {
	case len(spans) == 1:
		return usageIndent
	case len(spans) == 2 && strings.HasSuffix(spans[0].Text, ": ") && uniseg.StringWidth(spans[0].Text) <= columnWidth:
		return uniseg.StringWidth(spans[0].Text)
	}
	return 0
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

func drawTable(blocks []bot.Block) (all []line) {
	widest := 0
	for _, b := range blocks {
		widest = max(widest, uniseg.StringWidth(b.Spans[0].Text))
	}
	for _, b := range blocks {
		words := drawSpans(b.Spans[1:], 0)
		words[0].text = strings.TrimPrefix(words[0].text, " ")
		typed := bot.OneLine(b.Spans[0].Text)
		if widest > columnWidth {
			all = append(all, line{rest: "        ", runs: []run{{typed, bold}}})
			all = append(all, prefixedLines("    ", "    ", broken(words))...)
			continue
		}
		rest := strings.Repeat(" ", widest+2)
		rows := prefixedLines("", rest, broken(words))
		gap := strings.Repeat(" ", widest+2-uniseg.StringWidth(typed))
		rows[0].runs = append([]run{{typed, bold}, {gap, 0}}, rows[0].runs...)
		all = append(all, rows...)
	}
	return all
}

// drawButtons is the line of the buttons under a message, with the numbers they are
// pressed by.
func drawButtons(buttons []bot.Button) (l line) {
	for i, b := range buttons {
		if i > 0 {
			l.runs = append(l.runs, run{"  ", 0})
		}
		l.runs = append(l.runs, run{fmt.Sprintf("[%d] %s", i+1, bot.OneLine(b.Label)), whole})
	}
	return l
}
