package command

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mtibben/confusables"
	"golang.org/x/text/unicode/norm"

	"storybot/bot"
	"storybot/stories"
)

// fold writes s in small ASCII letters, as far as its letters look like them:
// without accents, full-width or Cyrillic ones as those they are taken for.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case r < utf8.RuneSelf:
			b.WriteRune(r)
			continue
		}
		if like := strings.ToLower(confusables.Skeleton(string(r))); isPlain(like) {
			b.WriteString(like)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isPlain(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// maxSlip is how many letters of a long word may be mistyped, far less than
// makes another word of it.
const maxSlip = 2

// slipsIn is how many slips of the hand make typed of name: 0 when it is
// spelled so, -1 when it is another word. An abbreviation counts as the most.
func slipsIn(typed, name string) int {
	typed = fold(typed)
	most := maxSlip
	if len(name) < 5 {
		most = 1
	}
	if d := stories.Distance(typed, name, most); d >= 0 {
		return d
	}
	if abbreviates(typed, name) {
		return maxSlip
	}
	return -1
}

// abbreviates says that short is name with letters left out, but not the first.
func abbreviates(short, name string) bool {
	if short == "" || short[0] != name[0] {
		return false
	}
	for i := range len(short) {
		at := strings.IndexByte(name, short[i])
		if at < 0 {
			return false
		}
		name = name[at+1:]
	}
	return true
}

// nearChoice returns the choice that typed is or may be meant to be, and how
// many slips it is off; ok is false when it resembles none.
func nearChoice(typed string, choices []bot.Choice) (value string, off int, ok bool) {
	off = maxSlip + 1
	folded := fold(typed)
	for _, c := range choices {
		d := slipsIn(typed, c.Value)
		if d == maxSlip && stories.Distance(folded, c.Value, maxSlip) < 0 && !strings.HasPrefix(c.Value, folded) {
			continue // of a value only the beginning is an abbreviation
		}
		if d >= 0 && d < off {
			value, off = c.Value, d
		}
	}
	return value, off, off <= maxSlip
}
