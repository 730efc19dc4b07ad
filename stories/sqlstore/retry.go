package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"storybot/stories"
)

// What failed, or nobody knows the end of, is made once more when somebody who runs the
// bot says so: under a publication of its own in each lane, which whoever holds the lane
// reads like any other, in this process or in another. What arrived is never owed again.

const (
	// retriedSQL reads what is known of the deliveries with the numbers ?1.
	retriedSQL = `
		SELECT d.id, d.destination_id, d.publication_id, d.state, t.state, t.lane_id, t.moved_to, d.op, coalesce(n.kind, ''), d.said, coalesce(u.revision, 0), coalesce(u.standing, ''),
			CASE WHEN d.op = 1 AND EXISTS (SELECT 1 FROM owed x JOIN publications w ON w.id = (x.id >> 32) LEFT JOIN outcomes e ON e.id = x.id
				WHERE x.on_id > 0 AND x.on_id = d.on_id AND w.op = 1 AND x.id > d.id AND coalesce(e.state, 0) IN (0, 2, 5)) THEN 1 ELSE 0 END,
			CASE WHEN d.on_id > 0 AND NOT EXISTS (SELECT 1 FROM outcomes m WHERE m.id = d.on_id AND m.state = 2) THEN 1 ELSE 0 END
		FROM deliveries d JOIN publications p ON p.id = d.publication_id JOIN destinations t ON t.id = d.destination_id JOIN lanes l ON l.id = t.lane_id
			LEFT JOIN notices n ON n.id = d.notice_id
			LEFT JOIN updates u ON u.id = CASE WHEN d.update_id > 0 THEN d.update_id WHEN n.kind = 'revision' THEN n.update_id ELSE 0 END
		WHERE d.id among(?1) ORDER BY d.id`
	// chosenSQL finds of what recentSQL would list the deliveries in the states ?1, which are
	// failed or unknown: by an index of those alone, in whatever order it was read.
	chosenSQL = `
		SELECT d.id FROM outcomes o CROSS JOIN owed d CROSS JOIN publications p CROSS JOIN destinations t JOIN lanes l ON l.id = t.lane_id
			LEFT JOIN notices n ON n.id = p.notice_id AND n.kind = 'revision'
			LEFT JOIN updates u ON u.id = CASE WHEN p.update_id > 0 THEN p.update_id ELSE n.update_id END
		WHERE o.state IN (3, 4) AND o.state among(?1) AND d.id = o.id AND p.id = (o.id >> 32) AND t.id = d.destination_id
			AND (?2 = '' OR l.name = ?2)
			AND (CAST(?4 AS BIGINT) = 0 OR coalesce(u.story_id, p.story_id) = CAST(?4 AS BIGINT))
			AND (CAST(?5 AS BIGINT) = 0 OR p.update_id = CAST(?5 AS BIGINT))
			AND (?6 = '' OR t.channel = ?6)
			AND t.platform || ':' || CASE t.workspace WHEN '' THEN '' ELSE t.workspace || '/' END || t.channel LIKE ?3 ESCAPE '\'
		ORDER BY d.id`
	// freshSQL has rows wait as if they had never been tried, lookSQL as what may have
	// arrived and is looked for.
	freshSQL = `
		UPDATE outcomes SET state = 0, again = 1, code = 0, reason = '', doubtful = 0, attempt = 0, unknowns = 0, first_attempt_at = 0, last_attempt_at = 0, finished_at = 0
		WHERE id among(?1)`
	lookSQL = `UPDATE outcomes SET state = 0, again = 1, code = 0, reason = '', doubtful = 1, unknowns = 0, finished_at = 0 WHERE id among(?1)`
)

// ended is a delivery that somebody may want made once more.
type ended struct {
	waiting
	state     stories.DeliveryState
	place     place
	moved     int64
	op        stories.Op
	notice    stories.NoticeKind
	said      int // the wording that it may be there in
	revision  int // and the one its update has
	standing  stories.Standing
	done      bool // by a newer one
	noMessage bool // of what it would be done to
}

func scanEnded(r row) (e ended, err error) {
	var done, none int
	err = r.Scan(&e.Delivery, &e.Place, &e.Origin, &e.state, &e.place.state, &e.place.lane, &e.moved, &e.op, &e.notice, &e.said, &e.revision, &e.standing, &done, &none)
	e.Publication, e.place.id, e.done, e.noMessage = e.Origin, e.Place, done > 0, none > 0
	return e, err
}

// left is why it is not made once more, "" where it is; followed is whether its channel
// asks for it.
func (e ended) left(followed bool) stories.LeftWhy {
	switch e.state {
	case stories.Sent:
		return stories.LeftSent
	case stories.Skipped:
		return stories.LeftSkipped
	case stories.Failed, stories.Unknown:
	default:
		return stories.LeftWaiting
	}
	switch {
	case e.notice != "" && e.notice != stories.RevisionNotice && e.notice != stories.DigestNotice: // a digest says what it has to when it is begun again
		return stories.LeftOldNews
	case e.place.state == stories.Gone || e.moved > 0:
		return stories.LeftGone
	case e.place.state == stories.Blocked:
		return stories.LeftBlocked
	case e.notice == "" && e.op.Says() && e.standing.Withheld():
		return stories.LeftWithheld
	case e.done:
		return stories.LeftDoneSince
	case e.op.Acts() && e.noMessage:
		return stories.LeftNoMessage
	case !followed:
		return stories.LeftUnfollowed
	}
	return ""
}

// looked says that it may have arrived and can be looked for: in the wording that it would
// be sent in. What adds no message is done whether it was done before or not.
func (e ended) looked() bool {
	return e.state == stories.Unknown && e.op.Says() && (e.notice != "" || e.said == e.revision)
}

// retriesOnce is how many deliveries are owed again in one transaction, so that nobody who
// publishes or sends waits for long.
const retriesOnce = 500

// RetryDeliveries owes again what has failed or is unknown of ask, as far as it is still to
// be sent, and tells what it left. Whoever holds the lanes reads it. It is done some at a
// time: after an error what was owed by then is, and asking again does the rest.
func (s *Store) RetryDeliveries(ctx context.Context, a stories.Act, ask stories.Retry) (stories.Retried, error) {
	chosen, err := s.chosen(ctx, ask)
	if err != nil {
		return stories.Retried{}, s.told(err)
	}
	var again []ended
	left := map[stories.LeftWhy]int{}
	for some := range slices.Chunk(chosen, retriesOnce) {
		var these []ended
		var others map[stories.LeftWhy]int
		if ask.DryRun {
			these, others, err = retriable(ctx, s.reader(), some)
			err = s.told(err)
		} else {
			err = s.change(ctx, func(q querier) (err error) {
				these, others, err = retrySome(ctx, q, a, some)
				return err
			})
		}
		if err != nil {
			return stories.Retried{}, err
		}
		again = append(again, these...)
		for why, n := range others {
			left[why] += n
		}
	}
	return tellRetried(again, left), nil
}

// chosen are the numbers of the deliveries that ask is about, in their order.
func (s *Store) chosen(ctx context.Context, ask stories.Retry) ([]int64, error) {
	if len(ask.IDs) > 0 {
		return askedFor(ask), nil
	}
	args, err := chosenArgs(ask.Filter)
	if err != nil {
		return nil, err
	}
	return all(ctx, s.reader(), scanID, chosenSQL, args...)
}

// retrySome owes some deliveries again, as far as they are still to be sent.
func retrySome(ctx context.Context, q querier, a stories.Act, some []int64) (again []ended, left map[stories.LeftWhy]int, err error) {
	if err := lockPlanning(ctx, q); err != nil {
		return nil, nil, err
	}
	if err := lockLanes(ctx, q); err != nil {
		return nil, nil, err
	}
	again, left, err = retriable(ctx, q, some)
	if err != nil || len(again) == 0 {
		return nil, left, err
	}
	if err := oweEnded(ctx, q, again, a); err != nil {
		return nil, nil, err
	}
	return again, left, enter(ctx, q, a, "retried", 0, fmt.Sprint(len(again)))
}

// retriable divides some deliveries into those that are owed again and those that are
// left, by why.
func retriable(ctx context.Context, q querier, some []int64) (again []ended, left map[stories.LeftWhy]int, err error) {
	found, err := all(ctx, q, scanEnded, retriedSQL, list(some))
	if err != nil {
		return nil, nil, err
	}
	again, left, err = toRetry(ctx, q, found)
	if missing := len(some) - len(found); err == nil && missing > 0 {
		left[stories.LeftMissing] = missing
	}
	return again, left, err
}

// askedFor are those asked for, each once.
func askedFor(ask stories.Retry) []int64 {
	return slices.Compact(slices.Sorted(slices.Values(ask.IDs)))
}

func chosenArgs(f stories.DeliveryFilter) ([]any, error) {
	states := slices.DeleteFunc(slices.Clone(f.States), func(s stories.DeliveryState) bool { return s != stories.Failed && s != stories.Unknown })
	if len(f.States) == 0 {
		states = []stories.DeliveryState{stories.Failed, stories.Unknown}
	}
	text, err := json.Marshal(append([]stories.DeliveryState{}, states...))
	if err != nil {
		return nil, err
	}
	literal := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(f.Destination)
	return []any{string(text), f.Lane, literal + "%", f.StoryID, f.UpdateID, f.Channel}, nil
}

// toRetry divides what was asked for into what is owed again and what is left, by why.
func toRetry(ctx context.Context, q querier, found []ended) (again []ended, left map[stories.LeftWhy]int, err error) {
	left = map[stories.LeftWhy]int{}
	var rows []waiting
	for _, e := range found {
		if e.left(true) == "" {
			rows = append(rows, e.waiting)
		}
	}
	unwanted := map[int64]bool{}
	for _, doubt := range []int{0, 1} { // what may have arrived is not asked for either
		vain, err := vainAmong(ctx, q, rows, doubt)
		if err != nil {
			return nil, nil, err
		}
		for _, v := range vain {
			for _, r := range v.rows {
				unwanted[r.Delivery] = true
			}
		}
	}
	for _, e := range found {
		if why := e.left(!unwanted[e.Delivery]); why != "" {
			left[why]++
			continue
		}
		again = append(again, e)
	}
	return again, left, nil
}

// whyLeft are the reasons in the order in which they are told.
var whyLeft = []stories.LeftWhy{stories.LeftMissing, stories.LeftSent, stories.LeftWaiting, stories.LeftSkipped, stories.LeftOldNews, stories.LeftGone, stories.LeftBlocked,
	stories.LeftUnfollowed, stories.LeftWithheld, stories.LeftDoneSince, stories.LeftNoMessage}

func tellRetried(again []ended, left map[stories.LeftWhy]int) (done stories.Retried) {
	channels := map[int64]bool{}
	for _, e := range again {
		channels[e.Place] = true
		switch {
		case e.looked():
			done.Settled++
		case e.state == stories.Unknown && e.op.Says():
			done.Unsettled++
		default:
			done.Failed++
		}
	}
	done.Channels = len(channels)
	for _, why := range whyLeft {
		if left[why] > 0 {
			done.Left = append(done.Left, stories.LeftOut{Count: left[why], Why: why})
		}
	}
	return done
}

// oweEnded owes rows that had ended again, in the lanes of their channels.
func oweEnded(ctx context.Context, q querier, rows []ended, a stories.Act) error {
	lanes, t := map[int64][]waiting{}, tally{}
	var fresh, looked []int64
	for _, e := range rows {
		lanes[e.place.lane] = append(lanes[e.place.lane], e.waiting)
		t.ended(e.Origin, e.state, -1)
		if e.looked() {
			looked = append(looked, e.Delivery)
		} else {
			fresh = append(fresh, e.Delivery)
		}
	}
	for _, lane := range slices.Sorted(maps.Keys(lanes)) {
		var id int64 // the least urgent there is: news goes first
		if err := one(ctx, q, againSQL, []any{lane, newSeed(), millis(a.At), 0}, &id); err != nil {
			return err
		}
		queued := lanes[lane]
		for i := range queued {
			queued[i].Publication = id
		}
		if err := changeRows(ctx, q, intoQueueSQL, queued); err != nil {
			return err
		}
		if err := (tally{id: {queued: len(queued)}}).post(ctx, q); err != nil {
			return err
		}
	}
	for _, step := range []struct {
		text string
		ids  []int64
	}{{freshSQL, fresh}, {lookSQL, looked}} {
		if len(step.ids) == 0 {
			continue
		}
		if _, err := q.exec(ctx, step.text, list(step.ids)); err != nil {
			return err
		}
	}
	return t.write(ctx, q)
}
