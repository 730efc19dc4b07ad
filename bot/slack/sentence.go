package slack

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/bot"
	"storybot/stories"
)

// words divides what was said to the bot into the command's name and the rest.
// It is said as people say things to each other: with the signs of an address
// before it, in quotes, and with a full stop at the end.
func (v vocabulary) words(s string) (name, text string) {
	said := strings.TrimLeftFunc(s, isSign)
	said = unwrapped(s[:len(s)-len(said)], strings.TrimRightFunc(said, isBlank))
	end := strings.IndexFunc(said, isBlank)
	if end < 0 {
		end = len(said)
	}
	name = strings.ToLower(strings.TrimRightFunc(said[:end], isSign))
	return cmp.Or(name, "help"), v.unended(name, strings.TrimFunc(said[end:], isBlank))
}

// isBlank: white space of any kind, and what shows none.
func isBlank(r rune) bool { return unicode.IsSpace(r) || stories.Ignorable(r) }

// isSign: what no word begins or ends with, in any script; a mention is a word.
func isSign(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co) }

// isLead is what may stand in raw text between a mention of the bot and the
// command, but for the signs of Slack's own markup.
func isLead(r rune) bool {
	return isBlank(r) || unicode.IsPunct(r) && !strings.ContainsRune("@#&*_~`\"'()", r)
}

// isStop ends a sentence.
func isStop(r rune) bool {
	return strings.ContainsRune(".!?…‼⁇⁈⁉。．｡！？؟۔।॥։፧።", r)
}

// closers are the signs that close what another opens.
var closers = map[rune]string{
	'`': "`", '*': "*", '_': "_", '~': "~", '"': `"`, '\'': "'", '“': "”", '„': "“”", '”': "”", '‘': "’", '‚': "‘’", '’': "’",
	'«': "»", '»': "«", '‹': "›", '›': "‹", '(': ")", '[': "]", '{': "}", '<': ">", '「': "」", '『': "』", '《': "》", '＂': "＂",
}

// unwrapped is said without what closes the signs that stand before it.
func unwrapped(before, said string) string {
	for _, open := range before {
		whole := strings.TrimRightFunc(said, func(r rune) bool { return isBlank(r) || isStop(r) })
		for _, s := range []string{said, whole} {
			inner := strings.TrimRight(s, closers[open])
			if inner != s && closers[open] != "" {
				_, size := utf8.DecodeLastRuneInString(s)
				said = s[:len(s)-size]
				break
			}
		}
	}
	return said
}

// unended is the text without the stop of a sentence that ends with a name, a
// number or an option's word. What is free text keeps its own.
func (v vocabulary) unended(name, text string) string {
	bare := strings.TrimRightFunc(text, func(r rune) bool { return isBlank(r) || isStop(r) })
	if bare == text || v.endsInWords(name, bare) {
		return text
	}
	return bare
}

// endsInWords says whether the end of a command's text is somebody's own words.
func (v vocabulary) endsInWords(name, text string) bool {
	fields := strings.FieldsFunc(text, isBlank)
	spec := v.spec(name)
	if spec == nil && len(fields) > 0 {
		spec = v.spec(name + " " + strings.ToLower(fields[0]))
		fields = fields[1:]
	}
	if spec == nil || len(fields) == 0 {
		return false
	}
	if option := optionAt(spec, fields[len(fields)-1]); option != nil {
		return option.Free || option.Kind != bot.KindWord
	}
	free, places := false, 0
	for _, a := range spec.Args {
		free = free || a.Free
		if a.Positional {
			places++
		}
	}
	fields = slices.DeleteFunc(fields, func(f string) bool { return optionAt(spec, f) != nil })
	return free && len(fields) > places
}

// optionAt is the option that a word gives a value, nil when it gives none.
func optionAt(spec *bot.Spec, word string) *bot.Arg {
	key, _, ok := strings.Cut(word, ":")
	i := slices.IndexFunc(spec.Args, func(a bot.Arg) bool { return strings.EqualFold(a.Name, key) })
	if !ok || i < 0 {
		return nil
	}
	return &spec.Args[i]
}

func (v vocabulary) spec(name string) *bot.Spec {
	i := slices.IndexFunc(v.specs, func(s bot.Spec) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &v.specs[i]
}

// isCommand says whether word is the first one of a command.
func (v vocabulary) isCommand(word string) bool {
	word = strings.ToLower(word)
	return word != "" && slices.ContainsFunc(v.specs, func(s bot.Spec) bool {
		first, _, _ := strings.Cut(s.Name, " ")
		return first == word
	})
}
