package sqlstore

import (
	"context"
	"database/sql"
	"errors"
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
	pruneScheduledSQL = `DELETE FROM scheduled WHERE state IN ('published', 'cancelled') AND ended_at < ?1`
	pruneDraftsSQL    = `DELETE FROM drafts WHERE changed_at <= ?1`
	pruneUsesSQL      = `DELETE FROM allowances WHERE at < ?1`
	endedRangeSQL     = `id >= ?1 AND id < ?2 AND state NOT IN (0, 5) AND finished_at < ?3`
	pruneOwedSQL      = `DELETE FROM owed WHERE id >= ?1 AND id < ?2 AND id IN (SELECT id FROM outcomes WHERE ` + endedRangeSQL + `)`
	pruneOutcomesSQL  = `DELETE FROM outcomes WHERE ` + endedRangeSQL + ``
	// pruneAgainSQL forgets publications that owed again what others had owed:
	// no delivery names them.
	pruneAgainSQL = `DELETE FROM publications WHERE update_id = 0 AND notice_id IS NULL AND queued = 0 AND created_at < ?1`
	oldestSQL     = `
		SELECT d.id, p.created_at FROM owed d JOIN publications p ON p.id = (d.id >> 32) WHERE d.id >= ?1 ORDER BY d.id LIMIT 1`
	// batchEndSQL is behind the ?2 rows from ?1 on.
	batchEndSQL = `SELECT max(id) + 1 FROM (SELECT id FROM owed WHERE id >= ?1 ORDER BY id LIMIT ?2) AS batch`
)

// Prune forgets idempotency keys, notes, allowances and drafts after some days, what was
// called something a year ago and is of no use, and deliveries and notices that
// ended longer ago than Options.KeepDeliveries. It
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
		if _, err := q.exec(ctx, pruneScheduledSQL, millis(now.Add(-s.keep))); err != nil {
			return err
		}
		return pruneNames(ctx, q, now)
	})
	if err != nil {
		return fmt.Errorf("forget old keys: %w", err)
	}
	if err := s.change(ctx, func(q querier) error { return s.tidy(ctx, q) }); err != nil {
		return fmt.Errorf("merge the names of stories: %w", err)
	}
	if err := s.pruneDeliveries(ctx, now.Add(-s.keep)); err != nil {
		return fmt.Errorf("forget old deliveries: %w", err)
	}
	err = s.change(ctx, func(q querier) error {
		_, err := q.exec(ctx, pruneAgainSQL, millis(now.Add(-keepActs)))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget old publications: %w", err)
	}
	if err := s.pruneNotices(ctx, now.Add(-s.keep)); err != nil {
		return fmt.Errorf("forget old notices: %w", err)
	}
	return nil
}

// pruneDeliveries walks the table by ids, which grow with time, as far as rows
// are old enough.
func (s *Store) pruneDeliveries(ctx context.Context, before time.Time) error {
	for from, to := int64(0), int64(0); ; from = to {
		var created int64
		err := one(ctx, s.reader(), oldestSQL, []any{from}, &from, &created)
		if errors.Is(err, sql.ErrNoRows) || err == nil && created >= millis(before) {
			return nil
		}
		if err != nil {
			return s.told(err)
		}
		if err := one(ctx, s.reader(), batchEndSQL, []any{from, pruneBatch}, &to); err != nil {
			return s.told(err)
		}
		err = s.change(ctx, func(q querier) error {
			if _, err := q.exec(ctx, pruneOwedSQL, from, to, millis(before)); err != nil {
				return err
			}
			_, err := q.exec(ctx, pruneOutcomesSQL, from, to, millis(before))
			return err
		})
		if err != nil {
			return err
		}
	}
}
