package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"storybot/stories"
)

// progressSQL adds the counters of an update's publications.
const progressSQL = `
	SELECT ` + countersSQL + ` FROM publications p WHERE p.update_id = ?1 AND p.op carries() AND p.second = 0`

// countersSQL adds the counters of some publications p.
const countersSQL = `coalesce(sum(p.total), 0), coalesce(sum(p.sent), 0), coalesce(sum(p.held), 0), coalesce(sum(p.failed), 0), coalesce(sum(p.unknown), 0), coalesce(sum(p.kept), 0), coalesce(sum(p.direct), 0), coalesce(sum(p.deferred), 0), coalesce(sum(p.overtaken), 0), coalesce(sum(p.withdrawn), 0), coalesce(sum(p.unwanted), 0)`

const putBackOfSQL = `
	SELECT count(*) FROM put_back WHERE doubtful = 2 AND state = 5 AND update_id = ?1 AND op says()`

// ProgressOf implements stories.PublisherStore.
func (s *Store) ProgressOf(ctx context.Context, updateID int64) (stories.Progress, error) {
	p, err := progressOf(ctx, s.reader(), updateID)
	if err == nil {
		p, err = undecided(ctx, s.reader(), p, putBackOfSQL, updateID)
	}
	if err == nil && p.Total == 0 {
		p.Spared, err = sparedBy(ctx, s.reader(), updateID)
	}
	return p, s.told(err)
}

// sparedBy counts who follows the story of an update that nobody gets, and why not.
func sparedBy(ctx context.Context, q querier, updateID int64) (n stories.Spared, err error) {
	u, err := theOne(ctx, q, scanUpdate, updateByIDSQL, updateID)
	if errors.Is(err, sql.ErrNoRows) {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	return spared(ctx, q, u)
}

func progressOf(ctx context.Context, q querier, updateID int64) (stories.Progress, error) {
	return countersOf(ctx, q, updateID, progressSQL, updateID)
}

// countersOf reads countersSQL.
func countersOf(ctx context.Context, q querier, updateID int64, text string, args ...any) (stories.Progress, error) {
	p := stories.Progress{UpdateID: updateID}
	err := one(ctx, q, text, args, counters(&p)...)
	return withWaiting(p), err
}

// counters are where countersSQL goes.
func counters(p *stories.Progress) []any {
	return []any{&p.Total, &p.Sent, &p.Held, &p.Failed, &p.Unknown, &p.Kept, &p.Direct, &p.Deferred, &p.Overtaken, &p.Withdrawn, &p.Unwanted}
}

// withWaiting is p with what is on its way: all that is nothing else.
func withWaiting(p stories.Progress) stories.Progress {
	p.Waiting = p.Total - p.Sent - p.Held - p.Failed - p.Unknown - p.Kept - p.Deferred - p.Overtaken - p.Withdrawn - p.Unwanted
	return p
}

// deliveriesOfSQL and newestDeliveriesSQL find a destination's deliveries by the
// publications of the updates in question. What was done anew, or elsewhere, is told of once.
var (
	deliveriesOfSQL = `
		SELECT ` + deliveryColumns + ` FROM ` + deliveryTables + `
		WHERE d.id IN (` + storyAtSQL + ` AND v.number = ?5` + storyElsewhereSQL + `)
			AND t.platform = ?1 AND t.workspace = ?2 AND t.channel = ?3 AND u.story_id = ?4 AND u.number = ?5 AND d.op carries()` + notReplacedSQL + `
		ORDER BY d.said DESC, d.id DESC LIMIT ?6`
	newestDeliveriesSQL = `
		SELECT ` + deliveryColumns + ` FROM ` + deliveryTables + `
		WHERE d.id IN (` + storyAtSQL + storyElsewhereSQL + `)
			AND t.platform = ?1 AND t.workspace = ?2 AND t.channel = ?3 AND u.story_id = ?4 AND d.op carries() AND p.second = 0` + notReplacedSQL + `
		ORDER BY u.place DESC, d.said DESC, d.id DESC LIMIT ?5`
	storyAtSQL = `
		SELECT (w.id << 32) + c.id FROM destinations c CROSS JOIN updates v CROSS JOIN publications w
		WHERE c.platform = ?1 AND c.workspace = ?2 AND c.channel = ?3 AND v.story_id = ?4 AND w.update_id = v.id AND w.op carries()`
	storyElsewhereSQL = `
		UNION ALL
		SELECT e.id FROM destinations c CROSS JOIN owed e
		WHERE c.platform = ?1 AND c.workspace = ?2 AND c.channel = ?3 AND e.destination_id = c.id AND e.destination_id <> (e.id & 4294967295)`
)

// DeliveriesTo implements stories.FollowingStore.
func (s *Store) DeliveriesTo(ctx context.Context, d stories.Destination, storyID int64, number, limit int) (found []stories.Delivery, err error) {
	flying, err := allFlights(ctx, s.reader())
	if err != nil {
		return nil, s.told(err)
	}
	if number > 0 {
		found, err = all(ctx, s.reader(), flying.scanDelivery, deliveriesOfSQL, d.Platform, d.Workspace, d.Channel, storyID, number, limit)
	} else {
		found, err = all(ctx, s.reader(), flying.scanDelivery, newestDeliveriesSQL, d.Platform, d.Workspace, d.Channel, storyID, limit)
	}
	if err == nil {
		err = errors.Join(s.fillGathered(ctx, found), s.fillDeferred(ctx, d, found), s.fillPassedOn(ctx, found), s.fillStood(ctx, found), s.fillUnpinged(ctx, found))
	}
	return found, s.told(err)
}

// queueSQL adds the counters of each lane, ?1 being what is on its way: those
// deliveries are in the queue too.
const queueSQL = `
	SELECT l.name, sum(w.queued), sum(w.sending), sum(w.held), coalesce(min(w.oldest), 0)
	FROM (
		SELECT lane_id, queued, 0 AS sending, 0 AS held, created_at AS oldest FROM publications WHERE queued > 0
		UNION ALL
		SELECT p.lane_id, 0, 1, 0, NULL FROM each(?1) JOIN publications p ON p.id = CAST(j.value AS BIGINT)
		UNION ALL
		SELECT t.lane_id, 0, 0, 1, NULL FROM held h JOIN destinations t ON t.id = h.destination_id
	) AS w JOIN lanes l ON l.id = w.lane_id
	GROUP BY l.name ORDER BY l.name`

// Queue implements stories.HealthStore.
func (s *Store) Queue(ctx context.Context) ([]stories.LaneStatus, error) {
	flying, err := allFlights(ctx, s.reader())
	if err != nil {
		return nil, s.told(err)
	}
	var publications []int64
	for _, f := range flying.byID {
		publications = append(publications, f.Publication)
	}
	found, err := all(ctx, s.reader(), func(r row) (l stories.LaneStatus, err error) {
		var oldest int64
		err = r.Scan(&l.Lane, &l.Pending, &l.Sending, &l.Held, &oldest)
		l.Pending = max(0, l.Pending-l.Sending)
		l.OldestDue = moment(oldest)
		return l, err
	}, queueSQL, list(publications))
	return found, s.told(err)
}

// followersSQL reads an index alone.
const followersSQL = `SELECT count(DISTINCT destination_id) FROM subscriptions`

// Followers implements stories.HealthStore.
func (s *Store) Followers(ctx context.Context) (channels int, err error) {
	err = one(ctx, s.reader(), followersSQL, nil, &channels)
	return channels, s.told(err)
}

const waitingAtSQL = `
	SELECT (SELECT count(*) FROM held h JOIN deliveries d ON d.id = h.delivery_id WHERE h.destination_id = t.id AND d.notice_id IS NULL AND d.op says()),
		(SELECT count(*) FROM put_back d WHERE d.id IN (` + putBackHereSQL + `) AND d.doubtful = 2 AND d.state = 5 AND d.destination_id = t.id)
	FROM destinations t WHERE t.platform = ?1 AND t.workspace = ?2 AND t.channel = ?3`

// WaitingAt implements stories.PutBackStore.
func (s *Store) WaitingAt(ctx context.Context, d stories.Destination) (held, undecided int, err error) {
	err = one(ctx, s.reader(), waitingAtSQL, []any{d.Platform, d.Workspace, d.Channel}, &held, &undecided)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return held, undecided, s.told(err)
}

// recentSQL narrows by states (?1, a JSON array, [] for any), lane (?2, ” for
// any), the beginning of the address (?3, a LIKE pattern), story (?7, 0 for any),
// update (?8, 0 for any) and channel (?9, ” for any). ?5 and ?6 are the
// deliveries to be shown although, or not to be shown because, they are on their
// way.
const recentSQL = `
	SELECT ` + deliveryColumns + ` FROM ` + anyDeliveryTables + `
	WHERE (?1 = '[]' OR d.state among(?1) OR d.id among(?5))
		AND NOT d.id among(?6)
		AND (?2 = '' OR l.name = ?2)
		AND (CAST(?7 AS BIGINT) = 0 OR coalesce(u.story_id, p.story_id) = CAST(?7 AS BIGINT))
		AND (CAST(?8 AS BIGINT) = 0 OR d.update_id = CAST(?8 AS BIGINT))
		AND (?9 = '' OR t.channel = ?9)
		AND t.platform || ':' || CASE t.workspace WHEN '' THEN '' ELSE t.workspace || '/' END || t.channel LIKE ?3 ESCAPE '\'
	ORDER BY d.id DESC LIMIT ?4`

// Deliveries returns the newest deliveries that f lets through, newest first,
// for operators.
func (s *Store) Deliveries(ctx context.Context, f stories.DeliveryFilter, limit int) ([]stories.Delivery, error) {
	states, err := json.Marshal(append([]stories.DeliveryState{}, f.States...))
	if err != nil {
		return nil, err
	}
	flying, err := allFlights(ctx, s.reader())
	if err != nil {
		return nil, s.told(err)
	}
	ids, none := list(slices.Collect(maps.Keys(flying.byID))), "[]"
	shown, hidden := none, none
	if slices.Contains(f.States, stories.Sending) {
		shown = ids
	} else if len(f.States) > 0 {
		hidden = ids // they are stored as pending
	}
	literal := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(f.Destination)
	found, err := all(ctx, s.reader(), flying.scanDelivery, recentSQL, string(states), f.Lane, literal+"%", limit, shown, hidden, f.StoryID, f.UpdateID, f.Channel)
	return found, s.told(err)
}
