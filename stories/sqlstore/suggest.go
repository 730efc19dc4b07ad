package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"storybot/stories"
	"storybot/stories/latin"
	"storybot/stories/search"
)

// How good a suggestion is; smaller is better. What typing errors are forgiven
// for follows at resembles, one for each error.
const (
	exactly = iota
	begins
	holds
	resembles
	shares = resembles + maxErrors // all words but one
)

// anyOf asks for one of several words, or of what begins with one of them.
func (s *Store) anyOf(words []string, prefix bool) string {
	terms := make([]string, len(words))
	for i, w := range words {
		terms[i] = s.term(w, prefix)
	}
	return s.either(terms...)
}

// either asks for what one of the parts asks for, both for what all of them do.
func (s *Store) either(parts ...string) string { return "(" + strings.Join(parts, s.or()) + ")" }
func (s *Store) both(parts ...string) string   { return "(" + strings.Join(parts, s.and()) + ")" }

// suggestions are ids of stories on their way to being suggested.
type suggestions struct {
	ids  []int64
	rank map[int64]int
}

func (p *suggestions) full() bool { return len(p.ids) >= stories.MaxSuggested }

// room is how many more are wanted.
func (p *suggestions) room() int { return stories.MaxSuggested - len(p.ids) }

// add takes up stories that are not there yet.
func (p *suggestions) add(rank int, ids []int64) {
	for _, id := range ids {
		if _, known := p.rank[id]; !known && !p.full() {
			p.ids = append(p.ids, id)
			p.rank[id] = rank
		}
	}
}

// topicsSQL reads every set of topics that stories have, from the index alone.
const topicsSQL = `SELECT DISTINCT topics FROM stories WHERE topics <> ''`

// Topics implements stories.IndexStore.
func (s *Store) Topics(ctx context.Context) ([]string, error) {
	sets, err := all(ctx, s.reader(), func(r row) (set string, err error) { return set, r.Scan(&set) }, topicsSQL)
	topics := strings.Fields(strings.Join(sets, " "))
	slices.Sort(topics)
	return slices.Compact(topics), s.told(err)
}

// Suggest implements stories.IndexStore. Each step is a few look-ups in an index and
// is left out when those before found enough, so that it takes as long with ten
// thousand stories as with ten.
func (s *Store) Suggest(ctx context.Context, typed string, limit int) ([]stories.Story, error) {
	p := &suggestions{rank: map[int64]int{}}
	if err := s.suggest(ctx, typed, p); err != nil {
		return nil, s.told(err)
	}
	if len(p.ids) == 0 {
		return nil, nil
	}
	found, err := all(ctx, s.reader(), scanStory, storiesByIDsSQL, list(p.ids))
	if err != nil {
		return nil, s.told(err)
	}
	slices.SortFunc(found, func(a, b stories.Story) int {
		return cmp.Or(cmp.Compare(p.rank[a.ID], p.rank[b.ID]), cmp.Compare(slipsIn(typed, a, p.rank[a.ID]), slipsIn(typed, b, p.rank[b.ID])), cmp.Compare(closed(a), closed(b)), b.ActiveAt.Compare(a.ActiveAt), cmp.Compare(b.ID, a.ID))
	})
	return found[:max(0, min(limit, len(found)))], nil
}

// slipsIn is how many typing errors away a slug of a story is from all that was typed,
// where it was found in spite of some: whoever mistypes a whole slug means that one.
func slipsIn(typed string, story stories.Story, rank int) int {
	if rank < resembles || rank >= shares {
		return 0
	}
	least, whole := maxErrors+1, strings.Join(latin.Words(typed), "")
	for _, slug := range append(slices.Clone(story.Aliases), story.Slug) {
		if d := stories.Distance(whole, strings.ReplaceAll(slug, "-", ""), maxErrors); d >= 0 {
			least = min(least, d)
		}
	}
	return least
}

// Near implements stories.IndexStore.
func (s *Store) Near(ctx context.Context, typed string, limit int) ([]stories.Story, error) {
	found, err := s.Suggest(ctx, typed, stories.MaxSuggested)
	found = slices.DeleteFunc(found, func(story stories.Story) bool { return !latin.Near(typed, story) })
	return found[:max(0, min(limit, len(found)))], err
}

const storiesByIDsSQL = `SELECT ` + storyColumns + ` FROM stories s WHERE s.id among(?1)`

// closed is how a story's state is kept beside its slugs.
func closed(story stories.Story) int {
	if story.State == stories.Closed {
		return 1
	}
	return 0
}

func (s *Store) suggest(ctx context.Context, typed string, p *suggestions) error {
	words := search.Parse(typed)
	switch {
	case strings.TrimSpace(typed) == "":
		return s.newest(ctx, p)
	case words.Len() == 0:
		return nil
	}
	if err := s.beginning(ctx, typed, p); err != nil || p.full() {
		return err
	}
	if words.Len() > 1 && len(p.ids) > 0 && p.rank[p.ids[0]] == exactly {
		return nil // a slug of several words means its story and what begins so
	}
	if err := s.holdingWords(ctx, words, p); err != nil || len(p.ids) > 0 {
		return err
	}
	return s.resembling(ctx, words, p)
}

const newestSQL = `SELECT id FROM stories WHERE state = ?1 ORDER BY active_at DESC, id DESC LIMIT ?2`

// newest are the stories with the newest activity.
func (s *Store) newest(ctx context.Context, p *suggestions) error {
	for _, state := range []stories.State{stories.Developing, stories.Closed} {
		ids, err := all(ctx, s.reader(), scanID, newestSQL, string(state), p.room())
		if err != nil {
			return err
		}
		if p.add(begins, ids); p.full() {
			return nil
		}
	}
	return nil
}

// recentStories is how many of the newest stories are looked through for those
// that begin as typed before the rest is taken by the alphabet.
const recentStories = 100

const (
	exactSQL       = `SELECT story_id FROM slugs WHERE slug = ?1`
	recentBeginSQL = `
		SELECT id FROM (SELECT id, slug FROM stories WHERE state = 'developing' ORDER BY active_at DESC, id DESC LIMIT ?3) AS recent
		WHERE slug >= ?1 /*bytes*/ AND slug < ?2 /*bytes*/`
	beginSQL = `SELECT story_id FROM slugs WHERE closed = ?1 AND slug >= ?2 /*bytes*/ AND slug < ?3 /*bytes*/ ORDER BY slug /*bytes*/ LIMIT ?4`
)

// beginning adds the story with exactly the slug that was typed, and those whose
// slugs begin with it.
func (s *Store) beginning(ctx context.Context, typed string, p *suggestions) error {
	from := slugOf(typed)
	if from == "" {
		return nil
	}
	ids, err := all(ctx, s.reader(), scanID, exactSQL, strings.TrimSuffix(from, "-"))
	if err != nil {
		return err
	}
	p.add(exactly, ids)
	to := from + "~" // above all that slugs are made of
	if ids, err = all(ctx, s.reader(), scanID, recentBeginSQL, from, to, recentStories); err != nil {
		return err
	}
	p.add(begins, ids)
	for _, closed := range []int{0, 1} {
		if p.full() {
			return nil
		}
		// As many again as are there already: they may be the same.
		ids, err := all(ctx, s.reader(), scanID, beginSQL, closed, from, to, stories.MaxSuggested+len(p.ids))
		if err != nil {
			return err
		}
		p.add(begins, ids)
	}
	return nil
}

// slugOf writes what was typed as a slug, or its beginning. A hyphen at the end
// stays: the word before it is whole.
func slugOf(typed string) string {
	slug := strings.Join(latin.Words(typed), "-")
	if slug != "" && strings.HasSuffix(strings.TrimSpace(typed), "-") {
		slug += "-"
	}
	return slug
}

// The state of a story among the words of its name. The dot is in no word.
const (
	developingMark = "·developing"
	closedMark     = "·closed"
)

// named adds stories whose names answer a query, those that develop first.
func (s *Store) named(ctx context.Context, rank int, query string, p *suggestions) error {
	for _, mark := range []string{developingMark, closedMark} {
		if p.full() {
			return nil
		}
		ids, err := all(ctx, s.reader(), scanID, s.namedSQL(), s.both(query, s.term(mark, false)), stories.MaxSuggested+len(p.ids))
		if err != nil {
			return err
		}
		p.add(rank, ids)
	}
	return nil
}

// holdingWords adds stories whose names have words that begin with all words
// typed, or with all of them written as one.
func (s *Store) holdingWords(ctx context.Context, words search.Query, p *suggestions) error {
	parts := make([]string, words.Len())
	for i := range parts {
		parts[i] = s.anyOf(words.Spellings(i), true)
	}
	query := s.both(parts...)
	if whole := joined(words); words.Len() > 1 && whole != "" {
		query = s.either(query, s.term(whole, true))
	}
	return s.named(ctx, holds, query, p)
}

// joined writes words as one in Latin letters, "" when it would be too long.
func joined(words search.Query) string {
	var whole strings.Builder
	for i := range words.Len() {
		whole.WriteString(search.Latin(words.Spellings(i)[0]))
	}
	if whole.Len() > maxVocabulary {
		return ""
	}
	return whole.String()
}

const setClosedSQL = `UPDATE slugs SET closed = ?2 WHERE story_id = ?1`

// name makes a story suggested by its slugs and the words of its headline.
func (s *Store) name(ctx context.Context, q querier, story stories.Story, slugs []string) error {
	if _, err := q.exec(ctx, setClosedSQL, story.ID, closed(story)); err != nil {
		return err
	}
	words := search.Words(append(slices.Clone(slugs), story.Headline)...)
	for _, slug := range slugs { // for those who forget the hyphens
		words = append(words, strings.ReplaceAll(slug, "-", ""))
	}
	slices.Sort(words)
	words = slices.Compact(words)
	if err := s.learn(ctx, q, words); err != nil {
		return err
	}
	mark := developingMark
	if story.State == stories.Closed {
		mark = closedMark
	}
	return s.addName(ctx, q, story.ID, append(words, mark))
}
