package sqlstore

import (
	"context"

	"storybot/stories"
)

const (
	sinceSQL = `SELECT coalesce(max(f.number), 0) FROM seen f WHERE f.reader = ?1 AND f.story_id = ?2`
	// passedSeenIs says that the reader ?1 was shown an update u in a story that was
	// merged into its own since, by the number it had there.
	passedSeenIs = `EXISTS (
		SELECT 1 FROM merged g JOIN seen f ON f.reader = ?1 AND f.story_id = g.id
		WHERE g.into_id = u.story_id AND u.number > g.shift AND u.number <= g.shift + g.updates AND u.number <= g.shift + f.number)`
	unreadOfIs = `u.story_id = ?2 AND u.number > ?3 AND ` + standsIs + ` AND NOT ` + passedSeenIs
	// standsIs leaves out what was withdrawn before it was read: it is no news.
	standsIs       = `u.standing <> 'withdrawn'`
	countUnreadSQL = `SELECT count(*) FROM updates u WHERE ` + unreadOfIs
	unreadSQL      = `SELECT ` + updateColumns + ` FROM updates u WHERE ` + unreadOfIs + ` ORDER BY u.number DESC LIMIT ?4 OFFSET ?5`
)

// unreadStoriesSQL finds the stories that the channel ?2, ?3, ?4 follows and of which
// the reader ?1 was not shown all.
var unreadStoriesSQL = `
	SELECT s.id FROM stories s
	WHERE EXISTS (
		SELECT 1 FROM destinations t JOIN subscriptions b ON b.destination_id = t.id
		WHERE t.platform = ?2 AND t.workspace = ?3 AND t.channel = ?4 AND ` + coversSQL + `
			AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id = t.id AND m.story_id = s.id))
	AND EXISTS (
		SELECT 1 FROM updates u
		WHERE u.story_id = s.id AND u.number > coalesce((SELECT f.number FROM seen f WHERE f.reader = ?1 AND f.story_id = s.id), 0) AND ` + standsIs + ` AND NOT ` + passedSeenIs + `)
	ORDER BY s.active_at DESC, s.id DESC`

// Unread implements stories.FollowingStore.
func (s *Store) Unread(ctx context.Context, reader string, d stories.Destination, limit, newest int) (found []stories.Unread, total int, err error) {
	ids, err := all(ctx, s.reader(), scanID, unreadStoriesSQL, reader, d.Platform, d.Workspace, d.Channel)
	if err != nil {
		return nil, 0, s.told(err)
	}
	for _, id := range ids[:min(max(limit, 0), len(ids))] {
		story, err := s.StoryByID(ctx, id)
		if err != nil {
			return nil, 0, err
		}
		u, err := s.UnreadOf(ctx, reader, story.ID, -1, 0, newest)
		if err != nil {
			return nil, 0, err
		}
		u.Story = story
		found = append(found, u)
	}
	return found, len(ids), nil
}

// UnreadOf implements stories.FollowingStore.
func (s *Store) UnreadOf(ctx context.Context, reader string, storyID int64, since, offset, limit int) (u stories.Unread, err error) {
	if u.Since = since; since < 0 {
		if err := one(ctx, s.reader(), sinceSQL, []any{reader, storyID}, &u.Since); err != nil {
			return u, s.told(err)
		}
	}
	if err := one(ctx, s.reader(), countUnreadSQL, []any{reader, storyID, u.Since}, &u.New); err != nil {
		return u, s.told(err)
	}
	u.Updates, err = all(ctx, s.reader(), scanUpdate, unreadSQL, reader, storyID, u.Since, limit, offset)
	return u, s.told(err)
}
