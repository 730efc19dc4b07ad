package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"storybot/stories"
)

const (
	insertAlarmSQL = `INSERT INTO alarms (body) VALUES (?1)`
	alarmsWaitSQL  = `SELECT id FROM alarms LIMIT 1`
	takeAlarmsSQL  = `DELETE FROM alarms RETURNING id, body`
	refusedAtSQL   = `SELECT refused_at FROM destinations WHERE id = ?1`
	setRefusedSQL  = `UPDATE destinations SET refused_at = ?2 WHERE id = ?1`
	// refusedAmongSQL finds those of a range of destinations that have refused the bot
	// since something was last delivered there: few, and in an index of their own.
	refusedAmongSQL  = `SELECT id, refused_at FROM destinations WHERE refused_at <> 0 AND id BETWEEN ?1 AND ?2 ORDER BY id`
	postedSQL        = `SELECT destination_id FROM deliveries WHERE id among(?1) AND op inChannel()`
	insertTroubleSQL = `INSERT INTO troubles (lane_id, workspace) VALUES (?1, ?2) ON CONFLICT (lane_id, workspace) DO NOTHING`
	dropTroubleSQL   = `DELETE FROM troubles WHERE lane_id = ?1 AND workspace = ?2`
	troublesSQL      = `SELECT workspace FROM troubles WHERE lane_id = ?1`
)

// blockLasts is how long after a refusal the next one is no news: a blocked
// channel is tried again at least once a day.
const blockLasts = 48 * time.Hour

// keepAlarms stores what a lane's holder has to tell the desk, in the transaction
// of what it is about: neither is ever there without the other.
func keepAlarms(ctx context.Context, q querier, lane int64, alarms []stories.Alarm) error {
	for _, a := range alarms {
		if a.Kind == stories.AlarmBlocked {
			known, err := refusedLately(ctx, q, a)
			if err != nil {
				return err
			}
			if known {
				continue
			}
		}
		if a.Kind == stories.AlarmGone {
			known, err := goneAlready(ctx, q, a.Destination)
			if err != nil {
				return err
			}
			if known {
				continue
			}
		}
		if err := insertAlarm(ctx, q, a); err != nil {
			return err
		}
		text, workspace := "", ""
		switch a.Kind {
		case stories.AlarmLaneStopped:
			text = insertTroubleSQL
		case stories.AlarmLaneResumed:
			text = dropTroubleSQL
		case stories.AlarmWorkspaceFailing:
			text, workspace = insertTroubleSQL, a.Destination.Workspace
		case stories.AlarmWorkspaceRecovered:
			text, workspace = dropTroubleSQL, a.Destination.Workspace
		default:
			continue
		}
		if _, err := q.exec(ctx, text, lane, workspace); err != nil {
			return fmt.Errorf("keep what fails: %w", err)
		}
	}
	return nil
}

// insertAlarm stores what the desk is to be told.
func insertAlarm(ctx context.Context, q querier, a stories.Alarm) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if _, err := q.exec(ctx, insertAlarmSQL, string(body)); err != nil {
		return fmt.Errorf("keep an alarm: %w", err)
	}
	return nil
}

// refusedLately notes that a's channel refuses the bot, and says whether the desk
// was told so lately.
func refusedLately(ctx context.Context, q querier, a stories.Alarm) (known bool, err error) {
	p, err := findPlace(ctx, q, a.Destination)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var before int64
	if err := one(ctx, q, refusedAtSQL, []any{p.id}, &before); err != nil {
		return false, err
	}
	_, err = q.exec(ctx, setRefusedSQL, p.id, millis(a.At))
	// A clock that was set back makes no news either.
	return before != 0 && a.At.Sub(moment(before)).Abs() < blockLasts, err
}

// healed finds the channels that refused the bot and where a message has arrived that
// was begun since: the next refusal is news. That a channel was opened to be tried again
// is none, nor what is changed or said elsewhere than in the channel itself.
func healed(ctx context.Context, q querier, results []stories.Result) ([]int64, error) {
	first, last := int64(math.MaxInt64), int64(0)
	for i := range results {
		if r := &results[i]; r.State == stories.Sent {
			first, last = min(first, r.Place), max(last, r.Place)
		}
	}
	if first > last {
		return nil, nil
	}
	refusedAt := map[int64]int64{}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var place, at int64
		err = r.Scan(&place, &at)
		refusedAt[place] = at
		return none, err
	}, refusedAmongSQL, first, last)
	if err != nil || len(refusedAt) == 0 {
		return nil, err
	}
	var since []int64
	for _, r := range results {
		if at, refused := refusedAt[r.Place]; refused && r.State == stories.Sent && millis(r.Last) >= at {
			since = append(since, r.Delivery)
		}
	}
	if len(since) == 0 {
		return nil, nil
	}
	open, err := all(ctx, q, scanID, postedSQL, list(since))
	slices.Sort(open)
	return slices.Compact(open), err
}

// troublesOf returns what the desk was told fails in a lane.
func troublesOf(ctx context.Context, q querier, lane int64) ([]string, error) {
	return all(ctx, q, func(r row) (workspace string, err error) { return workspace, r.Scan(&workspace) }, troublesSQL, lane)
}

// AlarmsWait says whether there is something the desk is to be told and no
// notice tells yet.
func (s *Store) AlarmsWait(ctx context.Context) (bool, error) {
	if err := s.watchHome(ctx); err != nil {
		return false, err
	}
	var id int64
	err := one(ctx, s.reader(), alarmsWaitSQL, nil, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, s.told(err)
}

// TellAlarms owes all alarms that wait to every channel of the desk, in as few
// notices as hold them: of several processes that ask together one does it. told is
// false when there was nothing to tell or nobody to be told; then the alarms are in
// the log only. One that cannot be read is dropped: nobody would be told of anything
// any more.
func (s *Store) TellAlarms(ctx context.Context, at time.Time) (told bool, err error) {
	var unreadable []error
	err = s.change(ctx, func(q querier) error {
		told, unreadable = false, nil
		if err := sharePlanning(ctx, q); err != nil {
			return err
		}
		type numbered struct {
			id   int64
			body string
		}
		found, err := all(ctx, q, func(r row) (n numbered, err error) { return n, r.Scan(&n.id, &n.body) }, takeAlarmsSQL)
		if err != nil {
			return err
		}
		slices.SortFunc(found, func(a, b numbered) int { return cmp.Compare(a.id, b.id) })
		var alarms []stories.Alarm
		for _, f := range found {
			var a stories.Alarm
			if err := json.Unmarshal([]byte(f.body), &a); err != nil {
				unreadable = append(unreadable, fmt.Errorf("read alarm %d: %w", f.id, err))
				continue
			}
			alarms = append(alarms, a)
		}
		for _, body := range stories.TellAlarms(alarms) {
			n := stories.Notice{Kind: stories.AlarmNotice, Revision: 1, Done: true, Body: body, CreatedAt: at}
			if err := insertNotice(ctx, q, &n); err != nil {
				return err
			}
			owed, err := owePosts(ctx, q, n, nil, at)
			if err != nil {
				return err
			}
			told = told || owed > 0
		}
		return nil
	})
	if err == nil {
		for _, e := range unreadable {
			s.log.Error("an alarm cannot be read, so the desk is not told of it; look above in this log for what happened", "err", e)
		}
	}
	return told, err
}
