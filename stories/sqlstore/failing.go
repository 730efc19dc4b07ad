package sqlstore

import (
	"context"
	"slices"
	"time"

	"storybot/stories"
)

const (
	// failingSQL are the first ?1 destinations that cannot be written to: of no others is
	// counted what is held.
	failingSQL = `
		SELECT t.id, t.platform, t.workspace, t.channel, l.name, t.state, t.reason, t.since, (SELECT count(*) FROM held h WHERE h.destination_id = t.id),
			CASE WHEN EXISTS (SELECT 1 FROM subscriptions b WHERE b.destination_id = t.id AND b.digest <> '' AND b.state = 'active') THEN 1 ELSE 0 END, t.left_at
		FROM (SELECT * FROM destinations x WHERE x.state = 'blocked' ORDER BY x.left_at > 0, x.since, x.id LIMIT ?1) AS t JOIN lanes l ON l.id = t.lane_id
		ORDER BY t.left_at > 0, t.since, t.id`
	countFailingSQL = `SELECT count(*) FROM destinations WHERE state = 'blocked'`
)

// collectedSinceSQL are the subscriptions whose digests collect something at destinations,
// which ?1 and ?2 are, each with when the first of it was published.
var collectedSinceSQL = `
	SELECT b.destination_id, b.digest, b.quiet, b.tz, min(p.created_at)
	FROM (` + deferredAtSQL + `) AS w CROSS JOIN publications p LEFT JOIN notices n ON n.id = p.notice_id
		CROSS JOIN destinations t CROSS JOIN updates u CROSS JOIN stories s CROSS JOIN subscriptions b
	WHERE p.id = w.publication_id AND t.id = w.destination_id AND u.id = CASE WHEN p.update_id > 0 THEN p.update_id ELSE n.update_id END AND s.id = u.story_id
		AND b.id = (SELECT b.id FROM subscriptions b WHERE b.destination_id = t.id AND ` + decidesSQL + `) AND b.digest <> '' AND b.state = 'active'
	GROUP BY b.id, b.destination_id, b.digest, b.quiet, b.tz`

// Failing implements stories.PlacesStore.
func (s *Store) Failing(ctx context.Context, limit int) (failing []stories.FailingDestination, total int, err error) {
	var digests []int64 // destinations that have some
	at := map[int64]int{}
	failing, err = all(ctx, s.reader(), func(r row) (f stories.FailingDestination, err error) {
		var id, since, digest, left int64
		err = r.Scan(&id, &f.Destination.Platform, &f.Destination.Workspace, &f.Destination.Channel, &f.Lane, &f.State, &f.Reason, &since, &f.Held, &digest, &left)
		f.Since, f.Left = moment(since), left > 0
		if digest > 0 && !f.Left { // where the bot is not any more nobody tries
			digests = append(digests, id)
		}
		at[id] = len(at)
		return f, err
	}, failingSQL, limit)
	if err == nil {
		err = one(ctx, s.reader(), countFailingSQL, nil, &total)
	}
	for some := range slices.Chunk(digests, duesOnce) {
		if err != nil {
			break
		}
		err = s.digestsDue(ctx, some, func(place int64, due time.Time) {
			if f := &failing[at[place]]; f.DigestDue.IsZero() || due.Before(f.DigestDue) {
				f.DigestDue = due
			}
		})
	}
	return failing, total, s.told(err)
}

// digestsDue tells when the digests of destinations fall due that collect something
// already: of a period in which nothing was published there is none.
func (s *Store) digestsDue(ctx context.Context, places []int64, tell func(place int64, due time.Time)) error {
	_, err := all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var place, first int64
		var o stories.Options
		if err := r.Scan(&place, &o.Digest, &o.Quiet, &o.Zone, &first); err != nil {
			return none, err
		}
		tell(place, moment(s.instantsOf(o, 0, moment(first)).due.Int64))
		return none, nil
	}, collectedSinceSQL, list(places), list(places))
	return err
}
