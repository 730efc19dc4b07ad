package sqlstore

import (
	"context"

	"storybot/stories"
)

// mutesSQL finds what was stopped at a destination and would come there: a topic is
// a word among the story's topics.
const mutesSQL = `
	SELECT ` + storyColumns + `, m.by_ref, m.by_name, m.at
	FROM mutes m JOIN destinations t ON t.id = m.destination_id JOIN stories s ON s.id = m.story_id
	WHERE t.platform = ?1 AND t.workspace = ?2 AND t.channel = ?3 AND EXISTS (
		SELECT 1 FROM subscriptions b WHERE b.destination_id = t.id AND (b.kind = 'all' OR b.kind = 'topic' AND ' ' || s.topics || ' ' LIKE '% ' || b.topic || ' %'))
	ORDER BY m.at DESC, s.id DESC LIMIT ?4`

// Mutes implements stories.FollowingStore.
func (s *Store) Mutes(ctx context.Context, d stories.Destination, limit int) ([]stories.Mute, error) {
	found, err := all(ctx, s.reader(), scanMute, mutesSQL, d.Platform, d.Workspace, d.Channel, limit)
	return found, s.told(err)
}

func scanMute(r row) (m stories.Mute, err error) {
	var at int64
	m.Story, err = scanStory(longerRow{r, []any{&m.By.Ref, &m.By.Name, &at}})
	m.At = moment(at)
	return m, err
}

// longerRow is a row that holds more columns than its scanner knows, the last ones.
type longerRow struct {
	row
	more []any
}

// Scan reads the columns that the scanner knows, and the rest.
func (r longerRow) Scan(known ...any) error { return r.row.Scan(append(known, r.more...)...) }
