package bot

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks a base character keeps; more only smear
// over neighbouring lines.
const maxMarks = 4

// Isolates that keep a run of right-to-left text from reordering what stands
// beside it (https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates).
const (
	firstStrongIsolate = '\u2068'
	popIsolate         = '\u2069'
)

// Clean makes text nobody vouches for fit to be shown on one's own terms:
// valid UTF-8 in NFC, no control characters but line breaks, no invisible or
// direction-changing characters, at most four combining marks on a base.
// Joiners stay where emoji and scripts need them. Lines with right-to-left
// letters are wrapped in isolates.
func Clean(s string) string {
	return isolate(strip(s))
}

// strip is Clean without the isolates.
func strip(s string) string {
	if isPlainASCII(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	s = norm.NFC.String(strings.Map(visible, s))
	var b strings.Builder
	b.Grow(len(s))
	marks, prev := 0, rune(0)
	for i, r := range s {
		if isJoiner(r) && !joins(prev, s[i+utf8.RuneLen(r):]) {
			continue
		}
		if unicode.Is(unicode.Mn, r) && !isVariation(r) {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
		}
		b.WriteRune(r)
		prev = r
	}
	return norm.NFC.String(b.String()) // what stood apart may have met
}

// visible maps r to what is shown of it; -1 for nothing.
func visible(r rune) rune {
	switch {
	case r == '\t' || r == '\u2028' || r == '\u2029':
		return ' '
	case isHidden(r):
		return -1
	}
	return r
}

func isPlainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return true
}

func isJoiner(r rune) bool { return r == '\u200C' || r == '\u200D' }

func isVariation(r rune) bool { return r == '\uFE0E' || r == '\uFE0F' }

// joins says whether a joiner between prev and rest does what it is for:
// joining emoji, or shaping letters of a script that joins.
func joins(prev rune, rest string) bool {
	if isVariation(prev) || isSkinTone(prev) || unicode.Is(unicode.So, prev) {
		next, size := utf8.DecodeRuneInString(rest)
		return size > 0 && unicode.Is(unicode.So, next)
	}
	joining := []*unicode.RangeTable{unicode.Arabic, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Mongolian}
	return unicode.In(prev, joining...)
}

func isSkinTone(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF }

// isHidden says whether r shows nothing, or changes what others show.
func isHidden(r rune) bool {
	switch {
	case r == '\n' || isJoiner(r):
		return false
	case unicode.IsControl(r), r == '\u00AD', r == '\u061C', r == '\uFEFF', r == '\u180E', r == '\u115F', r == '\u1160', r == '\u3164', r == '\uFFA0':
		return true
	case r >= '\u200B' && r <= '\u200F', r >= '\u202A' && r <= '\u202E', r >= '\u2060' && r <= '\u206F', r >= '\uFFF9' && r <= '\uFFFB':
		return true
	}
	return r >= 0xE0000 && r <= 0xE0FFF
}

// isolate wraps each line that holds right-to-left letters.
func isolate(s string) string {
	if !strings.ContainsFunc(s, isRightToLeft) {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.ContainsFunc(line, isRightToLeft) {
			lines[i] = string(firstStrongIsolate) + line + string(popIsolate)
		}
	}
	return strings.Join(lines, "\n")
}

func isRightToLeft(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko)
}

// OneLine is Clean for what stands on one line: a headline, a label.
func OneLine(s string) string {
	return isolate(strings.Join(strings.Fields(strip(s)), " "))
}

// Units is the length of s as platforms count it: UTF-16 units, never fewer
// than its code points.
func Units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// Cut shortens s to at most limit UTF-16 units on a border between graphemes,
// at a space where one is near, and ends it in "…". cut says whether anything
// was left out.
func Cut(s string, limit int) (head string, cut bool) {
	if len(s) <= limit || Units(s) <= limit {
		return s, false
	}
	spare := 1 // for the "…"
	if strings.ContainsRune(s, firstStrongIsolate) {
		spare = 2 // and for the end of an isolate
	}
	end, space, used := 0, 0, 0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		n := Units(g.Str())
		if used+n > limit-spare {
			break
		}
		used += n
		_, end = g.Positions()
		if g.Str() == " " || g.Str() == "\n" {
			space = end
		}
	}
	if space > end-30 && space > end/2 {
		end = space
	}
	if limit < 1 {
		return "", true
	}
	head = strings.TrimRight(s[:end], " \n") + "…"
	if strings.ContainsRune(head, firstStrongIsolate) {
		head = closeIsolates(head, limit)
	}
	return head, true
}

// closeIsolates ends an isolate that was cut open, within limit.
func closeIsolates(s string, limit int) string {
	open := strings.Count(s, string(firstStrongIsolate)) - strings.Count(s, string(popIsolate))
	if open <= 0 {
		return s
	}
	s += strings.Repeat(string(popIsolate), open)
	if Units(s) > limit {
		return strings.Map(func(r rune) rune {
			if r == firstStrongIsolate || r == popIsolate {
				return -1
			}
			return r
		}, s)
	}
	return s
}
