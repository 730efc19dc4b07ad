package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"storybot/stories"
)

const (
	insertNoticeSQL = `
		INSERT INTO notices (kind, update_id, revision, done, body, created_at, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id`
	// oweProgressSQL begins the notice of an update's progress where anybody is
	// owed the update.
	oweProgressSQL = `
		INSERT INTO notices (kind, update_id, created_at)
		SELECT 'progress', CAST(?1 AS BIGINT), CAST(?2 AS BIGINT) WHERE EXISTS (SELECT 1 FROM publications WHERE update_id = ?1 AND op carries())`
	noticeColumns = `n.id, n.kind, n.update_id, n.revision, n.done, n.body, n.created_at, n.since, n.rests`
	noticeSQL     = `SELECT ` + noticeColumns + ` FROM notices n WHERE n.id = ?1`
	// openNoticesSQL reads the newest ?1 notices that are not done, or of which something
	// rested that has moved since, each with what rests and the counters of its update.
	// How a push stands is not known while some of it waits because the database was put
	// back.
	openNoticesSQL = `
		SELECT ` + noticeColumns + `, ` + restsSQL + `, ` + countersSQL + `
		FROM (SELECT * FROM notices n WHERE n.id IN (SELECT id FROM notices WHERE done = 0 UNION SELECT n.id FROM notices n WHERE n.rests > 0 AND n.rests <> ` + restsSQL + `)
			AND n.update_id NOT IN (` + putBackUpdatesSQL + `) ORDER BY n.id DESC LIMIT ?1) AS n
		LEFT JOIN publications p ON p.update_id = n.update_id AND p.op carries() AND p.second = 0
		GROUP BY ` + noticeColumns + ` ORDER BY n.id`
	// restsSQL counts what a notice n of progress tells of that neither ended nor is on
	// its way: it waits for its time, for its channel, or for its update to be released.
	// They are told apart, so that it shows when the one becomes the other.
	restsSQL = `CAST(coalesce((SELECT sum(r.held + 65536 * CAST(r.deferred AS BIGINT) + 4294967296 * CAST(r.kept AS BIGINT)) FROM publications r
			WHERE r.update_id = n.update_id AND r.second = 0 AND (r.op carries() OR r.op = 1 AND n.since > 0 AND r.revision = n.since)), 0)
		+ coalesce((SELECT sum(r.held + 65536 * CAST(r.deferred AS BIGINT) + 4294967296 * CAST(r.kept AS BIGINT)) FROM notices b JOIN publications r ON r.notice_id = b.id
			WHERE b.kind = 'revision' AND b.update_id = n.update_id AND b.revision = n.since AND n.since > 0 AND r.second = 0), 0) AS BIGINT)`
	setNoticeSQL  = `UPDATE notices SET revision = ?2, done = ?3, body = ?4 WHERE id = ?1`
	setRestingSQL = `UPDATE notices SET rests = ?2 WHERE id = ?1`
)

func scanNotice(r row, more ...any) (n stories.Notice, err error) {
	var body string
	var done, created int64
	if err := r.Scan(append([]any{&n.ID, &n.Kind, &n.UpdateID, &n.Revision, &done, &body, &created, &n.Since, &n.Rests}, more...)...); err != nil {
		return n, err
	}
	n.Done, n.CreatedAt = done != 0, moment(created)
	if err := json.Unmarshal([]byte(body), &n.Body); err != nil {
		return n, fmt.Errorf("read notice %d: %w", n.ID, err)
	}
	return n, nil
}

func sharePlanning(ctx context.Context, q querier) error {
	var id int
	return one(ctx, q, sharePlanningSQL, nil, &id)
}

// insertNotice stores n and gives it its id.
func insertNotice(ctx context.Context, q querier, n *stories.Notice) error {
	body, err := json.Marshal(n.Body)
	if err != nil {
		return err
	}
	return one(ctx, q, insertNoticeSQL, []any{string(n.Kind), n.UpdateID, n.Revision, bit(n.Done), string(body), millis(n.CreatedAt), n.Since}, &n.ID)
}

// Pushes returns the notices of progress that are not done, and those whose end was
// said when some of it still waited that has moved since, oldest first: the newest so
// many.
func (s *Store) Pushes(ctx context.Context, newest int) ([]stories.Push, error) {
	if err := s.watchHome(ctx); err != nil {
		return nil, err
	}
	found, err := all(ctx, s.reader(), func(r row) (p stories.Push, err error) {
		if p.Notice, err = scanNotice(r, append([]any{&p.Resting}, counters(&p.Stands)...)...); err != nil {
			return p, err
		}
		p.Stands.UpdateID = p.UpdateID
		p.Stands = withWaiting(p.Stands)
		return p, nil
	}, openNoticesSQL, newest)
	for i, p := range found {
		if err != nil {
			break
		}
		if p.Since > 0 {
			found[i].Spread, err = s.SpreadOf(ctx, p.UpdateID, p.Since)
			found[i].Stands = found[i].Spread.Sum(p.Body.Again)
		}
	}
	return found, s.told(err)
}

// Say gives a notice another revision: n.Body, from now on and in whatever of it
// still waits. Every channel of the desk that has no message of it is owed one,
// but for platforms in late before n is Done; every one that has a message is
// owed an edit, unless one waits there already or the message could not be edited
// any more. n.Revision is the revision that is replaced: said is false, and
// nothing changed, when that is not the present one, or its end was said and nothing
// rested then. n.Rests is what Pushes told of it: once that moves it is told of again.
func (s *Store) Say(ctx context.Context, n stories.Notice, late []string, at time.Time) (said bool, err error) {
	err = s.change(ctx, func(q querier) error {
		said = false
		if err := sharePlanning(ctx, q); err != nil {
			return err
		}
		// Who begins a delivery of it shares this row: it has either begun it, and we
		// see it on its way, or reads the new revision.
		now, err := theOne(ctx, q, func(r row) (stories.Notice, error) { return scanNotice(r) }, noticeSQL+` /*lock*/`, n.ID)
		if err != nil {
			return missing(err, "This notice is not there any more.")
		}
		if now.Revision != n.Revision || now.Done && now.Rests == 0 {
			return nil
		}
		if _, err := q.exec(ctx, setRestingSQL, n.ID, n.Rests); err != nil {
			return err
		}
		if now.Done && reflect.DeepEqual(now.Body, n.Body) {
			return nil // what moved is not told of
		}
		body, err := json.Marshal(n.Body)
		if err != nil {
			return err
		}
		next := n
		next.Revision, said = n.Revision+1, true
		if next.Done {
			late = nil
		}
		done := 0
		if n.Done {
			done = endWatched
		}
		if _, err := q.exec(ctx, setNoticeSQL, n.ID, next.Revision, done, string(body)); err != nil {
			return err
		}
		if err := oweEdits(ctx, q, next, at); err != nil {
			return err
		}
		_, err = owePosts(ctx, q, next, late, at)
		return err
	})
	return said, err
}

// reviseNotice has the messages of a notice whose last revision was said long ago
// say something else; nobody who has none is told. What is not kept any more is
// nothing to be said.
func reviseNotice(ctx context.Context, q querier, id int64, body stories.NoticeBody, at time.Time) error {
	if err := sharePlanning(ctx, q); err != nil {
		return err
	}
	n, err := theOne(ctx, q, func(r row) (stories.Notice, error) { return scanNotice(r) }, noticeSQL+` /*lock*/`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	n.Revision, n.Body = n.Revision+1, body
	if _, err := q.exec(ctx, setNoticeSQL, n.ID, n.Revision, 1, string(text)); err != nil {
		return err
	}
	return oweEdits(ctx, q, n, at)
}

// Content returns what a delivery says: of an update the story as it is now and
// the update in that wording, of a notice what it says now. CodeNotFound.
func (s *Store) Content(ctx context.Context, of stories.Subject, revision int) (c stories.Content, err error) {
	if of.NoticeID == 0 {
		c.Story, c.Update, err = s.updateContent(ctx, of.UpdateID, revision)
		return c, err
	}
	if of.NoticeID == stories.CardsID {
		return s.cardContent(ctx, of.Edit)
	}
	c.Notice, err = theOne(ctx, s.reader(), func(r row) (stories.Notice, error) { return scanNotice(r) }, noticeSQL, of.NoticeID)
	if err != nil {
		return c, s.told(missing(err, "This notice is not there any more."))
	}
	if c.Names, err = namesOf(ctx, s.reader(), c.Notice.Body.Places()); err != nil {
		return c, s.told(err)
	}
	switch c.Notice.Kind {
	case stories.FollowNotice:
		return c, s.told(missing(s.fillCard(ctx, &c, 0), "This story is not there any more."))
	case stories.StopNotice:
		return c, s.told(missing(s.fillChange(ctx, s.reader(), &c), "This story is not there any more."))
	}
	if c.Notice.Kind == stories.DigestNotice {
		return c, s.told(s.fillDigest(ctx, &c))
	}
	if c.Notice.Kind == stories.RevisionNotice {
		return c, s.told(s.fillTelling(ctx, &c))
	}
	if id := c.Notice.UpdateID; id != 0 {
		if c.Update, err = theOne(ctx, s.reader(), scanUpdate, updateByIDSQL, id); err == nil && c.Notice.Since > 0 {
			c.Told, err = all(ctx, s.reader(), scanRevision, revisionSQL, id, c.Notice.Since)
		}
		if err == nil {
			c.Story, err = theOne(ctx, s.reader(), scanStory, storyByIDSQL, c.Update.StoryID)
		}
	}
	return c, s.told(missing(err, "This update is not there any more."))
}

const (
	// untoldSQL are the desk's channels that are owed no message of the notice ?1,
	// but for those on the platforms ?2, an array of arrays of one.
	untoldSQL = `
		FROM desks k JOIN destinations t ON t.id = k.destination_id
		WHERE t.state <> 'gone' AND t.platform NOT IN (SELECT j.value ->> 0 FROM each(?2))
			AND NOT EXISTS (SELECT 1 FROM deliveries d JOIN destinations o ON o.id = d.destination_id
				WHERE d.notice_id = ?1 AND (o.id = t.id OR o.moved_to = t.id) AND d.op = 0 AND d.doubtful < 2)`
	untoldLanesSQL   = `SELECT DISTINCT t.lane_id ` + untoldSQL + ` ORDER BY t.lane_id`
	publishNoticeSQL = `INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, revision, op, level, urgency, notice_id) VALUES (?1, ?2, 0, ?8, ?3, ?4, ?5, ?6, ?6, ?7) RETURNING id`
	// planNoticeColumns owes the operation ?3 of the notice ?1 in the revision ?4 to
	// destinations t, under the publications of their lanes; what follows it tells
	// which message each acts on.
	planNoticeColumns = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT ((SELECT p.id FROM publications p WHERE p.notice_id = ?1 AND p.op = ?3 AND p.revision = ?4 AND p.lane_id = t.lane_id) << 32) + t.id, t.id, `
	planNoticeSQL = planNoticeColumns + `0 ` + untoldSQL + ` ORDER BY t.id`
)

var (
	// uneditedSQL are the messages of the notice ?1, or those that may be there (?2 are
	// requests on their way), that are owed an edit.
	uneditedSQL = `
		FROM deliveries d JOIN destinations o ON o.id = d.destination_id
		JOIN destinations t ON t.id = CASE WHEN o.moved_to > 0 THEN o.moved_to ELSE o.id END
		WHERE d.notice_id = ?1 AND d.op = 0 AND (d.state = 2 OR ` + maybeThere("d", "d", "?2") + `) AND t.state <> 'gone'
			AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.notice_id = ?1 AND e.destination_id IN (o.id, t.id) AND e.op = 1
				AND (e.state IN (3, 6) AND e.doubtful < 2 OR e.state IN (0, 5) AND NOT e.id among(?2)))`
	uneditedLanesSQL   = `SELECT DISTINCT t.lane_id ` + uneditedSQL + ` ORDER BY t.lane_id`
	planNoticeEditsSQL = planNoticeColumns + `d.id ` + uneditedSQL + ` ORDER BY t.id ON CONFLICT DO NOTHING` // where one channel was two it has two messages
)

// owePosts owes n to the desk's channels that have no message of it, and returns
// to how many lanes. Planning is shared.
func owePosts(ctx context.Context, q querier, n stories.Notice, late []string, at time.Time) (lanes int, err error) {
	each := make([][1]string, len(late))
	for i, platform := range late {
		each[i][0] = platform
	}
	but, err := json.Marshal(each)
	if err != nil {
		return 0, err
	}
	return oweNotice(ctx, q, n, stories.OpPost, untoldLanesSQL, planNoticeSQL, string(but), at)
}

// oweEdits owes n's present revision to the messages there are of it. The notice
// is locked.
func oweEdits(ctx context.Context, q querier, n stories.Notice, at time.Time) error {
	flying, err := allFlights(ctx, q)
	if err != nil {
		return err
	}
	_, err = oweNotice(ctx, q, n, stories.OpEdit, uneditedLanesSQL, planNoticeEditsSQL, list(slices.Sorted(maps.Keys(flying.byID))), at)
	return err
}

// oweNotice owes an operation to the destinations a statement finds: one
// publication in each of their lanes. more is what that statement takes from ?5 on.
func oweNotice(ctx context.Context, q querier, n stories.Notice, op stories.Op, lanesSQL, planSQL, filter string, at time.Time, more ...any) (int, error) {
	lanes, err := all(ctx, q, scanID, lanesSQL, n.ID, filter)
	if err != nil || len(lanes) == 0 {
		return 0, err
	}
	publications := make([]int64, len(lanes))
	for i, lane := range lanes {
		if err := one(ctx, q, publishNoticeSQL, []any{lane, newSeed(), millis(at), n.Revision, int(op), int(n.Kind.Urgency()), n.ID, n.Body.Change.StoryID}, &publications[i]); err != nil {
			return 0, fmt.Errorf("publish a notice: %w", err)
		}
	}
	owed, err := q.exec(ctx, planSQL, append([]any{n.ID, filter, int(op), n.Revision}, more...)...)
	if err != nil {
		return 0, fmt.Errorf("owe a notice: %w", err)
	}
	return len(lanes), enqueue(ctx, q, publications, int(owed), at)
}

const (
	pruneNoticesSQL = `
		DELETE FROM notices WHERE done > 0 AND created_at < ?1 AND kind <> 'cards'
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.notice_id = notices.id)`
	pruneNoticePublicationsSQL = `
		DELETE FROM publications WHERE notice_id IS NOT NULL AND queued = 0 AND created_at < ?1
			AND CASE WHEN notice_id = 1
				THEN NOT EXISTS (SELECT 1 FROM owed d WHERE d.id >= (publications.id << 32) AND d.id < ((publications.id + 1) << 32))
				ELSE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.notice_id = publications.notice_id) END`
)

// pruneNotices forgets notices that were begun before then and whose deliveries
// are forgotten. The notice of cards stays, and only its publications go.
func (s *Store) pruneNotices(ctx context.Context, before time.Time) error {
	return s.change(ctx, func(q querier) error {
		if _, err := q.exec(ctx, pruneNoticesSQL, millis(before)); err != nil {
			return err
		}
		if _, err := q.exec(ctx, pruneNoticePublicationsSQL, millis(before)); err != nil {
			return err
		}
		return pruneDigests(ctx, q)
	})
}
