package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"storybot/stories"
)

// How long things are kept that only bridge a moment. Platforms repeat an
// event within minutes, Slack within hours.
const (
	keepActs  = 7 * 24 * time.Hour
	keepNotes = 2 * 24 * time.Hour
	keepUses  = 2 * 24 * time.Hour // an allowance is for a day at most
)

// pruneBatch is how many deliveries are removed in one transaction, so that
// nobody waits long.
const pruneBatch = 1000

const (
	pruneActsSQL      = `DELETE FROM acts WHERE at < ?1`
	pruneNotesSQL     = `DELETE FROM notes WHERE at < ?1`
	pruneScheduledSQL = `DELETE FROM scheduled WHERE state IN ('published', 'cancelled', 'drafted') AND ended_at < ?1`
	pruneDraftsSQL    = `DELETE FROM drafts WHERE changed_at <= ?1`
	pruneUsesSQL      = `DELETE FROM allowances WHERE at < ?1`
	endedRangeSQL     = `id >= ?1 AND id < ?2 AND state NOT IN (0, 5, 7, 8) AND finished_at < ?3`
	pruneOwedSQL      = `DELETE FROM owed WHERE id >= ?1 AND id < ?2 AND id IN (SELECT id FROM outcomes WHERE ` + endedRangeSQL + `)`
	pruneOutcomesSQL  = `DELETE FROM outcomes WHERE ` + endedRangeSQL + ``
	pruneShownSQL     = `DELETE FROM shown WHERE delivery_id >= ?1 AND delivery_id < ?2 AND NOT EXISTS (SELECT 1 FROM owed d WHERE d.id = shown.delivery_id)`
	pruneHeadsSQL     = `DELETE FROM heads WHERE delivery_id >= ?1 AND delivery_id < ?2 AND NOT EXISTS (SELECT 1 FROM owed d WHERE d.id = heads.delivery_id)`
	prunePingedSQL    = `DELETE FROM pinged WHERE delivery_id >= ?1 AND delivery_id < ?2 AND NOT EXISTS (SELECT 1 FROM owed d WHERE d.id = pinged.delivery_id)`
	// pruneAgainSQL forgets publications that owed again what others had owed:
	// no delivery names them.
	pruneAgainSQL = `DELETE FROM publications WHERE update_id = 0 AND notice_id IS NULL AND queued = 0 AND created_at < ?1`
	// oldPublicationsSQL are publications behind ?2 from before ?1 with rows that may be
	// forgotten: those of copies, and of what their channels were shown and told of
	// revisions, are kept while their story develops, and as long after, since a
	// correction has to find them and goes on from there; those of cards are while a
	// story they show does.
	oldPublicationsSQL = `
		SELECT p.id FROM publications p LEFT JOIN notices n ON n.id = p.notice_id AND n.kind = 'revision'
		LEFT JOIN updates u ON u.id = CASE WHEN p.update_id > 0 THEN p.update_id ELSE n.update_id END LEFT JOIN stories s ON s.id = u.story_id
		WHERE p.id > ?2 AND p.created_at < ?1 AND NOT (s.id IS NOT NULL AND (s.state = 'developing' OR s.active_at >= ?1))
			AND EXISTS (SELECT 1 FROM owed d WHERE ` + inPublicationSQL + `)
			AND NOT EXISTS (SELECT 1 FROM shown w JOIN stories s ON s.id = w.story_id
				WHERE w.delivery_id >= (p.id << 32) AND w.delivery_id < ((p.id + 1) << 32) AND (s.state = 'developing' OR s.active_at >= ?1))
			AND NOT EXISTS (SELECT 1 FROM heads h JOIN stories s ON s.id = h.story_id
				WHERE h.thread_id >= (p.id << 32) AND h.thread_id < ((p.id + 1) << 32) AND h.thread_id > 0 AND (s.state = 'developing' OR s.active_at >= ?1))
		ORDER BY p.id LIMIT ?3`
	// strayReadingsSQL are updates of which it is kept what channels have seen, and no copy, at
	// most ?2 behind ?1: whoever forgot the last one may have ended before that.
	strayReadingsSQL = `
		SELECT g.update_id FROM (SELECT DISTINCT update_id FROM readings WHERE update_id > ?1) AS g
		WHERE NOT EXISTS (SELECT 1 FROM publications p CROSS JOIN owed d WHERE p.update_id = g.update_id AND p.op carries() AND ` + inPublicationSQL + `)
		ORDER BY g.update_id LIMIT ?2`
	// pruneReadingsSQL forgets of ?2 channels what they have seen of the update ?1, once
	// no copy of it is kept: there is nothing beside which they could be told more.
	pruneReadingsSQL = `
		DELETE FROM readings WHERE update_id = ?1
			AND destination_id IN (SELECT r.destination_id FROM readings r WHERE r.update_id = ?1 ORDER BY r.destination_id LIMIT ?2)
			AND NOT EXISTS (SELECT 1 FROM publications p CROSS JOIN owed d WHERE p.update_id = ?1 AND p.op carries() AND ` + inPublicationSQL + `)`
	// batchEndSQL is behind the ?3 rows from ?1 on and before ?2; null when there are none.
	batchEndSQL = `SELECT max(id) + 1 FROM (SELECT id FROM owed WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3) AS batch`
)

// Prune forgets idempotency keys, notes, allowances and drafts after some days, and
// what is kept longer as long ago as Options.Keep says. It
// also puts the names of stories together that were written one by one.
func (s *Store) Prune(ctx context.Context, now time.Time) error {
	err := s.change(ctx, func(q querier) error {
		if _, err := q.exec(ctx, pruneActsSQL, millis(now.Add(-keepActs))); err != nil {
			return err
		}
		if _, err := q.exec(ctx, pruneNotesSQL, millis(now.Add(-keepNotes))); err != nil {
			return err
		}
		if _, err := q.exec(ctx, pruneUsesSQL, millis(now.Add(-keepUses))); err != nil {
			return err
		}
		if _, err := q.exec(ctx, pruneDraftsSQL, millis(now.Add(-stories.DraftAge))); err != nil {
			return err
		}
		_, err := q.exec(ctx, pruneScheduledSQL, millis(now.Add(-s.keep.Deliveries)))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget old keys: %w", err)
	}
	if err := s.change(ctx, func(q querier) error { return s.tidy(ctx, q) }); err != nil {
		return fmt.Errorf("merge the names of stories: %w", err)
	}
	if err := s.pruneAged(ctx, now); err != nil {
		return err
	}
	if err := s.endLeft(ctx, now); err != nil {
		return fmt.Errorf("end what is where the bot was removed: %w", err)
	}
	if err := s.pruneDeliveries(ctx, now.Add(-s.keep.Deliveries)); err != nil {
		return fmt.Errorf("forget old deliveries: %w", err)
	}
	err = s.change(ctx, func(q querier) error {
		_, err := q.exec(ctx, pruneAgainSQL, millis(now.Add(-keepActs)))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget old publications: %w", err)
	}
	if err := s.pruneNotices(ctx, now.Add(-s.keep.Deliveries)); err != nil {
		return fmt.Errorf("forget old notices: %w", err)
	}
	return nil
}

// pruneDeliveries forgets rows that ended before then, publication by publication.
func (s *Store) pruneDeliveries(ctx context.Context, before time.Time) error {
	for after := int64(0); ; {
		old, err := all(ctx, s.reader(), scanID, oldPublicationsSQL, millis(before), after, pruneBatch)
		if err != nil {
			return s.told(err)
		}
		for _, publication := range old {
			if err := s.prunePublication(ctx, publication, before); err != nil {
				return err
			}
			after = publication
		}
		if len(old) < pruneBatch {
			return s.pruneReadings(ctx)
		}
	}
}

// prunePublication forgets rows of one publication, a batch at a time, and what hangs on
// them.
func (s *Store) prunePublication(ctx context.Context, publication int64, before time.Time) error {
	end := deliveryID(publication+1, 0)
	for from := deliveryID(publication, 0); ; {
		var to sql.NullInt64
		if err := one(ctx, s.reader(), batchEndSQL, []any{from, end, pruneBatch}, &to); err != nil {
			return s.told(err)
		}
		if !to.Valid {
			return nil
		}
		err := s.change(ctx, func(q querier) error {
			if _, err := q.exec(ctx, pruneOwedSQL, from, to.Int64, millis(before)); err != nil {
				return err
			}
			if _, err := q.exec(ctx, pruneOutcomesSQL, from, to.Int64, millis(before)); err != nil {
				return err
			}
			if _, err := q.exec(ctx, pruneHeadsSQL, from, to.Int64); err != nil {
				return err
			}
			if _, err := q.exec(ctx, pruneShownSQL, from, to.Int64); err != nil {
				return err
			}
			_, err := q.exec(ctx, prunePingedSQL, from, to.Int64)
			return err
		})
		if err != nil {
			return err
		}
		from = to.Int64
	}
}

// pruneReadings forgets what channels have seen of updates of which no copy is left.
func (s *Store) pruneReadings(ctx context.Context) error {
	for after := int64(0); ; {
		stray, err := all(ctx, s.reader(), scanID, strayReadingsSQL, after, pruneBatch)
		if err != nil {
			return s.told(err)
		}
		for _, update := range stray {
			if err := s.pruneReadingsOf(ctx, update); err != nil {
				return err
			}
			after = update
		}
		if len(stray) < pruneBatch {
			return nil
		}
	}
}

// pruneReadingsOf forgets those of one update, a batch at a time.
func (s *Store) pruneReadingsOf(ctx context.Context, update int64) error {
	for left := true; left; {
		err := s.change(ctx, func(q querier) error {
			n, err := q.exec(ctx, pruneReadingsSQL, update, pruneBatch)
			left = n == pruneBatch
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
