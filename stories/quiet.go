package stories

import (
	"strings"
	"time"
)

// Window returns the quiet hours that an instant lies in, by the clock of a zone, or else
// the next ones: from is their first instant, until the first one after them. Both are
// the zero time where there are none. An hour that a clock change skips is taken as the
// next instant, one that it doubles as its first; hours that are skipped altogether are
// none on that day.
func (q Quiet) Window(at time.Time, zone *time.Location) (from, until time.Time) {
	begin, end, ok := q.clocks()
	for day := civilDay(at, zone).AddDate(0, 0, -2); ok; day = day.AddDate(0, 0, 1) {
		if !civilDay(firstShown(day, zone), zone).Equal(day) {
			continue // the zone left the day out
		}
		from = firstShown(day.Add(begin), zone)
		until = firstShown(day.Add(end), zone)
		if end <= begin {
			until = firstShown(day.AddDate(0, 0, 1).Add(end), zone)
		}
		if until.After(at) && until.After(from) {
			return from, until
		}
	}
	return time.Time{}, time.Time{}
}

// Holds says whether an instant lies in quiet hours, and until when they last.
func (q Quiet) Holds(at time.Time, zone *time.Location) (until time.Time, holds bool) {
	from, until := q.Window(at, zone)
	return until, q != "" && !from.IsZero() && !from.After(at)
}

// clocks are the hours since midnight, as a clock shows them.
func (q Quiet) clocks() (begin, end time.Duration, ok bool) {
	from, to, _ := strings.Cut(string(q), "-")
	b, err := time.Parse("15:04", from)
	e, err2 := time.Parse("15:04", to)
	if err != nil || err2 != nil {
		return 0, 0, false
	}
	midnight := b.Truncate(24 * time.Hour)
	return b.Sub(midnight), e.Sub(midnight), true
}
