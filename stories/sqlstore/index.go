package sqlstore

import (
	"context"
	"slices"
	"strings"

	"storybot/stories"
	"storybot/stories/search"
)

// A story is found by its own words and by those of its updates. Of an update's
// words only those are written that no other of the story has: what is looked for
// is the story, and one update that holds a word is enough to show it.

const (
	addWordsSQL = `
		INSERT INTO words (own, word, story_id, update_id)
		SELECT CAST(?2 AS SMALLINT), j.value, CAST(?3 AS BIGINT), CAST(?4 AS BIGINT) FROM numbered(?1) WHERE 1 = 1
		ON CONFLICT (own, word, story_id) DO NOTHING`
	dropWordsSQL = `DELETE FROM words WHERE own = ?2 AND story_id = ?3 AND word IN (SELECT j.value FROM numbered(?1))`
	// earlierTextsSQL are wordings an update had.
	earlierTextsSQL = `SELECT text FROM revisions WHERE update_id = ?1`
	// lostSQL are those words that this update stands for.
	lostSQL = `
		SELECT w.word FROM numbered(?1) CROSS JOIN words w
		WHERE w.own = 0 AND w.word = j.value AND w.story_id = ?2 AND w.update_id = ?3`
	otherTextsSQL = `SELECT number, id, text FROM updates WHERE story_id = ?1 AND number < ?2 AND id <> ?3 ORDER BY number DESC LIMIT ?4`
	handOverSQL   = `UPDATE words SET update_id = ?3 WHERE own = 0 AND story_id = ?2 AND word IN (SELECT j.value FROM numbered(?1))`
	ownWordsSQL   = `SELECT word FROM words WHERE story_id = ?1 AND own = 1 ORDER BY word /*bytes*/`
	dropFoundSQL  = `DELETE FROM words WHERE story_id = ?1 AND own = ?2`
	slugsOfSQL    = `SELECT slug FROM slugs WHERE story_id = ?1 ORDER BY slug`
	// Somebody may look for a story by the headline of one that was merged into it.
	mergedHeadlinesSQL = `SELECT headline FROM merged WHERE into_id = ?1 ORDER BY id`
	// passFoundSQL has the story ?2 hold what the updates of the story ?1 do, as far as
	// it does not already.
	passFoundSQL = `
		INSERT INTO words (own, word, story_id, update_id)
		SELECT own, word, CAST(?2 AS BIGINT), update_id FROM words WHERE story_id = ?1 AND own = 0
		ON CONFLICT (own, word, story_id) DO NOTHING`
)

// textsAtOnce is how many updates are read at once to see which of them holds a word.
const textsAtOnce = 200

// index makes an update findable by its text, and no longer by what only earlier
// wordings of it held. The story is locked: else two at once could each leave a word to
// the other's update.
func (s *Store) index(ctx context.Context, q querier, storyID, updateID int64, text string) error {
	words := search.Words(text)
	if err := addWords(ctx, q, 0, storyID, updateID, words); err != nil {
		return err
	}
	earlier, err := all(ctx, q, scanText, earlierTextsSQL, updateID)
	if err != nil || len(earlier) == 0 {
		return err
	}
	gone := except(search.Words(earlier...), words)
	if len(gone) == 0 {
		return nil
	}
	lost, err := all(ctx, q, scanText, lostSQL, wordList(gone), storyID, updateID)
	if err != nil {
		return err
	}
	return s.handOver(ctx, q, storyID, updateID, lost)
}

// handOver has other updates of the story stand for words that an update does not
// hold any more. Where none does, the story is no longer found by them.
func (s *Store) handOver(ctx context.Context, q querier, storyID, updateID int64, lost []string) error {
	slices.Sort(lost)
	for below := maxNumber; len(lost) > 0; {
		others, err := all(ctx, q, scanNumbered, otherTextsSQL, storyID, below, updateID, textsAtOnce)
		if err != nil {
			return err
		}
		for _, u := range others {
			below = u.Number
			words := search.Words(u.Text)
			left := except(lost, words)
			if len(left) < len(lost) {
				if _, err := q.exec(ctx, handOverSQL, wordList(except(lost, left)), storyID, u.ID); err != nil {
					return err
				}
				lost = left
			}
		}
		if len(others) < textsAtOnce {
			break
		}
	}
	return dropWords(ctx, q, 0, storyID, lost)
}

// maxNumber is above every number of an update.
const maxNumber = 1 << 40

// indexStory makes a story findable by its own words, and suggested by its slugs and
// headline.
func (s *Store) indexStory(ctx context.Context, q querier, story stories.Story) error {
	slugs, err := all(ctx, q, scanText, slugsOfSQL, story.ID)
	if err != nil {
		return err
	}
	merged, err := all(ctx, q, scanText, mergedHeadlinesSQL, story.ID)
	if err != nil {
		return err
	}
	words := search.Words(slices.Concat(slugs, merged, []string{story.Headline, story.Summary, strings.Join(story.Topics, " ")})...)
	before, err := all(ctx, q, scanText, ownWordsSQL, story.ID)
	if err != nil {
		return err
	}
	if err := dropWords(ctx, q, 1, story.ID, except(before, words)); err != nil {
		return err
	}
	if err := addWords(ctx, q, 1, story.ID, 0, except(words, before)); err != nil {
		return err
	}
	return s.name(ctx, q, story, slugs)
}

// passFound has a story found by what was in the updates of another that was merged
// into it, and that one found no more. The updates are its own already.
func (s *Store) passFound(ctx context.Context, q querier, fromID, intoID int64) error {
	if _, err := q.exec(ctx, passFoundSQL, fromID, intoID); err != nil {
		return err
	}
	for _, own := range []int{0, 1} {
		if _, err := q.exec(ctx, dropFoundSQL, fromID, own); err != nil {
			return err
		}
	}
	return s.dropName(ctx, q, fromID)
}

// scanNumbered reads the number, id and text of an update.
func scanNumbered(r row) (u stories.Update, err error) { return u, r.Scan(&u.Number, &u.ID, &u.Text) }

func addWords(ctx context.Context, q querier, own int, storyID, updateID int64, words []string) error {
	if len(words) == 0 {
		return nil
	}
	_, err := q.exec(ctx, addWordsSQL, wordList(words), own, storyID, updateID)
	return err
}

func dropWords(ctx context.Context, q querier, own int, storyID int64, words []string) error {
	if len(words) == 0 {
		return nil
	}
	_, err := q.exec(ctx, dropWordsSQL, wordList(words), own, storyID)
	return err
}

// except are the words that are not among others; both are sorted.
func except(words, others []string) (rest []string) {
	for _, w := range words {
		if _, is := slices.BinarySearch(others, w); !is {
			rest = append(rest, w)
		}
	}
	return rest
}

func scanText(r row) (text string, err error) { return text, r.Scan(&text) }

// wordList is a JSON array of words, which have nothing to escape.
func wordList(words []string) string { return `["` + strings.Join(words, `","`) + `"]` }
