package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"storybot/stories"
)

// claim is a request for work in a lane.
type claim struct {
	lane        int64
	max         int
	oldestFirst bool
	now         time.Time
}

// Bounds of the work one claim does. Candidates that turn out not to be first
// are put behind and cost their examination once; a claim that meets very many
// of them ends early and asks to be repeated.
const (
	spare       = 50  // candidates read beyond those that can be claimed, once some were not first
	maxExamined = 400 // in all
)

// candidatesSQL reads candidates in the order asked for, with all that decides
// about each: ?1 lane, ?2 now, ?3 how many.
//
//	flying  the row of the destination that is being sent
//	first   the row that comes first in the destination's order
//	elder   an earlier row of the same story that is less urgent: it was being
//	        sent when the story's urgent update was published, and came back
var candidatesSQL = map[bool]string{
	false: fmt.Sprintf(candidatesForm, "c.level DESC, c.due_at, c.id"),
	true:  fmt.Sprintf(candidatesForm, "c.due_at, c.id"),
}

var candidatesForm = `
	SELECT ` + deliveryColumns + `, d.destination_id, t.state, t.not_before,
		(SELECT o.id FROM deliveries o WHERE o.destination_id = d.destination_id AND o.state = 1) AS flying,
		(SELECT o.id FROM deliveries o WHERE o.destination_id = d.destination_id AND o.open = 1
			ORDER BY o.level DESC, o.id LIMIT 1) AS first,
		(SELECT min(o.id) FROM deliveries o JOIN updates ou ON ou.id = o.update_id
			WHERE o.destination_id = d.destination_id AND o.open = 1 AND o.state = 0 AND o.level < d.level AND o.id < d.id AND ou.story_id = u.story_id) AS elder
	FROM (SELECT * FROM (` + perLevel(`SELECT id, level, due_at FROM deliveries
			WHERE front = 1 AND lane_id = ?1 AND level = %d AND due_at <= ?2 ORDER BY due_at, id LIMIT ?3`) + `) AS c
		ORDER BY %[1]s LIMIT ?3) AS c
	JOIN deliveries d ON d.id = c.id
	JOIN updates u ON u.id = d.update_id
	JOIN destinations t ON t.id = d.destination_id
	JOIN lanes l ON l.id = d.lane_id
	WHERE d.state = 0
	ORDER BY %[1]s /*lock d*/`

// candidate is a row that may be next.
type candidate struct {
	stories.Delivery
	destination int64
	state       stories.DestinationState
	notBefore   time.Time
	flying      bool
	first       int64
	elder       bool
}

func (s *Store) scanCandidate(r row) (c candidate, err error) {
	var notBefore int64
	var flying, elder sql.NullInt64
	c.Delivery, err = s.scanDelivery(r, &c.destination, &c.state, &notBefore, &flying, &c.first, &elder)
	c.notBefore, c.flying, c.elder = moment(notBefore), flying.Valid, elder.Valid
	return c, err
}

// claim takes what may be sent now, and says when to ask again.
func (s *Store) claim(ctx context.Context, q querier, c claim) (batch stories.Batch, err error) {
	exhausted := false
	for examined := 0; len(batch.Claimed) < c.max && examined < maxExamined && !exhausted; {
		limit := c.max - len(batch.Claimed)
		if examined > 0 {
			limit += spare
		}
		examined += limit
		found, err := all(ctx, q, s.scanCandidate, candidatesSQL[c.oldestFirst], c.lane, millis(c.now), limit)
		if err != nil {
			return batch, fmt.Errorf("read what is due: %w", err)
		}
		taken, raised, err := s.decide(ctx, q, found, c.max-len(batch.Claimed), c.now)
		if err != nil {
			return batch, err
		}
		if batch.Claimed == nil {
			batch.Claimed = taken // all there is, as a rule
		} else {
			batch.Claimed = append(batch.Claimed, taken...)
		}
		exhausted = len(found) < limit && !raised
	}
	err = next(ctx, q, c, exhausted, &batch)
	return batch, err
}

// decide says what becomes of each candidate, writes it, and returns those that
// are sent; raised says that it made others candidates.
func (s *Store) decide(ctx context.Context, q querier, found []candidate, max int, now time.Time) (_ []stories.Delivery, raised bool, err error) {
	var behind, delayed []int64
	claimed, taken := make([]int64, 0, len(found)), make([]stories.Delivery, 0, len(found))
	for _, c := range found {
		switch {
		case len(taken) == max:
		case c.state != stories.Reachable:
			if err := turnAway(ctx, q, c, now); err != nil {
				return nil, false, err
			}
		case c.flying || c.first != c.ID:
			behind = append(behind, c.ID)
		case c.notBefore.After(now):
			delayed = append(delayed, c.ID)
		case c.elder:
			behind = append(behind, c.ID)
			raised = true
			if _, err := q.exec(ctx, raiseSQL, c.destination, c.ID, c.Level, c.StoryID); err != nil {
				return nil, false, fmt.Errorf("raise earlier deliveries: %w", err)
			}
		default:
			claimed = append(claimed, c.ID)
			taken = append(taken, begun(c.Delivery, now))
		}
	}
	for _, step := range []struct {
		text string
		ids  []int64
		args []any
	}{{behindSQL, behind, nil}, {delaySQL, delayed, nil}, {claimSQL, claimed, []any{millis(now)}}} {
		if len(step.ids) == 0 {
			continue
		}
		if _, err := q.exec(ctx, step.text, append([]any{list(step.ids)}, step.args...)...); err != nil {
			return nil, false, fmt.Errorf("claim: %w", err)
		}
	}
	return taken, raised, nil
}

const (
	// behindSQL looks again which row is first: a publication may have raised
	// one of these after candidatesSQL looked and before it had the row's lock.
	behindSQL = `
		UPDATE deliveries SET front = 0
		WHERE id among(?1)
			AND (EXISTS (SELECT 1 FROM deliveries o WHERE o.destination_id = deliveries.destination_id AND o.state = 1)
				OR id <> (SELECT o.id FROM deliveries o WHERE o.destination_id = deliveries.destination_id AND o.open = 1
					ORDER BY o.level DESC, o.id LIMIT 1))`
	delaySQL = `
		UPDATE deliveries SET due_at = (SELECT t.not_before FROM destinations t WHERE t.id = deliveries.destination_id)
		WHERE id among(?1)`
	// claimSQL leaves a doubtful row the times of its requests: no new one is
	// made before it is settled.
	claimSQL = `
		UPDATE deliveries SET state = 1, front = 0, attempt = attempt + 1,
			last_attempt_at = CASE WHEN doubtful = 1 THEN last_attempt_at ELSE ?2 END,
			first_attempt_at = CASE WHEN first_attempt_at = 0 THEN ?2 ELSE first_attempt_at END
		WHERE id among(?1)`
	raiseSQL = `
		UPDATE deliveries SET level = ?3, front = 1
		WHERE destination_id = ?1 AND open = 1 AND state = 0 AND id < ?2 AND level < ?3
			AND update_id IN (SELECT id FROM updates WHERE story_id = ?4)`
)

// begun is what claimSQL makes of a row.
func begun(d stories.Delivery, now time.Time) stories.Delivery {
	now = moment(millis(now))
	d.State, d.Attempt = stories.Sending, d.Attempt+1
	if !d.Doubtful {
		d.LastAttemptAt = now
	}
	if d.FirstAttemptAt.IsZero() {
		d.FirstAttemptAt = now
	}
	return d
}

// turnAway ends the wait of a row whose destination was blocked or gone when
// it was planned, unseen by who planned it.
func turnAway(ctx context.Context, q querier, c candidate, now time.Time) error {
	var reason string
	if err := one(ctx, q, `SELECT reason FROM destinations WHERE id = ?1`, []any{c.destination}, &reason); err != nil {
		return err
	}
	if c.state == stories.Blocked {
		_, err := q.exec(ctx, holdSQL, c.destination, reason)
		return err
	}
	_, err := q.exec(ctx, skipAllSQL, c.destination, reason, millis(now))
	return err
}

// nextSQL is when the first candidate that is due was due, and when the first
// that is not will be.
var nextSQL = `
	SELECT (SELECT min(due_at) FROM (` + perLevel(`SELECT due_at FROM deliveries
		WHERE front = 1 AND lane_id = ?1 AND level = %d AND due_at <= ?2 ORDER BY due_at LIMIT 1`) + `) AS a),
	(SELECT min(due_at) FROM (` + perLevel(`SELECT due_at FROM deliveries
		WHERE front = 1 AND lane_id = ?1 AND level = %d AND due_at > ?2 ORDER BY due_at LIMIT 1`) + `) AS b)`

// lockedPause is when to ask again for what is due but in the hands of a
// publication that raises it.
const lockedPause = 50 * time.Millisecond

// next fills in when there is more to do.
func next(ctx context.Context, q querier, c claim, exhausted bool, batch *stories.Batch) error {
	var due, later sql.NullInt64
	if err := one(ctx, q, nextSQL, []any{c.lane, millis(c.now)}, &due, &later); err != nil {
		return fmt.Errorf("read when the next is due: %w", err)
	}
	batch.NextDue = moment(later.Int64)
	switch {
	case due.Valid && exhausted && len(batch.Claimed) < c.max:
		batch.NextDue = c.now.Add(lockedPause)
	case due.Valid:
		batch.Waiting = true
	}
	return nil
}
