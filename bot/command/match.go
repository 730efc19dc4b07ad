package command

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/bot"
)

// match is an option whose name, or nearly its name, stands in a text.
type match struct {
	arg       bot.Arg
	key       string // as typed
	off       int    // how many slips the key is off
	sep       separator
	dashed    bool
	lead      string // the marks before it
	sameStart bool   // the key's first letter is right
	atText    bool   // nothing but options can come before the text there
}

// read reads the value behind the separator: word is from its first letter,
// value from where its quotes may begin. size is how far it reaches from the
// end of the key.
func (m match) read(word, value string, atText bool) (c candidate, size int, ok bool) {
	c.arg = m.arg
	switch {
	case m.off > 0 && m.sep.kind != strong:
		return c, 0, false
	case m.arg.Free:
		return m.readFree(c, value, atText)
	}
	m.atText = atText
	return kindOf(m.arg).near(m, c, word, value)
}

// marks are the marks before the name that are closed by the same ones.
func (m match) marks() string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("*_~`'\"", r) {
			return r
		}
		return -1
	}, m.lead)
}

// readFree reads the name of the free text before it, with another sign than a
// colon or mistyped: text=River rises. A name that may be a word of the text,
// "Test: the river", is one.
func (m match) readFree(c candidate, value string, atText bool) (candidate, int, bool) {
	short := abbreviates(fold(m.key), m.arg.Name)
	switch {
	case !atText || strings.TrimSpace(value) == "" || m.off > 1 && !short:
		return c, 0, false
	case m.sep.kind != strong && !(m.dashed && m.sep.kind == bare):
		return c, 0, false
	case m.off > 0 && m.sep.spaced && !short:
		return c, 0, false
	}
	c.values, c.place = []string{strings.TrimLeft(value, m.marks()+" \t\n\u00A0\u3000")}, before
	return c, m.sep.value, true
}

// readPosition reads a story, a number or a person that is given by name.
func (m match) readPosition(c candidate, word, _ string) (candidate, int, bool) {
	end := wordEnd(word, 0)
	given := strings.TrimRight(word[:end], wraps+",;")
	if given == "" || m.sep.kind != strong || m.off > 0 && m.sep.spaced || m.off > 1 {
		return c, 0, false
	}
	c.values, c.place, c.certain = []string{given}, before, m.off == 0
	return c, m.sep.size + end, true
}

// readChoice reads one of few values, or nearly one.
func (m match) readChoice(c candidate, s, _ string) (candidate, int, bool) {
	end := strings.IndexFunc(s, func(r rune) bool { return !isWordRune(r) })
	if end < 0 {
		end = len(s)
	}
	choice, off, ok := nearChoice(s[:end], m.arg.Choices)
	if !ok || !endsHere(s[end+closingMarks(s[end:]):]) {
		return c, 0, false
	}
	strongly, spaced := m.sep.kind == strong, m.sep.spaced
	switch {
	case !strongly && (off > 0 || m.off > 0):
		return c, 0, false // neither the sign nor the word is right
	case !strongly && (spaced && m.sep.stops || !m.atText && !m.dashed):
		return c, 0, false
	case !strongly && m.dashed:
		c.place = atAnEdge
	case !strongly:
		c.place = before
	case spaced && (off > 1 || off > 0 && m.off > 0 || m.off > 1 && (!m.sameStart || len(m.key) > len(m.arg.Name))):
		return c, 0, false // "Level: normally high"
	case spaced || off > 1 || off > 0 && m.off > 0:
		c.place = atAnEdge
	}
	c.values = []string{choice}
	return c, m.sep.size + end, true
}

// endsHere says that a value is over where s begins: at white space, at marks
// before it, at a comma before the next option.
func endsHere(s string) bool {
	for i, r := range s {
		switch {
		case unicode.IsSpace(r) || i > 0 && strings.ContainsRune(",;", r):
			return true
		case isWordRune(r):
			before, _ := utf8.DecodeLastRuneInString(s[:i])
			return strings.ContainsRune(",;|", before)
		}
	}
	return true
}

// readSource reads links.
func (m match) readSource(c candidate, _, s string) (candidate, int, bool) {
	value, size, _, err := quoted(s)
	if err != nil || !strings.ContainsFunc(value, unicode.IsSpace) {
		size = min(sourceSize(s), untilTag(s))
		value = s[:size]
	}
	c.values = linksIn(value)
	if n := len(c.values); n > 0 { // what may end a link, but was opened before the name
		c.values[n-1] = strings.TrimRight(c.values[n-1], m.marks())
	}
	if len(c.values) == 0 || !linkStart.MatchString(c.values[0]) {
		return c, 0, false
	}
	switch {
	case m.off > 0 && m.sep.spaced && !m.sameStart:
		return c, 0, false
	case m.sep.kind != strong && !m.dashed:
		c.place = before
	case m.sep.kind != strong || m.sep.spaced:
		c.place = atAnEdge
	}
	return c, m.sep.value + size, true
}

// readTime reads a time, from its first digit or in quotes.
func (m match) readTime(c candidate, s, value string) (candidate, int, bool) {
	s, value = beforeTag(s), beforeTag(value)
	size := timeSize(s)
	if inner, whole, ok, err := quoted(value); ok && err == nil && size > 0 && size+len(value)-len(s) <= whole {
		c.values = []string{inner}
		if m.sep.spaced || m.off > 0 {
			c.place = atAnEdge
		}
		return c, m.sep.value + whole, (m.sep.kind == strong || m.dashed && m.sep.kind == bare) && !(m.off > 0 && m.sep.spaced)
	}
	if m.sep.kind != strong && !m.dashed || m.sep.kind == weak || m.off > 0 && m.sep.spaced {
		return c, 0, false // "At 15:04 the plane …"
	}
	if last := strings.TrimRight(s, wraps+".,;!? \t\r\n"); size < len(last) && m.off == 0 && lastTime(last[min(size, len(last)):], last, m.sep.spaced) {
		c.values, c.place = []string{last}, atAnEdge
		return c, m.sep.size + len(last), true
	}
	if size == 0 {
		// A date in another form is no text either.
		strange := strangeDate.FindString(s)
		if strange == "" || m.off > 0 {
			return c, 0, false
		}
		c.place, c.err = before, unreadTime(s[:wordEnd(s, len(strange))])
		return c, m.sep.size + len(strange), true
	}
	if m.sep.spaced || m.off > 0 {
		c.place = atAnEdge
	}
	c.values = []string{neatTime(s[:size])}
	return c, m.sep.size + size, true
}

// timely is how a time begins that nobody but a person can read.
var timely = regexp.MustCompile(`^(?i)(?:\d|(?:today|tonight|tomorrow|noon|midnight|midday|next)\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|` + months + `\.?\s\d)`)

// maxTimeWords is how many words at the end of a text may be a time.
const maxTimeWords = 4

// lastTime says that all that is left of a text behind at: is meant as a time, although
// it is none that can be read: an update that was to wait must not go out at once. rest
// is what stands behind the time that can be, all of it s; spaced, the name may belong to
// the sentence.
func lastTime(rest, s string, spaced bool) bool {
	if len(rest) < len(s) {
		return isHour(strings.TrimSpace(rest))
	}
	if date := strangeDate.FindString(s); date != "" {
		if behind := strings.TrimSpace(s[len(date):]); behind != "" && digitOf(firstRune(behind)) < 0 {
			return false // the text begins behind it
		}
	}
	return !spaced && timely.MatchString(s) && len(strings.Fields(s)) <= maxTimeWords
}

// readOpen reads a value that may be anything: only a name that is spelled
// right and not like the beginning of a sentence makes one of it. A text without
// quotes goes on to the end of its line.
func (m match) readOpen(c candidate, _, s string) (candidate, int, bool) {
	if m.arg.Kind != bot.KindText {
		s = s[:min(len(s), maxOpenWords)]
	}
	value, size, ok, err := quotedText(s)
	if err != nil {
		value, size, ok = m.markedText(s)
		if !ok {
			return c, 0, false
		}
	}
	if !ok {
		if c.open = m.arg.Kind == bot.KindText; c.open {
			size = lineEnd(s)
		} else {
			size = min(listSize(s, wordEnd(s, 0), m.arg), untilTag(s))
		}
		value = strings.TrimRight(s[:size], wraps+",; ")
		size = len(value)
	}
	first, _ := utf8.DecodeRuneInString(m.key)
	likeWords := unicode.IsUpper(first) || !c.open && !isSlug(strings.Trim(value[:wordEnd(value, 0)], ".,"))
	switch {
	case strings.TrimSpace(value) == "" || m.sep.kind != strong && !(m.dashed && m.sep.kind == bare):
		return c, 0, false
	case m.off > 0 && (m.sep.spaced || len(m.key) < 3 || m.off > 1 && len(m.arg.Name) < 6):
		return c, 0, false
	case m.sep.spaced && !ok && likeWords:
		return c, 0, false // "Summary: the studio", "Slug: A new species"
	case c.open && m.sep.spaced:
		c.place = before
	case m.sep.spaced || m.off > 0 || c.open:
		c.place = atAnEdge
	}
	c.values = []string{value}
	return c, m.sep.value + size, true
}

// markedText reads a quoted text that ends where the marks before the name are
// closed: *alt:"Water over the dam"*.
func (m match) markedText(s string) (value string, size int, ok bool) {
	marks := []rune(m.marks())
	slices.Reverse(marks)
	end := strings.Index(s, string(marks))
	if end <= 0 {
		return "", 0, false
	}
	value, size, ok, err := quotedText(s[:end])
	return value, size, ok && err == nil && size == end
}

// maxOpenWords is how many bytes of a list or a word are looked at: more than any
// that is taken.
const maxOpenWords = 1000
