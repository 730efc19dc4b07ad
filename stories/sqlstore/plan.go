package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"storybot/stories"
)

const (
	insertUpdateSQL = `
		INSERT INTO updates (story_id, number, place, level, text, sources, author_ref, author_name, at, created_at, picture_url, picture_alt, standing, marks)
		VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) RETURNING id`
	countUpdateSQL = `UPDATE stories SET updates = ?2, active_at = ?3 WHERE id = ?1`
)

// AppendUpdate implements stories.PublisherStore. See queue.go for its place in the
// queue. The counts are read in the same transaction: once it is committed
// nothing can fail that the answer needs.
func (s *Store) AppendUpdate(ctx context.Context, a stories.Act, u stories.Update) (stories.Update, stories.Progress, error) {
	var p stories.Progress
	u, err := act(ctx, s, a, "published", func(q querier) (made stories.Update, changed bool, err error) {
		story, err := lockStory(ctx, q, u.StoryID)
		if err != nil {
			return u, false, err
		}
		if err := onlyOne(ctx, q, a, "scheduled"); err != nil {
			return u, false, err
		}
		if err := endDraft(ctx, q, a); err != nil {
			return u, false, err
		}
		if err := s.takesUpdates(ctx, q, a, &story); err != nil {
			return u, false, err
		}
		made, err = s.publish(ctx, q, a, story, u)
		return made, true, err
	}, func(q querier, u stories.Update) (err error) {
		p, err = plannedOf(ctx, q, u)
		return err
	})
	if err != nil {
		return stories.Update{}, stories.Progress{}, err
	}
	return u, p, nil
}

// takesUpdates takes a closed story, which is locked, up again where the act does.
// CodeClosed.
func (s *Store) takesUpdates(ctx context.Context, q querier, a stories.Act, story *stories.Story) error {
	switch {
	case story.State != stories.Closed:
		return nil
	case !a.Reopen:
		return stories.Errorf(stories.CodeClosed, "%s is closed.", story.Slug)
	}
	told := stories.Told{Story: *story}
	err := s.setState(ctx, q, a, &told, stories.Developing)
	*story = told.Story
	return err
}

// plannedOf counts what a new update owes and, where that is nothing, why.
func plannedOf(ctx context.Context, q querier, u stories.Update) (stories.Progress, error) {
	p, err := progressOf(ctx, q, u.ID)
	if err == nil && p.Total == 0 {
		p.Spared, err = spared(ctx, q, u)
	}
	return p, err
}

// publish stores u as the next update of a story, which is locked, with everything
// it owes.
func (s *Store) publish(ctx context.Context, q querier, a stories.Act, story stories.Story, u stories.Update) (stories.Update, error) {
	u.StoryID, u.Number, u.Revision = story.ID, story.Updates+1, 0
	u.At, u.CreatedAt = moment(millis(u.At)), moment(millis(a.At))
	if err := s.insertUpdate(ctx, q, &u); err != nil {
		return u, err
	}
	if err := plan(ctx, q, u, story.Topics); err != nil {
		return u, fmt.Errorf("plan deliveries: %w", err)
	}
	if _, err := q.exec(ctx, oweProgressSQL, u.ID, millis(u.CreatedAt)); err != nil {
		return u, fmt.Errorf("begin the notice of its progress: %w", err)
	}
	detail := fmt.Sprintf("update %d, %s", u.Number, u.Level)
	if u.Marks.Standing == stories.Unverified {
		detail += ", unverified"
	}
	return u, enter(ctx, q, a, "published", u.StoryID, detail)
}

func (s *Store) insertUpdate(ctx context.Context, q querier, u *stories.Update) error {
	marks, err := writeMarks(u.Marks)
	if err != nil {
		return err
	}
	args := []any{u.StoryID, u.Number, u.Level, u.Text, strings.Join(u.Sources, "\n"), u.Author.Ref, u.Author.Name, millis(u.At), millis(u.CreatedAt),
		u.Picture.URL, u.Picture.Alt, string(u.Marks.Standing), marks}
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
	// stays in front of the update ?3. No delivery is rewritten. Rows are locked in the
	// order in which who counts locks them.
	urgeSQL = `UPDATE publications SET urgency = ?2 WHERE id IN (SELECT id FROM publications WHERE ` + raisedSQL + ` ORDER BY id /*lock*/)`
	// raisedSQL are those where that update is owed itself: elsewhere nothing urgent comes
	// behind them. What waits for its time is raised by what waits with it, and by nothing
	// that goes out at once.
	raisedSQL = `story_id = ?1 AND urgency < ?2 AND (queued > 0 OR held > 0 OR deferred > 0) AND (
			(queued > 0 OR held > 0) AND lane_id IN (` + lanesOwedSQL + ` AND n.waits = 0)
			OR deferred > 0 AND lane_id IN (` + lanesOwedSQL + ` AND n.waits = 1))`
	lanesOwedSQL = `SELECT n.lane_id FROM publications n WHERE n.update_id = ?3 AND n.op says() AND n.total > 0`
	// insertPublicationsSQL makes a publication for every lane of ?1, an array of
	// lanes with their random numbers.
	insertPublicationsSQL = `
		INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, revision, op, level, urgency, waits)
		SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8 FROM each(?1)
		RETURNING id`
	lanesInUseSQL = `SELECT l.id FROM lanes l WHERE EXISTS (SELECT 1 FROM destinations t WHERE t.lane_id = l.id)`
	isMutedSQL    = `SELECT count(*) FROM (SELECT 1 FROM mutes WHERE story_id = ?1 LIMIT 1) AS m`

	isBlockedSQL   = `SELECT count(*) FROM (SELECT 1 FROM destinations WHERE state = 'blocked' LIMIT 1) AS t`
	holdPlannedSQL = `
		INSERT INTO outcomes (id, state)
		SELECT d.id, 5 FROM publications p CROSS JOIN destinations t CROSS JOIN owed d
		WHERE p.id among(?1) AND t.state = 'blocked' AND t.lane_id + 0 = p.lane_id AND d.id = (p.id << 32) + t.id`
	keepHeldSQL = `
		INSERT INTO held (destination_id, delivery_id)
		SELECT d.destination_id, d.id FROM publications p CROSS JOIN outcomes o CROSS JOIN owed d
		WHERE p.id among(?1) AND o.id >= (p.id << 32) AND o.id < ((p.id + 1) << 32) AND d.id = o.id`
	// countPlannedSQL counts the rows of new publications where they lie together.
	countPlannedSQL = `
		UPDATE publications SET total = g.n, held = g.held
		FROM (SELECT p.id, (SELECT count(*) FROM owed d WHERE ` + inPublicationSQL + `) AS n,
				(SELECT count(*) FROM outcomes o WHERE o.id >= (p.id << 32) AND o.id < ((p.id + 1) << 32)) AS held
			FROM publications p WHERE p.id among(?1)) AS g
		WHERE publications.id = g.id`
	queuePlannedSQL = `UPDATE publications SET queued = total - held WHERE id among(?1)`
	// countDeferredSQL is countPlannedSQL of what waits for its time.
	countDeferredSQL = `
		UPDATE publications SET total = g.n, deferred = g.n
		FROM (SELECT p.id, (SELECT count(*) FROM owed d WHERE ` + inPublicationSQL + `) AS n FROM publications p WHERE p.id among(?1)) AS g
		WHERE publications.id = g.id`
	setPlannedSQL = `UPDATE publications SET queued = ?2, total = ?2 WHERE id = ?1`
	// countDirectSQL counts what is owed of the new update ?1 to direct messages: from
	// these, of which there are few beside channels.
	countDirectSQL = `
		UPDATE publications SET direct = g.n FROM (
			SELECT p.id, count(*) AS n
			FROM place_names k CROSS JOIN destinations t CROSS JOIN publications p CROSS JOIN owed d
			WHERE k.form = 'direct' AND t.platform = k.platform AND t.workspace = k.workspace AND t.channel = k.channel
				AND p.update_id = ?1 AND p.op carries() AND p.lane_id = t.lane_id AND d.id = (p.id << 32) + t.id
			GROUP BY p.id) AS g
		WHERE publications.id = g.id`
	// secondSQL says of publications that they owe a second message of the update where
	// one is owed already: who counts channels leaves them out.
	secondSQL        = `UPDATE publications SET second = 1 WHERE id among(?1)`
	dropUnplannedSQL = `DELETE FROM publications WHERE id among(?1) AND total = 0`
)

// plan owes a new update to all who follow it.
func plan(ctx context.Context, q querier, u stories.Update, topics []string) error {
	if err := sharePlanning(ctx, q); err != nil {
		return err
	}
	p := planner{u: u}
	var err error
	if p.lanes, err = all(ctx, q, scanID, lanesInUseSQL); err != nil || len(p.lanes) == 0 {
		return err
	}
	if err := one(ctx, q, isMutedSQL, []any{u.StoryID}, &p.muted); err != nil {
		return err
	}
	if p.targets, err = followed(ctx, q, u.StoryID, topics); err != nil {
		return err
	}
	shares, err := p.shares(ctx, q)
	if err != nil {
		return err
	}
	if shares, err = p.parted(ctx, q, shares); err != nil {
		return err
	}
	n := 0
	for _, share := range shares {
		if share.act != nil {
			if err := share.act(ctx, q); err != nil {
				return err
			}
			continue
		}
		more, err := p.owe(ctx, q, share)
		if err != nil {
			return fmt.Errorf("owe a %s: %w", share.op, err)
		}
		n += more
	}
	if n == 0 {
		return nil
	}
	if _, err := q.exec(ctx, countDirectSQL, u.ID); err != nil {
		return fmt.Errorf("count direct messages: %w", err)
	}
	if err := publishCopies(ctx, q, u, u.CreatedAt); err != nil {
		return err
	}
	if u.Level == stories.Minor {
		return nil
	}
	if err := urge(ctx, q, u); err != nil {
		return fmt.Errorf("raise earlier deliveries: %w", err)
	}
	return nil
}

// reached are the destinations t of subscriptions b to the target, where these decide
// and let u through.
func (s *statement) reached(t target, u stories.Update, muted bool) error {
	s.write(` WHERE t.id = b.destination_id AND t.state <> 'gone' AND b.state = 'active' AND b.level <= %s AND `, s.arg(int(u.Level)))
	if err := s.deciding(t); err != nil {
		return err
	}
	if muted {
		s.write(` AND NOT %s`, s.stopped(u.StoryID))
	}
	return nil
}
