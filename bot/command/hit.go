package command

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/search"
)

// Limits of what is shown of the text that a search found, in Room units.
const (
	maxSnippet   = 140
	leadIn       = 30 // of what stands before the first word that was looked for
	maxMarked    = 4  // words that are marked
	markedRoom   = 6  // of the marks around one
	ellipsisRoom = 2
)

// hitRows are stories that a search found, in a list that takes at most room: each a
// row that opens it, and under it where its words are, unless the row shows them.
func hitRows(hits []stories.Hit, query string, room int) []bot.Block {
	q := search.Parse(query)
	found := make([]foundText, len(hits))
	needs := make([]int, len(hits))
	for i, hit := range hits {
		found[i] = findText(hit)
		room -= roomOf(storyRow(hit.Story, 0)) + maxMarked*markedRoom
		needs[i] = bot.Room(bot.Headline(hit.Story))
		if found[i].text != "" {
			room -= blockRoom + bot.Room(found[i].label+found[i].mark) + (maxMarked+1)*markedRoom + 2*ellipsisRoom
			needs[i] += min(bot.Room(found[i].text), maxSnippet)
		}
	}
	var blocks []bot.Block
	for i, most := range shares(room, needs) {
		hit, asked := hits[i], q.Or(hits[i].Like...)
		own := most
		if found[i].text != "" {
			own = min(bot.Room(bot.Headline(hit.Story)), max(most/2, most-min(bot.Room(found[i].text), maxSnippet)))
		}
		row := storyRow(hit.Story, own)
		row.Spans = markHeadline(row.Spans, asked)
		blocks = append(blocks, row)
		if spans := found[i].snippet(asked, min(most-own, maxSnippet)); len(spans) > 0 {
			blocks = append(blocks, bot.Block{Kind: bot.Quote, Spans: append(found[i].before(), spans...)})
		}
	}
	return blocks
}

// foundText is a text of a story in which a search found something, and what stands
// before it to say which it is. own says that it is one of the story's own, strike that
// it is struck through.
type foundText struct {
	label, mark, text string
	own, strike       bool
}

// findText is the text that is shown under the row of what was found; without text
// where the row shows it.
func findText(hit stories.Hit) foundText {
	switch hit.Place {
	case stories.InUpdate:
		found := foundText{label: fmt.Sprintf("update %d: ", hit.Update.Number), text: oneLine(hit.Update.Text)}
		for _, s := range bot.RowSpans(hit.Update, "") { // what stands before it in every list
			found.strike = found.strike || s.Strike
			found.mark += s.Text
		}
		return found
	case stories.InSummary:
		return foundText{label: "background: ", text: oneLine(hit.Summary), own: true}
	case stories.InTopics:
		return foundText{label: "topics: ", text: strings.Join(hit.Topics, ", "), own: true}
	case stories.InOlderSlug:
		return foundText{label: "was called ", text: strings.Join(hit.Aliases, ", "), own: true}
	}
	return foundText{}
}

// Marks that keep text apart which is read from the right, see bot.Clean: they are
// put around what is cut out anew.
const isolates = "\u2068\u2069"

// oneLine is text on one line as it is searched for words.
func oneLine(text string) string { return strings.Trim(bot.OneLine(text), isolates) }

// snippet is what stands around the words that were asked for, in at most room.
func (f foundText) snippet(q search.Query, room int) []bot.Span {
	marks := q.Marks(f.text, f.own)
	from, to := excerptOf(f.text, marks, room)
	if from >= to {
		return nil
	}
	spans := markedSpans(f.text, from, to, marks)
	for i := range spans {
		spans[i].Strike = f.strike
	}
	return spans
}

// before is what stands before the text.
func (f foundText) before() []bot.Span {
	if f.mark == "" {
		return []bot.Span{bot.Text(f.label)}
	}
	return []bot.Span{bot.Text(f.label), bot.Bold(f.mark)}
}

// markHeadline marks the words that were asked for in the headline of a row: the
// text behind its slug, up to the line's end.
func markHeadline(spans []bot.Span, q search.Query) []bot.Span {
	headline, line, _ := strings.Cut(spans[1].Text, "\n")
	text := strings.Trim(strings.TrimPrefix(headline, " "), isolates)
	marked := markedSpans(text, 0, len(text), q.Marks(text, true))
	if len(marked) < 2 && (len(marked) == 0 || !marked[0].Bold) {
		return spans
	}
	all := append([]bot.Span{spans[0], bot.Text(" ")}, marked...)
	return append(append(all, bot.Text("\n"+line)), spans[2:]...)
}

// markedSpans is the part of text between two places with its marks in bold, and an
// ellipsis where more of it stands. In a text that is read from the right nothing is
// marked: each span is laid out by itself, which would put them in another order.
func markedSpans(text string, from, to int, marks []search.Mark) (spans []bot.Span) {
	before, after := "", ""
	if from > 0 {
		before = "… "
	}
	if to < len(text) {
		after = "…"
	}
	if part := bot.OneLine(text[from:to]); strings.ContainsAny(part, isolates) {
		return []bot.Span{bot.Text(before + part + after)}
	}
	add := func(s bot.Span) {
		if s.Text != "" {
			spans = append(spans, s)
		}
	}
	at, n := from, 0
	for _, m := range marks {
		begin, end := max(m.From, at), min(m.To, to)
		if begin >= end || n == maxMarked {
			continue
		}
		add(bot.Text(before + text[at:begin]))
		add(bot.Bold(text[begin:end]))
		before, at, n = "", end, n+1
	}
	add(bot.Text(before + text[at:to] + after))
	return spans
}

// grapheme is one character as a reader sees it, and what it takes of a message.
type grapheme struct{ from, to, room int }

// excerptOf is the part of text, on borders between graphemes, that shows the most of
// marks in at most room, with some of what stands before them. It begins and ends at
// a space where one is near.
func excerptOf(text string, marks []search.Mark, room int) (from, to int) {
	if bot.Room(text) <= room {
		return 0, len(text)
	}
	if room -= 2 * ellipsisRoom; room <= 0 {
		return 0, 0
	}
	var all []grapheme
	for g := uniseg.NewGraphemes(text); g.Next(); {
		begin, end := g.Positions()
		all = append(all, grapheme{begin, end, bot.Room(g.Str())})
	}
	first := 0
	if len(marks) > 0 {
		at := densest(text, marks, room-min(leadIn, room/3))
		for first < len(all)-1 && all[first].to <= at {
			first++
		}
	}
	left, right, used := first, first, 0
	for lead := min(leadIn, room/3); left > 0 && used+all[left-1].room <= lead; left-- {
		used += all[left-1].room
	}
	for right < len(all) && used+all[right].room <= room {
		used += all[right].room
		right++
	}
	for left > 0 && right == len(all) && used+all[left-1].room <= room {
		left--
		used += all[left].room
	}
	isSpace := func(i int) bool { return text[all[i].from:all[i].to] == " " }
	if left > 0 && !isSpace(left-1) {
		for i := left; i < min(first, left+15); i++ {
			if isSpace(i) {
				left = i + 1
				break
			}
		}
	}
	if right < len(all) && !isSpace(right) {
		for i := right - 1; i > max(first, left, right-15); i-- {
			if isSpace(i) {
				right = i
				break
			}
		}
	}
	for right > left && right < len(all) && strings.Contains(" ,;:", text[all[right-1].from:all[right-1].to]) {
		right--
	}
	if left >= right {
		return 0, 0
	}
	return all[left].from, all[right-1].to
}

// densest is where the mark begins from which on the most marks stand within room.
func densest(text string, marks []search.Mark, room int) (at int) {
	most := 0
	for i, m := range marks {
		n := 0
		for _, other := range marks[i:] {
			if bot.Room(text[m.From:other.To]) > room {
				break
			}
			n++
		}
		if n > most || i == 0 {
			most, at = n, m.From
		}
	}
	return at
}
