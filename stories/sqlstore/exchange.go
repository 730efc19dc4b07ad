package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"storybot/stories"
)

// Exchange writes what became of requests and begins others, in one
// transaction: both are durable when it returns, before a request leaves.
//
// A result is applied when its delivery is on its way under the same attempt; it
// ends the row or leaves it in the queue and, as Result says, changes its
// destination. What was to be begun and is not among Begun.Deliveries is not
// owed any more. Alarms are kept for the desk. Neither x nor an error changes rows of another lane.
//
// After an error that leaves open whether it was committed the same exchange may
// be made again under its number. ErrLeaseLost is of the whole exchange: then
// nothing was changed.
func (s *Store) Exchange(ctx context.Context, l stories.Lease, x stories.Exchange) (begun stories.Begun, err error) {
	var at int64 // the lane
	var flying []stories.Flight
	var count int64                // see setFlights
	var open []stories.Destination // see takenSince
	err = s.changeAtHome(ctx, func(q querier) error {
		at, flying, count, open = 0, nil, 0, nil
		begun = stories.Begun{Deliveries: map[int64]bool{}, Revisions: map[int64]int{}, Notices: map[int64]int{}, Targets: map[int64]string{}, Keys: map[int64]string{}, Shown: map[int64]int{}}
		takes := turnsAway(x.Results) || loses(x.Results) || unmakes(x.Results)
		if takes || refuses(x.Alarms) {
			if err := lockPlanning(ctx, q); err != nil {
				return err
			}
		}
		// Whoever revises one of the updates has ended now or waits for us: what is
		// read from here on is of one side of it.
		standings, err := standingsOf(ctx, q, sharedSQL, x.Updates, begun.Revisions)
		if err := errors.Join(err, present(ctx, q, presentNoticesSQL, x.Notices, begun.Notices)); err != nil {
			return err
		}
		if takes {
			// A channel may be of another lane by now, whose rows its answer turns away.
			if err := lockAllLanes(ctx, q); err != nil {
				return err
			}
		}
		lane, err := holdLane(ctx, q, l)
		if err != nil || lane == 0 {
			return err
		}
		before, err := s.flown.flightsOf(ctx, q, lane)
		if err != nil {
			return err
		}
		if before.fence == l.Fence && before.batch == x.Batch { // it was committed already
			count = before.begun
			for _, f := range x.Begin {
				_, flying := before.byID[f.Delivery]
				begun.Deliveries[f.Delivery] = flying
			}
			if err := doubtEarlier(ctx, q, x, before.byID, standings, &begun); err != nil {
				return err
			}
			if begun.Pings, err = pingsOf(ctx, q, deliveriesOf(stillBegun(x, &begun))); err != nil {
				return err
			}
			return s.targets(ctx, q, lane, x, &begun)
		}
		x.Flying = before.asBegun(x.Flying)
		back := cameBack(before, x)
		// What is news is found out before the results make it true.
		if err := keepAlarms(ctx, q, lane, x.Alarms); err != nil {
			return err
		}
		if turnsAway(x.Results) {
			// What has come back is not on its way any more: it is turned away too.
			if err := setFlights(ctx, q, lane, l.Fence, x.Batch, x.Flying, 0); err != nil {
				return err
			}
		}
		if open, err = takenSince(ctx, q, before, x.Results); err != nil {
			return err
		}
		if err := s.finish(ctx, q, lane, before, x.Results); err != nil {
			return err
		}
		if err := s.lose(ctx, q, lane, lostOf(before, x.Results)); err != nil {
			return err
		}
		if err := endHeads(ctx, q, lane, before, x.Results); err != nil {
			return fmt.Errorf("have what was for heads go elsewhere: %w", err)
		}
		if err := openAgain(ctx, q, x.Results); err != nil {
			return fmt.Errorf("note that threads take messages: %w", err)
		}
		// Who left while it was on its way gets it no more.
		if err := skipVain(ctx, q, back, s.now()); err != nil {
			return err
		}
		if err := holdBlocked(ctx, q, back, s.now()); err != nil {
			return err
		}
		if err := stillOwed(ctx, q, x.Begin, &begun); err != nil {
			return err
		}
		if err := errors.Join(s.withhold(ctx, q, x, standings, &begun), s.withholdPublishing(ctx, q, x, standings, &begun), s.dropNeedless(ctx, q, x, &begun), s.dropStaleTests(ctx, q, x, &begun)); err != nil {
			return err
		}
		if err := postpone(ctx, q, lane, x, &begun); err != nil {
			return err
		}
		if err := errors.Join(s.targets(ctx, q, lane, x, &begun), s.fixCards(ctx, q, x, &begun), s.fixDigests(ctx, q, x, &begun)); err != nil {
			return err
		}
		begins, err := wordingsOf(ctx, q, x, begun)
		if err != nil {
			return err
		}
		if err := doubtEarlier(ctx, q, x, begins, standings, &begun); err != nil {
			return err
		}
		if begun.Pings, err = fixPings(ctx, q, x, &begun); err != nil {
			return err
		}
		at, flying = lane, slices.Clone(x.Flying)
		for _, f := range x.Begin {
			if begun.Deliveries[f.Delivery] {
				flying = append(flying, begins[f.Delivery])
			}
		}
		if len(flying) > len(x.Flying) {
			count = s.origin().countBegin()
		}
		if err := s.noteLane(ctx, q, lane, x.Lane); err != nil {
			return err
		}
		return setFlights(ctx, q, lane, l.Fence, x.Batch, flying, count)
	})
	if err == nil && count > 0 {
		err = s.origin().witnessBegin(count)
	}
	if err != nil {
		return stories.Begun{}, err
	}
	if at != 0 {
		s.flown.remember(at, l.Fence, x.Batch, flying)
	}
	s.reopenTaken(ctx, open)
	return begun, nil
}

// cameBack are rows that were on their way and wait again: they are to be tried
// again, or have not left.
func cameBack(before flights, x stories.Exchange) (rows []waiting) {
	gone := make(map[int64]bool, len(x.Flying)+len(x.Results))
	for _, f := range x.Flying {
		gone[f.Delivery] = true
	}
	for _, r := range x.Results {
		f, ok := before.byID[r.Delivery]
		gone[r.Delivery] = true
		if ok && f.Attempt == r.Attempt && r.State == stories.Pending && r.Destination == "" {
			rows = append(rows, waiting{f.Ref})
		}
	}
	for id, f := range before.byID {
		if !gone[id] {
			rows = append(rows, waiting{f.Ref})
		}
	}
	return rows
}

// turnsAway says that a result takes waiting rows away. Then planning is locked,
// before the lane as everywhere.
func turnsAway(results []stories.Result) bool {
	for _, r := range results {
		if r.Destination != "" {
			return true
		}
	}
	return false
}

// refuses says that alarms tell of destinations that refuse the bot, which is noted with
// them. Nobody who plans has destinations locked then.
func refuses(alarms []stories.Alarm) bool {
	return slices.ContainsFunc(alarms, func(a stories.Alarm) bool { return a.Kind == stories.AlarmBlocked })
}

const (
	againOwedSQL = `SELECT delivery_id FROM queue WHERE publication_id = ?1 AND destination_id among(?2)`
	presentSQL   = `SELECT id, revision, standing FROM updates WHERE id among(?1) ORDER BY id`
	// sharedSQL is presentSQL for who begins something of them.
	sharedSQL = presentSQL + ` /*share*/`
	// presentNoticesSQL shares the notice of cards too where a first one is begun.
	presentNoticesSQL = `
		SELECT id, revision FROM notices
		WHERE id among(?1) OR id = 1 AND EXISTS (SELECT 1 FROM notices f WHERE f.id among(?1) AND f.kind IN ('follow', 'digest')) ORDER BY id /*share*/`
	// targetsSQL tells of a delivery that is not kept any more as of one skipped.
	targetsSQL = `
		SELECT e.id, CASE WHEN m.id IS NULL THEN 6 ELSE coalesce(o.state, 0) END, coalesce(o.message_id, ''), coalesce(o.said, 0),
			coalesce(p.seed, 0), coalesce(m.destination_id, 0), coalesce(p.op, 0)
		FROM owed e LEFT JOIN owed m ON m.id = e.on_id LEFT JOIN outcomes o ON o.id = e.on_id LEFT JOIN publications p ON p.id = (m.id >> 32)
		WHERE e.id among(?1)`
)

// stillOwed notes which rows wait: all that were loaded, but for those that
// somebody has touched since.
func stillOwed(ctx context.Context, q querier, begin []stories.Flight, begun *stories.Begun) error {
	var own []int64
	again := map[int64][]int64{} // places, by publication
	for _, f := range begin {
		if f.Origin == f.Publication {
			own = append(own, f.Delivery)
		} else {
			begun.Deliveries[f.Delivery] = false
			again[f.Publication] = append(again[f.Publication], f.Place)
		}
	}
	touched, err := pastOf(ctx, q, own)
	if err != nil {
		return err
	}
	for _, id := range own {
		begun.Deliveries[id] = touched[id].waits()
	}
	for publication, places := range again {
		found, err := all(ctx, q, scanID, againOwedSQL, publication, list(places))
		if err != nil {
			return err
		}
		for _, id := range found {
			if _, asked := begun.Deliveries[id]; asked {
				begun.Deliveries[id] = true
			}
		}
	}
	return nil
}

// present reads what the begun deliveries are to say now. Whoever revises an
// update or a notice waits until they are on their way, and owes each of them an
// edit.
func present(ctx context.Context, q querier, text string, ids []int64, revisions map[int64]int) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var revision int
		err = r.Scan(&id, &revision)
		revisions[id] = revision
		return none, err
	}, text, list(ids))
	return err
}

// standingsOf is present of updates, and returns which of them are not to be sent now.
func standingsOf(ctx context.Context, q querier, text string, ids []int64, revisions map[int64]int) (withheld map[int64]stories.Standing, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var revision int
		var standing stories.Standing
		err = r.Scan(&id, &revision, &standing)
		revisions[id] = revision
		if standing.Withheld() {
			if withheld == nil {
				withheld = map[int64]stories.Standing{}
			}
			withheld[id] = standing
		}
		return none, err
	}, text, list(ids))
	return withheld, err
}

// actedOn is a message that is acted on.
type actedOn struct {
	state   stories.DeliveryState // of the delivery that made it
	message string                // the platform's id
	key     string                // of the delivery that made it; "" for one that is not kept
	shown   int
}

// scanTarget reads targetsSQL; id is that of the delivery that acts.
func scanTarget(r row) (id int64, t actedOn, err error) {
	var seed, place int64
	var op stories.Op
	err = r.Scan(&id, &t.state, &t.message, &t.shown, &seed, &place, &op)
	if place != 0 {
		t.key = stories.DeliveryKey(seed, place, op)
	}
	return id, t, err
}

// targets reads which messages are acted on. An operation waits for its message;
// one whose message will never be there is not owed, but for what an update was to say
// there: that goes to the channel.
func (s *Store) targets(ctx context.Context, q querier, lane int64, x stories.Exchange, begun *stories.Begun) error {
	if len(x.Acting) == 0 {
		return nil
	}
	never := map[int64]bool{}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		id, t, err := scanTarget(r)
		if err != nil {
			return none, err
		}
		begun.Targets[id], begun.Keys[id], begun.Shown[id] = t.message, t.key, t.shown
		never[id] = t.message == "" && t.state != stories.Pending && t.state != stories.Held
		return none, nil
	}, targetsSQL, list(x.Acting))
	if err != nil {
		return err
	}
	var vain []waiting
	for _, f := range x.Begin {
		if never[f.Delivery] && begun.Deliveries[f.Delivery] {
			vain = append(vain, waiting{f.Ref})
			begun.Deliveries[f.Delivery] = false
		}
	}
	if vain, err = moveTo(ctx, q, vain, stories.Skipped, because(noMessage), s.now(), stories.Ref{}); err != nil {
		return err
	}
	return headless(ctx, q, lane, vain, s.now())
}
