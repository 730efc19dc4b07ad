package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"storybot/stories"
)

// place is a destination's row.
type place struct {
	id, lane int64
	state    stories.DestinationState
}

const placeSQL = `
	SELECT id, lane_id, state FROM destinations WHERE platform = ?1 AND workspace = ?2 AND channel = ?3`

func findPlace(ctx context.Context, q querier, d stories.Destination) (p place, err error) {
	err = one(ctx, q, placeSQL, []any{d.Platform, d.Workspace, d.Channel}, &p.id, &p.lane, &p.state)
	return p, err
}

const (
	lockLanesSQL = `SELECT id FROM lanes ORDER BY id /*lock*/`
)

// lockLanes keeps the holders of all lanes from writing until the transaction ends.
func lockLanes(ctx context.Context, q querier) error {
	_, err := all(ctx, q, scanID, lockLanesSQL)
	return err
}

const lockLeasesSQL = `SELECT fence FROM leases WHERE name IN (SELECT name FROM lanes) ORDER BY name /*lock*/`

// lockAllLanes is lockLanes of who locks the leases of lanes too: these come first.
func lockAllLanes(ctx context.Context, q querier) error {
	if _, err := all(ctx, q, scanID, lockLeasesSQL); err != nil {
		return err
	}
	return lockLanes(ctx, q)
}

const lockPlanningSQL = `SELECT id FROM planning WHERE id = 1 /*lock*/`

// lockPlanning waits for what is being planned and keeps others from planning.
func lockPlanning(ctx context.Context, q querier) error {
	var id int64
	return one(ctx, q, lockPlanningSQL, nil, &id)
}

// lockPlace finds a destination and keeps whoever plans, and the holders of all
// lanes, from it until the transaction ends: what came back in a lane that it has left
// waits there.
func lockPlace(ctx context.Context, q querier, d stories.Destination) (place, error) {
	if err := lockPlanning(ctx, q); err != nil {
		return place{}, err
	}
	p, err := findPlace(ctx, q, d)
	if err != nil {
		return p, err
	}
	if err := lockLanes(ctx, q); err != nil {
		return p, err
	}
	return findPlace(ctx, q, d)
}

const (
	insertLaneSQL  = `INSERT INTO lanes (name) VALUES (?1) ON CONFLICT (name) DO NOTHING`
	laneSQL        = `SELECT id FROM lanes WHERE name = ?1`
	insertPlaceSQL = `
		INSERT INTO destinations (platform, workspace, channel, lane_id) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (platform, workspace, channel) DO NOTHING`
	isForumSQL   = `UPDATE destinations SET forum = 1 WHERE id = ?1 AND forum = 0`
	placeLaneSQL = `UPDATE destinations SET lane_id = ?2 WHERE id = ?1`
)

// enterPlace finds a destination or makes it, moves it and what waits for it to
// this lane, and returns it locked as lockPlace does. What is on its way ends
// where it was begun.
func enterPlace(ctx context.Context, q querier, d stories.Destination, lane string, at time.Time) (place, error) {
	if err := lockPlanning(ctx, q); err != nil {
		return place{}, err
	}
	id, err := enterLane(ctx, q, lane)
	if err != nil {
		return place{}, err
	}
	if _, err := q.exec(ctx, insertPlaceSQL, d.Platform, d.Workspace, d.Channel, id); err != nil {
		return place{}, err
	}
	p, err := lockPlace(ctx, q, d)
	if err != nil || p.lane == id {
		return p, err
	}
	rows, err := queuedAt(ctx, q, p)
	if err != nil {
		return p, err
	}
	p.lane = id
	if _, err := q.exec(ctx, placeLaneSQL, p.id, id); err != nil {
		return p, err
	}
	return p, owe(ctx, q, p, rows, at)
}

func enterLane(ctx context.Context, q querier, lane string) (id int64, err error) {
	err = one(ctx, q, laneSQL, []any{lane}, &id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	if _, err := q.exec(ctx, insertLaneSQL, lane); err != nil {
		return 0, err
	}
	err = one(ctx, q, laneSQL, []any{lane}, &id)
	return id, err
}

const (
	setPlaceSQL  = `UPDATE destinations SET state = ?2, reason = ?3, since = ?4, heals = ?5 WHERE id = ?1`
	endSubsSQL   = `DELETE FROM subscriptions WHERE destination_id = ?1`
	endMutesSQL  = `DELETE FROM mutes WHERE destination_id = ?1`
	unblockedSQL = `UPDATE destinations SET state = 'reachable', reason = '', since = 0, heals = 0, missed = 0, moved_to = 0, left_at = 0 WHERE id = ?1`
)

// block holds what waits for a destination, the newest few. A block that lasts
// keeps its first moment.
func block(ctx context.Context, q querier, p place, reason string, heals bool, at time.Time) error {
	if p.state != stories.Blocked {
		if _, err := q.exec(ctx, setPlaceSQL, p.id, string(stories.Blocked), reason, millis(at), bit(heals)); err != nil {
			return err
		}
	}
	rows, err := queuedAt(ctx, q, p)
	if err != nil {
		return err
	}
	if err := move(ctx, q, rows, stories.Held, inTheWords(reason), at); err != nil {
		return err
	}
	_, err = trim(ctx, q, []int64{p.id}, catchUp, at)
	return err
}

// end makes a destination gone: nothing follows from there and nothing waits.
func end(ctx context.Context, q querier, p place, reason string, at time.Time) error {
	if _, err := q.exec(ctx, setPlaceSQL, p.id, string(stories.Gone), reason, millis(at), 0); err != nil {
		return err
	}
	for _, text := range []string{endSubsSQL, endMutesSQL} {
		if _, err := q.exec(ctx, text, p.id); err != nil {
			return err
		}
	}
	waits, err := allAt(ctx, q, p)
	if err != nil {
		return err
	}
	return move(ctx, q, waits, stories.Skipped, inTheWords(reason), at)
}

// ReopenDestination implements stories.PlacesStore.
func (s *Store) ReopenDestination(ctx context.Context, d stories.Destination, keep int, now time.Time) (resumed, skipped int, err error) {
	p, err := findPlace(ctx, s.reader(), d)
	if errors.Is(err, sql.ErrNoRows) || err == nil && p.state != stories.Blocked {
		return 0, 0, nil // asked for every destination of a platform at each start
	}
	if err != nil {
		return 0, 0, s.told(err)
	}
	err = s.change(ctx, func(q querier) error {
		resumed, skipped = 0, 0
		p, err := lockPlace(ctx, q, d)
		if errors.Is(err, sql.ErrNoRows) { // it has another address since
			return nil
		}
		if err == nil && p.state == stories.Blocked {
			resumed, skipped, err = reopen(ctx, q, p, keep, now)
		}
		return err
	})
	return resumed, skipped, err
}

// BlockDestination implements stories.PlacesStore.
func (s *Store) BlockDestination(ctx context.Context, d stories.Destination, o stories.Obstacle, now time.Time) error {
	return s.changePlace(ctx, d, func(q querier, p place) error {
		if p.state == stories.Reachable {
			if err := keepBlock(ctx, q, p, d, o, now); err != nil {
				return err
			}
			if err := block(ctx, q, p, o.Reason, o.Heals, now); err != nil {
				return err
			}
		}
		if !o.Left || p.state == stories.Gone {
			return nil
		}
		_, err := q.exec(ctx, leaveSQL, p.id, millis(now), clean(o.Reason), bit(o.Heals))
		return err
	})
}

// changePlace changes a destination that is locked as lockPlace does; one that never was
// any is left alone, and costs a read: platforms tell of whatever channels there are.
func (s *Store) changePlace(ctx context.Context, d stories.Destination, change func(querier, place) error) error {
	if _, err := findPlace(ctx, s.reader(), d); errors.Is(err, sql.ErrNoRows) {
		return nil
	} else if err != nil {
		return s.told(err)
	}
	return s.change(ctx, func(q querier) error {
		p, err := lockPlace(ctx, q, d)
		if errors.Is(err, sql.ErrNoRows) { // it has another address since
			return nil
		}
		if err == nil {
			err = change(q, p)
		}
		return err
	})
}

// EndDestination implements stories.PlacesStore.
func (s *Store) EndDestination(ctx context.Context, d stories.Destination, reason string, now time.Time) error {
	return s.changePlace(ctx, d, func(q querier, p place) error {
		if p.state == stories.Gone {
			return nil
		}
		if err := keepEnd(ctx, q, p, d, reason, now); err != nil {
			return err
		}
		return end(ctx, q, p, reason, now)
	})
}
