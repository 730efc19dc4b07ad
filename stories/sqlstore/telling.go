package sqlstore

import (
	"context"
	"errors"

	"storybot/stories"
)

// A channel that has a copy of an update is told of its revisions in a message beside
// the copy: a notice of kind 'revision', of one update, one revision and the wording
// that its channels were shown last (since), owed in one publication in each of their
// lanes. A newer revision takes the place of those that wait. What they say is
// stories.Tell's business.

const (
	// lockTellingsSQL locks what tells of revisions of the updates ?1: of all at once, for
	// the notices of one are not all older than those of the next.
	lockTellingsSQL = `SELECT id FROM notices WHERE kind = 'revision' AND update_id among(?1) ORDER BY id /*lock*/`
	// waitingTellingsSQL are messages about revisions of the update ?1 that wait: under
	// their publications, owed again, held, or for a person since the database was put
	// back.
	waitingTellingsSQL = `
		SELECT p.id AS publication_id, d.destination_id, d.id AS delivery_id, p.id AS origin_id
		FROM notices n JOIN publications p ON p.notice_id = n.id` + ofPublicationSQL + `
		WHERE n.kind = 'revision' AND n.update_id = ?1 AND p.queued > 0 AND ` + inPublicationSQL + ` AND ` + waitsSQL + `
		UNION ALL
		SELECT p.id, d.destination_id, d.id, p.id
		FROM notices n JOIN publications p ON p.notice_id = n.id` + ofPublicationSQL + `
		WHERE n.kind = 'revision' AND n.update_id = ?1 AND p.deferred > 0 AND ` + inPublicationSQL + ` AND ` + deferredSQL + `
		UNION ALL
		SELECT q.publication_id, q.destination_id, q.delivery_id, p.id
		FROM publications r CROSS JOIN queue q JOIN publications p ON p.id = (q.delivery_id >> 32) JOIN notices n ON n.id = p.notice_id
		WHERE r.queued > 0 AND r.update_id = 0 AND r.notice_id IS NULL AND q.publication_id = r.id AND n.kind = 'revision' AND n.update_id = ?1
		UNION ALL
		SELECT 0, h.destination_id, d.id, p.id
		FROM notices n JOIN publications p ON p.notice_id = n.id CROSS JOIN owed d JOIN held h ON h.destination_id = d.destination_id AND h.delivery_id = d.id
		WHERE n.kind = 'revision' AND n.update_id = ?1 AND p.held > 0 AND ` + inPublicationSQL + `
		UNION ALL
		SELECT 0, d.destination_id, d.id, d.publication_id
		FROM put_back d JOIN publications p ON p.id = d.publication_id JOIN notices n ON n.id = p.notice_id
		WHERE n.kind = 'revision' AND n.update_id = ?1 AND d.doubtful = 2 AND d.state = 5
		ORDER BY 3`

	// copyPlacesSQL are the copies d of updates, and the channels t they are in now.
	copyPlacesSQL = `deliveries d
		JOIN destinations o ON o.id = d.destination_id
		JOIN destinations t ON t.id = CASE WHEN o.moved_to > 0 THEN o.moved_to ELSE o.id END
		JOIN updates u ON u.id = d.update_id JOIN stories s ON s.id = u.story_id `
	// takenAwaySQL are the messages of the update ?1 that are to be taken away.
	takenAwaySQL      = `SELECT x.on_id FROM publications w CROSS JOIN owed x WHERE w.update_id = ?1 AND w.op = 7 AND x.id >= (w.id << 32) AND x.id < ((w.id + 1) << 32)`
	tellingsOfSQL     = `SELECT w.id, n.revision, n.since, w.second FROM notices n JOIN publications w ON w.notice_id = n.id WHERE n.kind = 'revision' AND n.update_id = ?1`
	publishTellingSQL = `
		INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, revision, op, level, urgency, notice_id)
		SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), 0, ?2, ?3, ?4, ?5, ?6, CAST(j.value ->> 2 AS BIGINT), ?7 FROM each(?1)
		RETURNING id, lane_id, urgency`
	oweTellingSQL = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT (CAST(j.value ->> 0 AS BIGINT) << 32) + CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT) FROM each(?1)`
)

// scanAnyWaiting reads a waiting row with its place.
func scanAnyWaiting(r row) (w waiting, err error) {
	err = r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin)
	return w, err
}

// needlessSQL are those of some messages beside copies (?1) whose copy showed the
// revision from the first, or will never be there. ?2 are requests on their way.
var needlessSQL = `
	SELECT d.id FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN notices n ON n.id = p.notice_id
	JOIN owed c ON c.id = d.on_id LEFT JOIN outcomes e ON e.id = c.id
	WHERE d.id among(?1) AND n.kind = 'revision' AND p.op = 0 AND d.on_id > 0 AND NOT (
		e.state IN (2, 4) AND coalesce((SELECT g.revision FROM publications w JOIN gathered g ON g.notice_id = w.notice_id AND g.part = 0 AND g.update_id = n.update_id
			WHERE w.id = (c.id >> 32)), e.said) < n.revision OR ` + maybeThere("c", "e", "?2") + `)`

// dropNeedless skips those of rows about to begin that tell of a revision beside a
// copy that shows it from the first, or beside none.
func (s *Store) dropNeedless(ctx context.Context, q querier, x stories.Exchange, begun *stories.Begun) error {
	if len(x.Notices) == 0 {
		return nil
	}
	rows := stillBegun(x, begun)
	vain, err := all(ctx, q, scanID, needlessSQL, list(deliveriesOf(rows)), list(flown(x.Flying)))
	if err != nil || len(vain) == 0 {
		return err
	}
	rows = only(rows, vain)
	for _, r := range rows {
		begun.Deliveries[r.Delivery] = false
	}
	return move(ctx, q, rows, stories.Skipped, because(needless), s.now())
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
var revisionsToSQL = `
		SELECT ` + deliveryColumns + ` FROM ` + anyDeliveryTables + ` LEFT JOIN notices n ON n.id = d.notice_id
		WHERE d.id IN (
				SELECT (w.id << 32) + c.id FROM destinations c CROSS JOIN publications w
				WHERE c.platform = ?1 AND c.workspace = ?2 AND c.channel = ?3 AND w.update_id = ?4 AND w.op = 1
				UNION ALL
				SELECT (w.id << 32) + c.id FROM destinations c CROSS JOIN notices k JOIN publications w ON w.notice_id = k.id
				WHERE c.platform = ?1 AND c.workspace = ?2 AND c.channel = ?3 AND k.kind = 'revision' AND k.update_id = ?4)
			AND t.platform = ?1 AND t.workspace = ?2 AND t.channel = ?3` + notReplacedSQL + `
		ORDER BY d.id DESC LIMIT ?5`

// RevisionsTo implements stories.RevisionStore.
func (s *Store) RevisionsTo(ctx context.Context, d stories.Destination, updateID int64, limit int) ([]stories.Delivery, error) {
	flying, err := allFlights(ctx, s.reader())
	if err != nil {
		return nil, s.told(err)
	}
	found, err := all(ctx, s.reader(), flying.scanDelivery, revisionsToSQL, d.Platform, d.Workspace, d.Channel, updateID, limit)
	if err == nil {
		err = errors.Join(s.fillGathered(ctx, found), s.fillDeferred(ctx, d, found), s.fillPassedOn(ctx, found), s.fillStood(ctx, found))
	}
	return found, s.told(err)
}
