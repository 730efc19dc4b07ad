package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"storybot/stories"
)

const (
	insertUpdateSQL = `
		INSERT INTO updates (story_id, number, level, text, sources, author_ref, author_name, at, created_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id`
	countUpdateSQL = `UPDATE stories SET updates = ?2, active_at = ?3 WHERE id = ?1`
)

// AppendUpdate implements stories.Store. See queue.go for its place in the
// queue.
func (s *Store) AppendUpdate(ctx context.Context, a stories.Act, u stories.Update) (stories.Update, stories.Progress, error) {
	u, err := act(ctx, s, a, "published", func(q querier) (made stories.Update, changed bool, err error) {
		u := u
		story, err := lockStory(ctx, q, u.StoryID)
		if err != nil {
			return u, false, err
		}
		if story.State == stories.Closed {
			return u, false, stories.Errorf(stories.CodeClosed, "%s is closed.", story.Slug)
		}
		u.Number, u.Revision = story.Updates+1, 0
		u.At, u.CreatedAt = moment(millis(u.At)), moment(millis(a.At))
		if err := s.insertUpdate(ctx, q, &u); err != nil {
			return u, false, err
		}
		if err := promote(ctx, q, u); err != nil {
			return u, false, fmt.Errorf("raise earlier deliveries: %w", err)
		}
		if err := plan(ctx, q, u, story.Topics); err != nil {
			return u, false, fmt.Errorf("plan deliveries: %w", err)
		}
		return u, true, enter(ctx, q, a, "published", u.StoryID, fmt.Sprintf("update %d, %s", u.Number, u.Level))
	})
	if err != nil {
		return stories.Update{}, stories.Progress{}, err
	}
	p, err := s.ProgressOf(ctx, u.ID)
	return u, p, err
}

func (s *Store) insertUpdate(ctx context.Context, q querier, u *stories.Update) error {
	args := []any{u.StoryID, u.Number, u.Level, u.Text, strings.Join(u.Sources, "\n"), u.Author.Ref, u.Author.Name, millis(u.At), millis(u.CreatedAt)}
	if err := one(ctx, q, insertUpdateSQL, args, &u.ID); err != nil {
		return err
	}
	if _, err := q.exec(ctx, countUpdateSQL, u.StoryID, u.Number, millis(u.CreatedAt)); err != nil {
		return err
	}
	return s.index(ctx, q, u.StoryID, u.ID, u.Text)
}

// promoteSQL looks at the deliveries of updates that were less urgent when they
// were published: only those can be. It passes over rows a worker has in its
// hands: what it puts back is raised when the claim finds it (claim.go).
const promoteSQL = `
	UPDATE deliveries SET level = ?2, front = CASE WHEN state = 0 THEN 1 ELSE 0 END
	WHERE id IN (
		SELECT id FROM (SELECT d.id FROM deliveries d
			WHERE d.destination_id > 0 AND d.update_id IN (SELECT id FROM updates WHERE story_id = ?1 AND level < ?2) AND d.open = 1 AND d.state = 0 AND d.level < ?2 /*lock d*/) AS waiting
		UNION ALL
		SELECT id FROM (SELECT d.id FROM deliveries d
			WHERE d.update_id IN (SELECT id FROM updates WHERE story_id = ?1 AND level < ?2) AND d.state > 2 AND d.state = 5 AND d.level < ?2 /*lock d*/) AS held)`

// promote keeps a story's earlier unsent deliveries in front of an urgent one.
func promote(ctx context.Context, q querier, u stories.Update) error {
	if u.Level == stories.Minor {
		return nil
	}
	_, err := q.exec(ctx, promoteSQL, u.StoryID, u.Level)
	return err
}

// planSQL owes the update to every destination that follows the story (?4), one
// of its topics (?5, an array of arrays of one) or all.
const planSQL = `
	INSERT INTO deliveries (update_id, destination_id, lane_id, due_at, created_at, revision, level, part, state, open, front)
	SELECT ?1, t.id, t.lane_id, CASE WHEN t.not_before > ?2 THEN t.not_before ELSE ?2 END, ?2, 0, ?3, ?6,
		CASE WHEN t.state = 'blocked' THEN 5 ELSE 0 END,
		CASE WHEN t.state = 'blocked' THEN 0 ELSE 1 END, CASE WHEN t.state = 'blocked' THEN 0 ELSE 1 END
	FROM destinations t
	WHERE t.state <> 'gone'
		AND t.id IN (
			SELECT destination_id FROM subscriptions WHERE state = 'active' AND kind = 'story' AND story_id = ?4 AND level <= ?3
			UNION
			SELECT destination_id FROM subscriptions WHERE state = 'active' AND kind = 'topic' AND story_id = 0 AND level <= ?3
				AND topic IN (SELECT j.value ->> 0 FROM each(?5))
			UNION
			SELECT destination_id FROM subscriptions WHERE state = 'active' AND kind = 'all' AND story_id = 0 AND level <= ?3)
		AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id = t.id AND m.story_id = ?4)
	ORDER BY t.id`

func plan(ctx context.Context, q querier, u stories.Update, topics []string) error {
	each := make([][1]string, len(topics))
	for i, topic := range topics {
		each[i][0] = topic
	}
	text, err := json.Marshal(each)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, planSQL, u.ID, millis(u.CreatedAt), u.Level, u.StoryID, string(text), stories.PartMessage)
	return err
}
