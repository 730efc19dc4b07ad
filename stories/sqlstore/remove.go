package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"storybot/stories"
)

// A story of which nothing was delivered goes without a trace but the log's, in one
// transaction that has locked all that MergeStories does: whoever publishes, subscribes or
// begins to send has done so before, and is seen, or finds no story.

const (
	removedSQL     = `SELECT slug, headline FROM removed WHERE id = ?1`
	keepRemovedSQL = `INSERT INTO removed (id, slug, headline) VALUES (?1, ?2, ?3)`
	// copiesOfStorySQL counts what is owed of the story ?1 beside first messages: what is in
	// channels, or may be, and what is on its way or kept. A first message counts where it
	// shows an update.
	copiesOfStorySQL = `
		SELECT coalesce(sum(CASE WHEN c.state IN (2, 4) THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN c.state IN (0, 1, 5, 7, 8) THEN 1 ELSE 0 END), 0)
		FROM (
			SELECT CASE WHEN o.state = 9 THEN coalesce((` + ofDigestSQL + `), 2) ELSE coalesce(o.state, 0) END AS state FROM publications p` + ofPublicationSQL + `
			WHERE ` + publicationsOfStorySQL + ` AND ` + inPublicationSQL + `
			UNION ALL
			SELECT coalesce(o.state, 0) FROM shown w LEFT JOIN outcomes o ON o.id = w.delivery_id WHERE w.story_id = ?1 AND w.update_id > 0
		) AS c`
	// ofDigestSQL is what became of the digest that the delivery d is in: it stands in a
	// channel, or is to, as that does. One that is not kept any more was sent.
	ofDigestSQL = `
		SELECT max(coalesce(x.state, 0)) FROM gathered g JOIN publications y ON y.notice_id = g.notice_id AND y.op = 0
			JOIN owed z ON z.id >= (y.id << 32) AND z.id < ((y.id + 1) << 32) LEFT JOIN outcomes x ON x.id = z.id
		WHERE g.delivery_id = d.id`
	publicationsOfStorySQL = `(p.update_id IN (SELECT id FROM updates WHERE story_id = ?1)
		OR p.notice_id IN (SELECT id FROM notices WHERE kind = 'revision' AND update_id IN (SELECT id FROM updates WHERE story_id = ?1)))`
	publicationsOfSQL  = `SELECT p.id FROM publications p WHERE ` + publicationsOfStorySQL + ` ORDER BY p.id`
	followersOfSQL     = `SELECT count(*), coalesce(sum(CASE WHEN ` + isDirectSQL + ` THEN 1 ELSE 0 END), 0) FROM subscriptions b WHERE b.kind = 'story' AND b.story_id = ?1`
	waitsOfStorySQL    = `SELECT count(*) FROM scheduled WHERE story_id = ?1 AND state NOT IN ('published', 'cancelled', 'drafted')`
	subscriptionsOfSQL = `SELECT ` + subscriptionColumns + ` FROM ` + subscriptionTables + ` WHERE b.kind = 'story' AND b.story_id = ?1 ORDER BY b.destination_id`
	// cardEditsOfSQL are those of some deliveries that edit a first message of the story ?2.
	cardEditsOfSQL      = `SELECT x.id FROM owed x WHERE x.id among(?1) AND x.on_id > 0 AND x.on_id IN (SELECT delivery_id FROM shown WHERE story_id = ?2) ORDER BY x.id`
	lockUpdatesSQL      = `SELECT id FROM updates WHERE story_id = ?1 ORDER BY id /*lock*/`
	lockNoticesOfSQL    = `SELECT id FROM notices WHERE update_id IN (SELECT id FROM updates WHERE story_id = ?1) ORDER BY id /*lock*/`
	dropOwedOfSQL       = `DELETE FROM owed WHERE id >= ?1 AND id < ?2`
	dropOutcomesOfSQL   = `DELETE FROM outcomes WHERE id >= ?1 AND id < ?2`
	dropGatheredOfSQL   = `DELETE FROM gathered WHERE delivery_id >= ?1 AND delivery_id < ?2`
	dropPingedOfSQL     = `DELETE FROM pinged WHERE delivery_id >= ?1 AND delivery_id < ?2`
	dropPublicationSQL  = `DELETE FROM publications WHERE id = ?1`
	endToldOfSQL        = `UPDATE notices SET done = 1 WHERE update_id IN (SELECT id FROM updates WHERE story_id = ?1)`
	dropReadingsOfSQL   = `DELETE FROM readings WHERE update_id IN (SELECT id FROM updates WHERE story_id = ?1)`
	dropRevisionsOfSQL  = `DELETE FROM revisions WHERE update_id IN (SELECT id FROM updates WHERE story_id = ?1)`
	dropHeadsOfSQL      = `DELETE FROM heads WHERE story_id = ?1`
	dropShownOfSQL      = `DELETE FROM shown WHERE story_id = ?1`
	dropUpdatesOfSQL    = `DELETE FROM updates WHERE story_id = ?1`
	dropScheduledOfSQL  = `DELETE FROM scheduled WHERE story_id = ?1`
	dropFollowersOfSQL  = `DELETE FROM subscriptions WHERE kind = 'story' AND story_id = ?1`
	dropSeenOfSQL       = `DELETE FROM seen WHERE story_id = ?1 OR story_id IN (SELECT id FROM merged WHERE into_id = ?1)`
	dropSlugsOfSQL      = `DELETE FROM slugs WHERE story_id = ?1`
	dropMergedOfSQL     = `DELETE FROM merged WHERE into_id = ?1`
	unsetDraftsOfSQL    = `UPDATE drafts SET story_id = 0 WHERE story_id = ?1`
	lockStoryDraftsSQL  = `SELECT id FROM drafts WHERE story_id = ?1 ORDER BY id /*lock*/`
	lockStoryPlannedSQL = `SELECT id FROM scheduled WHERE story_id = ?1 ORDER BY id /*lock*/`
)

// PlanRemoval implements stories.EditorStore.
func (s *Store) PlanRemoval(ctx context.Context, storyID int64) (r stories.Removal, err error) {
	if r.Story, err = theOne(ctx, s.reader(), scanStory, storyByIDSQL, storyID); err != nil {
		return r, s.told(missingStory(err))
	}
	return r, s.told(countRemoval(ctx, s.reader(), &r))
}

// countRemoval tells what goes with a story, and what keeps it.
func countRemoval(ctx context.Context, q querier, r *stories.Removal) error {
	r.Updates = r.Story.Updates
	if err := one(ctx, q, copiesOfStorySQL, []any{r.Story.ID}, &r.Delivered, &r.Underway); err != nil {
		return err
	}
	if err := one(ctx, q, followersOfSQL, []any{r.Story.ID}, &r.Followers, &r.Direct); err != nil {
		return err
	}
	return one(ctx, q, waitsOfStorySQL, []any{r.Story.ID}, &r.Scheduled)
}

// RemoveStory implements stories.EditorStore.
func (s *Store) RemoveStory(ctx context.Context, a stories.Act, storyID int64) (stories.Removal, error) {
	return act(ctx, s, a, "removed story", func(q querier) (r stories.Removal, changed bool, err error) {
		r.Story.ID = storyID
		err = one(ctx, q, removedSQL, []any{storyID}, &r.Story.Slug, &r.Story.Headline)
		if !errors.Is(err, sql.ErrNoRows) {
			return r, false, err
		}
		if r.Story, err = lockStory(ctx, q, storyID); err != nil {
			return r, false, err
		}
		if r.Story.ID != storyID {
			return r, false, stories.Errorf(stories.CodeReplaced, "This story was merged into %s since this was asked; nothing was changed.", r.Story.Slug)
		}
		if err := lockToRemove(ctx, q, storyID); err != nil {
			return r, false, err
		}
		if err := countRemoval(ctx, q, &r); err != nil {
			return r, false, err
		}
		if err := r.Refusal(); err != nil {
			return r, false, err
		}
		if err := s.endFollowers(ctx, q, a, storyID); err != nil {
			return r, false, fmt.Errorf("end what follows a story: %w", err)
		}
		if err := s.dropStory(ctx, q, r.Story); err != nil {
			return r, false, fmt.Errorf("remove a story: %w", err)
		}
		r.Changed = true
		return r, true, enter(ctx, q, a, "removed story", storyID, r.Story.Headline)
	})
}

// lockToRemove locks all that names a story whose row is locked.
func lockToRemove(ctx context.Context, q querier, storyID int64) error {
	if _, err := all(ctx, q, scanID, lockStoryPlannedSQL, storyID); err != nil {
		return err
	}
	if _, err := all(ctx, q, scanName, lockStoryDraftsSQL, storyID); err != nil {
		return err
	}
	if err := lockPlanning(ctx, q); err != nil {
		return err
	}
	if _, err := all(ctx, q, scanID, lockUpdatesSQL, storyID); err != nil {
		return err
	}
	if _, err := lockCards(ctx, q); err != nil {
		return err
	}
	if _, err := all(ctx, q, scanID, lockNoticesOfSQL, storyID); err != nil {
		return err
	}
	return lockLanes(ctx, q)
}

// endFollowers ends the subscriptions to a story, and what waits because of them.
func (s *Store) endFollowers(ctx context.Context, q querier, a stories.Act, storyID int64) error {
	subs, err := all(ctx, q, scanSubscription, subscriptionsOfSQL, storyID)
	if err != nil {
		return err
	}
	if _, err := q.exec(ctx, dropFollowersOfSQL, storyID); err != nil {
		return err
	}
	for _, sub := range subs {
		p, err := findPlace(ctx, q, sub.Destination)
		if err != nil {
			return err
		}
		if err := s.skipEnded(ctx, q, p, sub, a.At); err != nil {
			return err
		}
		rows, err := allAt(ctx, q, p)
		if err != nil {
			return err
		}
		edits, err := all(ctx, q, scanID, cardEditsOfSQL, list(deliveriesOf(rows)), storyID)
		if err != nil {
			return err
		}
		if err := move(ctx, q, only(rows, edits), stories.Skipped, because(endedFirst), a.At); err != nil {
			return err
		}
	}
	return nil
}

// dropStory removes the rows of a story.
func (s *Store) dropStory(ctx context.Context, q querier, story stories.Story) error {
	owed, err := all(ctx, q, scanID, publicationsOfSQL, story.ID)
	if err != nil {
		return err
	}
	for _, id := range owed { // it owed what failed, or was skipped
		from, to := deliveryID(id, 0), deliveryID(id+1, 0)
		for _, text := range []string{dropGatheredOfSQL, dropPingedOfSQL, dropOutcomesOfSQL, dropOwedOfSQL} {
			if _, err := q.exec(ctx, text, from, to); err != nil {
				return err
			}
		}
		if _, err := q.exec(ctx, dropPublicationSQL, id); err != nil {
			return err
		}
	}
	for _, own := range []int{0, 1} {
		if _, err := q.exec(ctx, dropFoundSQL, story.ID, own); err != nil {
			return err
		}
	}
	if err := s.dropName(ctx, q, story.ID); err != nil {
		return err
	}
	for _, text := range []string{endToldOfSQL, dropReadingsOfSQL, dropRevisionsOfSQL, dropShownOfSQL, dropHeadsOfSQL, dropUpdatesOfSQL, dropScheduledOfSQL, dropMutesSQL, dropSeenOfSQL,
		unsetDraftsOfSQL, dropSlugsOfSQL, dropMergedOfSQL, dropStorySQL} {
		if _, err := q.exec(ctx, text, story.ID); err != nil {
			return err
		}
	}
	_, err = q.exec(ctx, keepRemovedSQL, story.ID, story.Slug, story.Headline)
	return err
}
