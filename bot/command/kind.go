package command

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/bot"
)

// kind is how the options of a bot.Kind, or those with few choices, are read.
type kind struct {
	// value reads the value that s, right behind the colon, begins with, and how
	// long it is; no value for what is empty. Errors are errInner, errUnclosed and
	// errOpen.
	value func(s string) (given []string, size int, err error)
	// near reads a value behind what may be the option's name: word is from its
	// first letter, value from where its quotes may begin. size is how far it
	// reaches from the end of the name.
	near func(m match, c candidate, word, value string) (read candidate, size int, ok bool)
	// list says that the option may be given more than once.
	list bool
}

// kindOf is the kind of an argument.
func kindOf(arg bot.Arg) kind {
	switch {
	case arg.Positional:
		return kind{value: quotedOrWord(quotedText), near: match.readPosition}
	case len(arg.Choices) > 0:
		return kind{value: quotedOrWord(quoted), near: match.readChoice}
	}
	switch arg.Kind {
	case bot.KindLinks:
		return kind{value: linksValue, near: match.readSource, list: true}
	case bot.KindLink:
		return kind{value: linksValue, near: match.readSource}
	case bot.KindTime:
		return kind{value: timeValue, near: match.readTime}
	case bot.KindTopics:
		return kind{value: topicsValue, near: match.readOpen, list: true}
	case bot.KindText:
		return kind{value: textValue, near: match.readOpen}
	}
	return kind{value: quotedOrWord(quotedText), near: match.readOpen}
}

// errOpen is a text without quotes whose end nobody can tell.
var errOpen = errors.New("text not quoted")

// valueOf reads the value of arg that s begins with, and how long it is; no
// value when s begins with white space. Errors are those of kind.value.
func valueOf(arg bot.Arg, s string) (given []string, size int, err error) {
	if first, _ := utf8.DecodeRuneInString(s); s == "" || unicode.IsSpace(first) {
		return nil, 0, nil
	}
	return kindOf(arg).value(s)
}

// one is a single value; none when it is empty.
func one(value string, size int) ([]string, int, error) {
	if strings.TrimSpace(value) == "" || strings.Trim(value, ",") == "" {
		return nil, size, nil
	}
	return []string{value}, size, nil
}

// quotedOrWord reads a word, or what stands in quotes as read says.
func quotedOrWord(read func(string) (string, int, bool, error)) func(string) ([]string, int, error) {
	return func(s string) ([]string, int, error) {
		value, size, ok, err := read(s)
		if err != nil {
			return nil, 0, err
		}
		if !ok {
			size = wordEnd(s, 0)
			return one(s[:size], size)
		}
		return one(value, pastComma(s, size))
	}
}

// topicsValue reads a list of topics of which some may be in quotes: it goes on
// only where a comma has a word or a quote right behind it.
func topicsValue(s string) (given []string, size int, err error) {
	for size < len(s) {
		from := size
		value, end, inQuotes, err := quoted(s[from:])
		if inQuotes && err == nil && !goesOn(s, from+end) {
			value, end, inQuotes, err = quotedText(s[from:])
		}
		if err != nil {
			return nil, 0, err
		}
		if !inQuotes {
			end = unquotedTopics(s[from:])
			value = s[from : from+end]
		}
		if topics, _, _ := one(value, end); topics != nil {
			given = append(given, topics...)
		}
		if size = from + end; !goesOn(s, size) {
			if inQuotes {
				size = pastComma(s, size)
			}
			break
		}
		size = pastComma(s, size)
	}
	return given, size, nil
}

// unquotedTopics is where the topics without quotes end that s begins with: at
// the comma before one in quotes, or at the end of the word.
func unquotedTopics(s string) int {
	end := wordEnd(s, 0)
	for i := range end {
		if goesOn(s, i) && closers[firstRune(s[i+1:])] != "" {
			return i
		}
	}
	return end
}

// goesOn says that a list goes on at i: a comma without white space behind it.
func goesOn(s string, i int) bool {
	return pastComma(s, i) > i && !isBlank(firstRune(s[i+1:]))
}

// firstRune is what s begins with; 0 when it is empty.
func firstRune(s string) rune {
	if s == "" {
		return 0
	}
	first, _ := utf8.DecodeRuneInString(s)
	return first
}

// pastComma is size or, where an option goes over to the next there, one more.
func pastComma(s string, size int) int {
	if strings.HasPrefix(s[size:], ",") || strings.HasPrefix(s[size:], ";") {
		size++
	}
	return size
}

// textValue reads words: in quotes, alone, or up to the end of a line below which
// the text goes on.
func textValue(s string) ([]string, int, error) {
	value, size, ok, err := quotedText(s)
	switch end := lineEnd(s); {
	case err != nil:
		return nil, 0, err
	case ok:
		return one(value, pastComma(s, size))
	case strings.TrimSpace(s[end:]) != "" || wordEnd(s, 0) == len(strings.TrimRightFunc(s[:end], unicode.IsSpace)):
		return one(strings.TrimSpace(s[:end]), end)
	}
	return nil, 0, errOpen
}

// lineEnd is where the line ends that s begins with.
func lineEnd(s string) int {
	if i := strings.IndexAny(s, "\n\r"); i >= 0 {
		return i
	}
	return len(s)
}

// linksValue reads links.
func linksValue(s string) ([]string, int, error) {
	value, size, _, err := quoted(s)
	if err != nil {
		return nil, 0, err
	}
	if !strings.ContainsFunc(value, unicode.IsSpace) { // perhaps the first of several
		size = sourceSize(s)
		value = s[:size]
	} else {
		size = pastComma(s, size)
	}
	return linksIn(value), size, nil
}

// timeValue reads a time, however many words it is.
func timeValue(s string) ([]string, int, error) {
	inner := strings.TrimLeft(s, wraps)
	if size := timeSize(inner); size > 0 {
		end := len(s) - len(inner) + size
		if _, whole, ok, err := quoted(s); !ok || err == nil && end > whole {
			return one(neatTime(inner[:size]), afterWord(s, end)) // the time may go on behind the quote
		}
	}
	return quotedOrWord(quoted)(s)
}

// listSize is how far the list of arg reaches that ends at size, when each comma
// at its end means that the next word belongs to it: one in small letters, or in
// capitals where the list has some. It is size for what is no list.
func listSize(s string, size int, arg bot.Arg) int {
	if arg.Kind != bot.KindTopics {
		return size
	}
	for strings.HasSuffix(s[:size], ",") {
		next := len(s) - len(strings.TrimLeftFunc(s[size:], isGap))
		end := wordEnd(s, next)
		if end == next || beginsCapital(s[next:]) && !beginsCapital(s) || keyForm.MatchString(s[next:]) {
			return size
		}
		size = end
	}
	return size
}

// beginsCapital says that the first word of s has a capital letter in front.
func beginsCapital(s string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(s, unicode.IsSpace))
	return unicode.IsUpper(first)
}

// nextOption is where the word that s begins with goes over to another option of
// the command, level:breaking,at:15:04; the end of s when it does not.
func (p *parser) nextOption(s string) int {
	for i, r := range s {
		if unicode.IsSpace(r) {
			break
		}
		if r != ',' && r != ';' {
			continue
		}
		if m := keyForm.FindStringSubmatch(s[i+1:]); m != nil {
			if arg := p.command.arg(strings.ToLower(m[1])); arg != nil && !p.placed(*arg) {
				return i
			}
		}
	}
	return len(s)
}
