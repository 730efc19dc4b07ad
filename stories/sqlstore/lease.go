package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"storybot/stories"
)

const acquireSQL = `
	INSERT INTO leases (name, owner, fence, until) VALUES (?1, ?2, 1, ?4)
	ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, fence = leases.fence + 1, until = excluded.until
		WHERE leases.owner = excluded.owner OR leases.until <= ?3
	RETURNING fence`

// Acquire takes the lease called name for owner if it is free, expired or
// owner's own. It is good for ttl by the database's clock. ok is false when
// somebody else holds it.
func (s *Store) Acquire(ctx context.Context, name, owner string, ttl time.Duration) (l stories.Lease, ok bool, err error) {
	err = s.change(ctx, func(q querier) error {
		l, ok = stories.Lease{Name: name, Owner: owner}, false
		now, err := s.clock(ctx, q)
		if err != nil {
			return err
		}
		err = one(ctx, q, acquireSQL, []any{name, owner, millis(now), millis(now.Add(ttl))}, &l.Fence)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		ok = err == nil
		return err
	})
	if err != nil || !ok {
		return stories.Lease{}, false, err
	}
	return l, true, nil
}

const renewSQL = `UPDATE leases SET until = ?4 WHERE name = ?1 AND owner = ?2 AND fence = ?3`

// Renew makes l good for another ttl from now; ok is false when it was lost.
func (s *Store) Renew(ctx context.Context, l stories.Lease, ttl time.Duration) (ok bool, err error) {
	err = s.change(ctx, func(q querier) error {
		now, err := s.clock(ctx, q)
		if err != nil {
			return err
		}
		n, err := q.exec(ctx, renewSQL, l.Name, l.Owner, l.Fence, millis(now.Add(ttl)))
		ok = n == 1
		return err
	})
	return ok && err == nil, err
}

const releaseSQL = `UPDATE leases SET owner = '', until = 0 WHERE name = ?1 AND owner = ?2 AND fence = ?3`

// ReleaseLease gives l up at once. It is no error when it was lost before.
func (s *Store) ReleaseLease(ctx context.Context, l stories.Lease) error {
	return s.change(ctx, func(q querier) error {
		_, err := q.exec(ctx, releaseSQL, l.Name, l.Owner, l.Fence)
		return err
	})
}

const heldLaneSQL = `
	SELECT l.id FROM leases h JOIN lanes l ON l.name = h.name
	WHERE h.name = ?1 AND h.owner = ?2 AND h.fence = ?3 /*lock*/`

// holdLane checks that l is still held and keeps it so until the transaction
// ends: whoever wants to take it over waits. It returns the lane's id, 0 for a
// lane no destination ever belonged to. ErrLeaseLost.
func holdLane(ctx context.Context, q querier, l stories.Lease) (lane int64, err error) {
	err = one(ctx, q, heldLaneSQL, []any{l.Name, l.Owner, l.Fence}, &lane)
	if !errors.Is(err, sql.ErrNoRows) {
		return lane, err
	}
	var fence int64
	err = one(ctx, q, `SELECT fence FROM leases WHERE name = ?1 AND owner = ?2 AND fence = ?3 /*lock*/`, []any{l.Name, l.Owner, l.Fence}, &fence)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, stories.ErrLeaseLost
	}
	return 0, err
}

const lanesSQL = `
	SELECT l.name FROM lanes l
	WHERE EXISTS (SELECT 1 FROM destinations t WHERE t.lane_id = l.id) OR EXISTS (SELECT 1 FROM publications p WHERE p.lane_id = l.id AND p.queued > 0)
	ORDER BY l.name`

// Lanes returns every lane some destination belongs to, or has left while a
// request to it was on its way: somebody has to find out what became of that.
func (s *Store) Lanes(ctx context.Context) ([]string, error) {
	found, err := all(ctx, s.reader(), func(r row) (name string, err error) {
		err = r.Scan(&name)
		return name, err
	}, lanesSQL)
	return found, s.told(err)
}
