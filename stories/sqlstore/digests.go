package sqlstore

import (
	"context"
	"fmt"
	"time"

	"storybot/stories"
)

// A digest is what waited at one channel until a period ended: a notice of kind 'digest'.
// What it is made of stands in the table gathered from then on, and the rows that waited
// have ended there. What it says is fixed when it is begun (digestsay.go): what may not be
// said any more is left out, and where nothing is left no message is sent. It is a card from
// then on: whatever revises an update that it shows owes it an edit, see cards.go. The
// message that tells of such a revision is owed beside it and waits as any other does: so it
// comes in the next digest.

// What a digest is made of; the numbers are stored.
const (
	partUpdate   = 0
	partBreaking = 1
	partRetold   = 2
)

const (
	digestThereSQL  = `SELECT count(*) FROM digests WHERE destination_id = ?1 AND ends_at = ?2 AND late_at = ?3`
	insertDigestSQL = `INSERT INTO digests (destination_id, ends_at, late_at, notice_id) VALUES (?1, ?2, ?3, ?4)`
	// collectedSQL are the rows ?1, with the publications under which they wait.
	collectedSQL = `SELECT ` + waitsUnderSQL + `, d.destination_id, d.id, d.publication_id FROM deliveries d WHERE d.id among(?1)`
	// gatherSQL keeps in the digest ?2 what the rows ?1 were to say: updates, or what is told of their
	// revisions.
	gatherSQL = `
		INSERT INTO gathered (notice_id, part, update_id, delivery_id, since)
		SELECT CAST(?2 AS BIGINT), CASE WHEN n.id IS NULL THEN 0 ELSE 2 END, CASE WHEN n.id IS NULL THEN p.update_id ELSE n.update_id END, d.id, coalesce(n.since, 0)
		FROM owed d JOIN publications p ON p.id = (d.id >> 32) LEFT JOIN notices n ON n.id = p.notice_id
		WHERE d.id among(?1) AND (p.notice_id IS NULL OR n.kind = 'revision') ORDER BY d.id
		ON CONFLICT (notice_id, part, update_id) DO NOTHING`
	// gatherBreakingSQL keeps there what was breaking from ?4 on and before ?5 and went to the destination ?2,
	// in the lane ?3. It is named once, however many digests the destination has.
	gatherBreakingSQL = `
		INSERT INTO gathered (notice_id, part, update_id, delivery_id)
		SELECT CAST(?1 AS BIGINT), 1, p.update_id, d.id
		FROM publications p JOIN owed d ON d.id = (p.id << 32) + CAST(?2 AS BIGINT) LEFT JOIN outcomes o ON o.id = d.id
		WHERE p.lane_id = ?3 AND p.level = 3 AND p.update_id > 0 AND p.op says() AND p.created_at >= ?4 AND p.created_at < ?5
			AND coalesce(o.state, 0) IN (0, 2, 4)
			AND NOT EXISTS (SELECT 1 FROM gathered g WHERE g.delivery_id = d.id AND g.part = 1) ORDER BY d.id
		ON CONFLICT (notice_id, part, update_id) DO NOTHING`
	pruneDigestsSQL  = `DELETE FROM digests WHERE NOT EXISTS (SELECT 1 FROM notices n WHERE n.id = digests.notice_id)`
	pruneGatheredSQL = `DELETE FROM gathered WHERE NOT EXISTS (SELECT 1 FROM notices n WHERE n.id = gathered.notice_id)`
)

// oweDigest owes p the digest of a period: it covers what was published from from on and
// before the period's end, and at is now. collected are the deliveries that waited for it, of updates and
// of messages that tell of revisions; they have ended then. Nothing is owed where none
// waited. Of a period that has its digest there is no second one: what is collected goes
// on waiting. Planning is locked, and the lane.
func (s *Store) oweDigest(ctx context.Context, q querier, p place, collected []int64, of period, from int64, at time.Time) error {
	if len(collected) == 0 {
		return nil
	}
	if there, err := of.has(ctx, q); err != nil || there {
		return err
	}
	n := stories.Notice{Kind: stories.DigestNotice, Revision: 1, Done: true, CreatedAt: at, Body: stories.NoticeBody{Digest: stories.Period{From: moment(from), Until: moment(of.to)}}}
	if err := insertNotice(ctx, q, &n); err != nil {
		return fmt.Errorf("keep a digest: %w", err)
	}
	if _, err := q.exec(ctx, insertDigestSQL, p.id, of.to, of.late, n.ID); err != nil {
		return fmt.Errorf("keep a digest: %w", err)
	}
	rows, err := all(ctx, q, scanAnyWaiting, collectedSQL, list(collected))
	if err != nil {
		return err
	}
	why := reason{inDigest, moment(of.to).Format("2006-01-02 15:04 UTC")}
	if err := move(ctx, q, rows, stories.Gathered, why, at); err != nil {
		return fmt.Errorf("gather what waited: %w", err)
	}
	if _, err := q.exec(ctx, gatherSQL, list(collected), n.ID); err != nil {
		return fmt.Errorf("gather what waited: %w", err)
	}
	if _, err := q.exec(ctx, gatherBreakingSQL, n.ID, p.id, p.lane, from, of.to); err != nil {
		return fmt.Errorf("gather what was breaking: %w", err)
	}
	_, err = oweNotice(ctx, q, n, stories.OpPost, hereLanesSQL, planNoticeHere, list([]int64{p.id}), at)
	return err
}

// pruneDigests forgets what digests were made of that are forgotten.
func pruneDigests(ctx context.Context, q querier) error {
	for _, text := range []string{pruneGatheredSQL, pruneDigestsSQL} {
		if _, err := q.exec(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// digestedSQL is tellableSQL of the update ?1 where digests show it: beside them their
// channels are told of its revisions. ?2 are requests on their way.
var digestedSQL = `
	SELECT t.id, o.id, t.lane_id, d.id, t.forum, d.id, g.revision, CASE WHEN d.doubtful = 3 AND d.state IN (0, 5) THEN 1 ELSE 0 END,
		coalesce(a.seen, 0), coalesce(a.due, -1), coalesce(c.seen, 0), coalesce(c.due, -1)
	FROM gathered g JOIN publications p ON p.notice_id = g.notice_id AND p.op = 0
		JOIN deliveries d ON d.publication_id = p.id
		JOIN destinations o ON o.id = d.destination_id
		JOIN destinations t ON t.id = CASE WHEN o.moved_to > 0 THEN o.moved_to ELSE o.id END
		JOIN updates u ON u.id = g.update_id JOIN stories s ON s.id = u.story_id
		LEFT JOIN readings a ON a.update_id = ?1 AND a.destination_id = o.id
		LEFT JOIN readings c ON o.moved_to > 0 AND c.update_id = ?1 AND c.destination_id = o.moved_to
	WHERE g.update_id = ?1 AND g.part = 0 AND g.place > 0 AND (d.state IN (2, 4) OR ` + maybeThere("d", "d", "?2") + `) AND t.state <> 'gone'
		AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id = t.id AND m.story_id = s.id)
		AND coalesce((SELECT CASE WHEN b.state = 'active' AND b.level <= u.level THEN 1 ELSE 0 END
			FROM subscriptions b WHERE b.destination_id = t.id AND ` + decidesSQL + `), 0) = 1
	ORDER BY t.id`

// keepDigestedSQL keeps what channels have seen by what has arrived of ?1: in a digest
// what is told of revisions, and in an edit of one how its updates read now.
const keepDigestedSQL = `
	INSERT INTO readings (update_id, destination_id, seen)
	SELECT k.update_id, k.destination_id, max(k.revision) FROM (
		SELECT g.update_id, d.destination_id, g.revision
		FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN gathered g ON g.notice_id = p.notice_id AND g.part = 2 AND g.place > 0
		WHERE d.id among(?1)
		UNION ALL
		SELECT g.update_id, e.destination_id, u.revision
		FROM owed e JOIN publications w ON w.id = (e.id >> 32) AND w.notice_id = 1 JOIN publications p ON p.id = (e.on_id >> 32)
			JOIN gathered g ON g.notice_id = p.notice_id AND g.part = 0 AND g.place > 0 JOIN updates u ON u.id = g.update_id
		WHERE e.id among(?1) AND u.revision > 0) AS k
	GROUP BY k.update_id, k.destination_id ORDER BY k.update_id, k.destination_id
	ON CONFLICT (update_id, destination_id) DO UPDATE SET seen = excluded.seen WHERE excluded.seen > readings.seen`

// keepDigested is keepSeen of digests.
func keepDigested(ctx context.Context, q querier, results []stories.Result) error {
	var there []int64
	for _, r := range results {
		if r.Revision > 0 && (r.State == stories.Sent || r.State == stories.Unknown) {
			there = append(there, r.Delivery)
		}
	}
	_, err := q.exec(ctx, keepDigestedSQL, list(there))
	return err
}
