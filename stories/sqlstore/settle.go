package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"storybot/stories"
	"time"
)

// waitingSub is a subscription because of which something may wait.
type waitingSub struct {
	id, place int64
	options   stories.Options
	heals     bool  // its digest collects until its channel can be written to again
	digested  int64 // the end of the last period of which it had its digest
	instants
}

const waitingSubsSQL = `
	SELECT b.id, b.destination_id, b.digest, b.quiet, b.tz, CASE WHEN ` + waitsToHealSQL + ` THEN 1 ELSE 0 END, b.waits_from, b.due_at, b.collects_from, b.digested_to
	FROM subscriptions b WHERE b.destination_id among(?1) ORDER BY b.id`

// digestedToSQL keeps up to when the subscription ?1 had its digest.
const digestedToSQL = `UPDATE subscriptions SET digested_to = ?2 WHERE id = ?1 AND digested_to < ?2`

func scanWaitingSub(r row) (s waitingSub, err error) {
	var heals int
	err = r.Scan(&s.id, &s.place, &s.options.Digest, &s.options.Quiet, &s.options.Zone, &heals, &s.from, &s.due, &s.collects, &s.digested)
	s.heals = heals > 0
	return s, err
}

// ruled is what is done now about what waits because of a subscription.
type ruled struct {
	goes bool      // it goes out
	to   time.Time // it is collected up to then; zero for not
	from int64     // since when
	// beyond is from when on it is collected too: it is no later period's. What is collected
	// last is all there is; and where the clock was set back since, what was published ahead
	// of it would wait until the clock comes there again.
	beyond time.Time
	late   time.Time // the end of the quiet hours that its digest waited for; zero for none
	// owed says that there is a digest in any case: it is the last one, or this subscription
	// has had none of the period, whatever those of others brought.
	owed bool
}

// collects says whether what was published at an instant is collected now.
func (r ruled) collects(created int64) bool {
	return !r.to.IsZero() && (created < millis(r.to) || created >= millis(r.beyond))
}

// rule says what is done at an instant about what waits because of sub: of a digest that
// falls due in quiet hours, or is noticed in them, nothing before they end; and at a channel
// that cannot be written to nothing before it can: one digest has all of it then.
func (s *Store) rule(sub waitingSub, at time.Time) ruled {
	zone := s.zoneOf(sub.options.Zone)
	_, holds := sub.options.Quiet.Holds(at, zone)
	if sub.collects == 0 {
		return ruled{goes: !holds}
	}
	if holds || sub.heals || !sub.due.Valid || sub.due.Int64 > millis(at) {
		return ruled{}
	}
	if sub.options.Digest == "" { // nothing looks at what would be left
		return ruled{to: at, from: min(sub.collects, millis(at)), beyond: at, owed: true}
	}
	to := sub.options.Digest.Previous(at, zone)
	if millis(to) <= sub.collects {
		return ruled{}
	}
	late, is := sub.options.Quiet.Holds(to, zone)
	if !is {
		late = time.Time{}
	}
	return ruled{to: to, from: sub.collects, beyond: sub.options.Digest.Next(at, zone), late: late, owed: millis(to) > sub.digested}
}

// putOff says whether a digest of sub waits at an instant for quiet hours to end, and
// until when.
func (s *Store) putOff(sub waitingSub, at time.Time) (until time.Time, is bool) {
	zone := s.zoneOf(sub.options.Zone)
	until, holds := sub.options.Quiet.Holds(at, zone)
	return until, holds && (sub.options.Digest == "" || millis(sub.options.Digest.Previous(at, zone)) > sub.collects)
}

// settle has what waits at some destinations go out as far as its time has come, and
// moves the instants of their subscriptions on. Planning is locked. It returns how many
// rows went out or were collected.
func (s *Store) settle(ctx context.Context, q querier, places []int64, at time.Time) (n int, err error) {
	if len(places) == 0 {
		return 0, nil
	}
	subs, err := all(ctx, q, scanWaitingSub, waitingSubsSQL, list(places))
	if err != nil {
		return 0, fmt.Errorf("read what has something wait: %w", err)
	}
	rows, err := all(ctx, q, scanWaitingRow, waitingRowsSQL, list(places), list(places))
	if err != nil {
		return 0, fmt.Errorf("read what waits for its time: %w", err)
	}
	rules := map[int64]ruled{}
	for _, sub := range subs {
		rules[sub.id] = s.rule(sub, at)
	}
	for _, sub := range subs {
		if sub.heals || !sub.due.Valid || sub.due.Int64 > millis(at) {
			continue
		}
		if err := s.next(sub, rules[sub.id], at).write(ctx, q, sub.id); err != nil {
			return 0, err
		}
		if to := rules[sub.id].to; !to.IsZero() {
			if _, err := q.exec(ctx, digestedToSQL, sub.id, millis(to)); err != nil {
				return 0, err
			}
		}
	}
	var goes []waitingRow
	digests := map[period]*collected{}
	for _, r := range rows {
		rule, decided := rules[r.sub]
		switch {
		case !decided || rule.goes:
			goes = append(goes, r)
		case rule.collects(r.created):
			of := period{r.Place, millis(rule.to), millis(rule.late)}
			if digests[of] == nil {
				digests[of] = &collected{from: rule.from}
			}
			digests[of].add(r, rule)
		}
	}
	if n, err = s.release(ctx, q, goes, at); err != nil {
		return 0, fmt.Errorf("let go what waited: %w", err)
	}
	made, err := s.collectAll(ctx, q, digests, at)
	return n + made, err
}

// next are the instants of sub, which was due, once the rule is carried out.
func (s *Store) next(sub waitingSub, rule ruled, at time.Time) instants {
	if until, is := s.putOff(sub, at); is && sub.collects > 0 {
		next := s.instantsOf(sub.options, sub.collects, at)
		next.collects, next.due = sub.collects, instant(until)
		return next
	}
	collects := sub.collects
	if !rule.to.IsZero() {
		collects = millis(rule.to)
	}
	if sub.options.Digest == "" {
		collects = 0
	}
	return s.instantsOf(sub.options, collects, at)
}

const deferredPlacesSQL = `
	SELECT DISTINCT d.destination_id FROM publications p` + ofPublicationSQL + `
	WHERE p.story_id = ?1 AND p.deferred > 0 AND ` + inPublicationSQL + ` AND ` + deferredSQL + ` ORDER BY 1`

// settleOf is settle wherever something of a story waits for its time: other
// subscriptions may decide about it now. It locks the lanes: who puts a row off as it is
// begun, by what decided before, is seen.
func (s *Store) settleOf(ctx context.Context, q querier, storyID int64, at time.Time) error {
	if err := lockLanes(ctx, q); err != nil {
		return err
	}
	places, err := all(ctx, q, scanID, deferredPlacesSQL, storyID)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(places, duesOnce) {
		if _, err := s.settle(ctx, q, some, at); err != nil {
			return err
		}
	}
	return nil
}

const allDeferredPlacesSQL = `
	SELECT DISTINCT d.destination_id FROM publications p` + ofPublicationSQL + ` WHERE p.deferred > 0 AND ` + inPublicationSQL + ` AND ` + deferredSQL + ` ORDER BY 1`

// putBackLate looks at what waited for its time in a database that was put back. What
// would have gone out by now may have: it is put among what waits for a person, and what
// was for a digest is no news any more. What is not due yet waits on.
func putBackLate(ctx context.Context, q querier, at time.Time) error {
	places, err := all(ctx, q, scanID, allDeferredPlacesSQL)
	if err != nil || len(places) == 0 {
		return err
	}
	subs, err := all(ctx, q, scanWaitingSub, waitingSubsSQL, list(places))
	if err != nil {
		return err
	}
	rows, err := all(ctx, q, scanWaitingRow, waitingRowsSQL, list(places), list(places))
	if err != nil {
		return err
	}
	of := map[int64]waitingSub{}
	for _, sub := range subs {
		of[sub.id] = sub
	}
	var old, late []waiting
	t := tally{}
	for _, r := range rows {
		sub := of[r.sub]
		switch {
		case sub.due.Valid && sub.due.Int64 > millis(at):
		case sub.collects > 0:
			old = append(old, r.waiting)
		default:
			late = append(late, r.waiting)
			t.ended(r.Origin, stories.Deferred, -1)
		}
	}
	if err := move(ctx, q, old, stories.Skipped, because(oldNews), at); err != nil {
		return err
	}
	if err := touch(ctx, q, deliveriesOf(late)); err != nil {
		return err
	}
	if err := changeRows(ctx, q, intoQueueSQL, late); err != nil {
		return err
	}
	return t.post(ctx, q)
}
