package sqlstore

import (
	"context"
	"fmt"
	"time"

	"storybot/stories"
)

// A message of a push's progress may be deleted, or closed to edits, before its
// push ends: then it would tell for ever how the push stood on the way. The end of
// such a push is posted anew. A notice that was given its last revision is watched
// for that (done = endWatched) until nothing of it is owed any more.
const endWatched = 2

const (
	watchedSQL = `SELECT id FROM notices WHERE done = 2 ORDER BY id DESC LIMIT ?1`
	// unendedSQL are the desk's channels in which a message of the notice ?1 could
	// not be edited and no other one tells its revision ?2, the last. A post of
	// that revision is the one there ever is: it is not made anew again.
	unendedSQL = `
		FROM desks k JOIN destinations t ON t.id = k.destination_id
		WHERE t.state <> 'gone'
			AND EXISTS (SELECT 1 FROM deliveries e WHERE e.notice_id = ?1 AND e.destination_id = t.id AND e.op = 1 AND e.state IN (3, 4, 6))
			AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.notice_id = ?1 AND e.destination_id = t.id AND e.op = 1 AND e.state NOT IN (2, 3, 4, 6))
			AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.notice_id = ?1 AND e.destination_id = t.id AND (
				e.op = 0 AND e.revision = ?2 OR e.op = 1 AND e.state = 2 AND ?2 IN (e.revision, e.said)))`
	unendedHereSQL = `SELECT t.id, t.lane_id, t.state ` + unendedSQL + ` ORDER BY t.id`
	// endedSQL ends the watch where all that is owed of the notice ?1 has ended.
	endedSQL = `
		UPDATE notices SET done = 1 WHERE id = ?1 AND done = 2
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.notice_id = ?1 AND d.state IN (0, 5))`
	insertEndPublicationSQL = `
		INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, revision, op, level, urgency, notice_id, queued, total)
		VALUES (?1, ?2, 0, 0, ?3, ?4, 0, ?5, ?5, ?6, 1, 1) RETURNING id`
)

// TellEnds owes the end of a push, as a message of its own and once, to each of
// the desk's channels in which the message of its progress could not be edited, or
// nobody knows whether it was. It looks at the newest so many whose end was said; told says that somebody is
// owed something now.
func (s *Store) TellEnds(ctx context.Context, newest int, at time.Time) (told bool, err error) {
	watched, err := all(ctx, s.reader(), scanID, watchedSQL, newest)
	if err != nil {
		return false, s.told(err)
	}
	for _, id := range watched {
		did, err := s.tellEnd(ctx, id, at)
		if err != nil {
			return told, err
		}
		told = told || did
	}
	return told, nil
}

func (s *Store) tellEnd(ctx context.Context, id int64, at time.Time) (told bool, err error) {
	if idle, err := s.endIdle(ctx, id); err != nil || idle {
		return false, s.told(err)
	}
	err = s.change(ctx, func(q querier) error {
		told = false
		if err := sharePlanning(ctx, q); err != nil {
			return err
		}
		n, err := theOne(ctx, q, func(r row) (stories.Notice, error) { return scanNotice(r) }, noticeSQL+` /*lock*/`, id)
		if err != nil {
			return missing(err, "This notice is not there any more.")
		}
		places, err := unended(ctx, q, n)
		if err != nil {
			return err
		}
		waits := false // for a channel that is blocked: posted now it would push newer things out
		for _, p := range places {
			if p.state == stories.Blocked {
				waits = true
				continue
			}
			if err := oweEnd(ctx, q, n, p, at); err != nil {
				return fmt.Errorf("owe the end of a push: %w", err)
			}
			told = true
		}
		if waits {
			return nil
		}
		_, err = q.exec(ctx, endedSQL, id)
		return err
	})
	return told, err
}

// endIdle says that nothing is to be done about a notice that is watched yet: its
// edits are on their way, or wait for a blocked channel.
func (s *Store) endIdle(ctx context.Context, id int64) (bool, error) {
	n, err := theOne(ctx, s.reader(), func(r row) (stories.Notice, error) { return scanNotice(r) }, noticeSQL, id)
	if err != nil {
		return false, err
	}
	places, err := unended(ctx, s.reader(), n)
	if err != nil {
		return false, err
	}
	for _, p := range places {
		if p.state != stories.Blocked {
			return false, nil
		}
	}
	if len(places) > 0 {
		return true, nil
	}
	var owed int
	err = one(ctx, s.reader(), owedOfNoticeSQL, []any{id}, &owed)
	return owed > 0, err
}

const owedOfNoticeSQL = `SELECT count(*) FROM deliveries d WHERE d.notice_id = ?1 AND d.state IN (0, 5)`

func unended(ctx context.Context, q querier, n stories.Notice) ([]place, error) {
	return all(ctx, q, func(r row) (p place, err error) {
		err = r.Scan(&p.id, &p.lane, &p.state)
		return p, err
	}, unendedHereSQL, n.ID, n.Revision)
}

// oweEnd owes n's last revision to a destination as a message of its own.
func oweEnd(ctx context.Context, q querier, n stories.Notice, p place, at time.Time) error {
	var publication int64
	if err := one(ctx, q, insertEndPublicationSQL, []any{p.lane, newSeed(), millis(at), n.Revision, int(stories.ForDesk), n.ID}, &publication); err != nil {
		return err
	}
	_, err := q.exec(ctx, insertOwedSQL, deliveryID(publication, p.id), p.id, 0)
	return err
}
