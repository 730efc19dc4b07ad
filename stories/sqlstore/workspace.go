package sqlstore

import (
	"context"

	"storybot/stories"
)

const placesInSQL = `
	SELECT channel FROM destinations WHERE platform = ?1 AND workspace = ?2 AND state = ?3 ORDER BY channel`

// DestinationsIn implements stories.Store.
func (s *Store) DestinationsIn(ctx context.Context, platform, workspace string, state stories.DestinationState) ([]stories.Destination, error) {
	found, err := all(ctx, s.reader(), func(r row) (d stories.Destination, err error) {
		d.Platform, d.Workspace = platform, workspace
		err = r.Scan(&d.Channel)
		return d, err
	}, placesInSQL, platform, workspace, string(state))
	return found, s.told(err)
}
