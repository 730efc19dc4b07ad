package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"storybot/stories"
)

// Visible is s without what nobody can see and nobody typed on purpose: control
// characters but white space and NUL, format characters, tags, blank letters,
// variation selectors and joiners without what they are for. A command is read
// and a text kept in this form. Whatever can be seen stays as it is, bytes that
// are no UTF-8 included.
func Visible(s string) string {
	if isASCII(s) && !strings.ContainsFunc(s, isUnseen) {
		return s
	}
	return kept(kept(withoutHidden(s), isSelector, varies), isJoiner, joins)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// withoutHidden takes out what is never seen by itself. A black flag keeps the
// tags that make it the flag of a part of a country.
func withoutHidden(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == blackFlag {
			size += flagTags(s[i+size:])
		}
		if !isUnseen(r) || r == utf8.RuneError {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// isUnseen says that r shows nothing, or changes what others show, wherever it
// stands: what is ignorable, but for joiners and variation selectors, which
// depend on what is beside them.
func isUnseen(r rune) bool {
	switch {
	case r == 0 || isJoiner(r) || unicode.IsSpace(r) || unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false
	case unicode.IsControl(r):
		return true
	}
	return !isSelector(r) && stories.Ignorable(r)
}

func isJoiner(r rune) bool { return r == '\u200C' || r == '\u200D' }

func isSelector(r rune) bool { return unicode.Is(unicode.Variation_Selector, r) }

const blackFlag = '\U0001F3F4'

// subdivisions are the flags that fonts have of parts of a country: their tags,
// as the letters they stand for.
// https://www.unicode.org/reports/tr51/#Subdivision_Flags
var subdivisions = []string{"gbeng", "gbsct", "gbwls"}

// flagTags is the length of the tags of a known subdivision that s begins with,
// in bytes; 0 when there is none.
func flagTags(s string) int {
	for _, code := range subdivisions {
		tags := strings.Map(func(r rune) rune { return 0xE0000 + r }, code) + "\U000E007F"
		if strings.HasPrefix(s, tags) {
			return len(tags)
		}
	}
	return 0
}

// kept takes out those runes that are of a kind and do nothing between the rune
// before them, of those that are kept, and the one behind.
func kept(s string, kind func(rune) bool, does func(prev, r, next rune) bool) string {
	if !strings.ContainsFunc(s, kind) {
		return s
	}
	var b strings.Builder
	prev := rune(0)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if next, _ := utf8.DecodeRuneInString(s[i+size:]); !kind(r) || does(prev, r, next) {
			b.WriteString(s[i : i+size])
			prev = r
		}
		i += size
	}
	return b.String()
}

// varies says whether the variation selector has a form of prev to choose: an
// emoji or its text, a keycap's digit, an ideograph, a Mongolian letter.
func varies(prev, selector, next rune) bool {
	const keycap = '\u20E3'
	switch {
	case selector >= '\u180B' && selector <= '\u180F':
		return unicode.Is(unicode.Mongolian, prev)
	case selector >= '\U000E0100':
		return unicode.Is(unicode.Han, prev)
	case selector < '\uFE0E':
		return unicode.In(prev, unicode.Han, unicode.Sm, unicode.Myanmar, unicode.Phags_Pa)
	case prev < utf8.RuneSelf:
		return next == keycap && strings.ContainsRune("0123456789#*", prev)
	}
	return isEmoji(prev)
}

// isEmoji says whether r is a picture that can be joined with others.
func isEmoji(r rune) bool {
	return r >= 0xA9 && uniseg.GraphemeClusterCount(string(r)+"\u200D❤") == 1
}

// joins says whether a joiner between prev and next does what it is for:
// joining emoji, or shaping letters of a script that joins.
func joins(prev, joiner, next rune) bool {
	if isSelector(prev) || isSkinTone(prev) || isEmoji(prev) {
		return joiner == '\u200D' && isEmoji(next)
	}
	joining := []*unicode.RangeTable{unicode.Arabic, unicode.Syriac, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Mongolian}
	return unicode.In(prev, joining...)
}

func isSkinTone(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF }
