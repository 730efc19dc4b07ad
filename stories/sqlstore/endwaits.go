package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	// duesOnce is how many subscriptions are looked at in one transaction, so that nobody
	// waits for long.
	duesOnce = 300
	// rowsOnce is how much that waited goes out or is collected in one, but for what waits in
	// one channel: while it lasts nothing is published.
	rowsOnce = 2000
	// placesCounted is in how many channels it is counted at a time.
	placesCounted = 20
)

// countWaitingSQL counts what waits at destinations, see deferredAtSQL.
const countWaitingSQL = `SELECT g.destination_id, count(*) FROM (` + deferredAtSQL + `) AS g GROUP BY g.destination_id`

// EndWaits implements stories.DueStore. Where it failed before it goes channel by channel,
// each in a transaction of its own: what cannot be done in one holds up none of the
// others, and what was done stays so when time runs out.
func (s *Store) EndWaits(ctx context.Context, at time.Time) (ended int, err error) {
	ended, err = s.endWaits(ctx, at)
	s.singly.Store(err != nil)
	if err == nil {
		s.waited.Store(&waitedAt{at})
	}
	return ended, err
}

func (s *Store) endWaits(ctx context.Context, at time.Time) (ended int, err error) {
	var places []int64
	singly := s.singly.Load()
	err = s.changeAtHome(ctx, func(q querier) error {
		ended = 0
		if err := lockPlanning(ctx, q); err != nil {
			return err
		}
		if err := s.rewind(ctx, q, at); err != nil {
			return err
		}
		if places, err = duePlaces(ctx, q, at); err != nil || singly {
			return err
		}
		if places, err = fewRows(ctx, q, places); err != nil {
			return err
		}
		if len(places) == 0 {
			return nil
		}
		// Who puts a row off as it is begun has read by instants that move now that it waits:
		// it is seen here, or reads them later.
		if err := lockLanes(ctx, q); err != nil {
			return err
		}
		ended, err = s.settle(ctx, q, slices.Sorted(slices.Values(places)), at)
		return err
	})
	if err != nil || !singly {
		return ended, err
	}
	var failed []error
	for _, id := range places {
		var n int
		err := s.changeAtHome(ctx, func(q querier) (err error) {
			n = 0
			if err := lockPlanning(ctx, q); err != nil {
				return err
			}
			if err := lockLanes(ctx, q); err != nil {
				return err
			}
			n, err = s.settle(ctx, q, []int64{id}, at)
			return err
		})
		if ctx.Err() != nil {
			return ended, errors.Join(append(failed, err)...)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("end what waits in channel %d: %w", id, err))
			continue
		}
		ended += n
	}
	return ended, errors.Join(failed...)
}

// duePlaces are the channels in which something is due, first those where it was first.
func duePlaces(ctx context.Context, q querier, at time.Time) (places []int64, err error) {
	found, err := all(ctx, q, scanID, duePlacesSQL, millis(at), duesOnce)
	had := map[int64]bool{}
	for _, id := range found {
		if !had[id] {
			had[id], places = true, append(places, id)
		}
	}
	return places, err
}

// fewRows are the first of places, in which not more waits than is settled at once; one at
// least.
func fewRows(ctx context.Context, q querier, places []int64) ([]int64, error) {
	rows := 0
	for from := 0; from < len(places); from += placesCounted {
		some := places[from:min(from+placesCounted, len(places))]
		waiting := map[int64]int{}
		_, err := all(ctx, q, func(r row) (none struct{}, err error) {
			var id int64
			var n int
			err = r.Scan(&id, &n)
			waiting[id] = n
			return none, err
		}, countWaitingSQL, list(some), list(some))
		if err != nil {
			return nil, fmt.Errorf("count what waits for its time: %w", err)
		}
		for i, id := range some {
			if rows += waiting[id]; rows > rowsOnce && from+i > 0 {
				return places[:from+i], nil
			}
		}
	}
	return places, nil
}
