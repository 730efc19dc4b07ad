// Package latin writes words of any script in Latin letters. Slugs are made of
// what it returns and searches find it, so that whoever reads a slug finds its
// story by the words in it.
package latin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gosimple/unidecode"
	"golang.org/x/text/unicode/norm"

	"storybot/stories"
)

// Letters is a word in small Latin letters and digits, with nothing between
// them; "" when it has none. What else the transliteration makes of a letter,
// such as the apostrophe of a soft sign, is left out.
func Letters(word string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(unidecode.Unidecode(word)))
}

// Words are the words of a text in small Latin letters and digits, as a slug has
// them: a character of Chinese is one, "&" is "and", and an apostrophe divides
// nothing. Only what stands in the text divides words, never what the
// transliteration makes of a letter.
func Words(text string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	// Composed, because a letter and its mark are not always spelt as the two are.
	for _, r := range norm.NFC.String(text) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9': // most are
			word.WriteByte(byte(r))
		case r >= 'A' && r <= 'Z':
			word.WriteByte(byte(r - 'A' + 'a'))
		case r == '&':
			word.WriteString("and")
		case unicode.Is(unicode.Han, r):
			end()
			word.WriteString(letters(r))
			end()
		case unicode.IsLetter(r) || unicode.IsMark(r):
			word.WriteString(letters(r))
		case apostrophe(r) || r != zeroWidthSpace && stories.Ignorable(r):
			// Inside a word, this divides nothing.
		case r < utf8.RuneSelf:
			end()
		default:
			// A fraction is two numbers, and no part of one before it.
			form := norm.NFKC.String(string(r))
			if strings.ContainsRune(form, '⁄') {
				end()
			}
			for _, part := range form {
				if spelt := letters(part); spelt != "" && (unicode.IsLetter(part) || unicode.IsNumber(part)) {
					word.WriteString(spelt)
				} else {
					end()
				}
			}
		}
	}
	end()
	return words
}

// zeroWidthSpace shows nothing, but is there to divide words.
const zeroWidthSpace = '\u200b'

// letters is one character in Latin letters. What is a letter in another form,
// such as a mathematical one, is spelt as that letter.
func letters(r rune) string { return Letters(norm.NFKC.String(string(r))) }

// apostrophe says whether r is typed for one: all that keyboards and editors
// make of it, and the marks that stand in Hebrew abbreviations and Greek words.
func apostrophe(r rune) bool {
	return strings.ContainsRune("'\"`´’‘‛′＇｀՚׳״΄᾽᾿῾", r)
}
