package sqlstore

import (
	"context"

	"storybot/stories"
)

const placesInSQL = `
	SELECT channel FROM destinations WHERE platform = ?1 AND workspace = ?2 AND state = ?3 ORDER BY channel`

// DestinationsIn implements stories.PlacesStore.
func (s *Store) DestinationsIn(ctx context.Context, platform, workspace string, state stories.DestinationState) ([]stories.Destination, error) {
	found, err := all(ctx, s.reader(), func(r row) (d stories.Destination, err error) {
		d.Platform, d.Workspace = platform, workspace
		err = r.Scan(&d.Channel)
		return d, err
	}, placesInSQL, platform, workspace, string(state))
	return found, s.told(err)
}

const lanesOfSQL = `
	SELECT name FROM lanes WHERE id IN (
		SELECT lane_id FROM destinations
		WHERE platform = ?1 AND (workspace = ?2 OR ?4 = 0) AND (channel = ?3 OR ?5 = 0))
	ORDER BY name`

// LanesOf implements stories.PlacesStore.
func (s *Store) LanesOf(ctx context.Context, d stories.Destination) ([]string, error) {
	inWorkspace, inChannel := 0, 0
	if d.Channel != "" {
		inWorkspace, inChannel = 1, 1
	} else if d.Workspace != "" {
		inWorkspace = 1
	}
	found, err := all(ctx, s.reader(), func(r row) (lane string, err error) { return lane, r.Scan(&lane) },
		lanesOfSQL, d.Platform, d.Workspace, d.Channel, inWorkspace, inChannel)
	return found, s.told(err)
}
