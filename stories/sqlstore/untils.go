package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"storybot/stories"
)

// waitsFor says for what updates wait because of options.
func waitsFor(o stories.Options) string {
	if o.Digest != "" {
		return "digest"
	}
	return "quiet hours"
}

// comesAt is when a row that was published at an instant goes out because of sub, as far as
// is known now. What was published in quiet hours, after the end of a period whose digest they
// put off, comes with the next one.
func (s *Store) comesAt(sub waitingSub, created int64) time.Time {
	due := moment(sub.due.Int64)
	if sub.options.Digest == "" || !sub.due.Valid {
		return due
	}
	zone := s.zoneOf(sub.options.Zone)
	end := sub.options.Digest.Next(moment(created), zone)
	if until, holds := sub.options.Quiet.Holds(end, zone); holds {
		end = until
	}
	return moment(max(millis(end), millis(due)))
}

var decidingSubSQL = `
	SELECT b.id FROM destinations t JOIN stories s ON s.id = ?2 JOIN subscriptions b ON b.destination_id = t.id
	WHERE t.id = ?1 AND ` + decidesSQL

// fillDeferred adds to deliveries to d that wait for their time for what, and until when.
func (s *Store) fillDeferred(ctx context.Context, d stories.Destination, found []stories.Delivery) error {
	if !slices.ContainsFunc(found, func(v stories.Delivery) bool { return v.State == stories.Deferred }) {
		return nil
	}
	p, err := findPlace(ctx, s.reader(), d)
	if errors.Is(err, sql.ErrNoRows) { // it has another address since they were found
		return nil
	}
	if err != nil {
		return err
	}
	subs, err := all(ctx, s.reader(), scanWaitingSub, waitingSubsSQL, list([]int64{p.id}))
	if err != nil {
		return err
	}
	for i := range found {
		v := &found[i]
		if v.State != stories.Deferred {
			continue
		}
		var by int64
		err := one(ctx, s.reader(), decidingSubSQL, []any{p.id, v.About.StoryID}, &by)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		for _, sub := range subs {
			if sub.id == by {
				v.Reason = waitsFor(sub.options)
				v.Tries.DueAt = s.comesAt(sub, millis(v.CreatedAt))
			}
		}
	}
	return nil
}

const countAllDeferredSQL = `SELECT coalesce(sum(p.deferred), 0) FROM publications p WHERE p.deferred > 0`

// Deferred implements stories.HealthStore.
func (s *Store) Deferred(ctx context.Context) (messages int, err error) {
	err = one(ctx, s.reader(), countAllDeferredSQL, nil, &messages)
	return messages, s.told(err)
}

// fillWaiting adds to the subscriptions of d how much waits because of each, and until
// when the first of it does.
func (s *Store) fillWaiting(ctx context.Context, d stories.Destination, subs []stories.Subscription) error {
	p, err := findPlace(ctx, s.reader(), d)
	if err != nil || len(subs) == 0 {
		return missing(err, "This channel is not known.")
	}
	here := list([]int64{p.id})
	due, err := all(ctx, s.reader(), scanWaitingSub, waitingSubsSQL, here)
	if err != nil {
		return err
	}
	rows, err := all(ctx, s.reader(), scanWaitingRow, waitingRowsSQL, here, here)
	if err != nil || len(rows) == 0 {
		return err
	}
	of := map[int64]waitingSub{}
	for _, sub := range due {
		of[sub.id] = sub
	}
	for i := range subs {
		waits := &subs[i].Waits
		for _, r := range rows {
			if r.sub != subs[i].ID || r.notice {
				continue
			}
			waits.Updates++
			if at := s.comesAt(of[r.sub], r.created); waits.Until.IsZero() || at.Before(waits.Until) {
				waits.Until = at
			}
		}
	}
	return nil
}
