package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
	// foundSQL are stories that are in a set, ranked by an expression.
	foundSQL = `SELECT s.id, s.state, s.active_at, %s FROM stories s WHERE s.id IN (%s)`
	// byRangesSQL are the stories that have a word in one of the ranges of a parameter.
	byRangesSQL = `
		SELECT w.story_id FROM each(?%d) CROSS JOIN words w
		WHERE w.own = CAST(j.value ->> 0 AS SMALLINT) AND w.word >= (j.value ->> 1) AND w.word <= (j.value ->> 2)`
)

// wordRange is a range of words that are looked for, both ends included: own words
// of stories (1) or those of updates (0).
type wordRange struct {
	own      int
	from, to string
}

// MarshalJSON writes it as SQL reads it.
func (r wordRange) MarshalJSON() ([]byte, error) { return json.Marshal([]any{r.own, r.from, r.to}) }

// beyond is behind every word that begins like the one before it.
const beyond = "\U0010FFFF"

// rangesOf asks for a word in one of its spellings; with beginnings also for what
// begins so.
func rangesOf(spellings []string, beginnings bool) (ranges []wordRange) {
	for _, w := range spellings {
		for _, own := range []int{0, 1} {
			r := wordRange{own, w, w}
			if beginnings && (own == 1 || search.Begins(w)) {
				r.to += beyond
			}
			ranges = append(ranges, r)
		}
	}
	return ranges
}

// candidate is a story on its way to being shown.
type candidate struct {
	id     int64
	closed int
	active int64
	rank   int
}

func scanCandidate(r row) (c candidate, err error) {
	var state stories.State
	err = r.Scan(&c.id, &state, &c.active, &c.rank)
	c.closed = closed(stories.Story{State: state})
	return c, err
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
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.closed, b.closed), cmp.Compare(b.active, a.active), cmp.Compare(b.id, a.id))
	})
	total := len(found)
	found = found[min(max(offset, 0), total):]
	ids := make([]int64, min(max(limit, 0), len(found)))
	for i := range ids {
		ids[i] = found[i].id
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

// find are the stories that hold q, each once. like are, by each word, those that
// were taken for it; nil when it was found as typed.
func (s *Store) find(ctx context.Context, typed string, q search.Query) (found []candidate, like [][]string, err error) {
	exact, err := all(ctx, s.reader(), scanID, exactSQL, strings.TrimSuffix(slugOf(typed), "-"))
	if err != nil {
		return nil, nil, err
	}
	var sets byWords
	whole := sets.holding(q, func(i int) []wordRange { return rangesOf(q.Spellings(i), false) })
	begun := sets.holding(q, func(i int) []wordRange { return rangesOf(q.Spellings(i), true) })
	rank := fmt.Sprintf("CASE WHEN s.id IN (%s) THEN %d ELSE %d END", whole, holdsAll, beginsAll)
	if found, err = all(ctx, s.reader(), scanCandidate, fmt.Sprintf(foundSQL, rank, begun), sets.args...); err != nil {
		return nil, nil, err
	}
	for i := range found {
		if slices.Contains(exact, found[i].id) {
			found[i].rank = isCalled
		}
	}
	if len(found) > 0 {
		return found, nil, nil
	}
	return s.misspelt(ctx, q)
}

// misspelt are the stories that hold q but for typing errors in words that stories
// are called by, the fewest in a word. like are the words that were meant.
func (s *Store) misspelt(ctx context.Context, q search.Query) (found []candidate, like [][]string, err error) {
	near, err := s.slipped(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	if near.any(1) { // of one letter in a word, as most are
		if found, like, err = s.meant(ctx, q, near, 1); err != nil || len(found) > 0 {
			return found, like, err
		}
	}
	more, err := s.near(ctx, q, false, near)
	if err != nil || !more {
		return nil, nil, err
	}
	for slips := 1; slips <= maxErrors; slips++ {
		if !near.any(slips) {
			continue
		}
		if found, like, err = s.meant(ctx, q, near, slips); err != nil || len(found) > 0 {
			return found, like, err
		}
	}
	return nil, nil, nil
}

// meant are the stories that hold q where words that are near one of its words, by at
// most so many typing errors, are as good as it; like are those words.
func (s *Store) meant(ctx context.Context, q search.Query, near meanings, slips int) (found []candidate, like [][]string, err error) {
	for _, of := range near {
		like = append(like, of.within(slips))
	}
	var sets byWords
	set := sets.holding(q, func(i int) []wordRange {
		return append(rangesOf(q.Spellings(i), true), rangesOf(like[i], false)...)
	})
	found, err = all(ctx, s.reader(), scanCandidate, fmt.Sprintf(foundSQL, "0", set), sets.args...)
	return found, like, err
}

// byWords are sets of stories in a statement, and its parameters.
type byWords struct{ args []any }

// holding is the set of the stories that have, for each word of q, one in the ranges
// it is given.
func (b *byWords) holding(q search.Query, ranges func(i int) []wordRange) string {
	var sets []string
	for i := range q.Len() {
		text, err := json.Marshal(ranges(i))
		if err != nil {
			text = []byte("[]") // texts and numbers can always be written
		}
		b.args = append(b.args, string(text))
		sets = append(sets, fmt.Sprintf(byRangesSQL, len(b.args)))
	}
	return strings.Join(sets, " INTERSECT ")
}
