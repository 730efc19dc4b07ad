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
	s = norm.NFC.String(Visible(strings.Map(oneSpace, s)))
	var b strings.Builder
	b.Grow(len(s))
	marks := 0
	for _, r := range s {
		if unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Variation_Selector, r) {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(Visible(b.String())) // what stood apart may have met
}

// oneSpace maps white space other than line breaks that is shown unlike a space
// to one, and control characters to nothing.
func oneSpace(r rune) rune {
	switch {
	case r == '\t' || r == '\u2028' || r == '\u2029':
		return ' '
	case r != '\n' && unicode.IsControl(r):
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
