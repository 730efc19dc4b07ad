package sqlstore

import (
	"context"
	"encoding/json"
	"math/bits"
	"slices"
	"strings"

	"storybot/stories"
	"storybot/stories/search"
)

// newestLookedAt is how many of a story's newest updates are looked through for the
// words of a search, before those that are known to hold one.
const newestLookedAt = 10

const (
	// holdersSQL are updates of some stories that hold words in these ranges, the newest
	// ?3 of each story.
	holdersSQL = `
		SELECT h.update_id FROM (
			SELECT d.update_id, row_number() OVER (PARTITION BY d.story_id ORDER BY d.update_id DESC) AS place FROM (
				SELECT DISTINCT w.story_id, w.update_id FROM each(?1) CROSS JOIN words w
				WHERE w.own = 0 AND w.word >= (j.value ->> 1) AND w.word <= (j.value ->> 2) AND (w.story_id + 0) among(?2)
			) AS d
		) AS h
		WHERE h.place <= ?3 ORDER BY h.update_id DESC`
	// lookedThroughSQL are the newest ?2 updates of each of some stories.
	lookedThroughSQL = `
		SELECT ` + updateColumns + ` FROM each(?1) CROSS JOIN updates u
		WHERE u.story_id = CAST(j.value AS BIGINT)
			AND u.place >= coalesce((SELECT p.place FROM updates p WHERE p.story_id = CAST(j.value AS BIGINT) ORDER BY p.place DESC LIMIT 1 OFFSET ?2 - 1), 0)
		ORDER BY u.story_id, u.place DESC`
	updatesByIDsSQL = `SELECT ` + updateColumns + ` FROM updates u WHERE u.id among(?1) ORDER BY u.number DESC`
)

// mostHolders is how many updates of a story are read because they hold a word.
const mostHolders = 100

// hits reads stories in the order of ids, and where they hold q.
func (s *Store) hits(ctx context.Context, q search.Query, ids []int64) ([]stories.Hit, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := all(ctx, s.reader(), scanStory, storiesByIDsSQL, list(ids))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b stories.Story) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	places := make([]placing, len(found))
	var open []int64
	for i, story := range found {
		p := &places[i]
		p.begin(q, story)
		if p.missing == 0 {
			continue
		}
		open = append(open, story.ID)
	}
	newest, err := s.lookedThrough(ctx, open)
	if err != nil {
		return nil, err
	}
	for i, story := range found {
		p := &places[i]
		p.look(newest[story.ID])
		if p.whole() || story.Updates <= newestLookedAt {
			open = slices.DeleteFunc(open, func(id int64) bool { return id == story.ID })
		}
	}
	if err := s.lookAtHolders(ctx, q, places, open); err != nil {
		return nil, err
	}
	all := make([]stories.Hit, len(places))
	for i := range places {
		all[i] = places[i].hit()
	}
	return all, nil
}

// lookedThrough are the newest updates of some stories, by story.
func (s *Store) lookedThrough(ctx context.Context, storyIDs []int64) (map[int64][]stories.Update, error) {
	if len(storyIDs) == 0 {
		return nil, nil
	}
	found, err := all(ctx, s.reader(), scanUpdate, lookedThroughSQL, list(storyIDs), newestLookedAt)
	byStory := map[int64][]stories.Update{}
	for _, u := range found {
		byStory[u.StoryID] = append(byStory[u.StoryID], u)
	}
	return byStory, err
}

// lookAtHolders looks at updates of stories that are known to hold a word, for the
// places that have not all of the words yet.
func (s *Store) lookAtHolders(ctx context.Context, q search.Query, places []placing, open []int64) error {
	if len(open) == 0 {
		return nil
	}
	var ranges []wordRange
	for i := range q.Len() {
		ranges = append(ranges, rangesOf(q.Spellings(i))...)
		ranges = append(ranges, wholeWords(q.Meant(i))...)
	}
	ranges = slices.DeleteFunc(ranges, func(r wordRange) bool { return r.own == 1 })
	text, err := json.Marshal(ranges)
	if err != nil {
		return err
	}
	ids, err := all(ctx, s.reader(), scanID, holdersSQL, string(text), list(open), mostHolders)
	if err != nil || len(ids) == 0 {
		return err
	}
	updates, err := all(ctx, s.reader(), scanUpdate, updatesByIDsSQL, list(ids))
	if err != nil {
		return err
	}
	for i := range places {
		if p := &places[i]; slices.Contains(open, p.story.ID) {
			p.look(slices.DeleteFunc(slices.Clone(updates), func(u stories.Update) bool { return u.StoryID != p.story.ID }))
		}
	}
	return nil
}

// placing finds out where in a story the words of a search are.
type placing struct {
	query   search.Query
	story   stories.Story
	missing uint32 // the words that its slug and headline do not hold
	place   stories.Place
	update  stories.Update
	most    int // how many of those the place holds, then how many at all
}

// begin looks at the story's own words.
func (p *placing) begin(q search.Query, story stories.Story) {
	p.query, p.story = q, story
	p.missing = q.All() &^ q.Held(search.Words(story.Slug, story.Headline), true)
	for _, own := range []struct {
		place stories.Place
		text  string
	}{
		{stories.InSummary, story.Summary}, {stories.InTopics, strings.Join(story.Topics, " ")}, {stories.InOlderSlug, strings.Join(story.Aliases, " ")},
	} {
		if n := p.worth(q.Held(search.Words(own.text), true)); n > p.most {
			p.place, p.most = own.place, n
		}
	}
}

// look looks at updates, the newest first.
func (p *placing) look(updates []stories.Update) {
	for _, u := range updates {
		if p.place == stories.InUpdate && p.most == p.worth(p.query.All()) {
			return // no other says more
		}
		n := p.worth(p.query.HeldIn(u.Text))
		if n > p.most || n > 0 && n == p.most && p.place != stories.InUpdate {
			p.place, p.update, p.most = stories.InUpdate, u, n
		}
	}
}

// worth is how much a place says that holds these words, 0 when nothing that the
// slug and the headline do not.
func (p *placing) worth(held uint32) int {
	new := bits.OnesCount32(held & p.missing)
	if new == 0 {
		return 0
	}
	return new*(search.MaxWords+1) + bits.OnesCount32(held)
}

// whole says that an update holds all words that are missing.
func (p *placing) whole() bool {
	return p.place == stories.InUpdate && p.most/(search.MaxWords+1) == bits.OnesCount32(p.missing)
}

func (p *placing) hit() stories.Hit {
	return stories.Hit{Story: p.story, Place: p.place, Update: p.update}
}
