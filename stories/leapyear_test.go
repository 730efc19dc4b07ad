package stories

import (
	"testing"
	"time"
)

// Go tells of the last day of a leap year that the zone's offset ended before it, where the
// zone's changes follow its rule. Periods and quiet hours end all the same.
func TestTheLastDayOfALeapYear(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		over := 0
		for at := time.Date(2040, 12, 29, 0, 30, 0, 0, zone); at.Year() < 2042 && at.YearDay() != 4; at = at.Add(time.Hour) {
			if _, until := at.ZoneBounds(); !until.IsZero() && !until.After(at) {
				over++
			}
			if next := Digest("hourly").Next(at, zone); !next.Equal(at.Add(30 * time.Minute)) {
				t.Fatalf("%s: hourly after %v at %v", name, at, next)
			}
			next, last := Digest("daily@09:00").Next(at, zone), Digest("daily@09:00").Previous(at, zone)
			if d := next.Sub(last); d != 24*time.Hour || next.In(zone).Hour() != 9 {
				t.Fatalf("%s: daily around %v from %v to %v", name, at, last, next)
			}
			if until, holds := Quiet("22:00-07:00").Holds(at, zone); holds != (at.Hour() < 7 || at.Hour() >= 22) || holds && until.In(zone).Hour() != 7 {
				t.Fatalf("%s: quiet at %v: %t until %v", name, at, holds, until)
			}
		}
		if over == 0 {
			t.Logf("%s: Go tells of no end that is over any more", name)
		}
	}
}
