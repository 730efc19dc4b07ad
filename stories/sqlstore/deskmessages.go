package sqlstore

import (
	"context"
	"strconv"
	"time"

	"storybot/stories"
)

// deskMessagesSQL is every message that is not done, and one for each desk's
// channel and each of the newest ?2 updates (?1 is when they were published at
// the latest) that has something on its way and no message there. What is on
// its way is read once, from its index: the bound on destination_id sees to
// that. The CROSS JOINs make SQLite begin with the few.
const deskMessagesSQL = `
	SELECT u.id, u.story_id, s.slug, u.number, u.level, t.id, t.platform, t.workspace, t.channel, l.name,
		m.message_id, m.first_attempt_at, m.last_attempt_at
	FROM (
		SELECT update_id, destination_id, message_id, first_attempt_at, last_attempt_at FROM desk_messages WHERE done = 0
		UNION ALL
		SELECT n.id, k.destination_id, '', 0, 0
		FROM desks k
		CROSS JOIN (SELECT DISTINCT p.update_id FROM publications p WHERE p.queued > 0 AND p.op = 0) AS w
		CROSS JOIN updates n
		WHERE n.id = w.update_id AND n.created_at <= ?1
			AND n.id > (SELECT max(id) FROM updates) - ?2
			AND NOT EXISTS (SELECT 1 FROM desk_messages h WHERE h.update_id = n.id AND h.destination_id = k.destination_id)
	) AS m
	CROSS JOIN updates u
	JOIN stories s ON s.id = u.story_id
	JOIN destinations t ON t.id = m.destination_id
	JOIN lanes l ON l.id = t.lane_id
	WHERE u.id = m.update_id
	ORDER BY m.update_id, m.destination_id`

// DeskMessages returns what the desk's channels are to be shown: the messages
// that are not done, and those to be posted, for updates that were published
// before, are among the newest so many of all, and have deliveries on their
// way. Older updates first.
func (s *Store) DeskMessages(ctx context.Context, before time.Time, newest int) ([]stories.DeskMessage, error) {
	found, err := all(ctx, s.reader(), func(r row) (m stories.DeskMessage, err error) {
		var place, first, last int64
		err = r.Scan(&m.UpdateID, &m.StoryID, &m.Slug, &m.Number, &m.Level, &place, &m.Destination.Platform, &m.Destination.Workspace,
			&m.Destination.Channel, &m.Lane, &m.MessageID, &first, &last)
		m.FirstAttemptAt, m.LastAttemptAt = moment(first), moment(last)
		m.Key = s.install + "." + strconv.FormatInt(m.UpdateID, 36) + "." + strconv.FormatInt(place, 36)
		return m, err
	}, deskMessagesSQL, millis(before), newest)
	return found, s.told(err)
}

// saveDeskMessageSQL forgets neither an id nor an end: what a process says that
// was frozen meanwhile is old.
const saveDeskMessageSQL = `
	INSERT INTO desk_messages (update_id, destination_id, message_id, first_attempt_at, last_attempt_at, done, created_at)
	SELECT u.id, t.id, ?5, ?6, ?7, ?8, ?9
	FROM updates u, destinations t
	WHERE u.id = ?1 AND t.platform = ?2 AND t.workspace = ?3 AND t.channel = ?4
	ON CONFLICT (update_id, destination_id) DO UPDATE SET
		message_id = CASE WHEN excluded.message_id = '' THEN desk_messages.message_id ELSE excluded.message_id END,
		done = CASE WHEN excluded.done = 0 THEN desk_messages.done ELSE 1 END,
		first_attempt_at = excluded.first_attempt_at, last_attempt_at = excluded.last_attempt_at`

// SaveDeskMessage keeps what became of m.
func (s *Store) SaveDeskMessage(ctx context.Context, m stories.DeskMessage) error {
	done := 0
	if m.Done {
		done = 1
	}
	d := m.Destination
	return s.change(ctx, func(q querier) error {
		_, err := q.exec(ctx, saveDeskMessageSQL, m.UpdateID, d.Platform, d.Workspace, d.Channel,
			m.MessageID, millis(m.FirstAttemptAt), millis(m.LastAttemptAt), done, millis(s.now()))
		return err
	})
}

const pruneDeskMessagesSQL = `DELETE FROM desk_messages WHERE done = 1 AND created_at < ?1`

// pruneDeskMessages forgets messages that were done and begun before then.
func (s *Store) pruneDeskMessages(ctx context.Context, before time.Time) error {
	return s.change(ctx, func(q querier) error {
		_, err := q.exec(ctx, pruneDeskMessagesSQL, millis(before))
		return err
	})
}
