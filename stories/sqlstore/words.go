package sqlstore

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"storybot/stories"
	"storybot/stories/latin"
)

// Both databases index the same words, cut and spelt here, so that they find
// the same stories and no text can be an operator of a query language.

// maxWord is how many characters of a word are indexed and asked for.
const maxWord = 64

// word is one word of a text in the spellings it can be found under: in small
// letters without accents, and in Latin letters where that is something else.
type word []string

// token is a run of letters and digits as it was written, composed and in small
// letters. unspaced is one of a script that puts no space between its words.
type token struct {
	text     string
	unspaced bool
}

// tokens cuts text. What nobody sees inside a word, such as a soft hyphen, does
// not cut it.
func tokens(text string) []token {
	var found []token
	var run []rune
	var script *unicode.RangeTable
	end := func() {
		if len(run) > 0 {
			found = append(found, token{norm.NFC.String(string(run)), script != nil})
			run = run[:0]
		}
	}
	for _, r := range norm.NFKC.String(text) {
		if r != zeroWidthSpace && stories.Ignorable(r) {
			continue
		}
		// A mark, and the sign that makes a vowel long, belong to what they follow.
		if len(run) > 0 && (unicode.Is(unicode.M, r) || script != nil && r == 'ー') {
			run = append(run, r)
			continue
		}
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			end()
			continue
		}
		if is := unspacedScript(r); is != script {
			end()
			script = is
		}
		if script != nil || len(run) < maxWord {
			run = append(run, unicode.ToLower(r))
		}
	}
	end()
	return found
}

// zeroWidthSpace shows nothing, but is there to divide words.
const zeroWidthSpace = '\u200b'

// unspacedScript is the script of r if it puts no space between words, else nil.
func unspacedScript(r rune) *unicode.RangeTable {
	if r < 0x0E00 {
		return nil
	}
	for _, script := range []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar} {
		if unicode.Is(script, r) {
			return script
		}
	}
	return nil
}

// wordsOf are the words of a text that is looked for. Scripts written without
// spaces give a word a character.
func wordsOf(text string) []word {
	var words []word
	for _, t := range tokens(text) {
		if !t.unspaced {
			if w := spellings(t.text); len(w) > 0 {
				words = append(words, w)
			}
			continue
		}
		for _, r := range folded(t.text) {
			words = append(words, word{string(r)})
		}
	}
	return words
}

// indexed are the words a text can be found under, sorted, each once. What is
// written without spaces is found in Latin letters by its beginning and by any
// two characters: what a reader takes for a word. All is found by the words that
// a slug of it has.
func indexed(texts ...string) []string {
	text := strings.Join(texts, " ")
	var words []string
	for _, w := range latin.Words(text) {
		words = append(words, cut(w))
	}
	for _, t := range tokens(text) {
		if !t.unspaced {
			words = append(words, spellings(t.text)...)
			continue
		}
		for _, r := range folded(t.text) {
			words = append(words, string(r))
		}
		runes := []rune(t.text)
		words = append(words, letters(string(runes[:min(len(runes), maxWord)])))
		for i := 2; i <= len(runes); i++ {
			words = append(words, letters(string(runes[i-2:i])))
		}
	}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	slices.Sort(words)
	return slices.Compact(words)
}

// spellings are the ways a written word is found.
func spellings(written string) word {
	if !strings.ContainsFunc(written, func(r rune) bool { return r > unicode.MaxASCII }) {
		return word{written} // as most are
	}
	w := word{folded(written), letters(written)}
	if other := germanic.Replace(written); other != written {
		w = append(w, letters(other))
	}
	w = slices.DeleteFunc(w, func(s string) bool { return s == "" })
	slices.Sort(w)
	return slices.Compact(w)
}

// germanic spells out what German and the Nordic languages write where those
// letters are missing.
var germanic = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe")

// folded is a word without its accents.
func folded(written string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(written))
}

// letters is a word in Latin letters and digits, "" when it has none.
func letters(written string) string { return cut(latin.Letters(written)) }

// cut shortens a word in Latin letters to what is indexed.
func cut(w string) string { return w[:min(len(w), maxWord)] }
