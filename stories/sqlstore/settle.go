package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"storybot/stories"
	"time"
)

// waitingSub is a subscription because of which something may wait.
type waitingSub struct {
	id, place int64
	options   stories.Options
	heals     bool // its digest collects until its channel can be written to again
	instants
}

const waitingSubsSQL = `
	SELECT b.id, b.destination_id, b.digest, b.quiet, b.tz, CASE WHEN ` + waitsToHealSQL + ` THEN 1 ELSE 0 END, b.waits_from, b.due_at, b.collects_from
	FROM subscriptions b WHERE b.destination_id among(?1) ORDER BY b.id`

func scanWaitingSub(r row) (s waitingSub, err error) {
	var heals int
	err = r.Scan(&s.id, &s.place, &s.options.Digest, &s.options.Quiet, &s.options.Zone, &heals, &s.from, &s.due, &s.collects)
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
}

// last says that there is no digest after this one.
func (r ruled) last() bool { return !r.to.IsZero() && r.beyond.Equal(r.to) }

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
		return ruled{to: at, from: min(sub.collects, millis(at)), beyond: at}
	}
	to := sub.options.Digest.Previous(at, zone)
	if millis(to) <= sub.collects {
		return ruled{}
	}
	return ruled{to: to, from: sub.collects, beyond: sub.options.Digest.Next(at, zone)}
}

// endsAt is when the newest period of sub's digest has ended whose digest is still to come,
// at an instant of its quiet hours; until is when these end.
func (s *Store) endsAt(sub waitingSub, at time.Time) (to, until time.Time, waits bool) {
	if sub.options.Digest == "" {
		return to, until, false
	}
	zone := s.zoneOf(sub.options.Zone)
	until, holds := sub.options.Quiet.Holds(at, zone)
	to = sub.options.Digest.Previous(at, zone)
	return to, until, holds && millis(to) > sub.collects
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
	later := s.shared(subs, rules, at)
	for _, sub := range subs {
		if sub.heals || !sub.due.Valid || sub.due.Int64 > millis(at) {
			continue
		}
		next := s.next(sub, rules[sub.id], at)
		if until, is := later[sub.id]; is {
			next.due = instant(until)
		}
		if err := next.write(ctx, q, sub.id); err != nil {
			return 0, err
		}
	}
	var goes []waitingRow
	digests := map[collectedFor][]waitingRow{}
	since := map[collectedFor]int64{}
	last := map[collectedFor]bool{}
	for _, r := range rows {
		rule, decided := rules[r.sub]
		switch {
		case !decided || rule.goes:
			goes = append(goes, r)
		case rule.collects(r.created):
			to := collectedFor{r.Place, millis(rule.to)}
			if first, had := since[to]; !had || rule.from < first {
				since[to] = rule.from
			}
			digests[to] = append(digests[to], r)
			last[to] = last[to] || rule.last()
		}
	}
	if n, err = s.release(ctx, q, goes, at); err != nil {
		return 0, fmt.Errorf("let go what waited: %w", err)
	}
	for _, to := range slices.SortedFunc(maps.Keys(digests), func(a, b collectedFor) int { return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.to, b.to)) }) {
		until, err := to.free(ctx, q, last[to])
		if err == nil {
			err = s.collect(ctx, q, digests[to], since[to], until, at)
		}
		if err != nil {
			return 0, fmt.Errorf("make a digest: %w", err)
		}
		n += len(digests[to])
	}
	return n, nil
}

// collectedFor is what one digest is of: one destination and the end of one period.
type collectedFor struct{ place, to int64 }

// free is when the period of a digest ends. Where there is one of that period already, what
// is collected waits for the next; the last one has none after it, and ends a little later.
func (c collectedFor) free(ctx context.Context, q querier, last bool) (to int64, err error) {
	for to = c.to; last; to++ {
		var there bool
		if err := one(ctx, q, digestThereSQL, []any{c.place, to}, &there); err != nil || !there {
			return to, err
		}
	}
	return to, nil
}

// shared finds the digests that wait for the quiet hours of another subscription with
// which they share a period: there is one digest of it. It takes them out of rules, and
// returns until when they wait.
func (s *Store) shared(subs []waitingSub, rules map[int64]ruled, at time.Time) map[int64]time.Time {
	waits := map[collectedFor]time.Time{}
	for _, sub := range subs {
		if to, until, is := s.endsAt(sub, at); is {
			of := collectedFor{sub.place, millis(to)}
			if until.After(waits[of]) {
				waits[of] = until
			}
		}
	}
	later := map[int64]time.Time{}
	for _, sub := range subs {
		if to := rules[sub.id].to; !to.IsZero() && sub.options.Digest != "" {
			if until := waits[collectedFor{sub.place, millis(to)}]; !until.IsZero() {
				rules[sub.id], later[sub.id] = ruled{}, until
			}
		}
	}
	return later
}

// next are the instants of sub, which was due, once the rule is carried out.
func (s *Store) next(sub waitingSub, rule ruled, at time.Time) instants {
	until, holds := sub.options.Quiet.Holds(at, s.zoneOf(sub.options.Zone))
	if sub.collects > 0 && holds { // for what has ended, or will have by then
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
