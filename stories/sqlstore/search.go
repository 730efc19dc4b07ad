package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"storybot/stories"
)

// Both databases index the same words, cut and normalised here, so that they
// find the same stories and no text can be an operator of a query language.

// Limits of what is indexed and asked for.
const (
	maxWord       = 64 // characters; the rest of a longer one is ignored
	maxQueryWords = 16 // the rest of a longer query is ignored
)

// wordsOf cuts text into words: runs of letters and digits, in small letters,
// without accents. Scripts written without spaces give a word a character.
func wordsOf(text string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, string(word))
			word = word[:0]
		}
	}
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r): // an accent
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			end()
			words = append(words, string(r))
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Mc, r):
			if len(word) < maxWord {
				word = append(word, unicode.ToLower(r))
			}
		default:
			end()
		}
	}
	end()
	return words
}

// index makes a story's own words (updateID 0) or an update's findable.
func (s *Store) index(ctx context.Context, q querier, storyID, updateID int64, texts ...string) error {
	words := wordsOf(strings.Join(texts, " "))
	slices.Sort(words)
	return s.addWords(ctx, q, storyID, updateID, slices.Compact(words))
}

const (
	foundSQL   = `SELECT ` + storyColumns + ` FROM stories s %s ORDER BY s.active_at DESC, s.id DESC LIMIT ?1 OFFSET ?2`
	countedSQL = `SELECT count(*) FROM stories s %s`
)

// Search implements stories.Store.
func (s *Store) Search(ctx context.Context, query string, offset, limit int) (found []stories.Story, total int, err error) {
	words := wordsOf(query)
	if len(words) == 0 && strings.TrimSpace(query) != "" {
		return nil, 0, nil // nothing in it that could be found
	}
	if len(words) > maxQueryWords {
		words = words[:maxQueryWords]
	}
	where, args := s.holdingAll(words, 3)
	found, err = all(ctx, s.reader(), scanStory, fmt.Sprintf(foundSQL, where), append([]any{limit, offset}, args...)...)
	if err != nil {
		return nil, 0, s.told(err)
	}
	where, args = s.holdingAll(words, 1)
	err = one(ctx, s.reader(), fmt.Sprintf(countedSQL, where), args, &total)
	return found, total, s.told(err)
}

// holdingAll is the condition that a story holds all words, with parameters
// numbered from first on.
func (s *Store) holdingAll(words []string, first int) (where string, args []any) {
	if len(words) == 0 {
		return "", nil
	}
	var sets []string
	for i, word := range words {
		sets = append(sets, s.holding(fmt.Sprintf("?%d", first+i)))
		args = append(args, s.wordArg(word, i == len(words)-1))
	}
	return "WHERE s.id IN (" + strings.Join(sets, " INTERSECT ") + ")", args
}
