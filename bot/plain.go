package bot

import (
	"slices"
	"strings"
	"time"
)

// PlainText is m in plain text, without its buttons: blocks separated by empty
// lines, links with their address (which stands alone where the label tells no
// more), a picture in words, times in UTC. What is printed where no
// markup is understood, and what screen readers and notifications say.
func PlainText(m Message) string {
	m = m.WithoutPicture()
	var b strings.Builder
	b.WriteString(m.Title)
	if m.URL != "" {
		b.WriteString(" (" + m.URL + ")")
	}
	prev := Heading // what follows a title stands close to it
	for _, block := range m.Blocks {
		if b.Len() > 0 {
			b.WriteString(separator(prev, block.Kind))
		}
		b.WriteString(plainBlock(block))
		prev = block.Kind
	}
	return b.String()
}

// separator is what stands between two blocks: items keep together, small
// print keeps to what it belongs to, a heading to what it heads.
func separator(prev, next BlockKind) string {
	if next == Small || prev == Heading || prev == Item && next == Item {
		return "\n"
	}
	return "\n\n"
}

func plainBlock(block Block) string {
	var b strings.Builder
	for _, s := range block.Spans {
		b.WriteString(PlainSpan(s))
	}
	switch block.Kind {
	case Item:
		return "- " + strings.ReplaceAll(b.String(), "\n", "\n  ")
	case Quote:
		return "> " + strings.ReplaceAll(b.String(), "\n", "\n> ")
	}
	return b.String()
}

// PlainSpan is s in plain text.
func PlainSpan(s Span) string {
	switch {
	case !s.Time.IsZero():
		return PlainMoment(s)
	case s.URL != "" && Shortens(s.Text, s.URL):
		return s.URL
	case s.URL != "":
		return s.Text + " (" + s.URL + ")"
	}
	return s.Text
}

// PlainMoment is the time of s in UTC, as much of it as s shows.
func PlainMoment(s Span) string {
	return PlainTime(s.Time, s.DateOnly)
}

// PlainTime is t in UTC, and says so: 2014-12-20 15:04 UTC, or 2014-12-20.
func PlainTime(t time.Time, dateOnly bool) string {
	return plainTime(t.UTC(), dateOnly)
}

func plainTime(t time.Time, dateOnly bool) string {
	if dateOnly {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04 MST")
}

// InZone is m with its times in words, in a zone: for a platform that shows none of its
// own.
func InZone(m Message, zone *time.Location) Message {
	m.Blocks = slices.Clone(m.Blocks)
	for i, b := range m.Blocks {
		m.Blocks[i].Spans = slices.Clone(b.Spans)
		for k, s := range b.Spans {
			if !s.Time.IsZero() {
				m.Blocks[i].Spans[k].Text, m.Blocks[i].Spans[k].Time = plainTime(s.Time.In(zone), s.DateOnly), time.Time{}
			}
		}
	}
	return m
}
