package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"storybot/stories"
)

const (
	desksSQL = `
		SELECT t.platform, t.workspace, t.channel FROM desks k JOIN destinations t ON t.id = k.destination_id
		ORDER BY t.platform, t.workspace`
	setDeskSQL = `
		INSERT INTO desks (platform, workspace, destination_id) VALUES (?1, ?2, ?3)
		ON CONFLICT (platform, workspace) DO UPDATE SET destination_id = excluded.destination_id
		WHERE desks.destination_id <> excluded.destination_id`
	deskInSQL  = `SELECT t.platform, t.workspace, t.channel FROM desks k JOIN destinations t ON t.id = k.destination_id WHERE k.platform = ?1 AND k.workspace = ?2`
	endDeskSQL = `DELETE FROM desks WHERE destination_id = ?1`
	// forDeskSQL are those of some deliveries that are to post what the desk is told.
	forDeskSQL = `
		SELECT x.id FROM owed x JOIN publications p ON p.id = (x.id >> 32) JOIN notices n ON n.id = p.notice_id
		WHERE x.id among(?1) AND p.op = 0 AND n.kind IN ('alarm', 'progress', 'schedule') ORDER BY x.id`
)

// Desks implements stories.DeskStore.
func (s *Store) Desks(ctx context.Context) ([]stories.Destination, error) {
	found, err := all(ctx, s.reader(), func(r row) (d stories.Destination, err error) {
		err = r.Scan(&d.Platform, &d.Workspace, &d.Channel)
		return d, err
	}, desksSQL)
	return found, s.told(err)
}

// TakeDesk implements stories.DeskStore.
func (s *Store) TakeDesk(ctx context.Context, a stories.Act, d stories.Destination, lane string) (stories.Destination, error) {
	return act(ctx, s, a, "desk", func(q querier) (was stories.Destination, changed bool, err error) {
		if err := lockDesks(ctx, q); err != nil {
			return was, false, err
		}
		if was, err = deskIn(ctx, q, d); err != nil {
			return was, false, err
		}
		p, err := enterPlace(ctx, q, d, lane, a.At)
		if err != nil {
			return was, false, err
		}
		n, err := q.exec(ctx, setDeskSQL, d.Platform, d.Workspace, p.id)
		if err != nil || n == 0 { // it is the desk already
			return was, false, err
		}
		if err := leaveDesk(ctx, q, was, a.At); err != nil {
			return was, false, err
		}
		if err := askOverdue(ctx, q, a.At); err != nil {
			return was, false, err
		}
		return was, true, enterPlaced(ctx, q, a, "desk", 0, d, "is the desk's channel")
	})
}

// EndDesk implements stories.DeskStore.
func (s *Store) EndDesk(ctx context.Context, a stories.Act, d stories.Destination) (bool, error) {
	return act(ctx, s, a, "no desk", func(q querier) (ended, changed bool, err error) {
		if err := lockDesks(ctx, q); err != nil {
			return false, false, err
		}
		was, err := deskIn(ctx, q, d)
		if err != nil || was != d || d == (stories.Destination{}) {
			return false, false, err
		}
		p, err := findPlace(ctx, q, d)
		if err != nil {
			return false, false, err
		}
		if _, err := q.exec(ctx, endDeskSQL, p.id); err != nil {
			return false, false, err
		}
		if err := leaveDesk(ctx, q, d, a.At); err != nil {
			return false, false, err
		}
		return true, true, enterPlaced(ctx, q, a, "no desk", 0, d, "is the desk's channel no longer")
	})
}

// lockDesks keeps others from telling a desk anything, and from deciding what it was
// asked, until the transaction ends.
func lockDesks(ctx context.Context, q querier) error {
	if err := lockPlanning(ctx, q); err != nil {
		return err
	}
	if _, err := all(ctx, q, scanID, lockOverdueSQL); err != nil { // before the lanes
		return err
	}
	return lockLanes(ctx, q)
}

// deskIn is the desk's channel in d's workspace, zero where there is none.
func deskIn(ctx context.Context, q querier, d stories.Destination) (was stories.Destination, err error) {
	err = one(ctx, q, deskInSQL, []any{d.Platform, d.Workspace}, &was.Platform, &was.Workspace, &was.Channel)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return was, err
}

// leaveDesk skips what the desk was to be told in a channel that is its own no longer, and
// was not yet. What is there is edited to its end.
func leaveDesk(ctx context.Context, q querier, d stories.Destination, at time.Time) error {
	p, err := findPlace(ctx, q, d)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	rows, err := allAt(ctx, q, p)
	if err != nil {
		return err
	}
	told, err := all(ctx, q, scanID, forDeskSQL, list(deliveriesOf(rows)))
	if err != nil {
		return err
	}
	return move(ctx, q, only(rows, told), stories.Skipped, inTheWords("the desk is not here any more"), at)
}
