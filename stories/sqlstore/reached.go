package sqlstore

import (
	"context"
	"fmt"

	"storybot/stories"
)

// What a revision reaches is told before it is done and after, in the same words: of the
// copies it is owed to, which it will not reach now or perhaps at all.

const (
	// heldEditsSQL counts the edits to the revision ?2 in channels that refuse the bot.
	heldEditsSQL = `
		SELECT count(*) FROM publications p CROSS JOIN owed d JOIN destinations t ON t.id = d.destination_id
		WHERE p.update_id = ?1 AND p.op = 1 AND p.revision = ?2 AND ` + inPublicationSQL + ` AND t.state = 'blocked'`
	// doubtfulEditsSQL counts the edits to the revision ?2 of copies of which the last
	// edit before, other than those of which nothing was tried (?3), did not succeed, where
	// the bot can write at all.
	doubtfulEditsSQL = `
		SELECT count(*) FROM publications p CROSS JOIN owed d JOIN destinations t ON t.id = d.destination_id
		WHERE p.update_id = ?1 AND p.op = 1 AND p.revision = ?2 AND ` + inPublicationSQL + ` AND t.state <> 'blocked' AND coalesce((
			SELECT CASE WHEN e.state IN (3, 6) THEN 1 ELSE 0 END
			FROM owed x JOIN outcomes e ON e.id = x.id JOIN publications w ON w.id = (x.id >> 32)
			WHERE x.on_id > 0 AND x.on_id = d.on_id AND x.id <> d.id AND w.op = 1 AND e.state IN (2, 3, 6) AND NOT (e.state = 6 AND e.code among(?3))
			ORDER BY w.revision DESC, x.id DESC LIMIT 1), 0) = 1`
	isGoneSQL = `SELECT count(*) FROM (SELECT 1 FROM destinations WHERE state = 'gone' AND moved_to = 0 LIMIT 1) AS t`
	// goneCopiesSQL counts the copies of the update ?1 in channels that are gone.
	goneCopiesSQL = `
		SELECT count(*) FROM ` + copyPlacesSQL + ` WHERE d.update_id = ?1 AND d.op says() AND d.state = 2 AND t.state = 'gone'`

	// directPlacesSQL are the destinations that are known as direct messages.
	directPlacesSQL = `
		SELECT t.id FROM place_names n JOIN destinations t ON t.platform = n.platform AND t.workspace = n.workspace AND t.channel = n.channel
		WHERE n.form = 'direct'`

	// directTellingsSQL counts what is owed to direct messages of the message that tells
	// of the revision ?2 of the update ?1.
	directTellingsSQL = `
		SELECT count(*) FROM place_names n CROSS JOIN destinations t CROSS JOIN notices k CROSS JOIN publications p CROSS JOIN owed d
		WHERE n.form = 'direct' AND t.platform = n.platform AND t.workspace = n.workspace AND t.channel = n.channel
			AND k.kind = 'revision' AND k.update_id = ?1 AND k.revision = ?2
			AND p.notice_id = k.id AND p.second = 0 AND p.lane_id = t.lane_id AND d.id = (p.id << 32) + t.id`
	// isDirectSQL says that the destination of b is a direct message, as far as that is
	// known.
	isDirectSQL = `EXISTS (SELECT 1 FROM destinations t JOIN place_names n ON n.platform = t.platform AND n.workspace = t.workspace AND n.channel = t.channel
		WHERE t.id = b.destination_id AND n.form = 'direct')`
)

var (
	// heldCopiesSQL and doubtfulCopiesSQL count, of the copies that would be edited (?2 are
	// requests on their way), what heldEditsSQL and doubtfulEditsSQL count of the edits.
	heldCopiesSQL     = countCopiesSQL + ` AND t.state = 'blocked'`
	doubtfulCopiesSQL = countCopiesSQL + ` AND t.state <> 'blocked' AND coalesce((
			SELECT CASE WHEN e.state IN (3, 6) THEN 1 ELSE 0 END
			FROM owed x JOIN outcomes e ON e.id = x.id JOIN publications w ON w.id = (x.id >> 32)
			WHERE x.on_id > 0 AND x.on_id = d.id AND w.op = 1 AND e.state IN (2, 3, 6) AND NOT (e.state = 6 AND e.code among(?3))
			ORDER BY w.revision DESC, x.id DESC LIMIT 1), 0) = 1`
)

// reachOfEdits adds to what a revision reaches which of the edits owed, already counted,
// wait for more than their turn, and which copies get none.
func reachOfEdits(ctx context.Context, q querier, u stories.Update, reach *stories.Reach) error {
	var blocked bool
	if err := one(ctx, q, isBlockedSQL, nil, &blocked); err != nil {
		return err
	}
	if reach.Edits > 0 && blocked {
		if err := one(ctx, q, heldEditsSQL, []any{u.ID, u.Revision}, &reach.Held); err != nil {
			return fmt.Errorf("count held edits: %w", err)
		}
	}
	if reach.Edits > 0 && u.Revision > 1 { // before the first there was none to fail
		if err := one(ctx, q, doubtfulEditsSQL, []any{u.ID, u.Revision, list(undone())}, &reach.Doubtful); err != nil {
			return fmt.Errorf("count doubtful edits: %w", err)
		}
	}
	return goneCopies(ctx, q, u, reach)
}

// reachOfCopies adds to what a revision would reach the same, before any edit is owed.
func reachOfCopies(ctx context.Context, q querier, u stories.Update, on string, reach *stories.Reach) error {
	var blocked bool
	if err := one(ctx, q, isBlockedSQL, nil, &blocked); err != nil {
		return err
	}
	if reach.Edits > 0 && blocked {
		if err := one(ctx, q, heldCopiesSQL, []any{u.ID, on}, &reach.Held); err != nil {
			return fmt.Errorf("count copies in blocked channels: %w", err)
		}
	}
	if reach.Edits > 0 && u.Revision > 1 {
		if err := one(ctx, q, doubtfulCopiesSQL, []any{u.ID, on, list(undone())}, &reach.Doubtful); err != nil {
			return fmt.Errorf("count doubtful copies: %w", err)
		}
	}
	if err := one(ctx, q, countCardsSQL, []any{u.StoryID, u.ID, on}, &reach.Cards); err != nil {
		return fmt.Errorf("count cards: %w", err)
	}
	if err := countDigests(ctx, q, u, on, reach); err != nil {
		return err
	}
	return goneCopies(ctx, q, u, reach)
}

// goneCopies counts the copies in channels that are gone.
func goneCopies(ctx context.Context, q querier, u stories.Update, reach *stories.Reach) error {
	var gone bool
	if err := one(ctx, q, isGoneSQL, nil, &gone); err != nil || !gone {
		return err
	}
	return one(ctx, q, goneCopiesSQL, []any{u.ID}, &reach.Gone)
}

// directTellings counts which of what is told of a revision goes to direct messages.
func directTellings(ctx context.Context, q querier, updateID int64, revision int) (n int, err error) {
	err = one(ctx, q, directTellingsSQL, []any{updateID, revision}, &n)
	return n, err
}
