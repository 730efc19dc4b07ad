package sqlstore

import (
	"context"
	"fmt"
	"time"
)

// What grows with the readers and with the years, and is of no use to anybody after
// some time. Who wrote each wording of an update stands beside it, and stays.

const (
	pruneMarksSQL = `DELETE FROM seen WHERE (reader, story_id) IN (SELECT reader, story_id FROM seen WHERE at < ?1 ORDER BY at LIMIT ?2)`
	pruneLogSQL   = `DELETE FROM desk_log WHERE id IN (SELECT id FROM desk_log WHERE at < ?1 ORDER BY at LIMIT ?2)`
	// What the log called them is of no use without it.
	pruneRemovedSQL   = `DELETE FROM removed WHERE CAST(?1 AS BIGINT) > 0 AND id IN (SELECT v.id FROM removed v WHERE NOT EXISTS (SELECT 1 FROM desk_log l WHERE l.story_id = v.id) LIMIT ?2)`
	pruneForgottenSQL = `DELETE FROM forgotten WHERE mark IN (SELECT mark FROM forgotten WHERE at < ?1 LIMIT ?2)`
	// Names stay of what is a destination, and of who has a role or a direct message.
	prunePlaceNamesSQL = `
		DELETE FROM place_names WHERE (platform, workspace, channel) IN (
			SELECT n.platform, n.workspace, n.channel FROM place_names n WHERE n.seen_at < ?1 AND NOT EXISTS (
				SELECT 1 FROM destinations t WHERE t.platform = n.platform AND t.workspace = n.workspace
					AND n.channel IN ('', t.channel) AND t.state <> 'gone')
				AND (n.form <> 'group' OR NOT EXISTS (SELECT 1 FROM subscriptions b WHERE b.mention = n.channel AND b.mention <> '')) LIMIT ?2)`
	prunePersonNamesSQL = `
		DELETE FROM person_names WHERE ref IN (
			SELECT n.ref FROM person_names n WHERE n.seen_at < ?1
				AND NOT EXISTS (SELECT 1 FROM members m WHERE m.ref = n.ref)
				AND NOT EXISTS (SELECT 1 FROM place_names p WHERE p.person = n.ref AND p.person <> '') LIMIT ?2)`
)

// pruneAged forgets what Options.Keep gives a time of its own, a batch in each transaction.
func (s *Store) pruneAged(ctx context.Context, now time.Time) error {
	for _, p := range []struct {
		what, text string
		keep       time.Duration
	}{
		{"how far readers have read", pruneMarksSQL, s.keep.Marks},
		{"old lines of the log", pruneLogSQL, s.keep.Log},
		{"removed stories", pruneRemovedSQL, 0},
		{"who was forgotten", pruneForgottenSQL, rememberForgotten},
		{"old names of channels", prunePlaceNamesSQL, s.keep.Names},
		{"old names of people", prunePersonNamesSQL, s.keep.Names},
	} {
		if err := s.pruneBatches(ctx, p.text, millis(now.Add(-p.keep))); err != nil {
			return fmt.Errorf("forget %s: %w", p.what, err)
		}
	}
	return nil
}

// pruneBatches runs a statement that removes at most ?2 rows from before ?1 until none is
// left, each time in a transaction of its own.
func (s *Store) pruneBatches(ctx context.Context, text string, before int64) error {
	for left := true; left; {
		err := s.change(ctx, func(q querier) error {
			n, err := q.exec(ctx, text, before, pruneBatch)
			left = n == pruneBatch
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
