package sqlstore

import (
	"context"
	"fmt"
	"time"

	"storybot/stories"
)

// A workspace that removed the bot may invite it again: its channels are blocked, and
// nobody tries them, for their platform tells when the bot is back. After stories.KeepLeft
// they end, so that nothing is planned for them, and held, for years.

const (
	// leaveSQL says that the bot is not in a destination's workspace any more, whatever else
	// kept it from it before.
	leaveSQL = `UPDATE destinations SET left_at = ?2, reason = ?3, heals = ?4 WHERE id = ?1 AND left_at = 0`
	// leftWorkspacesSQL are the workspaces of a platform that the bot has left.
	leftWorkspacesSQL = `SELECT DISTINCT workspace FROM destinations WHERE left_at > 0 AND platform = ?1 AND state = 'blocked' ORDER BY workspace`
	// keptWorkspacesSQL are those that it has not left, as far as anybody knows.
	keptWorkspacesSQL = `SELECT DISTINCT workspace FROM destinations WHERE left_at = 0 AND platform = ?1 AND state <> 'gone' AND workspace <> '' ORDER BY workspace`
	longLeftSQL       = `
		SELECT platform, workspace, channel, reason FROM destinations
		WHERE left_at > 0 AND left_at <= ?1 AND state = 'blocked' ORDER BY left_at, id LIMIT ?2`
)

// Workspaces implements stories.PlacesStore.
func (s *Store) Workspaces(ctx context.Context, platform string, left bool) ([]string, error) {
	text := keptWorkspacesSQL
	if left {
		text = leftWorkspacesSQL
	}
	found, err := all(ctx, s.reader(), func(r row) (workspace string, err error) { return workspace, r.Scan(&workspace) }, text, platform)
	return found, s.told(err)
}

// endLeft ends the destinations in workspaces that the bot has left for so long that
// nobody will invite it again.
func (s *Store) endLeft(ctx context.Context, now time.Time) error {
	type left struct {
		stories.Destination
		reason string
	}
	for {
		found, err := all(ctx, s.reader(), func(r row) (l left, err error) {
			err = r.Scan(&l.Platform, &l.Workspace, &l.Channel, &l.reason)
			return l, err
		}, longLeftSQL, millis(now.Add(-stories.KeepLeft)), pruneBatch)
		if err != nil {
			return s.told(err)
		}
		for _, l := range found {
			why := fmt.Sprintf("%s, and was not invited again within %d days", l.reason, int(stories.KeepLeft.Hours()/24))
			if err := s.EndDestination(ctx, l.Destination, why, now); err != nil {
				return err
			}
		}
		if len(found) < pruneBatch {
			return nil
		}
	}
}
