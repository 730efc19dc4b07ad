package command

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/bot"
)

// plural writes n and the noun, with an s unless n is 1.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return bot.Count(n) + " " + noun + "s"
}

// oneOr is one for a single thing, otherwise more.
func oneOr(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// sentence makes a whole sentence of s: a capital letter, a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(bot.Clean(s))
	if s == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(first)) + s[size:]
	if strings.ContainsRune(".!?", rune(s[len(s)-1])) {
		return s
	}
	return s + "."
}

// capital is s with a capital letter in front.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// lowerSentence ends a sentence behind a colon: as s stands, with a full stop.
func lowerSentence(s string) string {
	s = strings.TrimSpace(bot.Clean(s))
	if s == "" || strings.ContainsRune(".!?", rune(s[len(s)-1])) {
		return s
	}
	return s + "."
}

// listed writes names in a sentence: a, b and c.
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// reasonSentence makes a sentence of a delivery's reason for who reads it in the
// channel it is about, or alone with the bot there.
func reasonSentence(reason string, direct bool) string {
	return sentence(bot.Reason(aboutHere(direct), reason))
}

// aboutHere is what a reason is about where it is read.
func aboutHere(direct bool) string {
	if direct {
		return "your direct message with the bot"
	}
	return "this channel"
}

// ordinal writes 1st, 2nd, 3rd, 4th.
func ordinal(n int) string {
	suffix := "th"
	if n%100/10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}
