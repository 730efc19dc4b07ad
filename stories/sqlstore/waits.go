package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"storybot/stories"
)

// What is not breaking waits at a destination for the end of its quiet hours, or for its
// digest. It has its row in owed, and none in the queue: it lies under a publication that
// waits as a whole from the first, or its outcome says so (deferredSQL), and the count
// deferred of its publication has it.
//
// What waits is told by the subscription that decides, whose options come to three
// instants (waits_from, due_at, collects_from). These are kept with it and moved on here,
// so that who plans needs no time zone: from waits_from on what is published waits, until
// it is moved on in the transaction in which what waited goes out. So nothing overtakes
// what waits, however late the hour is noticed.
//
//	endwaits.go  looks what is due
//	later.go     plans what waits for its time
//	deferred.go  finds it, and has it wait
//	settle.go    decides what becomes of it at its time
//	release.go   lets it go
//	collect.go   collects it, by periods
//	digests.go   makes one message of it

// instants are what a subscription's options come to.
type instants struct {
	from     sql.NullInt64 // when what is not breaking begins to wait; null for never
	due      sql.NullInt64 // when the next thing happens: quiet hours end, or a digest falls due
	collects int64         // from when on a digest collects; 0 for none
}

// zoneOf is the zone that options are in: the newsroom's where they name none, or one that
// is not known any more.
func (s *Store) zoneOf(name string) *time.Location {
	if name == "" {
		return s.zone
	}
	if zone, known := s.zones.Load(name); known {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		s.log.Warn("a time zone is not known; the newsroom's is taken", "zone", name, "err", err)
		zone = s.zone
	}
	s.zones.Store(name, zone)
	return zone
}

// instantsOf are those of options at an instant, with a digest that collects from so
// early.
func (s *Store) instantsOf(o stories.Options, collects int64, at time.Time) instants {
	zone := s.zoneOf(o.Zone)
	switch {
	case o.Digest != "":
		due := o.Digest.Next(at, zone)
		if until, holds := o.Quiet.Holds(due, zone); holds {
			due = until
		}
		return instants{from: sql.NullInt64{Valid: true}, due: instant(due), collects: collects}
	case o.Quiet != "":
		from, until := o.Quiet.Window(at, zone)
		return instants{from: instant(from), due: instant(until)}
	}
	return instants{}
}

func instant(t time.Time) sql.NullInt64 { return sql.NullInt64{Int64: millis(t), Valid: !t.IsZero()} }

const (
	setInstantsSQL = `UPDATE subscriptions SET waits_from = ?2, due_at = ?3, collects_from = ?4 WHERE id = ?1`
	// dueNowSQL has what waits because of a subscription looked at now. What is published
	// meanwhile waits behind it.
	dueNowSQL = `UPDATE subscriptions SET due_at = ?2, collects_from = ?3, waits_from = CASE WHEN waits_from <= ?2 THEN waits_from ELSE ?4 END WHERE id = ?1`
	// waitsToHealSQL says of a subscription b that its digest is not looked at before its
	// channel can be written to again: it collects until then.
	waitsToHealSQL = `b.digest <> '' AND EXISTS (SELECT 1 FROM destinations t WHERE t.id = b.destination_id AND t.state = 'blocked')`
	dueNextSQL     = `SELECT b.due_at FROM subscriptions b WHERE b.due_at IS NOT NULL AND NOT (` + waitsToHealSQL + `) ORDER BY b.due_at LIMIT 1`
	duePlacesSQL   = `SELECT b.destination_id FROM subscriptions b WHERE b.due_at <= ?1 AND NOT (` + waitsToHealSQL + `) ORDER BY b.due_at, b.id LIMIT ?2`
	// rewindSQL has all looked at now, and digests collect from now on that did from a later
	// time on: a clock that was ahead had their periods end.
	rewindSQL = `
		UPDATE subscriptions SET due_at = CASE WHEN due_at > ?1 THEN ?1 ELSE due_at END, collects_from = CASE WHEN collects_from > ?1 THEN ?1 ELSE collects_from END
		WHERE due_at > ?1 OR collects_from > ?1`
	collectingSQL = `SELECT collects_from FROM subscriptions WHERE id = ?1`
)

func (i instants) write(ctx context.Context, q querier, sub int64) error {
	_, err := q.exec(ctx, setInstantsSQL, sub, i.from, i.due, i.collects)
	return err
}

// keepInstants gives a subscription, which is new or has other options than before, its
// instants. What it kept back under the options before is due now.
func (s *Store) keepInstants(ctx context.Context, q querier, id int64, before, now stories.Options, at time.Time) error {
	if before.Digest == now.Digest && before.Quiet == now.Quiet && before.Zone == now.Zone {
		return nil
	}
	var collects int64
	if err := one(ctx, q, collectingSQL, []any{id}, &collects); err != nil {
		return err
	}
	if collects == 0 && now.Digest != "" {
		collects = millis(at)
	}
	next := s.instantsOf(now, collects, at)
	if before.Digest == "" && before.Quiet == "" {
		return next.write(ctx, q, id)
	}
	_, err := q.exec(ctx, dueNowSQL, id, millis(at), collects, next.from)
	return err
}

// waitsName remembers by which zone, and up to when, the instants were kept.
const waitsName = "waits"

// kept is what is remembered so.
type keptWaits struct {
	Zone string
	At   int64
}

// NextWait implements stories.DueStore.
func (s *Store) NextWait(ctx context.Context) (next, now time.Time, ok bool, err error) {
	now = s.now() // by which all of it was planned: see stories.DueStore
	if last := s.waited.Load(); last == nil || now.Before(last.at) {
		return now, now, true, nil // EndWaits looks whether the clock was set, or the zone
	}
	var due int64
	err = one(ctx, s.reader(), dueNextSQL, nil, &due)
	if errors.Is(err, sql.ErrNoRows) {
		s.waited.Store(&waitedAt{now})
		return next, now, false, nil
	}
	if err == nil && due > millis(now) {
		s.waited.Store(&waitedAt{now})
	}
	return moment(due), now, err == nil, s.told(err)
}

// waitedAt is when this process last looked at what waits.
type waitedAt struct{ at time.Time }

// clocksDiffer is by how much the clocks of processes may that share a database: so little
// is no clock that was set back.
const clocksDiffer = 5 * time.Second

// rewind has all instants found anew where somebody set the clock back, or the newsroom
// has another zone.
func (s *Store) rewind(ctx context.Context, q querier, at time.Time) error {
	var last keptWaits
	text, err := recall(ctx, q, waitsName)
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &last)
	}
	if err != nil {
		return fmt.Errorf("read up to when quiet hours were kept: %w", err)
	}
	now := keptWaits{s.zone.String(), millis(at)}
	if last == now {
		return nil
	}
	moved := last.Zone != "" && last.Zone != now.Zone
	if back := last.At - now.At; !moved && back > 0 && back <= clocksDiffer.Milliseconds() {
		return nil // another process was here, whose clock is ahead
	}
	if moved || last.At > now.At {
		if _, err := q.exec(ctx, rewindSQL, now.At); err != nil {
			return err
		}
	}
	body, err := json.Marshal(now)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, rememberSQL, waitsName, string(body))
	return err
}
