package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"storybot/stories"
)

// One story is made of two in one transaction, under the locks of both stories, of
// planning, of all their updates that something is owed of and the notices that name
// them, and of all lanes: whoever publishes, revises, subscribes, begins to send or
// learns what came of it has done so before, or finds the one story. What names an
// update by its row, as the queue does, is left as it is. Of the story that goes only a
// line in merged stays; what leads to it is led on by merged and slugs.

const (
	mergedIntoSQL = `SELECT into_id, slug FROM merged WHERE id = ?1`
	passMergedSQL = `UPDATE merged SET into_id = ?2, shift = shift + ?3 WHERE into_id = ?1`
	keepMergedSQL = `INSERT INTO merged (id, into_id, slug, headline, shift, updates) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`
	dropStorySQL  = `DELETE FROM stories WHERE id = ?1`
	growStorySQL  = `UPDATE stories SET updates = ?2, aliases = ?3, active_at = ?4 WHERE id = ?1`

	// lockUpdatesOfSQL locks the updates of two stories of which something may be begun:
	// who begins it shares them. All else of them only who has planning changes.
	lockUpdatesOfSQL = `
		SELECT u.id FROM updates u WHERE u.story_id + 0 IN (?1, ?2) AND u.id IN (
			SELECT p.update_id FROM publications p WHERE p.story_id IN (?1, ?2) AND (p.queued > 0 OR p.held > 0 OR p.deferred > 0)
			UNION ALL
			SELECT p.update_id FROM publications r CROSS JOIN queue q JOIN publications p ON p.id = (q.delivery_id >> 32)
			WHERE r.queued > 0 AND r.update_id = 0 AND r.notice_id IS NULL AND q.publication_id = r.id)
		ORDER BY u.id /*lock*/`
	firstOfSQL = `SELECT coalesce(min(created_at), 0) FROM updates WHERE story_id = ?1`
	olderOfSQL = `SELECT count(*) FROM updates WHERE story_id = ?1 AND created_at < ?2`
	// renumberSQL gives the updates of the story ?1 to the story ?2, with numbers ?3
	// higher, and sets the places of those from the time ?4 on, which ?5 are older than:
	// whatever has its place already is left alone.
	renumberSQL = `
		UPDATE updates SET story_id = ?2, number = placed.number, place = placed.place
		FROM (
			SELECT joined.id, joined.number, ?5 + row_number() OVER (ORDER BY joined.created_at, joined.number) AS place FROM (
				SELECT v.id, v.number, v.created_at FROM updates v WHERE v.story_id = ?2 AND v.created_at >= ?4
				UNION ALL
				SELECT v.id, v.number + ?3, v.created_at FROM updates v WHERE v.story_id = ?1
			) AS joined
		) AS placed
		WHERE updates.id = placed.id AND (updates.place <> placed.place OR updates.story_id <> ?2)`
	passSlugsSQL     = `UPDATE slugs SET story_id = ?2 WHERE story_id = ?1`
	passScheduledSQL = `UPDATE scheduled SET story_id = ?2 WHERE story_id = ?1`

	// ownWordSQL says that a destination has a subscription to the story ?2, or stopped it.
	ownWordSQL = `(EXISTS (SELECT 1 FROM subscriptions o WHERE o.destination_id = b.destination_id AND o.kind = 'story' AND o.story_id = ?2)
		OR EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id = b.destination_id AND m.story_id = ?2))`
	countFollowersSQL = `
		SELECT count(*), coalesce(sum(f.own), 0), coalesce(sum(f.direct), 0), coalesce(sum(f.own * f.direct), 0)
		FROM (SELECT CASE WHEN ` + ownWordSQL + ` THEN 1 ELSE 0 END AS own, CASE WHEN ` + isDirectSQL + ` THEN 1 ELSE 0 END AS direct FROM subscriptions b WHERE b.kind = 'story' AND b.story_id = ?1) AS f`
	countStoppedSQL = `SELECT count(*), coalesce(sum(CASE WHEN ` + isDirectSQL + ` THEN 1 ELSE 0 END), 0) FROM mutes b WHERE b.story_id = ?1`
	dropDoubleSQL   = `
		DELETE FROM subscriptions WHERE id IN (SELECT b.id FROM subscriptions b WHERE b.kind = 'story' AND b.story_id = ?1 AND ` + ownWordSQL + `)`
	passFollowersSQL = `UPDATE subscriptions SET story_id = ?2, changed_at = ?3 WHERE kind = 'story' AND story_id = ?1`
	passMutesSQL     = `
		INSERT INTO mutes (destination_id, story_id, by_ref, by_name, at)
		SELECT f.destination_id, CAST(?2 AS BIGINT), f.by_ref, f.by_name, f.at FROM mutes f
		WHERE f.story_id = ?1 AND NOT EXISTS (SELECT 1 FROM subscriptions o WHERE o.destination_id = f.destination_id AND o.kind = 'story' AND o.story_id = ?2)
		ON CONFLICT (destination_id, story_id) DO NOTHING`
	dropMutesSQL = `DELETE FROM mutes WHERE story_id = ?1`
)

// MergeStories implements stories.MergeStore.
func (s *Store) MergeStories(ctx context.Context, a stories.Act, fromID, intoID int64) (stories.Merging, error) {
	return act(ctx, s, a, "merged", func(q querier) (m stories.Merging, changed bool, err error) {
		m, gone, err := lockMerging(ctx, q, fromID, intoID)
		if err != nil || gone {
			return m, false, err
		}
		if err := lockPlanning(ctx, q); err != nil {
			return m, false, err
		}
		if _, err := all(ctx, q, scanID, lockUpdatesOfSQL, m.From.ID, m.Into.ID); err != nil {
			return m, false, err
		}
		if _, err := lockCards(ctx, q); err != nil {
			return m, false, err
		}
		if _, err := all(ctx, q, scanID, lockToldOfSQL, m.From.ID); err != nil {
			return m, false, err
		}
		// What comes back from its request meanwhile would wait in vain unseen.
		if err := lockLanes(ctx, q); err != nil {
			return m, false, err
		}
		if err := countMerging(ctx, q, &m); err != nil {
			return m, false, err
		}
		var over []waiting // of the source's heads
		passTheCards := func(ctx context.Context, q querier, a stories.Act, m stories.Merging) (err error) {
			over, err = passCards(ctx, q, a, m)
			return err
		}
		for _, step := range []func(context.Context, querier, stories.Act, stories.Merging) error{fixEnding, passUpdates, s.passWords, passFollowers, passQueue, passTheCards, s.passStory} {
			if err := step(ctx, q, a, m); err != nil {
				return m, false, err
			}
		}
		if err := skipRefused(ctx, q, m.Into.ID, a.At); err != nil {
			return m, false, err
		}
		if err := s.settleOf(ctx, q, m.Into.ID, a.At); err != nil { // the target's options win
			return m, false, err
		}
		if err := s.letGo(ctx, q, over, a.At); err != nil {
			return m, false, err
		}
		m.Changed = true
		return m, true, enter(ctx, q, a, "merged", m.Into.ID, fmt.Sprintf("%s %d %d", m.From.Slug, m.Updates, m.Followers))
	})
}

// PlanMerge implements stories.MergeStore.
func (s *Store) PlanMerge(ctx context.Context, fromID, intoID int64) (m stories.Merging, err error) {
	if m.From, err = theOne(ctx, s.reader(), scanStory, storyByIDSQL, fromID); err != nil {
		return m, s.told(missingStory(err))
	}
	if m.Into, err = theOne(ctx, s.reader(), scanStory, storyByIDSQL, intoID); err != nil {
		return m, s.told(missingStory(err))
	}
	if err := mergeable(m); err != nil {
		return m, err
	}
	return m, s.told(countMerging(ctx, s.reader(), &m))
}

// lockMerging locks two stories, whichever is older first, as everybody does who needs
// two. gone is true where the first has been merged before.
func lockMerging(ctx context.Context, q querier, fromID, intoID int64) (m stories.Merging, gone bool, err error) {
	found := map[int64]stories.Story{}
	for _, id := range slices.Sorted(slices.Values([]int64{fromID, intoID})) {
		story, err := theOne(ctx, q, scanStory, lockedStorySQL, id)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return m, false, err
		}
		found[id] = story // none for one that is not there any more
	}
	if m.From = found[fromID]; m.From.ID == 0 {
		var at int64
		if err := one(ctx, q, mergedIntoSQL, []any{fromID}, &at, &m.From.Slug); err != nil {
			return m, false, missingStory(err)
		}
		m.From.ID = fromID
		m.Into, err = theOne(ctx, q, scanStory, storyByIDSQL, at)
		return m, true, missingStory(err)
	}
	if m.Into = found[intoID]; m.Into.ID == 0 {
		now, err := theOne(ctx, q, scanStory, storyByIDSQL, intoID)
		if err != nil {
			return m, false, missingStory(err)
		}
		var at int64
		if err := one(ctx, q, mergedIntoSQL, []any{intoID}, &at, &m.Into.Slug); err != nil {
			return m, false, err
		}
		return m, false, stories.Errorf(stories.CodeReplaced, "%s was itself merged into %s since this was asked; nothing was changed. Type /desk merge again, with the story you mean.", m.Into.Slug, now.Slug)
	}
	return m, false, mergeable(m)
}

// mergeable refuses what would end a story beside making it another's. CodeInvalid,
// CodeClosed.
func mergeable(m stories.Merging) error {
	switch {
	case m.From.ID == m.Into.ID:
		return stories.Errorf(stories.CodeInvalid, "A story cannot be merged into itself; nothing was changed.")
	case m.Into.State == stories.Closed && m.From.State != stories.Closed:
		return stories.Errorf(stories.CodeClosed, "%s is closed and %s is not, which would end with it. Take it up again first: /desk reopen %s. Or close the other one first: /desk close %s.", m.Into.Slug, m.From.Slug, m.Into.Slug, m.From.Slug)
	}
	return nil
}

// countMerging tells what goes over.
func countMerging(ctx context.Context, q querier, m *stories.Merging) error {
	m.Updates = m.From.Updates
	if err := one(ctx, q, countFollowersSQL, []any{m.From.ID, m.Into.ID}, &m.Followers, &m.Own, &m.DirectFollowers, &m.DirectOwn); err != nil {
		return err
	}
	if err := one(ctx, q, countStoppedSQL, []any{m.From.ID}, &m.Stopped, &m.DirectStopped); err != nil {
		return err
	}
	flying, err := allFlights(ctx, q)
	if err != nil {
		return err
	}
	if err := one(ctx, q, countCardsSQL, []any{m.From.ID, 0, list(slices.Collect(maps.Keys(flying.byID)))}, &m.Cards); err != nil {
		return err
	}
	return one(ctx, q, scheduledOfStorySQL, []any{m.From.ID}, &m.Scheduled, &m.Asked)
}

// passUpdates gives the updates that go over their numbers and places, and what waits
// for its time its story.
func passUpdates(ctx context.Context, q querier, _ stories.Act, m stories.Merging) error {
	from, into := m.From.ID, m.Into.ID
	var first, older int64
	if err := one(ctx, q, firstOfSQL, []any{from}, &first); err != nil {
		return err
	}
	if err := one(ctx, q, olderOfSQL, []any{into, first}, &older); err != nil {
		return err
	}
	if m.Updates > 0 {
		if _, err := q.exec(ctx, renumberSQL, from, into, m.Into.Updates, first, older); err != nil {
			return fmt.Errorf("renumber updates: %w", err)
		}
	}
	_, err := q.exec(ctx, passScheduledSQL, from, into)
	return err
}

// passWords has the one story found where the two were.
func (s *Store) passWords(ctx context.Context, q querier, _ stories.Act, m stories.Merging) error {
	if _, err := q.exec(ctx, passSlugsSQL, m.From.ID, m.Into.ID); err != nil {
		return err
	}
	if err := s.passFound(ctx, q, m.From.ID, m.Into.ID); err != nil {
		return err
	}
	return s.indexPassed(ctx, q, m)
}

// passFollowers has who follows the one story, or stopped it, follow the other, or
// stop it: a channel that has its own word about that keeps it.
func passFollowers(ctx context.Context, q querier, a stories.Act, m stories.Merging) error {
	both := []any{m.From.ID, m.Into.ID}
	for _, step := range []struct {
		text string
		args []any
	}{{dropDoubleSQL, both}, {passFollowersSQL, append(both[:2:2], millis(a.At))}, {passMutesSQL, both}} {
		if _, err := q.exec(ctx, step.text, step.args...); err != nil {
			return fmt.Errorf("give followers their story: %w", err)
		}
	}
	_, err := q.exec(ctx, dropMutesSQL, m.From.ID)
	return err
}

// passStory ends the one story and grows the other.
func (s *Store) passStory(ctx context.Context, q querier, a stories.Act, m stories.Merging) error {
	for _, step := range []struct {
		text string
		args []any
	}{
		{passMergedSQL, []any{m.From.ID, m.Into.ID, m.Into.Updates}},
		{keepMergedSQL, []any{m.From.ID, m.Into.ID, m.From.Slug, m.From.Headline, m.Into.Updates, m.Updates}},
		{dropStorySQL, []any{m.From.ID}},
	} {
		if _, err := q.exec(ctx, step.text, step.args...); err != nil {
			return fmt.Errorf("end the story: %w", err)
		}
	}
	into := m.Into
	into.Updates += m.Updates
	into.Aliases = slices.Concat(into.Aliases, m.From.Aliases, []string{m.From.Slug})
	into.ActiveAt = moment(millis(a.At))
	if _, err := q.exec(ctx, growStorySQL, into.ID, into.Updates, strings.Join(into.Aliases, " "), millis(a.At)); err != nil {
		return err
	}
	return s.indexStory(ctx, q, into)
}
