package sqlstore

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"storybot/stories"
	"storybot/stories/search"
)

// Limits of what typing errors are forgiven in.
const (
	maxErrors     = 3   // in a word
	minVocabulary = 3   // characters of a word that may have one
	maxVocabulary = 24  // characters of a word that is learnt
	maxNearWords  = 40  // words that are compared letter by letter
	maxSlipped    = 200 // words with the same letters but one that are looked at
)

// errorsIn is how many typing errors are forgiven in a word.
func errorsIn(w string) int {
	if len(w) < minVocabulary {
		return 0
	}
	return min(len(w)*2/5, maxErrors)
}

// resembling adds stories whose names have all words typed but for typing
// errors, the fewest in a word first; when there is none, those that have all
// words but one.
func (s *Store) resembling(ctx context.Context, words search.Query, p *suggestions) error {
	before := len(p.ids)
	near, err := s.slipped(ctx, words)
	if err != nil {
		return err
	}
	if near.any(1) { // as most slips are: of one letter, in a word that is written to its end
		parts := make([]string, words.Len())
		for i := range parts {
			if parts[i] = s.anyOf(words.Spellings(i), true); len(near[i].by[1]) > 0 {
				parts[i] = s.either(parts[i], s.anyOf(near[i].by[1], false))
			}
		}
		if err := s.named(ctx, resembles, s.both(parts...), p); err != nil || len(p.ids) > before {
			return err
		}
	}
	more, err := s.near(ctx, words, true, near)
	if err != nil {
		return err
	}
	for slips := 1; more && slips <= maxErrors && len(p.ids) == before; slips++ {
		parts := make([]string, words.Len())
		for i := range parts {
			known := near[i].within(slips)
			parts[i] = s.anyOf(words.Spellings(i), true)
			if len(known) > 0 {
				parts[i] = s.either(parts[i], s.anyOf(known, false))
			}
		}
		if !near.any(slips) {
			continue
		}
		if err := s.named(ctx, resembles+slips-1, s.both(parts...), p); err != nil {
			return err
		}
	}
	if words.Len() < 2 || len(p.ids) > before {
		return nil
	}
	var without []string
	for i := range words.Len() {
		var rest []string
		for j := range words.Len() {
			if j != i {
				rest = append(rest, s.anyOf(words.Spellings(j), false))
			}
		}
		without = append(without, s.both(rest...))
	}
	return s.named(ctx, shares, s.either(without...), p)
}

const slippedSQL = `SELECT DISTINCT word FROM slips WHERE slip IN (SELECT j.value FROM numbered(?1)) ORDER BY word LIMIT ?2`

// meaning are the known words that a word may mean, by how many typing errors away
// they are. done says that no others are looked for: it is a known word itself, or a
// number, of which more than one sign is hardly ever wrong.
type meaning struct {
	by   [maxErrors + 1][]string
	done bool
}

// within are those that are at most so many errors away.
func (m meaning) within(slips int) []string { return slices.Concat(m.by[1 : slips+1]...) }

// meanings are those of each word of a query.
type meanings []meaning

// any says that there is a word so many errors away.
func (m meanings) any(slips int) bool {
	return slices.ContainsFunc(m, func(of meaning) bool { return len(of.by[slips]) > 0 })
}

// slipped are the known words that each of the words is with one typing error.
func (s *Store) slipped(ctx context.Context, words search.Query) (meanings, error) {
	near := make(meanings, words.Len())
	for i := range near {
		w := search.Latin(words.Spellings(i)[0])
		if errorsIn(w) == 0 || len(w) > maxVocabulary {
			near[i].done = true
			continue
		}
		near[i].done = !strings.ContainsFunc(w, unicode.IsLetter)
		found, err := all(ctx, s.reader(), scanText, slippedSQL, wordList(slips(w)), maxSlipped)
		if err != nil {
			return nil, err
		}
		for _, known := range found {
			switch stories.Distance(w, known, 1) {
			case 0:
				near[i].done = true
			case 1:
				near[i].by[1] = append(near[i].by[1], known)
			}
		}
	}
	return near, nil
}

// slips are a word, and it with one letter left out, each once.
func slips(w string) []string {
	all := []string{w}
	for i := range len(w) {
		all = append(all, w[:i]+w[i+1:])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// near finds more of the known words that each of the words resembles, with beginnings
// also those of which it resembles the beginning; found says that there are some.
func (s *Store) near(ctx context.Context, words search.Query, beginnings bool, near meanings) (found bool, err error) {
	for i := range near {
		if near[i].done {
			continue
		}
		before := len(near[i].within(maxErrors))
		if near[i].by, err = s.nearWords(ctx, search.Latin(words.Spellings(i)[0]), beginnings, near[i].by[1]); err != nil {
			return false, err
		}
		found = found || len(near[i].within(maxErrors)) > before
	}
	return found, nil
}

const nearWordsSQL = `
	SELECT word FROM vocabulary
	WHERE gram IN (SELECT j.value FROM numbered(?1)) AND length BETWEEN ?2 AND ?3
	GROUP BY word ORDER BY count(*) DESC, min(length), word LIMIT ?4`

// minBeginning is how many letters a beginning must have that is forgiven errors.
const minBeginning = 4

// nearWords are the known words that w resembles, by how many typing errors
// away they are: those that share the most pairs of letters are compared. slipped are
// those that are one away.
func (s *Store) nearWords(ctx context.Context, w string, beginnings bool, slipped []string) (near [maxErrors + 1][]string, err error) {
	most := errorsIn(w)
	near[1] = slipped
	longest, pairs, distance := len(w)+most, grams(w), stories.Distance
	if beginnings && len(w) >= minBeginning {
		longest, distance = maxVocabulary, stories.BeginningDistance
	}
	text, err := json.Marshal(pairs)
	if err != nil {
		return near, err
	}
	found, err := all(ctx, s.reader(), scanText, nearWordsSQL, string(text), len(w)-most, longest, maxNearWords)
	for _, known := range found {
		if d := distance(w, known, most); d > 0 && !slices.Contains(slipped, known) {
			near[d] = append(near[d], known)
		}
	}
	return near, err
}

const learnSlipsSQL = `
	INSERT INTO slips (slip, word) SELECT j.value ->> 0, j.value ->> 1 FROM each(?1) WHERE 1 = 1 ON CONFLICT (slip, word) DO NOTHING`

const learnSQL = `
	INSERT INTO vocabulary (gram, length, word) SELECT j.value ->> 0, CAST(j.value ->> 1 AS SMALLINT), j.value ->> 2 FROM each(?1) WHERE 1 = 1
	ON CONFLICT (gram, length, word) DO NOTHING`

// unlearntSQL are those words that are not in the vocabulary: one that is, is its own
// slip too.
const unlearntSQL = `
	SELECT j.value FROM numbered(?1) WHERE NOT EXISTS (SELECT 1 FROM slips s WHERE s.slip = j.value AND s.word = j.value)`

// learn takes words in Latin letters into the vocabulary.
func (s *Store) learn(ctx context.Context, q querier, words []string) error {
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		return len(w) < minVocabulary-1 || len(w) > maxVocabulary || w != search.Latin(w)
	})
	if len(words) == 0 {
		return nil
	}
	words, err := all(ctx, q, scanText, unlearntSQL, wordList(words))
	if err != nil {
		return err
	}
	var pairs [][3]any
	var wrong [][2]string
	for _, w := range words {
		for _, gram := range grams(w) {
			pairs = append(pairs, [3]any{gram, len(w), w})
		}
		for _, slip := range slips(w) {
			wrong = append(wrong, [2]string{slip, w})
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	for _, step := range []struct {
		text string
		rows any
	}{{learnSQL, pairs}, {learnSlipsSQL, wrong}} {
		rows, err := json.Marshal(step.rows)
		if err != nil {
			return err
		}
		if _, err := q.exec(ctx, step.text, string(rows)); err != nil {
			return err
		}
	}
	return nil
}

// grams are a word's pairs of letters, its beginning and end among them.
func grams(w string) (pairs []string) {
	padded := "^" + w + "$"
	for i := range len(padded) - 1 {
		pairs = append(pairs, padded[i:i+2])
	}
	return pairs
}
