package stories

import (
	"strings"
	"time"
)

// Periods of a digest follow one another without a gap: each begins where the one
// before it ends, and what happens at that instant belongs to the later one.
//
// An hour that a clock change skips is taken as the next instant, an hour of the day
// that it doubles as its first. A day that a zone left out has no end of a period.

// Next returns the first end of a period after an instant, by the clock of a zone; the
// zero time where nothing is collected.
func (d Digest) Next(after time.Time, zone *time.Location) time.Time {
	if d == "hourly" {
		return nextHour(after, zone)
	}
	ends, ok := d.daily()
	for day := civilDay(after, zone).AddDate(0, 0, -1); ok; day = day.AddDate(0, 0, 1) {
		if end, ok := ends.on(day, zone); ok && end.After(after) {
			return end
		}
	}
	return time.Time{}
}

// Previous returns the last end of a period that is not after an instant, by the clock
// of a zone; the zero time where nothing is collected. The period that holds an instant
// goes from Previous to Next.
func (d Digest) Previous(at time.Time, zone *time.Location) time.Time {
	if d == "hourly" {
		// Two full hours are less than two hours apart, whatever the clocks do.
		last := nextHour(at.Add(-3*time.Hour), zone)
		for next := last; !next.After(at); next = nextHour(next, zone) {
			last = next
		}
		return last
	}
	ends, ok := d.daily()
	for day := civilDay(at, zone).AddDate(0, 0, 1); ok; day = day.AddDate(0, 0, -1) {
		if end, ok := ends.on(day, zone); ok && !end.After(at) {
			return end
		}
	}
	return time.Time{}
}

// daily are the ends of periods at one time of day.
type daily struct {
	clock    time.Duration // since midnight, as a clock shows it
	weekdays bool          // none on Saturday and Sunday
}

func (d Digest) daily() (daily, bool) {
	period, clock, _ := strings.Cut(string(d), "@")
	at, err := time.Parse("15:04", clock)
	return daily{at.Sub(at.Truncate(24 * time.Hour)), period == "weekdays"}, err == nil
}

// on returns the end of the period that ends on a day, which is written as its midnight
// in UTC; false where none does.
func (d daily) on(day time.Time, zone *time.Location) (time.Time, bool) {
	if weekday := day.Weekday(); d.weekdays && (weekday == time.Saturday || weekday == time.Sunday) {
		return time.Time{}, false
	}
	if !civilDay(firstShown(day, zone), zone).Equal(day) {
		return time.Time{}, false // the zone left the day out
	}
	return firstShown(day.Add(d.clock), zone), true
}

// civilDay is the day that a zone's calendar shows at an instant, written as its
// midnight in UTC.
func civilDay(at time.Time, zone *time.Location) time.Time {
	year, month, day := at.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// firstShown returns the first instant at which the clock of a zone shows a date and
// hour, which are written in UTC, or a later one.
func firstShown(clock time.Time, zone *time.Location) time.Time {
	// No zone was ever further from UTC.
	for at := clock.Add(-26 * time.Hour).In(zone); ; {
		from, until := bounds(at)
		shown := clock.Add(-offset(at)).In(zone)
		switch {
		case !until.IsZero() && !shown.Before(until):
			at = until
		case shown.Before(from):
			return from // it was skipped
		default:
			return shown
		}
	}
}

// nextHour returns the first instant after another at which the clock of a zone shows a
// full hour, or would have if it had not skipped it.
func nextHour(after time.Time, zone *time.Location) time.Time {
	for at := after.In(zone); ; {
		_, until := bounds(at)
		clock := at.UTC().Add(offset(at))
		full := clock.Truncate(time.Hour).Add(time.Hour)
		next := full.Add(-offset(at)).In(zone)
		if until.IsZero() || next.Before(until) {
			return next
		}
		// The clock is changed before: it skips the hour, shows one, or neither.
		clock = until.UTC().Add(offset(until))
		if !clock.Before(full) || clock.Equal(clock.Truncate(time.Hour)) {
			return until
		}
		at = until
	}
}

// bounds is at.ZoneBounds without an end that is over, as Go tells of the last day of a
// leap year where the changes of a zone follow its rule and stand in no table. It is taken
// for no end: nothing changes on that day.
func bounds(at time.Time) (from, until time.Time) {
	if from, until = at.ZoneBounds(); !until.After(at) {
		until = time.Time{}
	}
	return from, until
}

// offset is how far a zone's clock is ahead of UTC at an instant of that zone.
func offset(at time.Time) time.Duration {
	_, seconds := at.Zone()
	return time.Duration(seconds) * time.Second
}
