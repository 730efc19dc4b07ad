package sqlstore

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"storybot/stories"
)

const (
	// passPublicationsSQL is of what is not at its end, in the order in which who counts
	// deliveries locks them.
	passPublicationsSQL = `
		UPDATE publications SET story_id = ?2 WHERE id IN (
			SELECT id FROM publications WHERE story_id = ?1 AND (queued > 0 OR held > 0 OR deferred > 0) ORDER BY id /*lock*/)`
	setBodiesSQL  = `UPDATE notices SET body = j.value ->> 1 FROM each(?1) WHERE notices.id = CAST(j.value ->> 0 AS BIGINT)`
	toldOfSQL     = `SELECT ` + noticeColumns + ` FROM notices n WHERE ` + isToldOfSQL + ` ORDER BY n.id`
	lockToldOfSQL = `SELECT n.id FROM notices n WHERE ` + isToldOfSQL + ` ORDER BY n.id /*lock*/`
	// isToldOfSQL is of what channels are told of their following the story ?1, or not,
	// and waits: under its publication, owed again, or held.
	isToldOfSQL = `
		n.kind IN ('follow', 'stop') AND n.id IN (
			SELECT p.notice_id FROM publications p WHERE p.story_id = ?1 AND p.notice_id IS NOT NULL AND (p.queued > 0 OR p.held > 0 OR p.deferred > 0)
			UNION ALL
			SELECT p.notice_id FROM publications r CROSS JOIN queue q JOIN publications p ON p.id = (q.delivery_id >> 32)
			WHERE r.queued > 0 AND r.update_id = 0 AND r.notice_id IS NULL AND q.publication_id = r.id AND p.story_id = ?1 AND p.notice_id IS NOT NULL)`
)

// passQueue has what waits belong to the one story, as far as that is written with it.
func passQueue(ctx context.Context, q querier, _ stories.Act, m stories.Merging) error {
	told, err := all(ctx, q, func(r row) (stories.Notice, error) { return scanNotice(r) }, toldOfSQL, m.From.ID)
	if err != nil {
		return err
	}
	bodies := make([][2]any, len(told))
	for i, n := range told { // it is taken back by its story
		n.Body.Change.StoryID = m.Into.ID
		body, err := json.Marshal(n.Body)
		if err != nil {
			return err
		}
		bodies[i] = [2]any{n.ID, string(body)}
	}
	if len(bodies) > 0 {
		text, err := json.Marshal(bodies)
		if err != nil {
			return err
		}
		if _, err := q.exec(ctx, setBodiesSQL, string(text)); err != nil {
			return err
		}
	}
	_, err = q.exec(ctx, passPublicationsSQL, m.From.ID, m.Into.ID)
	return err
}

const (
	// refusedOfSQL finds what waits of the story ?1's updates, and of what is told of
	// their revisions, at destinations whose own subscription to the story, or stop of
	// it, does not let it through. Where there is neither it was owed by a topic or all,
	// and stays so. A copy that may have arrived is looked for: see unfollowedSQL.
	refusedOfSQL = `
		SELECT w.publication_id, w.destination_id, w.delivery_id, w.origin_id
		FROM (
			SELECT p.id AS publication_id, d.destination_id, d.id AS delivery_id, p.id AS origin_id, p.level, p.notice_id
			FROM (SELECT p.id, v.level, p.notice_id FROM publications p` + ofUpdateSQL + ` WHERE p.story_id = ?1 AND p.queued > 0 AND ` + ofStorySQL + `) AS p` + ofPublicationSQL + `
			WHERE ` + inPublicationSQL + ` AND ` + waitsSQL + `
			UNION ALL ` + refusedLaterSQL + `
			UNION ALL
			SELECT q.publication_id, q.destination_id, q.delivery_id, p.id, v.level, p.notice_id
			FROM queue q JOIN publications p ON p.id = (q.delivery_id >> 32)` + ofUpdateSQL + ` WHERE ` + ofStorySQL + `
			UNION ALL
			SELECT 0, h.destination_id, h.delivery_id, p.id, v.level, p.notice_id
			FROM held h JOIN publications p ON p.id = (h.delivery_id >> 32)` + ofUpdateSQL + ` WHERE ` + ofStorySQL + `
		) AS w CROSS JOIN destinations t
		WHERE t.id = w.destination_id AND (w.notice_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM outcomes x WHERE x.id = w.delivery_id AND x.doubtful > 0)) AND (EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id IN (t.id, t.moved_to) AND m.story_id = ?1)
			OR EXISTS (SELECT 1 FROM subscriptions b WHERE b.destination_id IN (t.id, t.moved_to) AND b.kind = 'story' AND b.story_id = ?1 AND (b.state <> 'active' OR b.level > w.level)))`
	// ofUpdateSQL finds what a publication p is said of: the update v, or the one whose
	// revision is told; ofStorySQL keeps to those of the story ?1.
	ofUpdateSQL = ` LEFT JOIN notices n ON n.id = p.notice_id AND n.kind = 'revision' JOIN updates v ON v.id = CASE WHEN p.update_id > 0 THEN p.update_id ELSE n.update_id END`
	ofStorySQL  = `v.story_id = ?1 AND p.op carries()`
)

// skipRefused skips what waits in vain since the stories are one.
func skipRefused(ctx context.Context, q querier, storyID int64, at time.Time) error {
	flying, err := allFlights(ctx, q)
	if err != nil {
		return err
	}
	rows, err := all(ctx, q, func(r row) (w waiting, err error) {
		err = r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin)
		return w, err
	}, refusedOfSQL, storyID)
	if err != nil {
		return err
	}
	return move(ctx, q, slices.DeleteFunc(rows, flying.has), stories.Skipped, because(mergedAway), at)
}
