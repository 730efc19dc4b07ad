package sqlstore

import (
	"context"
	"encoding/json"
	"slices"

	"storybot/stories"
	"storybot/stories/search"
)

// Limits of what typing errors are forgiven in.
const (
	maxErrors     = 3  // in a word
	minVocabulary = 3  // characters of a word that may have one
	maxVocabulary = 24 // characters of a word that is learnt
	maxNearWords  = 40 // words that are compared letter by letter
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
	near, some, err := s.slipped(ctx, words)
	if err != nil {
		return err
	}
	if some { // as most slips are: of one letter, in a word that is written to its end
		parts := make([]string, words.Len())
		for i := range parts {
			if parts[i] = s.anyOf(words.Spellings(i), true); len(near[i][1]) > 0 {
				parts[i] = s.either(parts[i], s.anyOf(near[i][1], false))
			}
		}
		if err := s.named(ctx, resembles, s.both(parts...), p); err != nil || len(p.ids) > before {
			return err
		}
	}
	if near, err = s.near(ctx, words, true); err != nil {
		return err
	}
	for slips := 1; slips <= maxErrors && len(p.ids) == before; slips++ {
		parts, more := make([]string, words.Len()), false
		for i := range parts {
			more = more || len(near[i][slips]) > 0
			known := slices.Concat(near[i][1 : slips+1]...)
			parts[i] = s.anyOf(words.Spellings(i), true)
			if len(known) > 0 {
				parts[i] = s.either(parts[i], s.anyOf(known, false))
			}
		}
		if !more {
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

// slipped are the known words that each of the words is with one typing error; some
// says whether there is any.
func (s *Store) slipped(ctx context.Context, words search.Query) (near [][maxErrors + 1][]string, some bool, err error) {
	near = make([][maxErrors + 1][]string, words.Len())
	for i := range near {
		w := search.Latin(words.Spellings(i)[0])
		if errorsIn(w) == 0 || len(w) > maxVocabulary {
			continue
		}
		found, err := all(ctx, s.reader(), scanText, slippedSQL, wordList(slips(w)), maxNearWords)
		if err != nil {
			return nil, false, err
		}
		for _, known := range found {
			if stories.Distance(w, known, 1) == 1 {
				near[i][1], some = append(near[i][1], known), true
			}
		}
	}
	return near, some, nil
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

// near are the known words that each of the words resembles, by how many typing errors
// away they are; with beginnings also those of which it resembles the beginning.
func (s *Store) near(ctx context.Context, words search.Query, beginnings bool) ([][maxErrors + 1][]string, error) {
	near := make([][maxErrors + 1][]string, words.Len())
	for i := range near {
		var err error
		if near[i], err = s.nearWords(ctx, search.Latin(words.Spellings(i)[0]), beginnings); err != nil {
			return nil, err
		}
	}
	return near, nil
}

const nearWordsSQL = `
	SELECT word FROM vocabulary
	WHERE gram IN (SELECT j.value FROM numbered(?1)) AND length BETWEEN ?2 AND ?3
	GROUP BY word ORDER BY count(*) DESC, min(length), word LIMIT ?4`

// minBeginning is how many letters a beginning must have that is forgiven errors.
const minBeginning = 4

// nearWords are the known words that w resembles, by how many typing errors
// away they are: those that share the most pairs of letters are compared.
func (s *Store) nearWords(ctx context.Context, w string, beginnings bool) (near [maxErrors + 1][]string, err error) {
	most := errorsIn(w)
	if most == 0 || len(w) > maxVocabulary {
		return near, nil
	}
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
		if d := distance(w, known, most); d > 0 {
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

// learn takes words in Latin letters into the vocabulary.
func (s *Store) learn(ctx context.Context, q querier, words []string) error {
	var pairs [][3]any
	var wrong [][2]string
	for _, w := range words {
		if len(w) < minVocabulary-1 || len(w) > maxVocabulary || w != search.Latin(w) {
			continue
		}
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
