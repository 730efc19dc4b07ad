package discord

import (
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// more stands where something was left out.
const more = "…"

// Colours of an embed's edge; the text always says the same.
const (
	urgentColour  = 0xD83C3E
	successColour = 0x2D7D46
	refusalColour = 0x80848E
)

// embed renders m. It never exceeds Discord's limits: what is too long ends in
// "…", the small print at the end of m stays.
func embed(m bot.Message) *discordgo.MessageEmbed {
	e := &discordgo.MessageEmbed{
		Title: fit(bot.OneLine(m.Title), maxTitle, func(s string) string { return escape(s, true, "") }),
	}
	if l, ok := safeLink(m.URL, maxAddress); ok && e.Title != "" {
		e.URL = address(l)
	}
	switch m.Tone {
	case bot.Urgent:
		e.Color = urgentColour
	case bot.Success:
		e.Color = successColour
	case bot.Refusal:
		e.Color = refusalColour
	}
	body := len(m.Blocks)
	for body > 0 && m.Blocks[body-1].Kind == bot.Small {
		body--
	}
	small := write(m.Blocks[body:], maxDescription/4)
	e.Description = write(m.Blocks[:body], maxDescription-len("\n")-bot.Units(small))
	if e.Description != "" && small != "" {
		e.Description += "\n"
	}
	e.Description += small
	if e.Title == "" && e.Description == "" {
		e.Description = more // an empty embed is refused
	}
	return e
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

// write renders blocks in at most limit UTF-16 units.
func write(blocks []bot.Block, limit int) string {
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
	return strings.Trim(w.b.String(), "\n")
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

// A link's label is cut after maxLinkLabel characters; an address longer than
// maxAddress is not linked
// (https://discord.com/developers/docs/resources/message#embed-object allows
// an embed's address 2,048).
const (
	maxLinkLabel = 300
	maxAddress   = 2048
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

// buttons renders the buttons of a message, in one row.
func buttons(list []bot.Button) []discordgo.MessageComponent {
	row := discordgo.ActionsRow{}
	seen := map[string]bool{}
	for _, b := range list {
		label, _ := bot.Cut(bot.OneLine(b.Label), maxLabel)
		out := discordgo.Button{Label: label, Style: buttonStyle(b.Style)}
		if b.URL != "" {
			l, ok := safeLink(b.URL, maxButtonURL)
			if !ok {
				continue
			}
			out.URL, out.Style = address(l), discordgo.LinkButton
		} else {
			out.CustomID = customID(b)
		}
		id := out.CustomID + " " + out.URL
		if label == "" || len(out.CustomID) > maxCustomID || seen[id] || len(row.Components) == maxButtons {
			continue
		}
		seen[id] = true
		row.Components = append(row.Components, out)
	}
	if len(row.Components) == 0 {
		return []discordgo.MessageComponent{}
	}
	return []discordgo.MessageComponent{row}
}

func buttonStyle(s bot.ButtonStyle) discordgo.ButtonStyle {
	switch s {
	case bot.Primary:
		return discordgo.PrimaryButton
	case bot.Danger:
		return discordgo.DangerButton
	}
	return discordgo.SecondaryButton
}
