// Package latin writes words of any script in Latin letters. Slugs are made of
// what it returns and searches find it, so that whoever reads a slug finds its
// story by the words in it.
package latin

import (
	"strings"

	"github.com/gosimple/slug"
	"github.com/gosimple/unidecode"
)

// Letters is a word in small Latin letters and digits, with nothing between
// them; "" when it has none.
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
// nothing.
func Words(text string) []string {
	return strings.FieldsFunc(slug.Make(text), func(r rune) bool { return r == '-' || r == '_' })
}
