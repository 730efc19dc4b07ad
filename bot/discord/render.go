package discord

import (
	"fmt"
	"strings"

	"storybot/bot"
)

// more stands where something was left out, and tooLong says so in words.
const (
	more        = "…"
	tooLongNote = "-# The rest does not fit into one message."
)

// text writes m as a message's content, which is what a notification shows, what
// readers without previews see and what needs no permission of its own. It never
// exceeds Discord's limit. What is too long is cut and says so; the small print at
// the end of m stays.
func text(m bot.Message) string { return textNaming(m, "") }

// textNaming is text with a role named behind what m says and before its small print.
func textNaming(m bot.Message, role string) string {
	head, named := heading(m), ""
	body, small := m.SmallPrint()
	if len(body) == 0 {
		body, small = small, nil
	}
	if role != "" {
		named = "\n" + roleMention(role)
	}
	room := maxContent - bot.Units(head) - bot.Units(named)
	shown, cut := write(body, room)
	print := ""
	if len(small) > 0 {
		left := room/2 - len("\n")
		if !cut {
			left = max(left, room-bot.Units(shown)-len("\n"))
		}
		print = smallPrint(small, left)
		if len(body) > 0 {
			print = "\n" + print
		}
	}
	room -= bot.Units(print)
	if cut || bot.Units(shown) > room {
		shown, _ = write(body, room-len("\n"+tooLongNote))
		shown = strings.TrimRight(shown, "\n") + "\n" + tooLongNote
	}
	if out := strings.Trim(head+shown+named+print, "\n"); out != "" {
		return out
	}
	return more // an empty message is refused
}

// heading is the line over a message, "" without a title. Where the title leads
// somewhere the line says where.
func heading(m bot.Message) string {
	title := bot.OneLine(m.Title)
	if title == "" {
		return ""
	}
	l, leads := safeLink(m.URL, maxAddress)
	shown := fit(title, maxHeading, func(s string) string {
		if leads {
			return link(s, l)
		}
		return escape(s, true, "")
	})
	if strings.HasSuffix(shown, "#") {
		shown += breaker // which a heading would swallow
	}
	if shown == "" {
		return ""
	}
	return "## " + shown + "\n"
}

// fit returns what show makes of s, or of the longest head of s for which
// that has at most limit UTF-16 units.
func fit(s string, limit int, show func(string) string) string {
	if out := show(s); bot.Units(out) <= limit {
		return out
	}
	low, high := 0, limit
	for low < high {
		middle := (low + high + 1) / 2
		head, _ := bot.Cut(s, middle)
		if bot.Units(show(head)) <= limit {
			low = middle
		} else {
			high = middle - 1
		}
	}
	if low == 0 {
		return ""
	}
	head, _ := bot.Cut(s, low)
	return show(head)
}

// write renders blocks in at most limit UTF-16 units; cut says that something was
// left out.
func write(blocks []bot.Block, limit int) (out string, cut bool) {
	w := &writer{left: limit - bot.Units(more)}
	var last *bot.Block
	for i := range blocks {
		if last != nil {
			w.put(separator(last.Kind, blocks[i].Kind))
		}
		w.block(blocks[i])
		last = &blocks[i]
		if w.full {
			break
		}
	}
	return strings.Trim(w.b.String(), "\n"), w.full
}

// separator is what stands between two blocks.
func separator(before, after bot.BlockKind) string {
	if before != bot.Heading && (after == bot.Heading || after == bot.Paragraph) {
		return "\n\n"
	}
	return "\n"
}

// writer collects markdown as long as there is room.
type writer struct {
	b      strings.Builder
	left   int // UTF-16 units, beside one for more
	full   bool
	marked bool   // what was written last ends in a mark
	next   string // begins every further line of the block
}

// put writes s, or "…" where it does not fit; after that, nothing.
func (w *writer) put(s string) {
	n := bot.Units(s)
	switch {
	case w.full:
	case n <= w.left:
		w.b.WriteString(s)
		w.left -= n
	default:
		w.b.WriteString(more)
		w.full = true
	}
}

func (w *writer) block(b bot.Block) {
	first := ""
	switch w.next = ""; b.Kind {
	case bot.Item:
		first, w.next = "- ", "  "
	case bot.Quote:
		first, w.next = "> ", "> "
	case bot.Small:
		first, w.next = "-# ", "-# "
	}
	w.put(first)
	w.marked = false
	begun := w.b.Len()
	for _, s := range merge(b.Spans) {
		if b.Kind == bot.Heading {
			s.Bold = true
		}
		line := w.b.String()[begun:]
		if i := strings.LastIndexByte(line, '\n'); i >= 0 {
			line = line[i+len("\n")+len(w.next):]
		}
		w.span(s, strings.Trim(line, " "+breaker) == "")
	}
}

// merge joins neighbouring runs of text in the same style, so that nothing is
// read over their border that neither holds. A link that leads nowhere is text.
func merge(spans []bot.Span) []bot.Span {
	var out []bot.Span
	for _, s := range spans {
		if _, ok := safeLink(s.URL, maxAddress); !ok {
			s.URL = ""
		}
		if n := len(out); n > 0 && s.URL == "" && s.Time.IsZero() && mention(s) == "" {
			with := out[n-1]
			with.Text = s.Text
			if with == s {
				out[n-1].Text += s.Text
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// span writes s; atStart says that it begins a line.
func (w *writer) span(s bot.Span, atStart bool) {
	text := bot.Clean(s.Text)
	l, leads := safeLink(s.URL, maxAddress)
	switch {
	case w.full:
	case !s.Time.IsZero():
		w.put(stamp(s))
		w.marked = false
	case mention(s) != "":
		w.mark(false)
		w.put(mention(s))
	case leads:
		marks := marksOf(s)
		w.mark(marks != "")
		label, _ := bot.Cut(text, maxLinkLabel)
		w.put(marks + link(label, l) + reverse(marks))
	case text != "":
		w.mark(marksOf(s) != "" || isCode(s))
		show := func(t string) string { return styled(s, t, atStart, w.next) }
		if whole := show(text); bot.Units(whole) <= w.left {
			w.put(whole)
			return
		}
		w.b.WriteString(fit(text, w.left+bot.Units(more), show))
		w.full = true
	}
}

// A link's label is cut after maxLinkLabel characters; an address that takes more
// than most of a message is not linked.
const (
	maxLinkLabel = 300
	maxAddress   = 1700
)

// mention is a channel of Discord's as it shows it, "" for any other span
// (https://discord.com/developers/docs/reference#message-formatting-formats). What
// is no id would be shown as it is written.
func mention(s bot.Span) string {
	if s.Place.Platform != platformName || s.Place.Workspace == "" || !idForm.MatchString(s.Place.Channel) {
		return ""
	}
	return "<#" + s.Place.Channel + ">"
}

// mark keeps two marks apart that would be read as one.
func (w *writer) mark(marked bool) {
	if marked && w.marked {
		w.put(breaker)
	}
	w.marked = marked
}

// stamp shows a time in the reader's own zone
// (https://discord.com/developers/docs/reference#message-formatting-timestamp-styles).
func stamp(s bot.Span) string {
	style := "f"
	if s.Relative {
		style = "R"
	} else if s.DateOnly {
		style = "D"
	}
	return fmt.Sprintf("<t:%d:%s>", s.Time.Unix(), style)
}
