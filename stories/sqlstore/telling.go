package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"storybot/stories"
)

// A channel that has a copy of an update is told of its revisions in a message beside
// the copy: a notice of kind 'revision', of one update, one revision and the wording
// that its channels were shown last (since), owed in one publication in each of their
// lanes. A newer revision takes the place of those that wait. What they say is
// stories.Tell's business.

const (
	lockTellingsSQL = `SELECT id FROM notices WHERE kind = 'revision' AND update_id = ?1 ORDER BY id /*lock*/`
	// waitingTellingsSQL are messages of the notices ?1 that wait: under their
	// publications, owed again, or held.
	waitingTellingsSQL = `
		SELECT p.id AS publication_id, d.destination_id, d.id AS delivery_id, p.id AS origin_id
		FROM publications p` + ofPublicationSQL + `
		WHERE p.notice_id among(?1) AND p.queued > 0 AND ` + inPublicationSQL + ` AND ` + waitsSQL + `
		UNION ALL
		SELECT q.publication_id, q.destination_id, q.delivery_id, p.id
		FROM publications r CROSS JOIN queue q JOIN publications p ON p.id = (q.delivery_id >> 32)
		WHERE r.queued > 0 AND r.update_id = 0 AND r.notice_id IS NULL AND q.publication_id = r.id AND p.notice_id among(?1)
		UNION ALL
		SELECT 0, h.destination_id, d.id, p.id
		FROM publications p CROSS JOIN owed d JOIN held h ON h.destination_id = d.destination_id AND h.delivery_id = d.id
		WHERE p.notice_id among(?1) AND p.held > 0 AND ` + inPublicationSQL
	retold = "there was a newer revision before it was sent, of which the channel is told instead"

	// copyPlacesSQL are the copies d of updates, and the channels t they are in now.
	copyPlacesSQL = `deliveries d
		JOIN destinations o ON o.id = d.destination_id
		JOIN destinations t ON t.id = CASE WHEN o.moved_to > 0 THEN o.moved_to ELSE o.id END
		JOIN updates u ON u.id = d.update_id JOIN stories s ON s.id = u.story_id `
	// shownSQL is the wording that a channel is to be told from: where the newest
	// message beside the copy has just made room, what that would have begun with, else
	// the newest that the copy, an edit of it or such a message showed. What is on its
	// way shows the wording there was until now, the one before ?4.
	shownSQL = `
		coalesce((SELECT CASE WHEN e.state = 6 AND e.reason = '` + retold + `' THEN n.since END ` + tellingsOfSQL + ` ORDER BY n.revision DESC LIMIT 1),
			(SELECT max(g.shown) FROM (
				SELECT CASE WHEN d.state IN (2, 4) THEN d.said ELSE CAST(?4 AS BIGINT) - 1 END AS shown
				UNION ALL
				SELECT e.said FROM owed x JOIN outcomes e ON e.id = x.id WHERE x.on_id > 0 AND x.on_id = d.id AND e.state = 2 AND EXISTS (
					SELECT 1 FROM publications w WHERE w.id = (x.id >> 32) AND w.op = 1)
				UNION ALL
				SELECT n.revision ` + tellingsOfSQL + ` AND (e.state IN (2, 4) OR x.id among(?3))) AS g))`
	tellingsOfSQL = `
		FROM notices n JOIN publications w ON w.notice_id = n.id CROSS JOIN owed x LEFT JOIN outcomes e ON e.id = x.id
		WHERE n.kind = 'revision' AND n.update_id = ?1 AND x.id IN ((w.id << 32) + t.id, (w.id << 32) + o.id)`
	publishTellingSQL = `
		INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, revision, op, level, urgency, notice_id)
		SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), 0, ?2, ?3, ?4, ?5, ?6, ?6, ?7 FROM each(?1)
		RETURNING id`
)

var (
	// tellableSQL are those of the update ?1 made by the operation ?2 whose channels are
	// to be told of the revision ?4: that have one, or may have, and follow the story
	// still. ?3 are requests on their way.
	tellableSQL = `
		d.update_id = ?1 AND d.op = ?2 AND (d.state IN (2, 4) OR d.state = 0 AND (d.doubtful > 0 OR d.id among(?3))) AND t.state <> 'gone'
			AND NOT EXISTS (SELECT 1 FROM owed x JOIN publications w ON w.id = (x.id >> 32) WHERE x.on_id > 0 AND x.on_id = d.id AND w.op = 7)
			AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id = t.id AND m.story_id = s.id)
			AND coalesce((SELECT CASE WHEN b.state = 'active' AND b.level <= u.level THEN 1 ELSE 0 END
				FROM subscriptions b WHERE b.destination_id = t.id AND ` + decidesSQL + `), 0) = 1
			AND NOT EXISTS (SELECT 1 FROM notices n JOIN publications w ON w.notice_id = n.id JOIN owed x ON x.id = (w.id << 32) + t.id
				WHERE n.kind = 'revision' AND n.update_id = ?1 AND n.revision = ?4)`
	shownBySQL = `SELECT ` + shownSQL + `, count(*) FROM ` + copyPlacesSQL + ` WHERE ` + tellableSQL + ` GROUP BY 1 ORDER BY 1`
	// tellSQL owes the message under the publications ?5 to those who were shown ?6. It
	// stands where the copy is: beside it, or in the thread that it is in or began.
	tellSQL = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT (p.id << 32) + t.id, t.id, CASE WHEN d.op IN (2, 3) THEN d.on_id ELSE d.id END
		FROM ` + copyPlacesSQL + ` JOIN publications p ON p.id among(?5) AND p.lane_id = t.lane_id
		WHERE ` + tellableSQL + ` AND (?4 = 1 OR ` + shownSQL + ` = CAST(?6 AS BIGINT))
		ORDER BY t.id
		ON CONFLICT DO NOTHING`
)

// planTellings owes the channels that have a copy of u the message that tells of its
// newest revision and those before that they have not been told of. It returns to how
// many, and what most are told. earlier are the notices of earlier revisions, locked.
func planTellings(ctx context.Context, q querier, u stories.Update, earlier []int64, a stories.Act, flying flights) (told int, kind stories.RevisionKind, err error) {
	if err := dropTellings(ctx, q, earlier, a, flying); err != nil {
		return 0, "", err
	}
	wordings, err := all(ctx, q, scanRevision, revisionsSQL, u.ID, 0, u.Revision)
	if err != nil {
		return 0, "", err
	}
	kinds, err := all(ctx, q, scanID, copyKindsSQL, u.ID)
	if err != nil {
		return 0, "", err
	}
	kind = stories.Tell(wordings[max(0, len(wordings)-2):]).Kind
	most := 0
	for _, op := range kinds {
		shown, err := shownBy(ctx, q, u, op, flying)
		if err != nil {
			return 0, "", err
		}
		for _, since := range shown {
			t := stories.Tell(wordings[min(since, len(wordings)-1):])
			if t.Kind == "" {
				continue
			}
			n, err := tell(ctx, q, u, since, op, a, flying)
			if err != nil {
				return 0, "", err
			}
			if told += n; n > most {
				most, kind = n, t.Kind
			}
		}
	}
	return told, kind, nil
}

// dropTellings takes back what waits of the messages about earlier revisions.
func dropTellings(ctx context.Context, q querier, earlier []int64, a stories.Act, flying flights) error {
	if len(earlier) == 0 {
		return nil
	}
	waits, err := all(ctx, q, scanAnyWaiting, waitingTellingsSQL, list(earlier))
	if err != nil {
		return err
	}
	return move(ctx, q, slices.DeleteFunc(waits, flying.has), stories.Skipped, retold, a.At)
}

// shownBy are the wordings that the channels with copies made by one operation are to
// be told from.
func shownBy(ctx context.Context, q querier, u stories.Update, op int64, flying flights) ([]int, error) {
	if u.Revision == 1 { // there is no other: who has many channels waits for the answer
		return []int{0}, nil
	}
	return all(ctx, q, func(r row) (since int, err error) {
		var n int
		err = r.Scan(&since, &n)
		return since, err
	}, shownBySQL, u.ID, op, list(slices.Collect(maps.Keys(flying.byID))), u.Revision)
}

// tell owes those of them that were shown the wording since the message that tells
// of u's present one, and returns how many they are.
func tell(ctx context.Context, q querier, u stories.Update, since int, op int64, a stories.Act, flying flights) (n int, err error) {
	notice := stories.Notice{Kind: stories.RevisionNotice, UpdateID: u.ID, Revision: u.Revision, Since: since, Done: true, CreatedAt: a.At}
	if err := insertNotice(ctx, q, &notice); err != nil {
		return 0, err
	}
	lanes, err := all(ctx, q, scanID, lanesInUseSQL)
	if err != nil {
		return 0, err
	}
	each := make([][2]int64, len(lanes))
	for i, lane := range lanes {
		each[i] = [2]int64{lane, newSeed()}
	}
	text, err := json.Marshal(each)
	if err != nil {
		return 0, err
	}
	by := stories.OpPost
	if stories.Op(op) != stories.OpPost {
		by = stories.OpReply
	}
	publications, err := all(ctx, q, scanID, publishTellingSQL, string(text), u.StoryID, millis(a.At), u.Revision, int(by), int(u.Level), notice.ID)
	if err != nil {
		return 0, fmt.Errorf("publish what is told: %w", err)
	}
	owed, err := q.exec(ctx, tellSQL, u.ID, op, list(slices.Collect(maps.Keys(flying.byID))), u.Revision, list(publications), since)
	if err != nil {
		return 0, fmt.Errorf("owe what is told: %w", err)
	}
	return int(owed), enqueue(ctx, q, publications, int(owed), a.At)
}

// scanAnyWaiting reads a waiting row with its place.
func scanAnyWaiting(r row) (w waiting, err error) {
	err = r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin)
	return w, err
}

// needlessSQL are those of some messages beside copies (?1) whose copy showed the
// revision from the first, or will never be there. ?2 are requests on their way.
const needlessSQL = `
	SELECT d.id FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN notices n ON n.id = p.notice_id
	JOIN owed c ON c.id = d.on_id LEFT JOIN outcomes e ON e.id = c.id
	WHERE d.id among(?1) AND n.kind = 'revision' AND p.op = 0 AND d.on_id > 0 AND NOT (
		e.state IN (2, 4) AND e.said < n.revision OR coalesce(e.state, 0) = 0 AND (coalesce(e.doubtful, 0) > 0 OR c.id among(?2)))`

// dropNeedless skips those of rows about to begin that tell of a revision beside a
// copy that shows it from the first, or beside none.
func (s *Store) dropNeedless(ctx context.Context, q querier, x stories.Exchange, begun *stories.Begun) error {
	if len(x.Notices) == 0 {
		return nil
	}
	rows := stillBegun(x, begun)
	needless, err := all(ctx, q, scanID, needlessSQL, list(deliveriesOf(rows)), list(flown(x.Flying)))
	if err != nil || len(needless) == 0 {
		return err
	}
	rows = only(rows, needless)
	for _, r := range rows {
		begun.Deliveries[r.Delivery] = false
	}
	return move(ctx, q, rows, stories.Skipped, "the channel has the update as it reads now, or not at all", s.now())
}

// stillBegun are the rows that x begins, by what is known so far.
func stillBegun(x stories.Exchange, begun *stories.Begun) (rows []waiting) {
	for _, f := range x.Begin {
		if begun.Deliveries[f.Delivery] {
			rows = append(rows, waiting{f.Ref})
		}
	}
	return rows
}

// flown are the deliveries of flights.
func flown(list []stories.Flight) []int64 {
	ids := make([]int64, len(list))
	for i, f := range list {
		ids[i] = f.Delivery
	}
	return ids
}

// fillTelling adds to c the update that a notice of a revision is about, in the
// wording that it tells of, and the wordings before.
func (s *Store) fillTelling(ctx context.Context, c *stories.Content) (err error) {
	n := c.Notice
	gone := "This update is not there any more."
	if c.Update, err = theOne(ctx, s.reader(), scanUpdate, updateByIDSQL, n.UpdateID); err != nil {
		return missing(err, "%s", gone)
	}
	if c.Told, err = all(ctx, s.reader(), scanRevision, revisionsSQL, n.UpdateID, n.Since, n.Revision); err != nil {
		return err
	}
	if len(c.Told) == 0 {
		return stories.Errorf(stories.CodeNotFound, "%s", gone)
	}
	c.Update = c.Update.Worded(c.Told[len(c.Told)-1])
	c.Story, err = theOne(ctx, s.reader(), scanStory, storyByIDSQL, c.Update.StoryID)
	return missing(err, "This story is not there any more.")
}

// revisionsToSQL are the edits of the update ?4 in a channel and the messages beside
// it.
const revisionsToSQL = `
		SELECT ` + deliveryColumns + ` FROM ` + anyDeliveryTables + ` LEFT JOIN notices n ON n.id = d.notice_id
		WHERE d.id IN (
				SELECT (w.id << 32) + c.id FROM destinations c CROSS JOIN publications w
				WHERE c.platform = ?1 AND c.workspace = ?2 AND c.channel = ?3 AND w.update_id = ?4 AND w.op = 1
				UNION ALL
				SELECT (w.id << 32) + c.id FROM destinations c CROSS JOIN notices k JOIN publications w ON w.notice_id = k.id
				WHERE c.platform = ?1 AND c.workspace = ?2 AND c.channel = ?3 AND k.kind = 'revision' AND k.update_id = ?4)
			AND t.platform = ?1 AND t.workspace = ?2 AND t.channel = ?3
		ORDER BY d.id DESC LIMIT ?5`

// RevisionsTo implements stories.Store.
func (s *Store) RevisionsTo(ctx context.Context, d stories.Destination, updateID int64, limit int) ([]stories.Delivery, error) {
	flying, err := allFlights(ctx, s.reader())
	if err != nil {
		return nil, s.told(err)
	}
	found, err := all(ctx, s.reader(), flying.scanDelivery, revisionsToSQL, d.Platform, d.Workspace, d.Channel, updateID, limit)
	return found, s.told(err)
}
