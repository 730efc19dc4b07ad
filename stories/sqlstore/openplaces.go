package sqlstore

import (
	"context"
	"encoding/json"
	"slices"

	"storybot/stories"
)

const (
	// openPlaces are the channels of a workspace that follow anything and that everyone
	// there may know of.
	openPlaces = `
		FROM place_names n JOIN destinations t ON t.platform = n.platform AND t.workspace = n.workspace AND t.channel = n.channel
		WHERE n.platform = ?1 AND n.workspace = ?2 AND n.channel <> '' AND n.form = 'channel' AND n.access = 'open' AND n.name <> ''
			AND t.state <> 'gone' AND EXISTS (SELECT 1 FROM subscriptions b WHERE b.destination_id = t.id AND b.state = 'active')`
	countOpenPlacesSQL = `SELECT count(*)` + openPlaces
	openPlacesSQL      = `SELECT t.id, t.channel, n.name` + openPlaces + ` ORDER BY n.name /*bytes*/, t.id LIMIT ?3 OFFSET ?4`
	// openTargetsSQL is what the destinations ?1 follow, the first ?2 of each.
	openTargetsSQL = `
		SELECT destination_id, kind, named, many FROM (
			SELECT b.destination_id, b.kind, CASE WHEN b.kind = 'story' THEN coalesce(s.slug, '') ELSE b.topic END AS named,
				count(*) OVER (PARTITION BY b.destination_id) AS many,
				row_number() OVER (PARTITION BY b.destination_id
					ORDER BY CASE b.kind WHEN 'story' THEN 1 WHEN 'topic' THEN 2 ELSE 3 END, s.slug, b.topic) AS place
			FROM subscriptions b LEFT JOIN stories s ON s.id = b.story_id AND b.story_id > 0
			WHERE b.state = 'active' AND b.destination_id among(?1)) f
		WHERE place <= ?2 ORDER BY destination_id, place`
)

// OpenPlaces implements stories.WorkspaceStore.
func (s *Store) OpenPlaces(ctx context.Context, workspace stories.Destination, offset, limit, targets int) (found []stories.Followed, total int, err error) {
	q := s.reader()
	if err := one(ctx, q, countOpenPlacesSQL, []any{workspace.Platform, workspace.Workspace}, &total); err != nil {
		return nil, 0, s.told(err)
	}
	var ids []int64
	found, err = all(ctx, q, func(r row) (f stories.Followed, err error) {
		var id int64
		f.Place = stories.PlaceName{Place: workspace, Form: stories.ChannelForm, Access: stories.OpenAccess}
		err = r.Scan(&id, &f.Place.Place.Channel, &f.Place.Name)
		ids = append(ids, id)
		return f, err
	}, openPlacesSQL, workspace.Platform, workspace.Workspace, limit, offset)
	if err != nil || len(found) == 0 {
		return nil, total, s.told(err)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, 0, err
	}
	at := map[int64]int{}
	for i, id := range ids {
		at[id] = i
	}
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var many int
		var t stories.Target
		if err := r.Scan(&id, &t.Kind, &t.Name, &many); err != nil {
			return none, err
		}
		f := &found[at[id]]
		f.Targets = append(f.Targets, t)
		f.More = many - len(f.Targets)
		return none, nil
	}, openTargetsSQL, string(list), targets)
	return slices.DeleteFunc(found, func(f stories.Followed) bool { return len(f.Targets) == 0 }), total, s.told(err)
}
