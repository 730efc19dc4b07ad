package command

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"storybot/bot"
	"storybot/stories"
)

// plural writes n and the noun, with an s unless n is 1.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return bot.Count(n) + " " + noun + "s"
}

// timeForms are the ways to write a time, all in UTC unless they say otherwise.
var timeForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

// parseTime reads a time as moderators write it; a time of day alone is today's.
// Error: CodeInvalid.
func parseTime(s string, now time.Time) (time.Time, error) {
	s = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(s), "UTC"), " ")
	for _, form := range timeForms {
		if t, err := time.Parse(form, strings.ToUpper(s)); err == nil {
			if t.Year() < 1900 {
				break
			}
			return t.UTC(), nil
		}
	}
	if t, err := time.Parse("15:04", s); err == nil {
		y, mo, d := now.UTC().Date()
		return time.Date(y, mo, d, t.Hour(), t.Minute(), 0, 0, time.UTC), nil
	}
	return time.Time{}, stories.Errorf(stories.CodeInvalid,
		"%q is no time I can read. Write it in UTC: at:2014-12-20, at:15:04 for today, or at:2014-12-20T15:04.", clip(s))
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

// reasonSentence makes a sentence of a delivery's reason. Those of a
// bot.Verdict are the end of "This channel …"; the others have a subject of
// their own.
func reasonSentence(reason string) string {
	for _, subject := range []string{"", "the ", "this ", "all ", "it "} {
		if reason == subject || subject != "" && strings.HasPrefix(strings.ToLower(reason), subject) {
			return sentence(reason)
		}
	}
	return sentence("this channel " + reason)
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
