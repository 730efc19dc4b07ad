package console

import (
	"strings"

	"github.com/rivo/uniseg"

	"storybot/bot"
)

// style is how a run of text stands out, where a screen can show that. Nothing
// is told by it alone.
type style uint8

const (
	bold style = 1 << iota
	dim
	whole // is not broken between its words
)

// run is text in one style.
type run struct {
	text  string
	style style
}

// line is one line of what is printed, before a screen breaks it into rows.
type line struct {
	first string // stands before its first row
	rest  string // stands before the rows it goes on in
	runs  []run
}

// lines are the lines of a text in one style.
func lines(text string, s style) (all []line) {
	for l := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		all = append(all, line{runs: []run{{l, s}}})
	}
	return all
}

// plain is the line in one row, without styles.
func (l line) plain() string {
	var b strings.Builder
	b.WriteString(l.first)
	for _, r := range l.runs {
		b.WriteString(r.text)
	}
	return bot.Clean(b.String())
}

// cell is one character as it is seen, a grapheme cluster.
type cell struct {
	text  string
	width int // in columns
	style style
	end   bool // a row may end behind it
}

// cells divides the line's text. Rows end at white space and beside wide
// characters, which have none between them; never inside a slug or an address.
func (l line) cells() (all []cell) {
	var text strings.Builder
	var styles []style // by byte
	for _, r := range l.runs {
		clean := bot.Clean(r.text)
		text.WriteString(clean)
		for range len(clean) {
			styles = append(styles, r.style)
		}
	}
	state, at := -1, 0
	for rest := text.String(); rest != ""; {
		var c cell
		var boundaries int
		c.text, rest, boundaries, state = uniseg.StepString(rest, state)
		c.width, c.style = boundaries>>uniseg.ShiftWidth, styles[at]
		at += len(c.text)
		inside := c.style&whole != 0 && at < len(styles) && styles[at]&whole != 0
		c.end = boundaries&uniseg.MaskLine != uniseg.LineDontBreak && !inside
		all = append(all, c)
	}
	for i := range all {
		wide := all[i].width > 1 || i+1 < len(all) && all[i+1].width > 1
		all[i].end = all[i].end && (wide || all[i].text == " " || i+1 == len(all))
	}
	return all
}

// leastWidth is what a row holds in a window however narrow, in columns.
const leastWidth = 8

// rows breaks the line into rows of at most width columns, 0 for any. Only an
// address is longer where it must be, so that it can be copied and pressed. With
// styled the rows hold the escape sequences of their styles.
func (l line) rows(width int, styled bool) (rows []string) {
	if width <= 0 {
		return []string{l.plain()}
	}
	cells, before := l.cells(), l.first
	for {
		room := max(leastWidth, width-uniseg.StringWidth(before))
		end := rowEnd(cells, room)
		rows = append(rows, before+paint(trimEnd(cells[:end]), styled))
		if cells, before = cells[end:], l.rest; len(cells) == 0 {
			return rows
		}
	}
}

// rowEnd is how many cells the next row takes.
func rowEnd(cells []cell, room int) int {
	used, last := 0, 0
	for i, c := range cells {
		if used += c.width; used > room && c.text != " " {
			switch {
			case last > 0:
				return last
			case isAddress(cells):
				return wordEnd(cells)
			}
			return max(1, i)
		}
		if c.end {
			last = i + 1
		}
	}
	return len(cells)
}

// wordEnd is where the first word ends, with the white space behind it.
func wordEnd(cells []cell) int {
	for i, c := range cells {
		if c.end {
			return i + 1
		}
	}
	return len(cells)
}

func isAddress(cells []cell) bool {
	var word strings.Builder
	for _, c := range cells[:wordEnd(cells)] {
		word.WriteString(c.text)
	}
	return strings.Contains(word.String(), "://")
}

func trimEnd(cells []cell) []cell {
	for len(cells) > 0 && cells[len(cells)-1].text == " " {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// How a terminal is told of a style (ECMA-48, 8.3.117 Select Graphic Rendition:
// https://ecma-international.org/publications-and-standards/standards/ecma-48/).
const (
	startBold = "\x1b[1m"
	startDim  = "\x1b[2m"
	endStyle  = "\x1b[0m"
)

// paint writes cells, with the sequences of their styles where styled.
func paint(cells []cell, styled bool) string {
	var b strings.Builder
	shown := style(0)
	for _, c := range cells {
		if s := c.style &^ whole; styled && s != shown {
			if shown != 0 {
				b.WriteString(endStyle)
			}
			if s&bold != 0 {
				b.WriteString(startBold)
			}
			if s&dim != 0 {
				b.WriteString(startDim)
			}
			shown = s
		}
		b.WriteString(c.text)
	}
	if shown != 0 {
		b.WriteString(endStyle)
	}
	return b.String()
}
