// Package search says by which words a text is found, and where in it they stand.
// A store keeps the words and looks for them; who shows what was found marks them.
package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"storybot/stories"
	"storybot/stories/latin"
)

// MaxWord is how many characters of a word are kept and asked for.
const MaxWord = 64

// word is one word of a query in the spellings it can be found under: in small
// letters without accents, and in Latin letters where that is something else.
type word []string

// token is a run of letters and digits as it was written, composed and in small
// letters, and where in the text it stands, in bytes. Of a script that puts no space
// between its words chars are what it is made of, without accents; else nil.
type token struct {
	text     string
	from, to int
	chars    []char
}

// char is a character of an unspaced script, and where it stands.
type char struct {
	text     string
	from, to int
}

// cutter cuts a text into tokens, character by character.
type cutter struct {
	found  []token
	run    []rune
	now    token
	script *unicode.RangeTable
}

// tokens cuts text. What nobody sees inside a word, such as a soft hyphen or the
// line that makes an Arabic word longer, does not cut it.
func tokens(text string) []token {
	var c cutter
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		from, to := i, i+size
		i = to
		if r < utf8.RuneSelf {
			c.take(r, from, to)
			continue
		}
		for _, part := range norm.NFKC.String(string(r)) {
			c.take(part, from, to)
		}
	}
	c.end()
	return c.found
}

// take takes the next character.
func (c *cutter) take(r rune, from, to int) {
	switch {
	case r < utf8.RuneSelf:
	case r != zeroWidthSpace && stories.Ignorable(r) || r == tatweel:
		return
	// A mark, and the sign that makes a vowel long, belong to what they follow.
	case len(c.run) > 0 && (unicode.Is(unicode.M, r) || c.script != nil && r == 'ー'):
		if c.script != nil || len(c.run) < MaxWord {
			c.add(r, from, to)
		}
		c.now.to = to
		return
	}
	if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
		c.end()
		return
	}
	if is := unspacedScript(r); is != c.script {
		c.end()
		c.script = is
	}
	if c.script != nil || len(c.run) < MaxWord {
		c.add(unicode.ToLower(r), from, to)
	}
	c.now.to = to // of a word that is too long the end belongs to it all the same
}

func (c *cutter) add(r rune, from, to int) {
	if len(c.run) == 0 {
		c.now.from = from
	}
	c.now.to = to
	c.run = append(c.run, r)
	if c.script == nil {
		return
	}
	if bare := folded(string(r)); bare != "" {
		for _, r := range bare {
			c.now.chars = append(c.now.chars, char{string(r), from, to})
		}
	} else if n := len(c.now.chars); n > 0 {
		c.now.chars[n-1].to = to // an accent of it
	}
}

// end ends the token in the making.
func (c *cutter) end() {
	if len(c.run) > 0 {
		c.now.text = norm.NFC.String(string(c.run))
		c.found = append(c.found, c.now)
	}
	c.run, c.now, c.script = c.run[:0], token{}, nil
}

const (
	// zeroWidthSpace shows nothing, but is there to divide words.
	zeroWidthSpace = '\u200b'
	// tatweel is a letter for Unicode, and says nothing.
	tatweel = 'ـ'
)

// unspaced are the scripts that put no space between words.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// unspacedScript is the script of r if it is one of those, else nil.
func unspacedScript(r rune) *unicode.RangeTable {
	if r < 0x0E00 {
		return nil
	}
	for _, script := range unspaced {
		if unicode.Is(script, r) {
			return script
		}
	}
	return nil
}

// wordsOf are the words of a text that is looked for. What is written without
// spaces is looked for by each two characters that stand side by side.
func wordsOf(text string) []word {
	var words []word
	for _, t := range tokens(text) {
		if len(t.chars) > 0 {
			for _, pair := range pairs(t.chars) {
				words = append(words, word{pair.text})
			}
		} else if w := spellings(t.text); len(w) > 0 {
			words = append(words, w)
		}
	}
	return words
}

// pairs are each two neighbours of chars; of a single one, itself.
func pairs(chars []char) []char {
	if len(chars) < 2 {
		return chars
	}
	two := make([]char, len(chars)-1)
	for i := range two {
		two[i] = char{chars[i].text + chars[i+1].text, chars[i].from, chars[i+1].to}
	}
	return two
}

// Words are the words that texts can be found under, sorted, each once, none longer
// than MaxWord: letters and digits alone. What is written without spaces is found by
// its characters and each two of them, in Latin letters by its beginning and by any
// two characters: what a reader takes for a word. All is found by the words that a
// slug of it has.
func Words(texts ...string) []string {
	text := strings.Join(texts, " ")
	var words []string
	for _, w := range latin.Words(text) {
		words = append(words, cut(w))
	}
	for _, t := range tokens(text) {
		if len(t.chars) == 0 {
			words = append(words, spellings(t.text)...)
			continue
		}
		for _, c := range t.chars {
			words = append(words, c.text)
		}
		for _, pair := range pairs(t.chars) {
			words = append(words, pair.text)
		}
		runes := []rune(t.text)
		words = append(words, letters(string(runes[:min(len(runes), MaxWord)])))
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
	if isASCII(written) {
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

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// germanic spells out what German and the Nordic languages write where those
// letters are missing.
var germanic = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe")

// variants are letters that are typed for others: a sigma that ends a word, the
// endings and the Persian forms of Arabic letters.
var variants = map[rune]rune{'ς': 'σ', 'ة': 'ه', 'ى': 'ي', 'ی': 'ي', 'ک': 'ك'}

// folded is a word without its accents.
func folded(written string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		r = unicode.ToLower(r)
		if same, ok := variants[r]; ok {
			return same
		}
		return r
	}, norm.NFKD.String(written))
}

// letters is a word in Latin letters and digits, "" when it has none.
func letters(written string) string { return cut(latin.Letters(written)) }

// cut shortens a word in Latin letters to what is kept.
func cut(w string) string { return w[:min(len(w), MaxWord)] }
