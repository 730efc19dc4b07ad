package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/stories/latin"
)

const (
	// MaxWords is how many words of a query are looked for; the rest is ignored.
	MaxWords = 16
	// MinBeginning is how many characters of a word's beginning find it in an update:
	// one or two begin too many words. In a story's own words any number does.
	MinBeginning = 3
)

// Query is what is looked for: words, of which a text must hold all.
type Query struct {
	words []word
	// like are, by each of them, words that are as good: what was meant, where it was
	// misspelt.
	like [][]string
}

// Parse reads a query as it was typed. There is no syntax: no text is an operator.
func Parse(text string) Query {
	words := wordsOf(text)
	return Query{words: words[:min(len(words), MaxWords)]}
}

// Or takes words for as good as those typed: the first list for the first word, and so on.
func (q Query) Or(like ...[]string) Query {
	q.like = like[:min(len(like), len(q.words))]
	return q
}

// Meant are the words given to Or for the i-th word.
func (q Query) Meant(i int) []string {
	if i < len(q.like) {
		return q.like[i]
	}
	return nil
}

// Len is how many words are looked for: 0 where nothing in the query can be found.
func (q Query) Len() int { return len(q.words) }

// Spellings are the ways the i-th word is found, sorted, one at least.
func (q Query) Spellings(i int) []string { return q.words[i] }

// Begins says that a word may begin with s where only beginnings of some length do:
// those of a script with a sign for every sound.
func Begins(s string) bool { return utf8.RuneCountInString(s) >= MinBeginning }

// Held tells which words of the query are among known, sorted as Words returns them:
// the i-th bit stands for the i-th word. own says that they are a story's own words,
// in which the shortest beginning counts.
func (q Query) Held(known []string, own bool) (held uint32) {
	for i, w := range q.words {
		if slices.ContainsFunc(w, func(s string) bool { return holds(known, s, own || Begins(s)) }) ||
			slices.ContainsFunc(q.Meant(i), func(s string) bool { return holds(known, s, false) }) {
			held |= 1 << i
		}
	}
	return held
}

// HeldIn is Held of an update's text. Most texts hold none of it, and are not cut into
// words to find that out.
func (q Query) HeldIn(text string) uint32 {
	if isASCII(text) && !q.mayBeIn(plainly.Replace(strings.ToLower(text))) {
		return 0
	}
	return q.Held(Words(text), false)
}

// plainly writes what stands inside a word as the words do that a slug has.
var plainly = strings.NewReplacer("'", "", `"`, "", "`", "", "&", "and")

// mayBeIn says that a word of the query stands anywhere in text.
func (q Query) mayBeIn(text string) bool {
	in := func(s string) bool { return strings.Contains(text, s) }
	return slices.ContainsFunc(q.like, func(like []string) bool { return slices.ContainsFunc(like, in) }) || slices.ContainsFunc(q.words, func(w word) bool { return slices.ContainsFunc(w, in) })
}

// All is what Held returns of a text that holds the whole query.
func (q Query) All() uint32 { return 1<<len(q.words) - 1 }

// holds says whether s is among known, or is the beginning of one of them.
func holds(known []string, s string, beginning bool) bool {
	at, is := slices.BinarySearch(known, s)
	return is || beginning && at < len(known) && strings.HasPrefix(known[at], s)
}

// Mark is where in a text something stands, in bytes.
type Mark struct{ From, To int }

// Marks are the words of text that the query asks for, whole words as a rule, in
// their order. What was found by a spelling that no single word of the text has is
// marked where it is written without a space. own is as for Held.
func (q Query) Marks(text string, own bool) []Mark {
	var marks []Mark
	var marked uint32
	mark := func(known []string, from, to int) {
		if held := q.Held(known, own); held > 0 {
			marked |= held
			marks = append(marks, Mark{from, to})
		}
	}
	for _, t := range tokens(text) {
		if len(t.chars) == 0 {
			mark(sorted(spellings(t.text)), t.from, t.to)
			continue
		}
		mark([]string{letters(t.text)}, t.from, t.to)
		for _, c := range t.chars {
			known := []string{c.text}
			if han, _ := utf8.DecodeRuneInString(c.text); unicode.Is(unicode.Han, han) { // each of them is a word of a slug
				known = append(known, letters(c.text))
			}
			mark(sorted(known), c.from, c.to)
		}
		for _, pair := range pairs(t.chars) {
			mark(sorted([]string{pair.text, letters(pair.text)}), pair.from, pair.to)
		}
	}
	if marked != q.All() {
		for _, at := range fields(text) {
			known := latin.Words(text[at.From:at.To])
			slices.Sort(known)
			if q.Held(known, own)&^marked > 0 {
				marks = append(marks, at)
			}
		}
	}
	return joined(marks)
}

func sorted(words []string) []string {
	slices.Sort(words)
	return words
}

// fields are the runs of text without white space, without the signs around them.
func fields(text string) (found []Mark) {
	from := 0
	for _, field := range strings.FieldsFunc(text, unicode.IsSpace) {
		from += strings.Index(text[from:], field)
		inner := strings.TrimFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.M, r) })
		if inner != "" {
			at := from + strings.Index(field, inner)
			found = append(found, Mark{at, at + len(inner)})
		}
		from += len(field)
	}
	return found
}

// joined puts marks in order, and those together that touch.
func joined(marks []Mark) (all []Mark) {
	slices.SortFunc(marks, func(a, b Mark) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(b.To, a.To)) })
	for _, m := range marks {
		if n := len(all); n > 0 && m.From <= all[n-1].To {
			all[n-1].To = max(all[n-1].To, m.To)
			continue
		}
		all = append(all, m)
	}
	return all
}

// Latin is a word in Latin letters and digits, "" when it has none.
func Latin(word string) string { return letters(word) }
