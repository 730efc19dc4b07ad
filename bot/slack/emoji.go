package slack

import (
	"cmp"
	_ "embed"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// emojiTable is a line for each name Slack gives an emoji: the name, a tab, the
// emoji. emoji_gen.go writes it.
//
//go:embed emoji.tsv
var emojiTable string

//go:generate go run emoji_gen.go

// emojiByName is emojiTable by name.
var emojiByName = sync.OnceValue(func() map[string]string {
	table := make(map[string]string, strings.Count(emojiTable, "\n"))
	for line := range strings.Lines(emojiTable) {
		if name, emoji, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
			table[name] = emoji
		}
	}
	return table
})

// emojiForm is an emoji as Slack writes it, with one skin tone or two
// (https://docs.slack.dev/messaging/formatting-message-text#emoji).
var emojiForm = regexp.MustCompile(`^:([a-z0-9_+'-]{1,64}):(?::skin-tone-([2-6])(?:-([2-6]))?:)?`)

// emojify writes the emoji in place of the names Slack has for them. A name it
// does not know stays, and so does what stands inside a word, a number or an
// address, where nobody means an emoji.
func emojify(s string) string {
	if strings.Count(s, ":") < 2 {
		return s
	}
	var b strings.Builder
	before, address := ' ', false // the character before, and whether its word is an address
	for s != "" {
		if s[0] == ':' {
			if form, emoji := emojiAt(s, before); form > 0 && !address {
				b.WriteString(cmp.Or(emoji, s[:form]))
				s, before = s[form:], '\uFE0F'
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case unicode.IsSpace(r):
			address = false
		case strings.HasPrefix(s, "://"):
			address = true
		}
		b.WriteString(s[:size])
		s, before = s[size:], r
	}
	return b.String()
}

// emojiAt returns the emoji that s begins with and how long its name is, 0 for
// none; "" for one that stands inside a word and stays a name as a whole.
func emojiAt(s string, before rune) (form int, emoji string) {
	m := emojiForm.FindStringSubmatch(s)
	if m == nil {
		return 0, ""
	}
	emoji, known := emojiByName()[m[1]]
	if !known {
		return 0, ""
	}
	after, _ := utf8.DecodeRuneInString(s[len(m[0]):])
	within := (isWordRune(before) && isWordRune(after)) ||
		isNumber(m[1]) && (isWordRune(before) || isWordRune(after))
	if within {
		return len(m[0]), ""
	}
	return len(m[0]), withTones(emoji, m[2], m[3])
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// isNumber: 12:100:5 is a score, and :100: an emoji.
func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// withTones colours an emoji: a tone stands behind the person it is for. Of two
// people both get it when it is the only one.
func withTones(emoji, first, second string) string {
	if first == "" {
		return emoji
	}
	if second == "" {
		second = first
	}
	runes := []rune(emoji)
	rest := runes[1:]
	if len(rest) > 0 && rest[0] == '\uFE0F' {
		rest = rest[1:] // a tone says that it is an emoji
	}
	toned := string(runes[0]) + tone(first) + string(rest)
	if last := runes[len(runes)-1]; len(rest) > 0 && strings.ContainsRune("👨👩🧑", last) {
		toned += tone(second)
	}
	return toned
}

// tone is the modifier of one of Slack's tones, "2" to "6".
func tone(s string) string { return string('\U0001F3FB' + rune(s[0]-'2')) }
