package sqlstore

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	"storybot/stories"
)

const (
	insertUpdateSQL = `
		INSERT INTO updates (story_id, number, level, text, sources, author_ref, author_name, at, created_at, picture_url, picture_alt)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING id`
	countUpdateSQL = `UPDATE stories SET updates = ?2, active_at = ?3 WHERE id = ?1`
)

// AppendUpdate implements stories.Store. See queue.go for its place in the
// queue. The counts are read in the same transaction: once it is committed
// nothing can fail that the answer needs.
func (s *Store) AppendUpdate(ctx context.Context, a stories.Act, u stories.Update) (stories.Update, stories.Progress, error) {
	var p stories.Progress
	u, err := act(ctx, s, a, "published", func(q querier) (made stories.Update, changed bool, err error) {
		u := u
		story, err := lockStory(ctx, q, u.StoryID)
		if err != nil {
			return u, false, err
		}
		if story.State == stories.Closed {
			return u, false, stories.Errorf(stories.CodeClosed, "%s is closed.", story.Slug)
		}
		u.Number, u.Revision = story.Updates+1, 0
		u.At, u.CreatedAt = moment(millis(u.At)), moment(millis(a.At))
		if err := s.insertUpdate(ctx, q, &u); err != nil {
			return u, false, err
		}
		if err := plan(ctx, q, u, story.Topics); err != nil {
			return u, false, fmt.Errorf("plan deliveries: %w", err)
		}
		if _, err := q.exec(ctx, oweProgressSQL, u.ID, millis(u.CreatedAt)); err != nil {
			return u, false, fmt.Errorf("begin the notice of its progress: %w", err)
		}
		return u, true, enter(ctx, q, a, "published", u.StoryID, fmt.Sprintf("update %d, %s", u.Number, u.Level))
	}, func(q querier, u stories.Update) (err error) {
		p, err = progressOf(ctx, q, u.ID)
		return err
	})
	if err != nil {
		return stories.Update{}, stories.Progress{}, err
	}
	return u, p, nil
}

func (s *Store) insertUpdate(ctx context.Context, q querier, u *stories.Update) error {
	args := []any{u.StoryID, u.Number, u.Level, u.Text, strings.Join(u.Sources, "\n"), u.Author.Ref, u.Author.Name, millis(u.At), millis(u.CreatedAt),
		u.Picture.URL, u.Picture.Alt}
	if err := one(ctx, q, insertUpdateSQL, args, &u.ID); err != nil {
		return err
	}
	if _, err := q.exec(ctx, countUpdateSQL, u.StoryID, u.Number, millis(u.CreatedAt)); err != nil {
		return err
	}
	return s.index(ctx, q, u.StoryID, u.ID, u.Text)
}

const (
	sharePlanningSQL = `SELECT id FROM planning WHERE id = 1 /*share*/`
	// urgeSQL marks what of the story ?1 is unsent and less urgent than ?2: it
	// stays in front of what is published now. No delivery is rewritten. Rows are
	// locked in the order in which who counts locks them.
	urgeSQL = `
		UPDATE publications SET urgency = ?2 WHERE id IN (
			SELECT id FROM publications WHERE story_id = ?1 AND urgency < ?2 AND (queued > 0 OR held > 0) ORDER BY id /*lock*/)`
	// insertPublicationsSQL makes a publication for every lane of ?1, an array of
	// lanes with their random numbers.
	insertPublicationsSQL = `
		INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, revision, op, level, urgency)
		SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), ?2, ?3, ?4, ?5, ?6, ?7, ?7 FROM each(?1)`
	lanesInUseSQL = `SELECT l.id FROM lanes l WHERE EXISTS (SELECT 1 FROM destinations t WHERE t.lane_id = l.id)`
	// planSQL owes the update to every destination that follows the story (?4),
	// one of its topics (?5, an array of arrays of one) or all. planOneSQL does
	// where all are in one lane, under the publication ?6: looking for that of each
	// destination would take a tenth of the time.
	planSQL    = planInto + `p.id` + planFrom + `JOIN publications p ON p.update_id = ?1 AND p.lane_id = t.lane_id AND p.op = 0` + planWhere
	planOneSQL = planInto + `CAST(?6 AS BIGINT)` + planFrom + planWhere
	planInto   = `
		INSERT INTO deliveries (publication_id, update_id, destination_id, created_at, revision, op, state)
		SELECT `
	planFrom = `, ?1, t.id, ?2, 0, 0, CASE WHEN t.state = 'blocked' THEN 5 ELSE 0 END
		FROM destinations t `
	planWhere = `
		WHERE t.state <> 'gone'
			AND t.id IN (
				SELECT destination_id FROM subscriptions WHERE state = 'active' AND kind = 'story' AND story_id = ?4 AND level <= ?3
				UNION
				SELECT destination_id FROM subscriptions WHERE state = 'active' AND kind = 'topic' AND story_id = 0 AND level <= ?3
					AND topic IN (SELECT j.value ->> 0 FROM each(?5))
				UNION
				SELECT destination_id FROM subscriptions WHERE state = 'active' AND kind = 'all' AND story_id = 0 AND level <= ?3)
			AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id = t.id AND m.story_id = ?4)
		ORDER BY t.id`
	queuePlannedSQL = `
		INSERT INTO queue (publication_id, destination_id, delivery_id)
		SELECT publication_id, destination_id, id FROM deliveries WHERE id > ?4 AND update_id + 0 = ?1 AND op = ?2 AND revision = ?3 AND state = 0 ORDER BY id`
	holdPlannedSQL = `
		INSERT INTO held (destination_id, delivery_id) SELECT destination_id, id FROM deliveries WHERE id > ?4 AND update_id + 0 = ?1 AND op = ?2 AND revision = ?3 AND state = 5`
	countHeldSQL = `
		SELECT publication_id, count(*) FROM deliveries WHERE id > ?4 AND update_id + 0 = ?1 AND op = ?2 AND revision = ?3 AND state = 5 GROUP BY publication_id`
	setHeldSQL = `UPDATE publications SET held = ?2, total = total + ?2 WHERE id = ?1`
	// setQueuedSQL counts the rows of each new publication where they lie together.
	setQueuedSQL = `
		UPDATE publications SET queued = g.n, total = g.n
		FROM (SELECT p.id, (SELECT count(*) FROM queue q WHERE q.publication_id = p.id) AS n
			FROM publications p WHERE p.update_id = ?1 AND p.op = ?2 AND p.revision = ?3 AND p.total = 0) AS g
		WHERE publications.id = g.id`
	ofLaneSQL         = `SELECT id FROM publications WHERE update_id = ?1 AND lane_id = ?2 AND op = 0`
	newestDeliverySQL = `SELECT coalesce(max(id), 0) FROM deliveries`
	dropUnplannedSQL  = `DELETE FROM publications WHERE update_id = ?1 AND op = ?2 AND revision = ?3 AND total = 0`
)

// plan owes a new update to all who follow it.
func plan(ctx context.Context, q querier, u stories.Update, topics []string) error {
	var id int
	if err := one(ctx, q, sharePlanningSQL, nil, &id); err != nil {
		return err
	}
	if u.Level > stories.Minor {
		if _, err := q.exec(ctx, urgeSQL, u.StoryID, u.Level); err != nil {
			return fmt.Errorf("raise earlier deliveries: %w", err)
		}
	}
	lanes, err := all(ctx, q, scanID, lanesInUseSQL)
	if err != nil || len(lanes) == 0 {
		return err
	}
	if err := insertPublications(ctx, q, lanes, u, stories.OpPost); err != nil {
		return err
	}
	each := make([][1]string, len(topics))
	for i, topic := range topics {
		each[i][0] = topic
	}
	text, err := json.Marshal(each)
	if err != nil {
		return err
	}
	var newest int64
	if err := one(ctx, q, newestDeliverySQL, nil, &newest); err != nil {
		return err
	}
	args := []any{u.ID, millis(u.CreatedAt), u.Level, u.StoryID, string(text)}
	statement := planSQL
	if len(lanes) == 1 {
		var publication int64
		if err := one(ctx, q, ofLaneSQL, []any{u.ID, lanes[0]}, &publication); err != nil {
			return err
		}
		statement, args = planOneSQL, append(args, publication)
	}
	n, err := q.exec(ctx, statement, args...)
	if err != nil {
		return err
	}
	return enqueue(ctx, q, u, stories.OpPost, newest, int(n))
}

// insertPublications begins a publication of u in each of the lanes.
func insertPublications(ctx context.Context, q querier, lanes []int64, u stories.Update, op stories.Op) error {
	each := make([][2]int64, len(lanes))
	for i, lane := range lanes {
		each[i] = [2]int64{lane, newSeed()}
	}
	text, err := json.Marshal(each)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, insertPublicationsSQL, string(text), u.ID, u.StoryID, millis(u.CreatedAt), u.Revision, int(op), u.Level)
	return err
}

// newSeed makes the random number of a publication.
func newSeed() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.BigEndian.Uint64(b[:]) >> 1)
}

// enqueue puts n planned deliveries of u, all of them younger than the row after,
// into the queue, those to blocked destinations among what is held, and counts
// them.
func enqueue(ctx context.Context, q querier, u stories.Update, op stories.Op, after int64, n int) error {
	queued, err := q.exec(ctx, queuePlannedSQL, u.ID, int(op), u.Revision, after)
	if err != nil {
		return err
	}
	if _, err := q.exec(ctx, setQueuedSQL, u.ID, int(op), u.Revision); err != nil {
		return err
	}
	if int(queued) < n {
		if err := holdPlanned(ctx, q, u, op, after); err != nil {
			return err
		}
	}
	_, err = q.exec(ctx, dropUnplannedSQL, u.ID, int(op), u.Revision)
	return err
}

// holdPlanned keeps what was planned for blocked destinations, bounded.
func holdPlanned(ctx context.Context, q querier, u stories.Update, op stories.Op, after int64) error {
	if _, err := q.exec(ctx, holdPlannedSQL, u.ID, int(op), u.Revision, after); err != nil {
		return err
	}
	type share struct{ publication, count int64 }
	counts, err := all(ctx, q, func(r row) (c share, err error) {
		err = r.Scan(&c.publication, &c.count)
		return c, err
	}, countHeldSQL, u.ID, int(op), u.Revision, after)
	if err != nil {
		return err
	}
	for _, c := range counts {
		if _, err := q.exec(ctx, setHeldSQL, c.publication, c.count); err != nil {
			return err
		}
	}
	return trimPlanned(ctx, q, u)
}

// bit is how a yes or no is stored.
func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
