package sqlstore

import (
	"context"
	"fmt"

	"storybot/stories"
)

// A story's thread that takes no messages is told to the desk once, and seen by who asks
// how all stands until something came there again, its story ends, or what brings the story
// there does so otherwise.

const (
	// closedOnSQL is what takes the messages of the head h: its post, its thread, or what that
	// is to be opened on.
	closedOnSQL = `CASE WHEN t.forum = 1 OR h.thread_id = 0 THEN h.delivery_id ELSE h.thread_id END`
	// takesNoneSQL says that the head h takes no messages since that was found out.
	takesNoneSQL = `h.closed_at > 0 AND h.closed_on = ` + closedOnSQL
	// openAgainSQL has the heads take messages again on which those of the deliveries ?1 hang
	// that were taken in their threads since. closed_on stays: that they once did not is known.
	// Where no head is closed nothing is read.
	openAgainSQL = `
		UPDATE heads SET closed_at = 0 WHERE (story_id, destination_id) IN (
			SELECT h.story_id, h.destination_id
			FROM owed d CROSS JOIN publications p CROSS JOIN outcomes o CROSS JOIN heads h
			WHERE (SELECT min(c.closed_at) FROM heads c WHERE c.closed_at > 0) IS NOT NULL
				AND d.id among(?1) AND d.on_id > 0 AND p.id = (d.id >> 32) AND p.op inThread() AND o.id = d.id AND o.state = 2
				AND (h.delivery_id = d.on_id OR h.thread_id > 0 AND h.thread_id = d.on_id)
				AND h.closed_on = d.on_id AND h.closed_at > 0 AND h.closed_at < o.finished_at)`
	isClosedSQL = `
		SELECT count(*) FROM heads h JOIN destinations t ON t.id = h.destination_id
		WHERE h.story_id = ?1 AND h.destination_id = ?2 AND ` + takesNoneSQL
	closeThreadSQL = `
		UPDATE heads SET closed_at = ?3, closed_why = ?4,
			closed_on = CASE WHEN thread_id = 0 OR EXISTS (SELECT 1 FROM destinations t WHERE t.id = heads.destination_id AND t.forum = 1) THEN delivery_id ELSE thread_id END
		WHERE story_id = ?1 AND destination_id = ?2`
	// firstClosedSQL says that the head of the story ?1 in the destination ?2 is the only one
	// there that takes nothing, and that nothing ever came in what is to take it.
	firstClosedSQL = `
		SELECT count(*) FROM heads h
		WHERE h.story_id = ?1 AND h.destination_id = ?2
			AND NOT EXISTS (SELECT 1 FROM heads x WHERE x.destination_id = ?2 AND x.story_id <> ?1 AND x.closed_on > 0)
			AND NOT EXISTS (SELECT 1 FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN outcomes o ON o.id = d.id
				WHERE d.on_id > 0 AND d.on_id = h.closed_on AND p.op inThread() AND o.state = 2)`
	// stoodOnSQL is what a message was to be in: a copy's thread is that of its head.
	stoodOnSQL = `SELECT on_id FROM owed WHERE id = ?1`
)

// closedThreadsSQL are the first ?1 threads that take no messages and are to, each with how
// many there are: the longest first. It begins with the heads that are closed, which are few.
var closedThreadsSQL = `
	SELECT t.platform, t.workspace, t.channel, s.id, s.slug, h.closed_at, h.closed_why, count(*) OVER ()
	FROM heads h CROSS JOIN destinations t CROSS JOIN stories s
	WHERE t.id = h.destination_id AND s.id = h.story_id AND ` + takesNoneSQL + ` AND t.state = 'reachable' AND s.state = 'developing'
		AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id = t.id AND m.story_id = s.id)
		AND coalesce((SELECT CASE WHEN b.state = 'active' AND (t.forum = 1 OR b.mode = 'thread') THEN 1 ELSE 0 END
			FROM subscriptions b WHERE b.destination_id = t.id AND ` + decidesSQL + `), 0) = 1
	ORDER BY h.closed_at, t.id, s.id LIMIT ?1`

// closeThread has what was to stand in a thread that takes nothing stand in the channel, in
// a forum in another post, and tells the desk. One that could not be opened is tried again with the next update.
func (s *Store) closeThread(ctx context.Context, q querier, lane int64, l lostOne, r stories.Result, h head) error {
	switch {
	case besideNews(l.kind): // it goes nowhere else
		return nil
	case l.op == stories.OpShow && l.update > 0: // which is shown nowhere else
		if err := s.keepClosed(ctx, q, lane, l, r, h); err != nil {
			return err
		}
		return l.renew(ctx, q, lane, r, h)
	case l.op == stories.OpThread:
		if h.thread == l.id {
			if _, err := q.exec(ctx, setHeadSQL, h.story, h.place, h.delivery, 0, bit(h.gone), h.deleted); err != nil {
				return err
			}
		}
		if h.thread == l.id {
			h.thread = 0
		}
		rows, err := waitingOn(ctx, q, l.id)
		if err != nil {
			return err
		}
		err = eachWaiting(ctx, q, rows, wentAbove, r, func(waiting lostOne, r stories.Result) error { return waiting.above(ctx, q, lane, r) })
		if err != nil {
			return err
		}
	case h.forum && l.op.Says() && (l.update > 0 || l.kind == stories.RevisionNotice):
		return s.goOnInPost(ctx, q, lane, l, r, h)
	case l.op.Says(): // an edit that is not taken posts nothing: what tells of it does
		if err := l.above(ctx, q, lane, r); err != nil {
			return err
		}
	}
	return s.keepClosed(ctx, q, lane, l, r, h)
}

// goOnInPost has a story whose post in a forum takes nothing go on in another one: each
// message would begin a post there.
func (s *Store) goOnInPost(ctx context.Context, q querier, lane int64, l lostOne, r stories.Result, h head) error {
	if l.on != h.delivery && !h.gone { // another one is there, or begun
		return l.again(ctx, q, lane, r, h)
	}
	if err := s.keepClosed(ctx, q, lane, l, r, h); err != nil {
		return err
	}
	return l.renew(ctx, q, lane, r, h)
}

// keepClosed notes that the head h takes no messages, as what became of l tells, and tells
// the desk of it where that is new. What was in an earlier thread tells nothing of h.
func (s *Store) keepClosed(ctx context.Context, q querier, lane int64, l lostOne, r stories.Result, h head) error {
	on := l.on
	if l.op == stories.OpEdit {
		if err := one(ctx, q, stoodOnSQL, []any{l.on}, &on); err != nil {
			return missing(err, "This copy is not there any more.")
		}
	}
	if on != h.delivery && on != h.thread {
		return nil
	}
	var known bool
	if err := one(ctx, q, isClosedSQL, []any{h.story, h.place}, &known); err != nil {
		return err
	}
	if known {
		return nil
	}
	if _, err := q.exec(ctx, closeThreadSQL, h.story, h.place, millis(r.At), clean(r.Reason)); err != nil {
		return fmt.Errorf("note that a thread is closed: %w", err)
	}
	if err := s.tellClosed(ctx, q, r, h.story); err != nil {
		return fmt.Errorf("tell a channel that a thread is closed: %w", err)
	}
	kind := stories.AlarmThreadClosed
	if h.forum {
		kind = stories.AlarmPostClosed
	}
	return s.alarmOf(ctx, q, lane, kind, r, h.story)
}

// tellClosed tells a channel, once, that threads never worked in it: those who chose them
// were told of no obstacle then.
func (s *Store) tellClosed(ctx context.Context, q querier, r stories.Result, storyID int64) error {
	var first bool
	if err := one(ctx, q, firstClosedSQL, []any{storyID, r.Place}, &first); err != nil || !first {
		return err
	}
	var p place
	if err := one(ctx, q, placeByIDSQL, []any{r.Place}, &p.id, &p.lane, &p.state); err != nil {
		return err
	}
	story, err := theOne(ctx, q, scanStory, storyByIDSQL, storyID)
	if err != nil {
		return missing(err, "This story is not there any more.")
	}
	by, err := decision(ctx, q, p, storyID)
	if err != nil || !by.Serves() || by.Options.Mode != stories.ModeThread {
		return err
	}
	change := changeOf(stories.ThreadShut, story).Comes(by)
	change.Why = clean(r.Reason)
	return tellHere(ctx, q, p, change, r.At)
}

// closedHereSQL tells by which subscription of a channel a story comes whose thread takes no
// messages, and why: the newest last.
var closedHereSQL = `
	SELECT b.id, h.closed_why FROM heads h JOIN destinations t ON t.id = h.destination_id JOIN stories s ON s.id = h.story_id
		JOIN subscriptions b ON b.destination_id = t.id AND b.id = (SELECT b.id FROM subscriptions b WHERE b.destination_id = t.id AND ` + decidesSQL + `)
	WHERE t.platform = ?1 AND t.workspace = ?2 AND t.channel = ?3 AND s.state = 'developing' AND (t.forum = 1 OR b.mode = 'thread') AND ` + takesNoneSQL + `
	ORDER BY h.closed_at`

// fillClosed adds to the subscriptions of a channel why a thread takes nothing that they
// bring.
func (s *Store) fillClosed(ctx context.Context, d stories.Destination, found []stories.Subscription) error {
	_, err := all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var id int64
		var why string
		err = r.Scan(&id, &why)
		for i := range found {
			if found[i].ID == id {
				found[i].Closed = why
			}
		}
		return none, err
	}, closedHereSQL, d.Platform, d.Workspace, d.Channel)
	return err
}

// openAgain has threads take messages again in which some of results were taken. It comes
// after what others of results close.
func openAgain(ctx context.Context, q querier, results []stories.Result) error {
	var sent []int64
	for _, r := range results {
		if r.State == stories.Sent {
			sent = append(sent, r.Delivery)
		}
	}
	if len(sent) == 0 {
		return nil
	}
	_, err := q.exec(ctx, openAgainSQL, list(sent))
	return err
}

// ClosedThreads implements stories.HealthStore.
func (s *Store) ClosedThreads(ctx context.Context, limit int) (found []stories.ClosedThread, total int, err error) {
	found, err = all(ctx, s.reader(), func(r row) (c stories.ClosedThread, err error) {
		var since int64
		err = r.Scan(&c.Destination.Platform, &c.Destination.Workspace, &c.Destination.Channel, &c.StoryID, &c.Slug, &since, &c.Reason, &total)
		c.Since = moment(since)
		return c, err
	}, closedThreadsSQL, limit)
	return found, total, s.told(err)
}
