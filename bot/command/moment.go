package command

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The parts of a time as moderators write it.
const (
	// dayForm are days as they are called; of no other language, since the answer to
	// what was not understood says how to write it.
	dayForm   = `today|tomorrow|yesterday`
	dateForm  = `\d{4}-\d{2}-\d{2}`
	clockForm = `\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?`
	zoneForm  = `(?:Z|UTC|GMT|(?:\+(?:0\d|1[0-4])|-(?:0\d|1[0-2]))(?::?(?:00|15|30|45))?)`
)

var (
	dateWord  = regexp.MustCompile(`^(?i)` + dateForm + `T?$`)
	dayWord   = regexp.MustCompile(`^(?i)(?:` + dayForm + `)$`)
	datedWord = regexp.MustCompile(`^` + dateForm)
	clockWord = regexp.MustCompile(`^(?i)(?:` + dateForm + `T)?` + clockForm + zoneForm + `?$`)
	zoneWord  = regexp.MustCompile(`^(?i)` + zoneForm + `$`)

	// What goes on a time in a form the bot does not read: halves of the day,
	// zones by name, hours in other notations.
	strangeWord = regexp.MustCompile(`^(?:(?i:[ap]\.?m\.?|o'clock|uhr)|(?:CES?T|EES?T|WET|BST|IST|[ECMP][SD]T|E[SD]?T|PT|JST|KST|AE[SD]T|MSK|HKT|SGT|(?:UTC|GMT)[+-]\d.*)|(?i:\d{1,2}(?:[:.]\d{2})?[ap]\.?m\.?|\d{1,2}h\d{0,2}|\d{1,2}\.\d{2}|\d{1,2}:\d{2}h))$`)
	// Dates in other forms: 20.12.2014, 12/20/2014, 20 December, Dec 20.
	strangeDate = regexp.MustCompile(`^(?i)(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b|\d{4}[./]\d{1,2}[./]\d{1,2}\b|\d{1,2}(?:st|nd|rd|th|\.)?\s(?:of\s)?` + months + `|` + months + `\.?\s\d)`)
)

const months = `(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*`

// atWords are words that stand before a time of day.
const atWords = `(?:at|by|um|gegen|ca\.?|around|about|before|after|from|since|à|vers|dès|alle|ore|a\slas|às|om|kl\.?|klo|kell|o|в)`

// clockGoesOn is what looks like a time of day behind a date, however it is
// written: in brackets, after a dash or a word, with white space in it, in words.
var clockGoesOn = regexp.MustCompile(`^(?i)[\s,;.:|@~-]*[` + regexp.QuoteMeta(wraps) + `]*[\s@-]*(?:` +
	`(?:\p{L}{1,8}\.?\s+)??\d{1,2}(?:\s?[:h]\s?|\.)\d{2}\b(?::\d{2})?(?:\s?` + zoneForm + `|\s?[ap]\.?m\b)?` +
	`|\d{1,2}:\d\b` +
	`|(?:` + atWords + `\s+)?\d{1,2}\s?(?:[ap]\.?m\b\.?|uhr\b|h\b|hrs\b|o'clock\b)` +
	`|(?:` + atWords + `\s+)?(?:[01]\d|2[0-3])[0-5]\d(?:\s?h(?:rs)?|z)?\b` +
	`|(?:` + atWords + `\s+)?(?:noon|midnight|midday|mittags?|mitternacht|midi|minuit)\b` +
	`)[` + regexp.QuoteMeta(wraps) + `]*`)

// dateGoesOn is what looks like a date behind a time of day.
var dateGoesOn = regexp.MustCompile(`^(?i)[\s,;|@-]*[` + regexp.QuoteMeta(wraps) + `]*(?:(?:on|of|am|the)\s+){0,2}(?:` + dateForm +
	`\b|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b|\d{4}[./]\d{1,2}[./]\d{1,2}\b|\d{1,2}(?:st|nd|rd|th|\.)?\s(?:of\s)?` + months + `\b|` + months + `\.?\s\d{1,2}\b|(?-i:` + dayForm + `)\b)[` + regexp.QuoteMeta(wraps) + `]*`)

// plainTime writes the digits of any script, and what looks like a colon or a
// hyphen, in ASCII. at is where each byte of it stands in s.
func plainTime(s string) (plain string, at []int) {
	var b strings.Builder
	for i, r := range s {
		switch digit := digitOf(r); {
		case digit >= 0:
			r = '0' + digit
		case strings.ContainsRune("：﹕∶꞉ː︰", r):
			r = ':'
		case unicode.Is(unicode.Pd, r) || r == '−':
			r = '-'
		case r != '\n' && unicode.IsSpace(r):
			r = ' '
		}
		for range utf8.RuneLen(r) {
			at = append(at, i)
		}
		b.WriteRune(r)
	}
	return b.String(), append(at, len(s))
}

// digitOf is the value of a decimal digit of any script, -1 of what is none.
func digitOf(r rune) rune {
	for _, block := range unicode.Nd.R16 {
		if r >= rune(block.Lo) && r <= rune(block.Hi) {
			return (r - rune(block.Lo)) % 10
		}
	}
	for _, block := range unicode.Nd.R32 {
		if r >= rune(block.Lo) && r <= rune(block.Hi) {
			return (r - rune(block.Lo)) % 10
		}
	}
	return -1
}

// timeSize is how much of s, where an at: has its value, belongs to it: a date,
// a time of day, both, and a zone after them. It takes along what makes the
// time one that cannot be read, so that nothing of a time is left to the text.
// It is 0 when s begins with no time.
func timeSize(s string) int {
	words, ends := wordsOf(s, 5)
	take, more := 0, (*regexp.Regexp)(nil)
	switch {
	case len(words) == 0:
		return 0
	case dateWord.MatchString(words[0]) || dayWord.MatchString(words[0]):
		if take, more = 1, clockGoesOn; len(words) > 1 && clockWord.MatchString(words[1]) {
			take, more = 2, nil
		}
	case clockWord.MatchString(words[0]):
		if take = 1; !datedWord.MatchString(words[0]) {
			more = dateGoesOn
		}
	default:
		return 0
	}
	if take < len(words) && zoneWord.MatchString(words[take]) {
		take++
	}
	switch {
	case take < len(words) && (strangeWord.MatchString(words[take]) || clockWord.MatchString(words[take]) || dateWord.MatchString(words[take])):
		take++
	case take+1 < len(words) && isHour(words[take]) && strings.HasSuffix(strangeWord.FindString(strings.ToLower(words[take+1])), "m"),
		take+1 < len(words) && strings.EqualFold(words[take], "at") && clockWord.MatchString(words[take+1]):
		take += 2
	}
	size := ends[take-1]
	if more != nil {
		plain, at := plainTime(s[size:min(len(s), size+maxTime)])
		size += at[len(more.FindString(plain))]
	}
	return size
}

func isHour(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n <= 24
}

// wordsOf returns the first words of the line that s begins with, without the
// punctuation after them, and where each ends.
func wordsOf(s string, most int) (words []string, ends []int) {
	for at := 0; len(words) < most; {
		at += len(s[at:]) - len(strings.TrimLeftFunc(s[at:], isGap))
		end := wordEnd(s, at)
		word := strings.TrimRight(s[at:end], ".,:;!?。，：；！？"+wraps)
		if word == "" {
			return words, ends
		}
		plain, _ := plainTime(word)
		words, ends = append(words, plain), append(ends, at+len(word))
		if strings.HasPrefix(s[at+len(word):], ".") && strangeWord.MatchString(word+".") {
			words[len(words)-1] += "." // p.m.
		}
		at = end
	}
	return words, ends
}

// neatTime is a time as typed without what stands around its words, in ASCII.
func neatTime(s string) string {
	plain, _ := plainTime(s)
	var words []string
	for word := range strings.FieldsSeq(plain) {
		if word = strings.TrimRight(strings.Trim(word, wraps), ".,:;!?"+wraps); strings.Trim(word, "-,;|@") != "" {
			words = append(words, word)
		}
	}
	if len(words) > 0 && dateWord.MatchString(words[0]) {
		words[0] = strings.TrimRight(words[0], "Tt")
	}
	return strings.Join(words, " ")
}
