package command

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/bot"
)

// errBehind is a value that was not written as one: what is left of it would
// begin the text.
var errBehind = errors.New("value goes on")

// errBegun is a value that begins with a quote, a bracket or a backslash that
// has no partner in it.
var errBegun = errors.New("value not whole")

// behind says what is wrong with the value of arg that s begins with up to size,
// and with what stands behind it: errBegun, errBehind, errInner or nothing. It
// asks rather than guesses: a story once started has its headline for good.
func (p *parser) behind(arg bot.Arg, s string, size int) error {
	open, _ := utf8.DecodeRuneInString(s)
	inQuotes := closers[open] != ""
	words := !arg.Positional && len(arg.Choices) == 0 && (arg.Kind == bot.KindTopics || arg.Kind == bot.KindText || arg.Kind == bot.KindWord)
	if words && !inQuotes && !isWhole(s[:size], arg.Kind == bot.KindText) {
		return errBegun
	}
	rest := s[size:]
	next := strings.TrimLeftFunc(rest, unicode.IsSpace)
	if _, free := p.command.free(); !free || next == "" {
		return nil
	}
	if key := keyForm.FindStringSubmatch(next); key != nil && p.command.arg(strings.ToLower(key[1])) != nil {
		return nil
	}
	if _, option := p.resembling(next, true); option {
		return nil // is asked about
	}
	if isLeftOver(next, len(next) == len(rest)) {
		return errBehind
	}
	if !words {
		return nil
	}
	_, _, quote, err := quoted(next)
	first, width := utf8.DecodeRuneInString(next)
	second, _ := utf8.DecodeRuneInString(next[width:])
	comma := lastRune(s[:size])
	list := arg.Kind == bot.KindTopics && strings.ContainsRune(",;，；、،", comma)
	switch {
	case isBlank(second) && strings.ContainsRune("-–—&/+=*#", first), arg.Kind == bot.KindTopics && first == '#':
		return errBehind // topics:#aa #bb
	case list && comma != ',' && beginsSmall(next): // of a comma somebody is asked
		return errBehind
	case quote && err == nil && (inQuotes || list):
		return errBehind // topics:"a b" "c d"
	case inQuotes && beginsSmall(next) && hasQuote(next, open):
		return errInner // summary:"a" said "b"
	}
	return nil
}

// isWhole says that every bracket and double quote in a value without quotes
// around it has its partner. A text may hold 5" of rain: of it only the bracket
// in front counts.
func isWhole(value string, text bool) bool {
	first, _ := utf8.DecodeRuneInString(value)
	for _, pair := range []string{"()", "[]", "{}", "<>", "“”", "«»", "「」", "『』"} {
		if text && !strings.HasPrefix(value, pair[:utf8.RuneLen([]rune(pair)[0])]) {
			continue
		}
		marks := []rune(pair)
		if strings.Count(value, string(marks[0])) != strings.Count(value, string(marks[1])) {
			return false
		}
	}
	return first != '\\' && (text || strings.Count(value, `"`)%2 == 0 && strings.Count(value, "`")%2 == 0)
}

// isLeftOver says that what s begins with begins no text, but is left from a
// value before it; touches says that no white space stands between them.
func isLeftOver(s string, touches bool) bool {
	first, size := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[size:])
	switch {
	case strings.ContainsRune(",;:)]}>|\\，；、،：。）］｝」』", first):
		return true
	case touches && !isWordRune(first), isBlank(second) && strings.ContainsRune(".!?…'‘’", first):
		return true
	case strings.ContainsRune("([{", first):
		return !isWhole(s, true)
	case isApostrophe(first):
		return false // ’90s
	}
	value, _, ok, err := quoted(s)
	return ok && (err == errUnclosed || err == nil && strings.TrimSpace(value) == "" || err != nil && isBlank(second))
}

// hasQuote says that a quote like open begins in s.
func hasQuote(s string, open rune) bool {
	for i, r := range s {
		if before, after := around(s, i, utf8.RuneLen(r)); r == open && (i == 0 || opensAfter(before)) && !isBlank(after) {
			return true
		}
	}
	return false
}

func beginsSmall(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(first)
}

func lastRune(s string) rune {
	last, _ := utf8.DecodeLastRuneInString(s)
	return last
}
