package sqlstore

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"storybot/stories"
	"storybot/stories/search"
)

// How well a story answers a search; smaller is better.
const (
	isCalled  = iota // it has exactly this slug, or had it
	holdsAll         // all words
	beginsAll        // words that begin so
)

const (
	listedSQL       = `SELECT ` + storyColumns + ` FROM stories s ORDER BY s.active_at DESC, s.id DESC LIMIT ?1 OFFSET ?2`
	countStoriesSQL = `SELECT count(*) FROM stories`
	// holdersOfSQL are, for each range of words in ?1, the stories that hold one of them, as
	// one text: they are far more than are shown, and each row costs more than its number.
	holdersOfSQL = `
		SELECT CAST(j.value ->> 3 AS BIGINT), coalesce((SELECT string_agg(CAST(w.story_id AS TEXT), ',') FROM words w
			WHERE w.own = CAST(j.value ->> 0 AS SMALLINT) AND w.word >= (j.value ->> 1) AND w.word <= (j.value ->> 2)), '')
		FROM each(?1)`
	// bestSQL are the first of equally good stories.
	bestSQL = `
		SELECT s.id FROM stories s WHERE s.id among(?1)
		ORDER BY CASE WHEN s.state = '` + string(stories.Closed) + `' THEN 1 ELSE 0 END, s.active_at DESC, s.id DESC LIMIT ?2`
)

// wordRange is a range of words that are looked for, both ends included: own words
// of stories (1) or those of updates (0).
type wordRange struct {
	own      int
	from, to string
	whole    bool // it is one word alone, as it was typed
	word, at int  // of the query, and where the range is in a list
}

// MarshalJSON writes it as SQL reads it.
func (r wordRange) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{r.own, r.from, r.to, r.at})
}

const (
	// beyond is behind every word that begins like the one before it, ahead before each
	// but that one: words are letters and digits.
	beyond = "\U0010FFFF"
	ahead  = " "
)

// rangesOf asks for a word in one of its spellings, and for what begins so.
func rangesOf(spellings []string) []wordRange {
	ranges := wholeWords(spellings)
	for _, w := range spellings {
		for _, own := range []int{0, 1} {
			if own == 1 || search.Begins(w) {
				ranges = append(ranges, wordRange{own: own, from: w + ahead, to: w + beyond})
			}
		}
	}
	return ranges
}

// wholeWords asks for one of these words.
func wholeWords(words []string) (ranges []wordRange) {
	for _, w := range words {
		for _, own := range []int{0, 1} {
			ranges = append(ranges, wordRange{own: own, from: w, to: w, whole: true})
		}
	}
	return ranges
}

// Search implements stories.IndexStore.
func (s *Store) Search(ctx context.Context, query string, offset, limit int) ([]stories.Hit, int, error) {
	if strings.TrimSpace(query) == "" {
		return s.list(ctx, offset, limit)
	}
	q := search.Parse(query)
	if q.Len() == 0 {
		return nil, 0, nil // nothing in it that could be found
	}
	found, like, err := s.find(ctx, query, q)
	if err != nil {
		return nil, 0, s.told(err)
	}
	ids, total, err := s.page(ctx, found, max(offset, 0), max(limit, 0))
	if err != nil {
		return nil, 0, s.told(err)
	}
	hits, err := s.hits(ctx, q.Or(like...), ids)
	for i := range hits {
		hits[i].Like = like
	}
	return hits, total, s.told(err)
}

// list are all stories.
func (s *Store) list(ctx context.Context, offset, limit int) (hits []stories.Hit, total int, err error) {
	found, err := all(ctx, s.reader(), scanStory, listedSQL, limit, offset)
	if err != nil {
		return nil, 0, s.told(err)
	}
	for _, story := range found {
		hits = append(hits, stories.Hit{Story: story})
	}
	err = one(ctx, s.reader(), countStoriesSQL, nil, &total)
	return hits, total, s.told(err)
}

// ranked are stories by how well they answer a search.
type ranked [beginsAll + 1][]int64

func (r ranked) any() bool {
	return slices.ContainsFunc(r[:], func(ids []int64) bool { return len(ids) > 0 })
}

// page are so many of the stories that were found, best first, and how many there are. Of
// two that are as good the one that goes on comes first, then the one with the newest update.
func (s *Store) page(ctx context.Context, found ranked, offset, limit int) (ids []int64, total int, err error) {
	for _, equal := range found {
		skipped := max(offset-total, 0) // of these
		wanted := min(offset+limit-total, len(equal))
		total += len(equal)
		if skipped >= wanted {
			continue
		}
		best, err := all(ctx, s.reader(), scanID, bestSQL, list(equal), wanted)
		if err != nil {
			return nil, 0, err
		}
		ids = append(ids, best[min(skipped, len(best)):]...) // one may have been merged meanwhile
	}
	return ids, total, nil
}

// find are the stories that hold q, each once. like are, by each word, those that
// were taken for it; nil when it was found as typed.
func (s *Store) find(ctx context.Context, typed string, q search.Query) (found ranked, like [][]string, err error) {
	called, err := all(ctx, s.reader(), scanID, exactSQL, strings.TrimSuffix(slugOf(typed), "-"))
	if err != nil {
		return found, nil, err
	}
	held, err := s.holding(ctx, q, func(i int) []wordRange { return rangesOf(q.Spellings(i)) })
	if err != nil {
		return found, nil, err
	}
	for id, words := range held {
		rank := beginsAll
		if slices.Contains(called, id) {
			rank = isCalled
		} else if words.whole == q.All() {
			rank = holdsAll
		}
		found[rank] = append(found[rank], id)
	}
	if len(held) > 0 {
		return found, nil, nil
	}
	return s.misspelt(ctx, q)
}

// misspelt are the stories that hold q but for typing errors in words that stories
// are called by, the fewest in a word. like are the words that were meant.
func (s *Store) misspelt(ctx context.Context, q search.Query) (found ranked, like [][]string, err error) {
	near, err := s.slipped(ctx, q)
	if err != nil {
		return found, nil, err
	}
	if near.any(1) { // of one letter in a word, as most are
		if found, like, err = s.meant(ctx, q, near, 1); err != nil || found.any() {
			return found, like, err
		}
	}
	more, err := s.near(ctx, q, false, near)
	if err != nil || !more {
		return found, nil, err
	}
	for slips := 1; slips <= maxErrors; slips++ {
		if !near.any(slips) {
			continue
		}
		if found, like, err = s.meant(ctx, q, near, slips); err != nil || found.any() {
			return found, like, err
		}
	}
	return found, nil, nil
}

// meant are the stories that hold q where words that are near one of its words, by at
// most so many typing errors, are as good as it; like are those words.
func (s *Store) meant(ctx context.Context, q search.Query, near meanings, slips int) (found ranked, like [][]string, err error) {
	for _, of := range near {
		like = append(like, of.within(slips))
	}
	held, err := s.holding(ctx, q, func(i int) []wordRange {
		return append(rangesOf(q.Spellings(i)), wholeWords(like[i])...)
	})
	for id := range held {
		found[isCalled] = append(found[isCalled], id)
	}
	return found, like, err
}

// heldWords are words of a query that a story holds, a bit each: begun in any way, and
// whole.
type heldWords struct{ begun, whole uint32 }

// holding are the stories that have, for each word of q, one in the ranges it is given.
func (s *Store) holding(ctx context.Context, q search.Query, of func(i int) []wordRange) (map[int64]heldWords, error) {
	var ranges []wordRange
	for i := range q.Len() {
		for _, r := range of(i) {
			r.word, r.at = i, len(ranges)
			ranges = append(ranges, r)
		}
	}
	text, err := json.Marshal(ranges)
	if err != nil {
		return nil, err
	}
	holders := make([]string, len(ranges))
	if _, err := all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var at int
		var ids string
		if err := r.Scan(&at, &ids); err != nil {
			return none, err
		}
		holders[at] = ids
		return none, nil
	}, holdersOfSQL, string(text)); err != nil {
		return nil, err
	}
	held := map[int64]heldWords{}
	for _, r := range ranges {
		// Who lacks a word before this one is not looked at again.
		bit, before := uint32(1)<<r.word, uint32(1)<<r.word-1
		for id := range strings.SplitSeq(holders[r.at], ",") {
			story, err := strconv.ParseInt(id, 10, 64)
			if err != nil {
				continue // nobody holds one
			}
			has := held[story]
			if has.begun&before != before {
				continue
			}
			has.begun |= bit
			if r.whole {
				has.whole |= bit
			}
			held[story] = has
		}
	}
	maps.DeleteFunc(held, func(_ int64, has heldWords) bool { return has.begun != q.All() })
	return held, nil
}
